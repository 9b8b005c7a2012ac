/// The cyclic redundancy check of Castagnoli's polynomial (RFC 3720 appendix B.4), which finds every burst of up to 32 bits.
struct CRC32C: Sendable {
  /// Reflected: the polynomial is 0x1edc6f41.
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ 0x82f6_3b78 }
  }

  private var state: UInt32 = .max

  /// The check of all that was added.
  var value: UInt32 { ~state }

  mutating func add(_ bytes: some Sequence<UInt8>) {
    CRC32C.table.withUnsafeBufferPointer { table in
      // The index has 8 bits and the table 256 entries.
      for byte in bytes { state = state >> 8 ^ table[Int(UInt8(truncatingIfNeeded: state) ^ byte)] }
    }
  }

  mutating func add(_ number: UInt64) {
    withUnsafeBytes(of: number.littleEndian) { add($0) }
  }
}
