import DHCP
import NetworkTypes
import PacketFormats
import Testing

@Suite("DHCPv6 on the wire")
struct DHCPv6CodecTests {
  private struct Golden {
    let bytes: [UInt8]
    let option: DHCPv6Option

    init(_ text: String, _ code: DHCPv6OptionCode, _ value: DHCPv6OptionValue) {
      bytes = frame(text)
      option = DHCPv6Option(code, value)
    }
  }

  /// One of each form, laid out by hand after the diagrams of the RFCs.
  private let golden: [Golden] = [
    Golden("0001 000a 0003 0001 fa163e112233", .clientID, .duid(DHCPv6DUID(guestMAC))),
    Golden(
      "0001 000e 0001 0001 00000007 fa163e112233", .clientID,
      .duid(.linkLayerTime(hardwareType: 1, time: 7, address: guestMAC.octets))),
    Golden("0002 0009 0002 0000ab11 010203", .serverID, .duid(.enterprise(number: 43793, identifier: [1, 2, 3]))),
    Golden(
      "0001 0012 0004 00112233445566778899aabbccddeeff", .clientID,
      .duid(.uuid(high: 0x0011_2233_4455_6677, low: 0x8899_aabb_ccdd_eeff))),
    Golden("0001 0003 0009 01", .clientID, .duid(.other(type: 9, data: [1]))),
    Golden("0001 0004 0001 0001", .clientID, .duid(.other(type: 1, data: [0, 1]))),
    Golden(
      "0003 0012 00000001 00000002 00000003 000d 0002 0002", .iaNA,
      .association(
        iaid: 1, t1: 2, t2: 3, options: [DHCPv6Option(.statusCode, .status(.noAddrsAvail, message: ""))])),
    Golden("0004 0004 00000005", .iaTA, .association(iaid: 5, t1: 0, t2: 0, options: [])),
    Golden(
      "0019 0029 00000001 00000002 00000003 001a 0019 00000004 00000005 38 20010db8ff00 00*10", .iaPD,
      .association(
        iaid: 1, t1: 2, t2: 3,
        options: [
          DHCPv6Option(
            .iaPrefix,
            .prefix(
              IPv6Address(high: 0x2001_0db8_ff00_0000, low: 0), length: 56, preferred: 4, valid: 5, options: []))
        ])),
    Golden("0006 0004 0017 0018", .optionRequest, .codes([23, 24])),
    Golden("0007 0001 ff", .preference, .uint8(255)),
    Golden("0008 0002 0102", .elapsedTime, .uint16(258)),
    Golden("000d 0004 0004 6e6f", .statusCode, .status(.notOnLink, message: "no")),
    Golden("000e 0000", .rapidCommit, .empty),
    Golden("000f 0007 0002 6162 0001 63", .userClass, .strings([[0x61, 0x62], [0x63]])),
    Golden("0010 0007 00000137 0001 78", .vendorClass, .vendorClass(enterprise: 311, [[0x78]])),
    Golden(
      "0011 0009 00000009 0001 0001 07", .vendorOptions,
      .vendorOptions(enterprise: 9, [DHCPv6RawOption(code: 1, value: [7])])),
    Golden("0012 0002 6162", .interfaceID, .opaque([0x61, 0x62])),
    Golden("0014 0000", .reconfigureAccept, .empty),
    Golden("0017 0010 fe80 00*13 01", .dnsServers, .addresses([serverLinkLocal])),
    Golden("0018 000d 016103 636f6d00 0162 02 6465 00", .domainList, .domains(["a.com", "b.de"])),
    Golden("0018 0005 03 612e62 00", .domainList, .domains(["a\\046b"])),
    Golden("001f 0010 fe80 00*13 01", .sntpServers, .addresses([serverLinkLocal])),
    Golden("0020 0004 00015180", .informationRefreshTime, .uint32(86_400)),
    Golden("0027 0004 01 02 766d", .clientFQDN, .fqdn(flags: 1, name: "vm", isPartial: true)),
    Golden("0027 0005 00 02 766d 00", .clientFQDN, .fqdn(flags: 0, name: "vm", isPartial: false)),
    Golden("0027 0001 04", .clientFQDN, .fqdn(flags: 4, name: "", isPartial: true)),
    Golden(
      "0038 0021 0001 0010 fe80 00*13 01 0003 0003 01 61 00 0009 0002 0102", .ntpServer,
      .ntp([.server(serverLinkLocal), .name("a"), .other(DHCPv6RawOption(code: 9, value: [1, 2]))])),
    Golden(
      "0038 0014 0002 0010 ff02 00*12 0101", .ntpServer,
      .ntp([.group(IPv6Address(high: 0xff02_0000_0000_0000, low: 0x101))])),
    Golden("003b 0003 782f79", .bootFileURL, .text("x/y")),
    Golden("003c 0005 0001 61 0000", .bootFileParameters, .strings([[0x61], []])),
    Golden("003d 0004 0007 0009", .clientArchitecture, .codes([7, 9])),
    Golden("003e 0003 01 03 10", .networkInterfaceID, .interface(type: 1, major: 3, minor: 16)),
    Golden("0052 0004 00000e10", .solMaxRT, .uint32(3600)),
    Golden("0053 0004 00000e10", .infMaxRT, .uint32(3600)),
    Golden("0067 0003 782f79", .captivePortal, .text("x/y")),
    Golden("fde8 0002 0102", DHCPv6OptionCode(rawValue: 65_000), .opaque([1, 2])),
  ]

