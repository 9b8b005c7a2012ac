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
    // 2^64 / 2^33 steps fit before the sum could overflow, more than any frame has.
    while let words = bytes.uint64(at: offset) {
      sum &+= words >> 32 &+ words & 0xffff_ffff
      offset += 8
    }
    if let word = bytes.uint32(at: offset) {
      sum &+= UInt64(word)
      offset += 4
    }
    if let word = bytes.uint16(at: offset) {
      sum &+= UInt64(word)
      offset += 2
    }
    if let last = bytes.uint8(at: offset) {
      sum &+= UInt64(last) << 8
    }
  }

  /// Adds one word.
  public mutating func add(_ word: UInt16) {
    sum &+= UInt64(word)
  }

  /// Adds the pseudo header of TCP and UDP over IPv4 (RFC 768).
  public mutating func addPseudoHeader(
    source: IPv4Address, destination: IPv4Address, protocol ipProtocol: IPProtocol, length: Int
  ) {
    sum &+= UInt64(source.rawValue) &+ UInt64(destination.rawValue)
    sum &+= UInt64(ipProtocol.rawValue) &+ UInt64(UInt32(truncatingIfNeeded: length))
  }

  /// Adds the pseudo header of upper layers over IPv6 (RFC 8200 section 8.1).
  public mutating func addPseudoHeader(
    source: IPv6Address, destination: IPv6Address, protocol ipProtocol: IPProtocol, length: Int
  ) {
    for half in [source.high, source.low, destination.high, destination.low] {
      sum &+= half >> 32 &+ half & 0xffff_ffff
    }
    sum &+= UInt64(ipProtocol.rawValue) &+ UInt64(UInt32(truncatingIfNeeded: length))
  }

  /// The checksum to write. Over data that holds a right checksum already this is 0.
  public var value: UInt16 {
    var folded = sum
    while folded > 0xffff {
      folded = folded >> 16 + folded & 0xffff
    }
    return ~UInt16(truncatingIfNeeded: folded)
  }

  /// The checksum to write into a UDP header, where 0 means that there is none (RFC 768): 0xffff stands for it.
  public var udpValue: UInt16 {
    let value = self.value
    return value == 0 ? 0xffff : value
  }
}
