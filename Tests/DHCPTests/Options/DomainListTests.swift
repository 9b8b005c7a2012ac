import DHCP
import Testing

@Suite("Domain lists")
struct DomainListTests {
  @Test("names are compressed to the ends that were there before, and read back")
  func compression() throws {
    let names = try ["eng.apple.com", "marketing.apple.com", "apple.com", "example.test"].map {
      try #require(DHCPDomainName($0))
    }
    let value = DHCPOptionValue.domainList(names)
    // The first two are the example of RFC 3397 section 2.
    let expected = frame(
      """
      03 656e67 05 6170706c65 03 636f6d 00  # eng.apple.com
      09 6d61726b6574696e67 c004            # marketing and apple.com
      c004                                  # apple.com
      07 6578616d706c65 04 74657374 00      # example.test
      """)
    #expect(value.encodedCompressed == expected)
    #expect(try DHCPOptionValue(decoding: expected, of: .domainSearch) == value)
    #expect(try DHCPOptionValue(decoding: value.encoded, of: .domainSearch) == value)
    #expect(DHCPOptionValue.uint8(1).encodedCompressed == [1])
  }

  @Test("a list that came in parts is read over their borders, pointers included")
  func joined() throws {
    let long = (0..<40).map { "host\($0).example.test" }
    let names = try long.map { try #require(DHCPDomainName($0)) }
    let value = DHCPOptionValue.domainList(names)
    for bytes in [value.encoded, value.encodedCompressed] {
      #expect(bytes.count > 255)
      var message = ClientMessage(.offer)
      message.options.append(DHCPOption(.domainSearch, bytes))
      let payload = message.payload
      let read = try DHCPMessage(parsing: payload.span.bytes).value(.domainSearch, in: payload.span.bytes)
      #expect(try DHCPOptionValue(decoding: try #require(read), of: .domainSearch) == value)
    }
  }

  @Test(
    "pointers that lead forward, to themselves, in circles or out, and names that are none, are refused",
    arguments: [
      ("c000", 0), ("c002 00", 0), ("c0ff", 0), ("01 61 c000", 2), ("01 61 c002", 2),
      ("01 61 00 01 62 c005", 5), ("01 61 00 c003", 3), ("01 61 00 01 62 c003", 5),
      ("40 00", 0), ("80 00", 0), ("00", 0), ("01 61 00 00", 3),
      ("03 61 62", 1), ("01 61", 2), ("c0", 1), ("01 20 00", 0), ("03 612e62 00", 0), ("01 00 00", 0),
    ])
  func hostile(bytes: String, offset: Int) {
    let error = #expect(throws: DHCPOptionError.self) {
      try DHCPOptionValue(decoding: frame(bytes), of: .domainSearch)
    }
    #expect(error?.code == .domainSearch && error?.offset == offset)
  }

  @Test("names and lists have limits: 63 bytes a label, 255 a name, 128 names")
  func limits() throws {
    let label = String(repeating: "a", count: 63)
    let longest = [label, label, label, String(repeating: "b", count: 61)].joined(separator: ".")
    let name = try #require(DHCPDomainName(longest))
    let bytes = DHCPOptionValue.domainName(name).encoded
    #expect(bytes.count == 255)
    #expect(try DHCPOptionValue(decoding: bytes, of: .lostServer) == .domainName(name))
    #expect(DHCPDomainName(longest + "b") == nil && DHCPDomainName(label + "a") == nil)
    // The first label is a byte shorter, and a label of two bytes stands before it: 256 in all.
    let over = frame("01 61 3e") + Array(repeating: UInt8(ascii: "a"), count: 62) + bytes[64...]
    #expect(over.count == 256)
    #expect(throws: DHCPOptionError.self) { try DHCPOptionValue(decoding: over, of: .lostServer) }
    // 128 names are read; what would be the 129th is not, though two bytes are enough for it.
    let first = frame("01 61 00")
    let pointers = Array(repeating: frame("c000"), count: 127).flatMap(\.self)
    #expect(throws: Never.self) { try DHCPOptionValue(decoding: first + pointers, of: .domainSearch) }
    #expect(throws: DHCPOptionError.self) {
      try DHCPOptionValue(decoding: first + pointers + [0xc0, 0], of: .domainSearch)
    }
  }

  @Test(
    "names are of letters, digits, hyphens and underscores",
    arguments: ["", ".", "a..b", ".a", "a b", "a.b..", "ä.test", "a/b", String(repeating: "a.", count: 128)])
  func noNames(text: String) {
    #expect(DHCPDomainName(text) == nil)
  }
}
