import PacketFormats

/// A set of option codes, such as what a parameter request list asks for.
struct DHCPOptionSet: Hashable, Sendable {
  private var words = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))

  /// No code.
  init() {}

  /// Every byte a code.
  init(_ codes: RawSpan) {
    for offset in 0..<codes.byteCount {
      guard let code = codes.uint8(at: offset) else { continue }
      insert(DHCPOptionCode(rawValue: code))
    }
  }

  mutating func insert(_ code: DHCPOptionCode) {
    let bit = UInt64(1) << UInt64(code.rawValue & 63)
    switch code.rawValue >> 6 {
    case 0: words.0 |= bit
    case 1: words.1 |= bit
    case 2: words.2 |= bit
    default: words.3 |= bit
    }
  }

  func contains(_ code: DHCPOptionCode) -> Bool {
    let word =
      switch code.rawValue >> 6 {
      case 0: words.0
      case 1: words.1
      case 2: words.2
      default: words.3
      }
    return word >> UInt64(code.rawValue & 63) & 1 != 0
  }

  static func == (lhs: DHCPOptionSet, rhs: DHCPOptionSet) -> Bool { lhs.words == rhs.words }

  func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(words.2)
    hasher.combine(words.3)
  }
}
