import NetworkTypes

/// The 16-bit one's complement checksum of IPv4, ICMP, TCP and UDP (RFC 1071).
///
/// Parts are added in order; a part of odd length is padded with a zero octet, so only the last one may be odd.
public struct InternetChecksum: Sendable {
  private var sum: UInt64 = 0

  /// A sum of nothing.
  public init() {}

  /// Adds `bytes` as big-endian 16-bit words.
  public mutating func add(_ bytes: RawSpan) {
    var offset = 0
    // Eight bytes at a time in the order of this machine, and swapped at the end: a one's complement sum depends neither
    // on the width of its words nor on their byte order (RFC 1071 section 2 (B) and (C)). Halves of 32 bits do not
    // overflow before 2^32 words.
    let wholeEnd = bytes.byteCount & ~7
    var (low, high): (UInt64, UInt64) = (0, 0)
    while offset < wholeEnd {
      let word = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
      low &+= word & 0xffff_ffff
      high &+= word >> 32
      offset += 8
    }
    add(wide: UInt64(UInt16(bigEndian: InternetChecksum.folded(low &+ high))))
    if let word = bytes.uint32(at: offset) {
      add(wide: UInt64(word))
      offset += 4
    }
    if let word = bytes.uint16(at: offset) {
      add(wide: UInt64(word))
      offset += 2
    }
    if let last = bytes.uint8(at: offset) {
      add(wide: UInt64(last) << 8)
    }
  }

  @inline(__always)
  private mutating func add(wide word: UInt64) {
    let (partial, carries) = sum.addingReportingOverflow(word)
    sum = partial &+ (carries ? 1 : 0)
  }

  /// Adds one word.
  public mutating func add(_ word: UInt16) { add(wide: UInt64(word)) }

  /// Adds the pseudo header of TCP and UDP over IPv4 (RFC 768).
  public mutating func addPseudoHeader(
    source: IPv4Address, destination: IPv4Address, protocol ipProtocol: IPProtocol, length: Int
  ) {
    add(wide: UInt64(source.rawValue) &+ UInt64(destination.rawValue))
    add(wide: UInt64(ipProtocol.rawValue) &+ UInt64(UInt32(truncatingIfNeeded: length)))
  }

  /// Adds the pseudo header of upper layers over IPv6 (RFC 8200 section 8.1).
  public mutating func addPseudoHeader(
    source: IPv6Address, destination: IPv6Address, protocol ipProtocol: IPProtocol, length: Int
  ) {
    add(wide: source.high)
    add(wide: source.low)
    add(wide: destination.high)
    add(wide: destination.low)
    add(wide: UInt64(ipProtocol.rawValue) &+ UInt64(UInt32(truncatingIfNeeded: length)))
  }

  /// The checksum to write. Over data that holds a right checksum already this is 0.
  public var value: UInt16 {
    ~InternetChecksum.folded(sum)
  }

  private static func folded(_ sum: UInt64) -> UInt16 {
    var folded = sum
    while folded > 0xffff {
      folded = folded >> 16 + folded & 0xffff
    }
    return UInt16(truncatingIfNeeded: folded)
  }

  /// The checksum to write into a UDP header, where 0 means that there is none (RFC 768): 0xffff stands for it.
  public var udpValue: UInt16 {
    let value = self.value
    return value == 0 ? 0xffff : value
  }
}
