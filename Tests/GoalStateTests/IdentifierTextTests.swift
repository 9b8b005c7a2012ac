import Testing

@testable import GoalState

@Suite("Identifiers' text")
struct IdentifierTextTests {
  private static let texts = [
    "", "a", "vpc-1", "6f7a3c1e-0000-4000-8000-000000000001", "6F7A3C1E-0000-4000-8000-000000000001",
    "6f7a3c1e-0000-4000-8000-00000000000g", "6f7a3c1e00004000800000000000000100000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "00000000-0000-0000-0000-000000000000", "6f7a3c1e-0000-4000-8000-0000000000012",
    "6f7a3c1e-0000-4000-8000+000000000001",
    "6f7a3c1e-0000-4000-9000-000000000001", "7f7a3c1e-0000-4000-8000-000000000000", "schlüssel",
    "6f7a3c1e-0000-4000-8000-00000000001",
  ]

  @Test("comes back as it went in", arguments: texts)
  func comesBack(_ text: String) {
    let identifier = IdentifierText(text)
    #expect(identifier.description == text)
    #expect(identifier.utf8Count == text.utf8.count)
    #expect(identifier.withUTF8 { Array($0) } == Array(text.utf8))
    #expect(Array(text.utf8).withUnsafeBytes { IdentifierText(utf8: $0) } == identifier)
    #expect(PortID(text).rawValue == text)
  }

  @Test("is the same, and in the same order, as the text", arguments: texts)
  func order(_ text: String) {
    for other in IdentifierTextTests.texts {
      #expect((IdentifierText(text) == IdentifierText(other)) == (text == other))
      #expect((IdentifierText(text) < IdentifierText(other)) == (text < other), "\(text) \(other)")
    }
  }

  @Test("is a UUID with small hexadecimal digits and hyphens where they belong, and with nothing else anywhere")
  func everyByte() {
    let usual = Array("6f7a3c1e-0b9d-4a8f-8e25-0000f9a00c01".utf8)
    for position in usual.indices {
      for byte in UInt8.min ... .max {
        var text = usual
        text[position] = byte
        let isHyphen = [8, 13, 18, 23].contains(position)
        let isMeant = isHyphen ? byte == 45 : (48...57).contains(byte) || (97...102).contains(byte)
        let identifier = text.withUnsafeBytes { IdentifierText(uuid: $0) }
        #expect((identifier != nil) == isMeant, "\(byte) at \(position)")
        if let identifier { #expect(identifier.withUTF8 { Array($0) } == text) }
      }
    }
  }
}

@Suite("Resources' keys")
struct ResourceKeyTests {
  @Test("take no more room than their id")
  func room() {
    #expect(MemoryLayout<ResourceKey>.stride == MemoryLayout<IdentifierText>.stride)
  }
}
