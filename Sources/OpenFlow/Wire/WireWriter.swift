// Writing is appending to an array of bytes: a message is built in place, its length is set at its end.

extension [UInt8] {
  /// Appends a big-endian integer.
  @inline(__always)
  mutating func appendInteger<T: FixedWidthInteger>(_ value: T) {
    Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
  }

  /// Appends the low `count` bytes of `value`, highest first.
  mutating func appendNumber(_ value: UInt128, count: Int) {
    guard count <= 16 else {
      appendZeros(count - 16)
      return appendNumber(value, count: 16)
    }
    guard count > 0 else { return }
    // Rebased, so that the bytes are copied at once and not one by one.
    if count <= 8 {
      let word = UInt64(truncatingIfNeeded: value) << UInt64(64 - 8 * count)
      Swift.withUnsafeBytes(of: word.bigEndian) { append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    } else {
      Swift.withUnsafeBytes(of: value.bigEndian) {
        append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[(16 - count)...]))
      }
    }
  }

  /// Appends `count` zero bytes.
  mutating func appendZeros(_ count: Int) {
    var left = count
    while left >= 8 {
      appendInteger(UInt64(0))
      left -= 8
    }
    guard left > 0 else { return }
    Swift.withUnsafeBytes(of: UInt64(0)) { append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[..<left])) }
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
