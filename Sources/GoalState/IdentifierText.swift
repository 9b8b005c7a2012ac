/// The text of an identifier.
///
/// A UUID in its usual form, 36 characters with small letters, is kept as its 128 bits: it takes no memory of its own, and is copied,
/// compared and hashed without looking at text. A host has hundreds of thousands of them.
public struct IdentifierText: Hashable, Sendable {
  private enum Form: Hashable, Sendable {
    case uuid(high: UInt64, low: UInt64)
    case other(String)
  }

  private let form: Form

  /// The identifier with this text.
  public init(_ text: String) {
    var text = text
    form = text.withUTF8 { IdentifierText.uuid(UnsafeRawBufferPointer($0)) } ?? .other(text)
  }

  /// The identifier with this text.
  ///
  /// - Parameter utf8: Its bytes; what is no UTF-8 is replaced as in any string.
  public init(utf8: UnsafeRawBufferPointer) {
    form = IdentifierText.uuid(utf8) ?? .other(String(decoding: utf8, as: UTF8.self))
  }

  /// How many bytes the text has.
  public var utf8Count: Int {
    switch form {
    case .uuid: IdentifierText.uuidLength
    case .other(let text): text.utf8.count
    }
  }

  /// Lets the bytes of the text be read.
  public func withUTF8<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    switch form {
    case .uuid(let high, let low):
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: IdentifierText.uuidLength) { bytes in
        IdentifierText.write(high, low, to: bytes)
        return body(UnsafeBufferPointer(bytes))
      }
    case .other(var text): text.withUTF8(body)
    }
  }
}

extension IdentifierText: Comparable {
  /// Order of the text; that of two UUIDs is that of their numbers.
  public static func < (lhs: IdentifierText, rhs: IdentifierText) -> Bool {
    if case .uuid(let lhsHigh, let lhsLow) = lhs.form, case .uuid(let rhsHigh, let rhsLow) = rhs.form {
      return (lhsHigh, lhsLow) < (rhsHigh, rhsLow)
    }
    return lhs.description < rhs.description
  }
}

extension IdentifierText: CustomStringConvertible, ExpressibleByStringLiteral {
  /// The text.
  public var description: String {
    switch form {
    case .uuid(let high, let low):
      String(unsafeUninitializedCapacity: IdentifierText.uuidLength) { bytes in
        IdentifierText.write(high, low, to: bytes)
        return IdentifierText.uuidLength
      }
    case .other(let text): text
    }
  }

  /// The identifier with this text.
  public init(stringLiteral text: String) { self.init(text) }
}

// MARK: - UUIDs (RFC 9562 section 4)

extension IdentifierText {
  private static let uuidLength = 36

  /// Eight, four, four, four and twelve digits, with hyphens between them.
  private static func isHyphen(_ position: Int) -> Bool {
    position == 8 || position == 13 || position == 18 || position == 23
  }

  private static func uuid(_ text: UnsafeRawBufferPointer) -> Form? {
    guard text.count == uuidLength else { return nil }
    var high: UInt64 = 0
    var low: UInt64 = 0
    for position in 0..<uuidLength {
      let byte = text[position]
      if isHyphen(position) {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte &- UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte &- UInt8(ascii: "a") &+ 10
      default: return nil
      }
      if position < 18 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
    }
    return .uuid(high: high, low: low)
  }

  private static func write(_ high: UInt64, _ low: UInt64, to bytes: UnsafeMutableBufferPointer<UInt8>) {
    var (high, low) = (high, low)
    for position in (0..<uuidLength).reversed() {
      if isHyphen(position) {
        bytes.initializeElement(at: position, to: UInt8(ascii: "-"))
        continue
      }
      let digit: UInt8
      if position < 18 {
        digit = UInt8(truncatingIfNeeded: high & 0xf)
        high >>= 4
      } else {
        digit = UInt8(truncatingIfNeeded: low & 0xf)
        low >>= 4
      }
      bytes.initializeElement(
        at: position, to: digit < 10 ? UInt8(ascii: "0") &+ digit : UInt8(ascii: "a") &- 10 &+ digit)
    }
  }
}
