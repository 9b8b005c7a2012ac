// Writing is appending to an array of bytes: a message is built in place, its length is set at its end.

extension [UInt8] {
  /// Appends a big-endian integer.
  @inline(__always)
  mutating func appendInteger<T: FixedWidthInteger>(_ value: T) {
    var shift = T.bitWidth
    while shift > 0 {
      shift -= 8
      append(UInt8(truncatingIfNeeded: value >> T(shift)))
    }
  }

  /// Appends the low `count` bytes of `value`, highest first.
  mutating func appendNumber(_ value: UInt128, count: Int) {
    var left = count
    while left > 0 {
      left -= 1
      append(left < 16 ? UInt8(truncatingIfNeeded: value >> UInt128(8 * left)) : 0)
    }
  }

  /// Appends `count` zero bytes.
  mutating func appendZeros(_ count: Int) {
    append(contentsOf: repeatElement(0, count: Swift.max(0, count)))
  }

  /// Pads with zeros until the bytes from `start` on are a multiple of eight.
  mutating func padToEight(from start: Int) {
    appendZeros((8 - (count - start) % 8) % 8)
  }

  /// Puts a length of 16 bits at `offset`, which has been written before.
  mutating func setLength(_ length: Int, at offset: Int) {
    guard offset >= 0, offset + 2 <= count else { return }
    self[offset] = UInt8(truncatingIfNeeded: length >> 8)
    self[offset + 1] = UInt8(truncatingIfNeeded: length)
  }
}

/// `length` rounded up to a multiple of eight.
func roundedUpToEight(_ length: Int) -> Int {
  length + (8 - length % 8) % 8
}
