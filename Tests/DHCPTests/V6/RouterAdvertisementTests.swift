import DHCP
import NetworkTypes
import PacketFormats
import Testing

@Suite("Router advertisements")
struct RouterAdvertisementTests {
  /// Laid out by hand after RFC 4861 sections 4.2 and 4.6, RFC 4191 section 2.3 and RFC 8106 section 5.
  private let golden = frame(
    """
    333300000001 0637218d35b9 86dd  # Ethernet, to all nodes
    60000000 0080 3a ff  # IPv6: 128 bytes of ICMPv6, hop limit 255
    fe800000000000000000000000000001 ff020000000000000000000000000001
    86 00 606c  # router advertisement, checksum
    40 c0 0708 00000000 00000000  # hop limit 64, M and O, 1800 s, timers left alone
    01 01 0637218d35b9  # source link-layer address
    05 01 0000 000005aa  # MTU 1450
    03 04 40 80 00278d00 00093a80 00000000 20010db8000100000000000000000000  # prefix, L
    18 02 38 08 00000708 20010db800ff0000  # a route of high preference
    19 03 0000 00000708 20010db8000100000000000000000053  # name server
    1f 03 0000 00000708 076578616d706c65 0474657374 00 0000  # search domain, padded
    """)

  private func advertisement(_ mode: DHCPv6Mode = .stateful) throws -> RouterAdvertisement {
    var advertisement = RouterAdvertisement(
      agreeingWith: try guestConfiguration {
        $0.mode = mode
        $0.mtu = 1450
      })
    advertisement.routes = [
      RouterAdvertisement.Route(destination: try prefix6("2001:db8:ff::/56"), preference: .high)
    ]
    return advertisement
  }

  private func advertiser(_ mode: DHCPv6Mode = .stateful) throws -> RouterAdvertiser {
    try RouterAdvertiser(try advertisement(mode), routerMAC: serverMAC, routerAddress: serverLinkLocal)
  }

  @Test("an unsolicited advertisement goes to all nodes, byte for byte")
  func unsolicited() throws {
    var buffer: [UInt8] = [1]
    try advertiser().advertise(into: &buffer)
    #expect(buffer == golden)
  }

  @Test("flags follow the mode: who gives addresses, and whether hosts form their own")
  func flags() throws {
    let cases: [(DHCPv6Mode, UInt8, UInt8)] = [
      (.off, 0x00, 0xc0), (.stateless, 0x40, 0xc0), (.stateful, 0xc0, 0x80),
    ]
    for (mode, flags, prefixFlags) in cases {
      var buffer: [UInt8] = []
      try advertiser(mode).advertise(into: &buffer)
      #expect(buffer[59] == flags && buffer[54 + 32 + 3] == prefixFlags)
    }
  }

  @Test("systemd-networkd's solicitation is answered to the host itself")
  func solicited() throws {
    var buffer: [UInt8] = []
    let solicitation = V6ClientFrames.networkdRouterSolicitation
    try advertiser().respond(to: solicitation.span.bytes, portMAC: guestMAC, into: &buffer)
    #expect(Array(buffer.prefix(6)) == guestMAC.octets)
    let ip = try IPv6Header(parsing: buffer.span.bytes.extracting(14..<buffer.count))
    #expect(ip.source == serverLinkLocal && ip.destination == guestLinkLocal && ip.hopLimit == 255)
    let message = buffer.span.bytes.extracting(54..<buffer.count)
    var checksum = InternetChecksum()
    checksum.addPseudoHeader(
      source: ip.source, destination: ip.destination, protocol: .icmpv6, length: message.byteCount)
    checksum.add(message)
    #expect(checksum.value == 0)
    guard case .routerAdvertisement(let read) = try ICMPv6Message(parsing: message) else {
      Issue.record("not an advertisement")
      return
    }
    #expect(read.isManaged && read.hasOtherConfiguration && read.sourceMAC == serverMAC && read.lifetimeSeconds == 1800)
  }

  /// A solicitation with the given message and addresses, its checksum right.
  private func solicitation(
    _ message: [UInt8] = [133, 0, 0, 0, 0, 0, 0, 0], source: IPv6Address = guestLinkLocal, hopLimit: UInt8 = 255,
    sender: MACAddress = guestMAC, type: IPProtocol = .icmpv6
  ) -> [UInt8] {
    let destination = IPv6Address(high: 0xff02_0000_0000_0000, low: 2)
    var message = message
    if message.count >= 4 {
      var checksum = InternetChecksum()
      checksum.addPseudoHeader(source: source, destination: destination, protocol: .icmpv6, length: message.count)
      checksum.add(message.span.bytes)
      message.setUInt16(checksum.value, at: 2)
    }
    var bytes: [UInt8] = []
    EthernetHeader(destination: MACAddress(0x33, 0x33, 0, 0, 0, 2), source: sender, etherType: .ipv6).write(to: &bytes)
    IPv6Header(source: source, destination: destination, nextHeader: type, hopLimit: hopLimit)
      .write(to: &bytes, payloadLength: message.count)
    return bytes + message
  }

  private func refusal(_ frame: [UInt8]) throws -> RouterSolicitationDropReason? {
    var buffer: [UInt8] = [1]
    let advertiser = try advertiser()
    do throws(RouterSolicitationDropReason) {
      try advertiser.respond(to: frame.span.bytes, portMAC: guestMAC, into: &buffer)
      #expect(!buffer.isEmpty)
      return nil
    } catch {
      #expect(buffer.isEmpty)
      return error
    }
  }

