/// Big-endian numbers within packet bytes. Every access says what is there or that nothing is; none can trap.
extension [UInt8] {
  /// The byte at `offset`.
  func byte(at offset: Int) -> UInt8? {
    indices.contains(offset) ? self[offset] : nil
  }

  /// The number in `count` bytes at `offset`; nil when not all are there.
  func number(at offset: Int, count length: Int) -> UInt128? {
    guard offset >= 0, length >= 0, length <= 16, offset <= count, count - offset >= length else { return nil }
    var value: UInt128 = 0
    for index in offset..<(offset + length) { value = value << 8 | UInt128(self[index]) }
    return value
  }

  /// The two bytes at `offset`.
  func uint16(at offset: Int) -> UInt16? {
    number(at: offset, count: 2).map { UInt16(truncatingIfNeeded: $0) }
  }

  /// The four bytes at `offset`.
  func uint32(at offset: Int) -> UInt32? {
    number(at: offset, count: 4).map { UInt32(truncatingIfNeeded: $0) }
  }

  /// The six bytes at `offset`.
  func uint48(at offset: Int) -> UInt64? {
    number(at: offset, count: 6).map { UInt64(truncatingIfNeeded: $0) }
  }

  /// Writes a number over `length` bytes at `offset`; does nothing when they are not all there.
  mutating func write(_ value: UInt128, at offset: Int, count length: Int) {
    guard offset >= 0, length >= 0, length <= 16, offset <= count, count - offset >= length else { return }
    var rest = value
    for index in (offset..<(offset + length)).reversed() {
      self[index] = UInt8(truncatingIfNeeded: rest)
      rest >>= 8
    }
  }

  /// Writes two bytes at `offset`.
  mutating func write(_ value: UInt16, at offset: Int) { write(UInt128(value), at: offset, count: 2) }

  /// Inserts bytes at `offset`, at the end when that is beyond it.
  mutating func insert(_ bytes: [UInt8], at offset: Int) {
    insert(contentsOf: bytes, at: Swift.min(Swift.max(offset, 0), count))
  }

  /// Removes `length` bytes at `offset`, as far as they are there.
  mutating func remove(at offset: Int, count length: Int) {
    guard offset >= 0, length > 0, offset < count else { return }
    removeSubrange(offset..<(offset + Swift.min(length, count - offset)))
  }
}

/// The Internet checksum (RFC 1071), whole and by difference (RFC 1624 equation 3, as Open vSwitch does it).
enum Checksum {
  /// The one's complement sum of `bytes` on top of `initial`, not folded.
  static func sum(_ bytes: some Sequence<UInt8>, initial: UInt64 = 0) -> UInt64 {
    var sum = initial
    var high: UInt64?
    for byte in bytes {
      if let first = high {
        sum &+= first << 8 | UInt64(byte)
        high = nil
      } else {
        high = UInt64(byte)
      }
    }
    if let last = high { sum &+= last << 8 }
    return sum
  }

  /// The checksum that a sum folds to.
  static func finish(_ sum: UInt64) -> UInt16 {
    var sum = sum
    while sum > 0xffff { sum = (sum & 0xffff) &+ (sum >> 16) }
    return ~UInt16(truncatingIfNeeded: sum)
  }

  /// The checksum after a value of `words` 16-bit words changed. Words that stay the same count too: they make the
  /// difference between the two zeros of one's complement.
  static func updated(_ checksum: UInt16, from old: UInt128, to new: UInt128, words: Int) -> UInt16 {
    var sum = UInt64(~checksum)
    for word in 0..<words {
      let shift = UInt128(clamping: word * 16)
      sum &+= UInt64(~UInt16(truncatingIfNeeded: old >> shift))
      sum &+= UInt64(UInt16(truncatingIfNeeded: new >> shift))
    }
    return finish(sum)
  }
}
