import DHCP
import NetworkTypes
import PacketFormats
import Testing

@Suite("Stock DHCPv6 clients")
struct DHCPv6GoldenTests {
  /// Laid out by hand after the diagrams of RFC 8415 sections 8 and 21, and RFC 3646.
  private let advertise = frame(
    """
    fa163e112233 0637218d35b9 86dd  # Ethernet
    60000000 007e 11 40  # IPv6: 126 bytes of UDP, hop limit 64
    fe800000000000000000000000000001 fe80000000000000f8163efffe112233
    0223 0222 007e 5595  # UDP: 547 to 546, complete checksum
    02 e0de97  # ADVERTISE, the client's transaction
    0001 000e 0001 0001 329a5223 fa163e112233  # the client's identifier: DUID-LLT
    0002 000a 0003 0001 0637218d35b9  # the server's identifier: DUID-LL
    0003 0028 3e112233 00000708 00000b40  # IA_NA: IAID, T1 1800, T2 2880
      0005 0018 20010db80001000000000000000001ee 00000e10 00001c20  # address, 3600, 7200
    0017 0010 20010db8000100000000000000000053  # name server
    0018 000e 076578616d706c65 0474657374 00  # search domain
    """)

  @Test("dhclient's SOLICIT gets an ADVERTISE, byte for byte")
  func solicit() throws {
    let reply = try V6Reply(V6ClientFrames.dhclientSolicit)
    #expect(reply.bytes == advertise)
  }

  @Test("dhclient's other messages are answered for what they are")
  func dhclient() throws {
    func reply(_ request: DHCPv6MessageType, grants: Bool = false) -> DHCPv6Reply {
      DHCPv6Reply(kind: .reply, request: request, grantsLease: grants)
    }
    let messages: [([UInt8], DHCPv6Reply, [UInt16])] = [
      (V6ClientFrames.dhclientRequest, reply(.request, grants: true), [1, 2, 3, 23, 24]),
      (V6ClientFrames.dhclientRenew, reply(.renew, grants: true), [1, 2, 3, 23, 24]),
      (V6ClientFrames.dhclientConfirm, reply(.confirm), [1, 2, 13]),
      (V6ClientFrames.dhclientRelease, reply(.release), [1, 2, 13]),
      (V6ClientFrames.dhclientInformationRequest, reply(.informationRequest), [1, 2, 23, 24]),
    ]
    for (bytes, outcome, codes) in messages {
      let reply = try V6Reply(try V6ClientMessage(captured: bytes))
      #expect(reply.outcome == outcome)
      #expect(reply.codes == codes)
    }
    let release = try V6Reply(try V6ClientMessage(captured: V6ClientFrames.dhclientRelease))
    #expect(release.event == .released(addresses: 1, prefixes: 0))
  }

  @Test("a message for another server is left to it")
  func otherServer() throws {
    for bytes in [V6ClientFrames.dhclientRequest, V6ClientFrames.dhclientRenew, V6ClientFrames.networkdRenew] {
      #expect(respond6(bytes, try guestBinding6()) == .drop(.otherServer))
    }
  }

