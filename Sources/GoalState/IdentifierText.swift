/// The text of an identifier.
///
/// A UUID in its usual form, 36 characters with small letters, is kept as its 128 bits: it takes no memory of its own, and is copied,
/// compared and hashed without looking at text. A host has hundreds of thousands of them.
public struct IdentifierText: Hashable, Sendable {
  private enum Form: Hashable, Sendable {
    case uuid(high: UInt64, low: UInt64)
    case other(String)

    /// Without which of the two it is: what is looked up the most has two words to hash, not three.
    func hash(into hasher: inout Hasher) {
      switch self {
      case .uuid(let high, let low):
        hasher.combine(high)
        hasher.combine(low)
      case .other(let text): hasher.combine(text)
      }
    }
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

  /// The identifier with this text, when that is a UUID in its usual form.
  public init?(uuid utf8: UnsafeRawBufferPointer) {
    guard let form = IdentifierText.uuid(utf8) else { return nil }
    self.form = form
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

extension IdentifierText {
  /// FNV-1a of the text, 32 bits, going on from the hash of what is before it: stable across processes, unlike `Hasher`.
  public func stableHash(after start: UInt32) -> UInt32 {
    func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt32 {
      text.reduce(start) { ($0 ^ UInt32($1)) &* 16_777_619 }
    }
    switch form {
    case .uuid(let high, let low):
      return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: IdentifierText.uuidLength) { bytes in
        IdentifierText.write(high, low, to: bytes)
        return hash(UnsafeBufferPointer(bytes))
      }
    case .other(var text): return text.withUTF8(hash)
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

  // Eight, four, four, four and twelve digits, with hyphens between them.

  private static func uuid(_ text: UnsafeRawBufferPointer) -> Form? {
    guard text.count == uuidLength, text[8] == UInt8(ascii: "-"),
      text[13] == UInt8(ascii: "-"), text[18] == UInt8(ascii: "-"), text[23] == UInt8(ascii: "-")
    else { return nil }
    guard let first = eightDigits(at: 0, 4, of: text), let second = eightDigits(at: 9, 14, of: text),
      let third = eightDigits(at: 19, 24, of: text), let fourth = eightDigits(at: 28, 32, of: text)
    else { return nil }
    return .uuid(high: first << 32 | second, low: third << 32 | fourth)
  }

  /// The number that twice four small hexadecimal digits are; nil when they are none.
  ///
  /// All at once, a byte of a word for each: a large goal state has hundreds of thousands of identifiers.
  @inline(__always)
  private static func eightDigits(at start: Int, _ middle: Int, of text: UnsafeRawBufferPointer) -> UInt64? {
    func word(_ byte: UInt64) -> UInt64 { byte &* 0x0101_0101_0101_0101 }
    // The first digit is in the highest byte.
    let left = UInt64(UInt32(bigEndian: text.loadUnaligned(fromByteOffset: start, as: UInt32.self)))
    let right = UInt64(UInt32(bigEndian: text.loadUnaligned(fromByteOffset: middle, as: UInt32.self)))
    let digits = left << 32 | right
    // "0" to "9" are 0x30 to 0x39, "a" to "f" are 0x61 to 0x66.
    let isLetter = digits >> 6 & word(0x01)
    let low = digits & word(0x0f)
    let values = low &+ isLetter &* 9
    guard digits & word(0xf0) == word(0x30) &+ isLetter &* 0x30,
      // No more than 9, or 6 for a letter; and no letter with 0.
      (low &+ word(0x06) &+ isLetter &* 3) & word(0x10) == 0, (low &+ word(0x0f)) >> 4 & isLetter == isLetter
    else { return nil }
    var number = (values | values >> 4) & 0x00ff_00ff_00ff_00ff
    number = (number | number >> 8) & 0x0000_ffff_0000_ffff
    return (number | number >> 16) & 0xffff_ffff
  }

  private static func write(_ high: UInt64, _ low: UInt64, to bytes: UnsafeMutableBufferPointer<UInt8>) {
    let text = UnsafeMutableRawBufferPointer(bytes)
    func put(_ half: UInt64, at offset: Int) {
      text.storeBytes(of: UInt32(truncatingIfNeeded: half).bigEndian, toByteOffset: offset, as: UInt32.self)
    }
    let (first, second) = (digits(high >> 32), digits(high & 0xffff_ffff))
    let (third, fourth) = (digits(low >> 32), digits(low & 0xffff_ffff))
    put(first >> 32, at: 0)
    put(first, at: 4)
    put(second >> 32, at: 9)
    put(second, at: 14)
    put(third >> 32, at: 19)
    put(third, at: 24)
    put(fourth >> 32, at: 28)
    put(fourth, at: 32)
    text[8] = UInt8(ascii: "-")
    text[13] = UInt8(ascii: "-")
    text[18] = UInt8(ascii: "-")
    text[23] = UInt8(ascii: "-")
  }

  /// The eight digits of a number of 32 bits, the first in the highest byte.
  private static func digits(_ number: UInt64) -> UInt64 {
    func word(_ byte: UInt64) -> UInt64 { byte &* 0x0101_0101_0101_0101 }
    var values = (number | number << 16) & 0x0000_ffff_0000_ffff
    values = (values | values << 8) & 0x00ff_00ff_00ff_00ff
    values = (values | values << 4) & word(0x0f)
    let isLetter = (values &+ word(0x06)) >> 4 & word(0x01)
    // "a" is 39 further behind "9" than it would be in one alphabet with the digits.
    return values &+ word(UInt64(UInt8(ascii: "0"))) &+ isLetter &* 39
  }
}
