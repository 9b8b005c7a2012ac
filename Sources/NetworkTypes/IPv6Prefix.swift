/// An IPv6 network: an address whose host bits are zero, and a length of 0 to 128 (RFC 4291 section 2.3).
public struct IPv6Prefix: Hashable, Sendable {
  /// The network's first address.
  public let address: IPv6Address
  /// The number of leading bits that are the network's, 0 to 128.
  public let length: Int

  /// The prefix of one address: all bits are the network's.
  public init(_ address: IPv6Address) {
    self.address = address
    self.length = 128
  }

  /// The network of `length` bits that contains `address`: host bits are cleared.
  ///
  /// - Returns: nil unless `length` is 0 to 128.
  public init?(containing address: IPv6Address, length: Int) {
    guard (0...128).contains(length) else { return nil }
    let mask = IPv6Prefix.mask(length: length)
    self.address = IPv6Address(high: address.high & mask.high, low: address.low & mask.low)
    self.length = length
  }

  /// Reads `2001:db8::/32`.
  ///
  /// - Returns: nil for malformed text, and when a host bit is set.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPv6Address(parts[0]), let length = parsePrefixLength(parts[1]) else {
      return nil
    }
    self.init(containing: address, length: length)
    guard self.address == address else { return nil }
  }

  /// The last address.
  public var last: IPv6Address {
    let mask = IPv6Prefix.mask(length: length)
    return IPv6Address(high: address.high | ~mask.high, low: address.low | ~mask.low)
  }
  /// The addresses that hosts may have: without the first, which is any router's (RFC 4291 section 2.6.1), except for
  /// /127 (RFC 6164) and /128.
  public var hosts: ClosedRange<IPv6Address> {
    guard length < 127 else { return address...last }
    return IPv6Address(value: address.value + 1)...last
  }

  /// Whether `address` is in this network.
  public func contains(_ address: IPv6Address) -> Bool {
    let mask = IPv6Prefix.mask(length: length)
    return address.high & mask.high == self.address.high && address.low & mask.low == self.address.low
  }

  /// Whether the two networks have an address in common, that is, one contains the other.
  public func overlaps(_ other: IPv6Prefix) -> Bool {
    length <= other.length ? contains(other.address) : other.contains(address)
  }

  private static func mask(length: Int) -> (high: UInt64, low: UInt64) {
    let bits = { (count: Int) -> UInt64 in count <= 0 ? 0 : UInt64.max << UInt64(64 - min(count, 64)) }
    return (bits(length), bits(length - 64))
  }
}

extension IPv6Prefix: Comparable {
  /// By address, then the wider network first.
  public static func < (lhs: IPv6Prefix, rhs: IPv6Prefix) -> Bool {
    (lhs.address, lhs.length) < (rhs.address, rhs.length)
  }
}

extension IPv6Prefix: CustomStringConvertible {
  /// The address as RFC 5952 has it, and the length.
  public var description: String { "\(address)/\(length)" }
}