  @Test("a host without an address is answered through all nodes")
  func unspecifiedSource() throws {
    var buffer: [UInt8] = []
    let frame = solicitation(source: .any)
    try advertiser().respond(to: frame.span.bytes, portMAC: guestMAC, into: &buffer)
    #expect(buffer == golden)
  }

  @Test("what RFC 4861 section 6.1.1 has routers discard is discarded, each for its reason")
  func refusals() throws {
    let sourceOption: [UInt8] = [1, 1] + guestMAC.octets
    let header: [UInt8] = [133, 0, 0, 0, 0, 0, 0, 0]
    var corrupt = solicitation()
    corrupt[60] ^= 1
    var foreign = solicitation()
    foreign[12] = 0x08
    var version = solicitation()
    version[14] = 0x45
    let cases: [([UInt8], RouterSolicitationDropReason?)] = [
      (solicitation(), nil), (solicitation(header + sourceOption), nil),
      (solicitation(header + [14, 1, 0, 0, 0, 0, 0, 0]), nil), (corrupt, .badChecksum), (foreign, .notIPv6),
      (version, .malformedIPv6), (Array(solicitation().prefix(10)), .truncatedFrame),
      (solicitation(hopLimit: 254), .wrongHopLimit), (solicitation([133, 1, 0, 0, 0, 0, 0, 0]), .unknownCode),
      (solicitation([134, 0, 0, 0, 0, 0, 0, 0]), .notSolicitation), (solicitation(type: .udp), .notSolicitation),
      (solicitation([133, 0, 0, 0, 0, 0, 0]), .truncatedMessage), (solicitation([]), .truncatedMessage),
      (solicitation(header + [1, 0, 0, 0, 0, 0, 0, 0]), .malformedOptions),
      (solicitation(header + [1, 2, 0, 0, 0, 0, 0, 0]), .malformedOptions),
      (solicitation(header + [1]), .malformedOptions),
      (solicitation(header + sourceOption, source: .any), .sourceOptionWithoutSource),
      (solicitation(source: .allNodes), .invalidSource), (solicitation(sender: serverMAC), .foreignHardwareAddress),
    ]
    for (frame, reason) in cases {
      #expect(try refusal(frame) == reason)
    }
    for length in 0..<solicitation().count {
      #expect(try refusal(Array(solicitation().prefix(length))) != nil)
    }
  }

  @Test("changed solicitations have an outcome")
  func mutations() throws {
    var generator = SeededGenerator(seed: 133)
    for _ in 0..<3000 {
      var bytes = V6ClientFrames.networkdRouterSolicitation
      bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      bytes += generator.bytes(Int.random(in: 0...8, using: &generator))
      _ = try refusal(bytes)
    }
  }

  @Test("routes take as many bytes as their lengths make significant, and search domains are padded to eight")
  func lengths() throws {
    var advertisement = RouterAdvertisement()
    advertisement.routes = try ["::/0", "2001:db8::/64", "2001:db8::/65"].map {
      RouterAdvertisement.Route(destination: try prefix6($0), preference: .low, lifetime: .max)
    }
    advertisement.domainSearch = ["abcde", "a"]
    var buffer: [UInt8] = []
    try RouterAdvertiser(advertisement, routerMAC: serverMAC, routerAddress: serverLinkLocal).advertise(into: &buffer)
    #expect(
      Array(buffer[78...])
        == frame(
          """
          18 01 00 18 ffffffff
          18 02 40 18 ffffffff 20010db800000000
          18 03 41 18 ffffffff 20010db800000000 00*8
          1f 03 0000 00000708 056162636465 00 0161 00 00*6
          """))
  }

  @Test("a prefix that is not of 64 bits is not autonomous, and is not preferred for longer than it is valid")
  func prefixes() throws {
    var advertisement = RouterAdvertisement()
    advertisement.prefixes = [
      RouterAdvertisement.Prefix(
        prefix: try prefix6("2001:db8::/80"), isOnLink: false, isAutonomous: true, preferredLifetime: 9,
        validLifetime: 8)
    ]
    var buffer: [UInt8] = []
    try RouterAdvertiser(advertisement, routerMAC: serverMAC, routerAddress: serverLinkLocal).advertise(into: &buffer)
    #expect(Array(buffer[78...]) == frame("03 04 50 00 00000008 00000008 00000000 20010db8 00*12"))
  }

  @Test("an advertisement that hosts would not take is refused when it is made")
  func configuration() throws {
    func refusal(
      address: IPv6Address = serverLinkLocal, _ change: (inout RouterAdvertisement) -> Void
    ) -> DHCPv6ConfigurationError? {
      var advertisement = RouterAdvertisement()
      change(&advertisement)
      do throws(DHCPv6ConfigurationError) {
        _ = try RouterAdvertiser(advertisement, routerMAC: serverMAC, routerAddress: address)
        return nil
      } catch {
        return error
      }
    }
    #expect(refusal { _ in } == nil)
    #expect(refusal(address: reserved6) { _ in } == .serverAddressNotLinkLocal(reserved6))
    #expect(refusal { $0.routerLifetime = 9001 } == .outOfRange(field: "router lifetime", 9001))
    #expect(refusal { $0.domainSearch = ["a..b"] } == .invalidName(field: "search domain", "a..b"))
    let many = (0..<80).map { IPv6Address(high: 1, low: $0) }
    #expect(refusal { $0.dnsServers = many } == .tooLong(field: "router advertisement", bytes: 1312, limit: 1240))
  }
}
