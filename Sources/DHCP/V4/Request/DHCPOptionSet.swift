import PacketFormats

/// A set of option codes, such as what a parameter request list asks for.
struct DHCPOptionSet: Sendable {
  private var words = InlineArray<4, UInt64>(repeating: 0)

  /// No code.
  init() {}

  /// Every byte a code.
  init(_ codes: RawSpan) {
    for offset in 0..<codes.byteCount {
      insert(DHCPOptionCode(rawValue: codes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)))
    }
  }

  @inline(__always)
  mutating func insert(_ code: DHCPOptionCode) {
    words[Int(code.rawValue >> 6)] |= 1 << UInt64(code.rawValue & 63)
  }

  @inline(__always)
  func contains(_ code: DHCPOptionCode) -> Bool {
    words[Int(code.rawValue >> 6)] >> UInt64(code.rawValue & 63) & 1 != 0
  }
}