  @Test("dhclient, asking for an address, a temporary one and a prefix, gets the first two answers that there are")
  func all() throws {
    let prefix = try prefix6("2001:db8:ff00::/56")
    let binding = try guestBinding6 { $0.delegatedPrefixes = [prefix] }
    let reply = try V6Reply(V6ClientFrames.dhclientSolicitAll, binding)
    let iaid: UInt32 = 0x3e11_2233
    #expect(reply.associations.map(\.code) == [.iaNA, .iaTA, .iaPD])
    #expect(reply.associations.first == granted(iaid, [reserved6]))
    #expect(reply.associations.dropFirst().first == refused(.iaTA, iaid, .noAddrsAvail))
    guard case .association(iaid, 1800, 2880, let options)? = reply[.iaPD] else {
      Issue.record("no delegation: \(String(describing: reply[.iaPD]))")
      return
    }
    #expect(
      options == [
        DHCPv6Option(
          .iaPrefix, .prefix(prefix.address, length: 56, preferred: 3600, valid: 7200, options: []))
      ])
  }

  @Test("systemd-networkd's SOLICIT is committed at once where that is turned on, its IA_PD refused beside the lease")
  func networkd() throws {
    let binding = try guestBinding6 {
      $0.rapidCommit = true
      $0.solMaxRT = 3600
    }
    let reply = try V6Reply(V6ClientFrames.networkdSolicit, binding)
    #expect(reply.outcome == DHCPv6Reply(kind: .reply, request: .solicit, grantsLease: true))
    #expect(reply.codes == [1, 2, 14, 3, 25, 23, 82])
    #expect(
      reply.associations == [
        granted(0x3147_6983, [reserved6]), refused(.iaPD, 0x3147_6983, .noPrefixAvail),
      ])
    let renewed = try V6Reply(try V6ClientMessage(captured: V6ClientFrames.networkdRenew))
    let old = try ipv6("2001:db8:1::1c4")
    #expect(renewed.associations == [granted(0x3147_6983, [reserved6], expired: [old])])
  }

  @Test("systemd-networkd's SOLICIT gets a committed lease and a prefix, byte for byte")
  func committed() throws {
    let prefix = try prefix6("2001:db8:ff00::/56")
    let binding = try guestBinding6 {
      $0.rapidCommit = true
      $0.delegatedPrefixes = [prefix]
      $0.timeServers = [serverLinkLocal]
      $0.solMaxRT = 3600
    }
    let expected = frame(
      """
      fa163e112233 0637218d35b9 86dd  # Ethernet
      60000000 00d1 11 40  # IPv6: 209 bytes of UDP, hop limit 64
      fe800000000000000000000000000001 fe80000000000000f8163efffe112233
      0223 0222 00d1 cd1c  # UDP: 547 to 546, complete checksum
      07 06fccc  # REPLY, the client's transaction
      0001 000e 0002 0000ab11 0033bdebf95e192c  # the client's identifier: DUID-EN
      0002 000a 0003 0001 0637218d35b9  # the server's identifier: DUID-LL
      000e 0000  # rapid commit
      0003 0028 31476983 00000708 00000b40  # IA_NA: IAID, T1 1800, T2 2880
        0005 0018 20010db80001000000000000000001ee 00000e10 00001c20  # address, 3600, 7200
      0019 0029 31476983 00000708 00000b40  # IA_PD: IAID, T1 1800, T2 2880
        001a 0019 00000e10 00001c20 38 20010db8ff00 00*10  # 3600, 7200, a prefix of 56 bits
      0017 0010 20010db8000100000000000000000053  # name server
      0038 0014 0001 0010 fe800000000000000000000000000001  # time server
      001f 0010 fe800000000000000000000000000001  # simple time server
      0052 0004 00000e10  # SOL_MAX_RT
      """)
    #expect(try V6Reply(V6ClientFrames.networkdSolicit, binding).bytes == expected)
  }

  @Test("captured messages have partial checksums, and are answered")
  func partialChecksum() throws {
    let bytes = V6ClientFrames.dhclientSolicit
    var checksum = InternetChecksum()
    checksum.addPseudoHeader(
      source: guestLinkLocal, destination: allDHCPServers, protocol: .udp, length: bytes.count - 54)
    checksum.add(bytes.span.bytes.extracting(54..<bytes.count))
    #expect(checksum.value != 0, "the capture shows what a virtual interface hands over")
  }

  @Test("dnsmasq's REPLY is read, and is not answered")
  func dnsmasq() throws {
    let bytes = V6ClientFrames.dnsmasqReply
    let payload = bytes.span.bytes.extracting(62..<bytes.count)
    let message = try DHCPv6Message(parsing: payload)
    #expect(message.type == .reply && message.transactionID == 0x9f9fa7)
    let options = try message.decodedOptions(in: payload)
    #expect(options.map(\.code.rawValue) == [1, 2, 3, 13, 24, 23])
    #expect(options.last?.value == .addresses([try ipv6("2001:db8:1::53")]))
    var written: [UInt8] = []
    DHCPv6Message.write(.reply, transactionID: 0x9f9fa7, options: options, to: &written)
    #expect(written == Array(bytes[62...]))
    #expect(respond6(bytes, try guestBinding6()) == .drop(.notServerPort))
  }

  @Test("captured messages are summarised in a line")
  func summaries() {
    let summary = FrameSummary(describeUDP: DHCPv6Message.describe)
    let request = V6ClientFrames.dhclientRequest
    #expect(
      summary.line(for: request.span.bytes).hasSuffix(
        "DHCPv6 REQUEST xid 0x9f9fa7 client LLT/1/848974371/fa163e112233 server EN/1/0011223344 asks for 23, 24, 39, 31 "
          + "elapsed 0 ms IA_NA 0x3e112233 T1 3600 s T2 5400 s 2001:db8:1::1ee for 7200 s/7500 s, length 161"))
    let reply = V6ClientFrames.dnsmasqReply
    #expect(
      summary.line(for: reply.span.bytes).contains(
        "T1 60 s T2 105 s 2001:db8:1::1ee for 120 s/120 s Success 'success' search example.test DNS 2001:db8:1::53"))
    let networkd = V6ClientFrames.networkdSolicit
    #expect(
      summary.line(for: networkd.span.bytes).contains(
        "DHCPv6 SOLICIT xid 0x06fccc rapid commit IA_NA 0x31476983 IA_PD 0x31476983 name 'vm' flags 1 asks for 23, 31, "
          + "56, 82 client EN/43793/0033bdebf95e192c elapsed 0 ms"))
  }
}