  @Test("options of every form are read from their bytes and written to the same")
  func options() throws {
    for golden in golden {
      let bytes = [11, 0x12, 0x34, 0x56] + golden.bytes
      let message = try DHCPv6Message(parsing: bytes.span.bytes)
      #expect(message.type == .informationRequest && message.transactionID == 0x12_3456)
      #expect(try message.decodedOptions(in: bytes.span.bytes) == [golden.option])
      var written: [UInt8] = []
      DHCPv6Message.write(.informationRequest, transactionID: 0x12_3456, options: [golden.option], to: &written)
      #expect(written == bytes)
    }
  }

  @Test("a value that is not of its option's form is refused, with the option and the place")
  func wrongForms() throws {
    let code = { (number: UInt16) in DHCPv6OptionCode(rawValue: number) }
    let cases: [(String, DHCPv6ParseError)] = [
      ("0001 0002 0003", .wrongLength(code: .clientID, offset: 8, found: 2)),
      ("0001 0083 00*131", .wrongLength(code: .clientID, offset: 8, found: 131)),
      ("0003 000b 00*11", .wrongLength(code: .iaNA, offset: 8, found: 11)),
      ("0004 0003 00*3", .wrongLength(code: .iaTA, offset: 8, found: 3)),
      ("0019 0000", .wrongLength(code: .iaPD, offset: 8, found: 0)),
      ("0003 0023 00*12 0005 0013 00*19", .wrongLength(code: .iaAddress, offset: 24, found: 19)),
      ("0019 0028 00*12 001a 0018 00*24", .wrongLength(code: .iaPrefix, offset: 24, found: 24)),
      ("0019 0029 00*12 001a 0019 00*8 81 00*16", .invalidValue(code: .iaPrefix, offset: 32)),
      ("0003 000e 00*12 0005", .truncatedOption(offset: 20, available: 2)),
      ("0003 0010 00*12 0005 0001", .optionOverrun(code: .iaAddress, offset: 20, length: 1, available: 0)),
      ("0003 002a 00*12 0005 001a 00*24 000d", .truncatedOption(offset: 48, available: 2)),
      ("0006 0003 00*3", .wrongLength(code: .optionRequest, offset: 8, found: 3)),
      ("0007 0000", .wrongLength(code: .preference, offset: 8, found: 0)),
      ("0008 0001 00", .wrongLength(code: .elapsedTime, offset: 8, found: 1)),
      ("000d 0001 00", .wrongLength(code: .statusCode, offset: 8, found: 1)),
      ("000e 0001 00", .wrongLength(code: .rapidCommit, offset: 8, found: 1)),
      ("000f 0003 0002 61", .invalidValue(code: .userClass, offset: 8)),
      ("0010 0003 00*3", .wrongLength(code: .vendorClass, offset: 8, found: 3)),
      ("0011 0006 00*4 0001", .truncatedOption(offset: 12, available: 2)),
      ("0017 000f 00*15", .wrongLength(code: .dnsServers, offset: 8, found: 15)),
      ("0018 0003 05 6162", .invalidValue(code: .domainList, offset: 8)),
      ("0018 0002 c000", .invalidValue(code: .domainList, offset: 8)),
      ("0018 0002 0161", .invalidValue(code: .domainList, offset: 8)),
      ("0020 0003 00*3", .wrongLength(code: .informationRefreshTime, offset: 8, found: 3)),
      ("0027 0000", .wrongLength(code: .clientFQDN, offset: 8, found: 0)),
      ("0027 0004 00 0161 c0", .invalidValue(code: .clientFQDN, offset: 9)),
      ("0027 0005 00 0161 00 00", .invalidValue(code: .clientFQDN, offset: 9)),
      ("0038 0005 0001 0001 00", .invalidValue(code: .ntpServer, offset: 12)),
      ("003e 0002 0000", .wrongLength(code: .networkInterfaceID, offset: 8, found: 2)),
      ("0052 0000", .wrongLength(code: .solMaxRT, offset: 8, found: 0)),
      ("0063 0001", .optionOverrun(code: code(99), offset: 4, length: 1, available: 0)),
      ("0063", .truncatedOption(offset: 4, available: 2)),
    ]
    for (text, expected) in cases {
      let bytes = [11, 0, 0, 1] + frame(text)
      do throws(DHCPv6ParseError) {
        let message = try DHCPv6Message(parsing: bytes.span.bytes)
        _ = try message.decodedOptions(in: bytes.span.bytes)
        Issue.record("\(text) was read")
      } catch {
        #expect(error == expected)
        #expect(error.description.hasPrefix("DHCPv6 option"))
      }
    }
  }

