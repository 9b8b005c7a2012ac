/// The cyclic redundancy check of Castagnoli's polynomial (RFC 3720 appendix B.4), which finds every burst of up to 32 bits.
///
/// Eight bytes at a time: a file of tens of megabytes is checked before a guest is answered.
struct CRC32C: Sendable {
  /// Of each byte, what it comes to with 0 to 7 bytes behind it: 256 numbers for each.
  private static let tables: [UInt32] = {
    // Reflected: the polynomial is 0x1edc6f41.
    var tables: [UInt32] = (0..<256).map { index in
      var value = UInt32(index)
      for _ in 0..<8 { value = value & 1 == 0 ? value >> 1 : value >> 1 ^ 0x82f6_3b78 }
      return value
    }
    for index in 256..<2048 {
      let before = tables[index - 256]
      tables.append(before >> 8 ^ tables[Int(before & 0xff)])
    }
    return tables
  }()

  private var state: UInt32 = .max

  /// The check of all that was added.
  var value: UInt32 { ~state }

  mutating func add(_ bytes: ArraySlice<UInt8>) {
    bytes.withUnsafeBytes { add($0) }
  }

  mutating func add(_ number: UInt64) {
    withUnsafeBytes(of: number.littleEndian) { add($0) }
  }

  private mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var state = state
    CRC32C.tables.withUnsafeBufferPointer { tables in
      // Each index has 8 bits, and each table 256 entries.
      var position = 0
      while bytes.count - position >= 8 {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)) ^ UInt64(state)
        state = 0
        for place in 0..<8 {
          let byte = Int(UInt8(truncatingIfNeeded: word >> UInt64(8 * place)))
          state ^= tables[(7 - place) << 8 | byte]
        }
        position += 8
      }
      for byte in bytes[position...] { state = state >> 8 ^ tables[Int(UInt8(truncatingIfNeeded: state) ^ byte)] }
    }
    self.state = state
  }
}
