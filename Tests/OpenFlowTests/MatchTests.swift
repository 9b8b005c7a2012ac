import NetworkTypes
import Testing

@testable import OpenFlow

@Suite("Matches")
struct MatchTests {
  @Test("every field that has a name here is in the registry")
  func knownFields() {
    let fields: [Field] = [
      .inPort, .metadata, .ethSrc, .ethDst, .ethType, .vlanVID, .vlanPCP, .ipv4Src, .ipv4Dst, .ipv6Src, .ipv6Dst,
      .ipFrag, .ipDSCP, .ipECN, .ipTTL, .ipProto, .tcpSrc, .tcpDst, .tcpFlags, .udpSrc, .udpDst, .icmpv4Type,
      .icmpv4Code, .icmpv6Type, .icmpv6Code, .ndTarget, .ndSLL, .ndTLL, .arpOp, .arpSPA, .arpTPA, .arpSHA, .arpTHA,
      .tunnelID, .tunnelSrc, .tunnelDst, .tunnelIPv6Src, .tunnelIPv6Dst, .packetMark, .conjunctionID, .ctState, .ctZone,
      .ctMark, .ctLabel,
    ]
    for field in fields + (0..<16).map(Field.reg) { #expect(field.length > 0, "\(field)") }
    #expect(Set(fields).count == fields.count)
  }

  @Test("the order of the fields does not matter")
  func order() throws {
    let prefix = try #require(IPv4Prefix("10.0.0.0/24"))
    let fields: [MatchField] = [
      .inPort(OFPort(3)), .ethType(0x0800), .ipProto(6), .tcpDst(80), .ipv4Dst(prefix), .reg(0, 1), .metadata(7),
    ]
    let match = Match(fields)
    var generator = SeededGenerator(state: 7)
    for _ in 0..<50 { #expect(Match(fields.shuffled(using: &generator)) == match) }
    let order = match.fields.map(\.field)
    #expect(order == [.inPort, .ethType, .ipv4Dst, .ipProto, .tcpDst, .reg(0), .metadata])
  }

  @Test("what says nothing is left out, a whole mask too, and bits outside the mask are cleared")
  func canonicalMasks() throws {
    let everything = try #require(IPv4Prefix("0.0.0.0/0"))
    let host = try #require(IPv4Prefix("10.0.0.3/32"))
    #expect(Match([.metadata(5, mask: 0), .ipv4Src(everything)]) == .any)
    #expect(Match([.ipv4Src(host)]) == Match([.ipv4Src(IPv4Address(10, 0, 0, 3))]))
    #expect(Match([.reg(1, 0xff, mask: 0x0f)]) == Match([.reg(1, 0x0f, mask: 0x0f)]))
  }

  @Test("of several values of one field the last counts")
  func duplicates() {
    #expect(Match([.reg(1, 1), .reg(0, 9), .reg(1, 2)]) == Match([.reg(0, 9), .reg(1, 2)]))
  }

  @Test("fields that are not known come back byte for byte")
  func unknownFields() throws {
    // A tunnel option of 20 bytes with a mask (NXM_NX 40), and an experimenter's field (class 0xffff) of 2 bytes.
    let value = String(repeating: "ab", count: 20)
    let mask = String(repeating: "ff", count: 19) + "00"
    let text = "0001 003a" + "0001 51 28" + value + mask + "ffff 02 06 4f4e4600 1234" + "000000000000"
    var bytes = hex(text)
    bytes[27] = 0  // the value's last byte is outside the mask
    var reader = WireReader(bytes, structure: "ofp_match")
    let match = try Match(&reader)
    #expect(match.bytes == bytes)
    #expect(match.fields.count == 2)
  }

  @Test("a mask of an IPv6 network is written as its length")
  func ipv6Text() throws {
    let prefix = try #require(IPv6Prefix("2001:db8::/33"))
    #expect(Match([.ethType(0x86dd), .ipv6Dst(prefix)]).description == "ipv6,ipv6_dst=2001:db8::/33")
    #expect(Match([.ethType(0x0800), .ipv4Dst(IPv4Address(1, 2, 3, 4))]).description == "ip,nw_dst=1.2.3.4")
  }

  @Test("keys have one order: table, priority from high to low, match")
  func keyOrder() {
    let key = { (table: UInt8, priority: UInt16) in
      FlowKey(table: TableID(table), priority: priority, match: Match([.reg(0, UInt32(priority))]))
    }
    #expect([key(2, 1), key(1, 1), key(1, 9)].sorted() == [key(1, 9), key(1, 1), key(2, 1)])
  }
}
