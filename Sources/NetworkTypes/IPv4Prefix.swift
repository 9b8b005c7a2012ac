/// An IPv4 network in CIDR notation (RFC 4632): an address whose host bits are zero, and a length of 0 to 32.
public struct IPv4Prefix: Hashable, Sendable {
  /// The network's first address.
  public let address: IPv4Address
  /// The number of leading bits that are the network's, 0 to 32.
  public let length: Int

  /// The prefix of one address: all bits are the network's.
  public init(_ address: IPv4Address) {
    self.address = address
    self.length = 32
  }

  /// The network of `length` bits that contains `address`: host bits are cleared.
  ///
  /// - Returns: nil unless `length` is 0 to 32.
  public init?(containing address: IPv4Address, length: Int) {
    guard (0...32).contains(length) else { return nil }
    self.address = IPv4Address(rawValue: address.rawValue & IPv4Prefix.mask(length: length))
    self.length = length
  }

  /// Reads `192.0.2.0/24`.
  ///
  /// - Returns: nil for malformed text, and when a host bit is set: `192.0.2.1/24` names no network.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPv4Address(parts[0]), let length = parsePrefixLength(parts[1]) else {
      return nil
    }
    self.init(containing: address, length: length)
    guard self.address == address else { return nil }
  }

  /// The netmask, such as `255.255.255.0`.
  public var mask: IPv4Address { IPv4Address(rawValue: IPv4Prefix.mask(length: length)) }
  /// The last address, which is the directed broadcast address for lengths up to 30 (RFC 919, RFC 3021).
  public var last: IPv4Address { IPv4Address(rawValue: address.rawValue | ~mask.rawValue) }
  /// The addresses that hosts may have: without the first and the last, except for /31 and /32 (RFC 3021).
  public var hosts: ClosedRange<IPv4Address> {
    guard length < 31 else { return address...last }
    return IPv4Address(rawValue: address.rawValue + 1)...IPv4Address(rawValue: last.rawValue - 1)
  }

  /// Whether `address` is in this network.
  public func contains(_ address: IPv4Address) -> Bool {
    address.rawValue & mask.rawValue == self.address.rawValue
  }

  /// Whether the two networks have an address in common, that is, one contains the other.
  public func overlaps(_ other: IPv4Prefix) -> Bool {
    length <= other.length ? contains(other.address) : other.contains(address)
  }

  private static func mask(length: Int) -> UInt32 {
    length == 0 ? 0 : UInt32.max << UInt32(32 - length)
  }
}

extension IPv4Prefix: Comparable {
  /// By address, then the wider network first.
  public static func < (lhs: IPv4Prefix, rhs: IPv4Prefix) -> Bool {
    (lhs.address, lhs.length) < (rhs.address, rhs.length)
  }
}

extension IPv4Prefix: CustomStringConvertible {
  /// CIDR notation.
  public var description: String { "\(address)/\(length)" }
}

/// One to three digits without a leading zero.
func parsePrefixLength(_ text: some StringProtocol) -> Int? {
  let bytes = Array(text.utf8)
  guard (1...3).contains(bytes.count), bytes.count == 1 || bytes.first != UInt8(ascii: "0") else { return nil }
  guard bytes.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
  return Int(text)
}