  @Test("a name of 255 bytes is read and written, a longer one is neither")
  func longNames() throws {
    let label = [UInt8](repeating: 0x61, count: 63)
    let longest = ([63] + label + [63] + label + [63] + label + [61] + label.prefix(61) + [0])
    let tooLong = ([63] + label + [63] + label + [63] + label + [62] + label.prefix(62) + [0])
    #expect(longest.count == 255 && tooLong.count == 256)
    for (name, isRead) in [(longest, true), (tooLong, false)] {
      let bytes = [11, 0, 0, 1, 0, 24] + [UInt8(name.count >> 8), UInt8(name.count & 255)] + name
      let message = try DHCPv6Message(parsing: bytes.span.bytes)
      let options = try? message.decodedOptions(in: bytes.span.bytes)
      #expect((options != nil) == isRead)
      guard let options else { continue }
      var written: [UInt8] = []
      DHCPv6Message.write(.informationRequest, transactionID: 1, options: options, to: &written)
      #expect(written == bytes)
    }
  }

  @Test("the registry is ascending, without a name twice, and finds options both ways")
  func registry() throws {
    let entries = DHCPv6OptionRegistry.entries
    #expect(zip(entries, entries.dropFirst()).allSatisfy { $0.code < $1.code })
    #expect(Set(entries.map(\.name)).count == entries.count)
    for entry in entries {
      let code = try #require(DHCPv6OptionRegistry.code(named: entry.name))
      #expect(code.rawValue == entry.code && DHCPv6OptionRegistry.name(of: code) == entry.name)
    }
    #expect(DHCPv6OptionRegistry.name(of: DHCPv6OptionCode(rawValue: 10)) == nil)
    #expect(DHCPv6OptionRegistry.code(named: "NOTHING") == nil)
    #expect(DHCPv6OptionCode.domainList.description == "24 (DOMAIN_LIST)")
  }

  @Test("a relayed message is summarised with what it carries, and is not read as a client's")
  func relayed() throws {
    let inner = frame("01 000001 0008 0002 0000")
    let outer = frame("0c 01") + serverLinkLocal.octets + guestLinkLocal.octets + [0, 9, 0, UInt8(inner.count)] + inner
    #expect(throws: DHCPv6ParseError.relayed(.relayForward)) { try DHCPv6Message(parsing: outer.span.bytes) }
    #expect(
      DHCPv6Message.summary(of: outer.span.bytes)
        == "DHCPv6 RELAY-FORW hops 1 link fe80::1 peer fe80::f816:3eff:fe11:2233 { DHCPv6 SOLICIT xid 0x000001 "
        + "elapsed 0 ms }")
    var nested = inner
    for _ in 0..<40 {
      let length = [UInt8(nested.count >> 8), UInt8(nested.count & 255)]
      nested = frame("0c 00 00*32 0009") + length + nested
    }
    let text = DHCPv6Message.summary(of: nested.span.bytes)
    #expect(text.contains("[…]") && text.count < 1000)
    let cut = Array(outer.prefix(20))
    #expect(DHCPv6Message.summary(of: cut.span.bytes).hasPrefix("[DHCPv6 message: 34 bytes are needed"))
  }
}
