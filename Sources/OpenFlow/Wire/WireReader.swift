/// A bounds-checked cursor over network-order bytes. Every read either stays within the bytes or throws.
struct WireReader {
  private let bytes: [UInt8]
  private let end: Int
  /// The structure that is being read, for the error.
  let structure: String
  /// The offset of the next byte.
  private(set) var offset: Int

  init(_ bytes: [UInt8], structure: String) {
    self.bytes = bytes
    self.end = bytes.count
    self.structure = structure
    self.offset = 0
  }

  private init(bytes: [UInt8], range: Range<Int>, structure: String) {
    self.bytes = bytes
    self.end = range.upperBound
    self.structure = structure
    self.offset = range.lowerBound
  }

  /// The number of bytes left.
  var remaining: Int { end - offset }
  /// Whether nothing is left.
  var isAtEnd: Bool { offset >= end }

  /// The error that says what is wrong at the cursor.
  func malformed(_ reason: String) -> MalformedMessage {
    MalformedMessage(structure: structure, offset: offset, reason: reason)
  }

  /// Throws unless `count` bytes are left.
  func require(_ count: Int) throws(MalformedMessage) {
    guard count >= 0, count <= remaining else {
      throw malformed("expected \(count) more bytes, \(remaining) are left")
    }
  }

  /// Reads a big-endian integer.
  mutating func integer<T: FixedWidthInteger & UnsignedInteger>(_ type: T.Type = T.self) throws(MalformedMessage) -> T {
    let count = T.bitWidth / 8
    try require(count)
    var value: T = 0
    for index in offset..<(offset + count) {
      value = value << 8 | T(truncatingIfNeeded: bytes[index])
    }
    offset += count
    return value
  }

  /// Reads a big-endian integer at `distance` bytes from the cursor without moving it.
  func peek<T: FixedWidthInteger & UnsignedInteger>(
    _ type: T.Type = T.self, at distance: Int = 0
  ) throws(MalformedMessage) -> T {
    var copy = self
    try copy.skip(distance)
    return try copy.integer(type)
  }

  /// Reads a number of `count` bytes, at most 16.
  mutating func number(count: Int) throws(MalformedMessage) -> UInt128 {
    try require(count)
    guard count <= 16 else { throw malformed("a number of \(count) bytes is longer than 16") }
    var value: UInt128 = 0
    for index in offset..<(offset + count) {
      value = value << 8 | UInt128(bytes[index])
    }
    offset += count
    return value
  }

  /// Takes `count` bytes.
  mutating func take(_ count: Int) throws(MalformedMessage) -> [UInt8] {
    try require(count)
    let taken = Array(bytes[offset..<(offset + count)])
    offset += count
    return taken
  }

  /// The next `count` bytes, without moving.
  func peekBytes(_ count: Int) throws(MalformedMessage) -> [UInt8] {
    var copy = self
    return try copy.take(count)
  }

  /// Takes everything that is left.
  mutating func takeRest() -> [UInt8] {
    let taken = Array(bytes[offset..<end])
    offset = end
    return taken
  }

  /// Passes over `count` bytes, whatever they hold.
  mutating func skip(_ count: Int) throws(MalformedMessage) {
    try require(count)
    offset += count
  }

  /// A reader of the next `count` bytes only; this one moves past them.
  mutating func sub(_ count: Int, structure: String? = nil) throws(MalformedMessage) -> WireReader {
    try require(count)
    let reader = WireReader(
      bytes: bytes, range: offset..<(offset + count), structure: structure ?? self.structure)
    offset += count
    return reader
  }
}
