/// The fewest values with masks that together match a range: OpenFlow has no ranges of ports.
enum MaskedRange {
  struct Part: Hashable, Sendable {
    let value: UInt16
    let mask: UInt16
  }

  /// The parts, lowest first: from the low end on the largest block of a power of two that begins there and does not go
  /// beyond the high end.
  static func parts(of range: ClosedRange<UInt16>) -> [Part] {
    var parts: [Part] = []
    var next = UInt32(range.lowerBound)
    let end = UInt32(range.upperBound) + 1
    while next < end {
      var size: UInt32 = next == 0 ? 1 << 16 : next & ~(next - 1)
      while next + size > end { size >>= 1 }
      parts.append(Part(value: UInt16(truncatingIfNeeded: next), mask: UInt16(truncatingIfNeeded: ~(size - 1))))
      next += size
    }
    return parts
  }
}
