/// A network of either family.
public enum IPPrefix: Hashable, Sendable {
  case v4(IPv4Prefix)
  case v6(IPv6Prefix)

  /// Reads CIDR notation of either family; nil for malformed text or a set host bit.
  public init?(_ text: some StringProtocol) {
    if let prefix = IPv4Prefix(text) {
      self = .v4(prefix)
    } else if let prefix = IPv6Prefix(text) {
      self = .v6(prefix)
    } else {
      return nil
    }
  }

  /// The prefix of one address.
  public init(_ address: IPAddress) {
    switch address {
    case .v4(let address): self = .v4(IPv4Prefix(address))
    case .v6(let address): self = .v6(IPv6Prefix(address))
    }
  }

  /// The network of `length` bits that contains `address`: host bits are cleared.
  ///
  /// - Returns: nil for a length that the address's version does not have.
  public init?(containing address: IPAddress, length: Int) {
    switch address {
    case .v4(let address):
      guard let prefix = IPv4Prefix(containing: address, length: length) else { return nil }
      self = .v4(prefix)
    case .v6(let address):
      guard let prefix = IPv6Prefix(containing: address, length: length) else { return nil }
      self = .v6(prefix)
    }
  }

  /// The IPv4 network, or nil for IPv6.
  public var v4: IPv4Prefix? {
    if case .v4(let prefix) = self { prefix } else { nil }
  }

  /// The IPv6 network, or nil for IPv4.
  public var v6: IPv6Prefix? {
    if case .v6(let prefix) = self { prefix } else { nil }
  }

  /// Which version's network this is.
  public var version: IPVersion { v4 == nil ? .v6 : .v4 }

  /// The number of leading bits that are the network's.
  public var length: Int {
    switch self {
    case .v4(let prefix): prefix.length
    case .v6(let prefix): prefix.length
    }
  }

  /// The last address.
  public var last: IPAddress {
    switch self {
    case .v4(let prefix): .v4(prefix.last)
    case .v6(let prefix): .v6(prefix.last)
    }
  }

  /// The addresses that hosts may have.
  public var hosts: ClosedRange<IPAddress> {
    switch self {
    case .v4(let prefix): .v4(prefix.hosts.lowerBound) ... .v4(prefix.hosts.upperBound)
    case .v6(let prefix): .v6(prefix.hosts.lowerBound) ... .v6(prefix.hosts.upperBound)
    }
  }

  /// Whether `address` is of this family and in this network.
  public func contains(_ address: IPAddress) -> Bool {
    switch (self, address) {
    case (.v4(let prefix), .v4(let address)): prefix.contains(address)
    case (.v6(let prefix), .v6(let address)): prefix.contains(address)
    default: false
    }
  }

  /// Whether the two networks are of one family and have an address in common.
  public func overlaps(_ other: IPPrefix) -> Bool {
    switch (self, other) {
    case (.v4(let lhs), .v4(let rhs)): lhs.overlaps(rhs)
    case (.v6(let lhs), .v6(let rhs)): lhs.overlaps(rhs)
    default: false
    }
  }
}

extension IPPrefix: Comparable {
  /// IPv4 before IPv6, then by address and length.
  public static func < (lhs: IPPrefix, rhs: IPPrefix) -> Bool {
    switch (lhs, rhs) {
    case (.v4(let lhs), .v4(let rhs)): lhs < rhs
    case (.v6(let lhs), .v6(let rhs)): lhs < rhs
    case (.v4, .v6): true
    case (.v6, .v4): false
    }
  }
}

extension IPPrefix: CustomStringConvertible {
  /// CIDR notation.
  public var description: String {
    switch self {
    case .v4(let prefix): prefix.description
    case .v6(let prefix): prefix.description
    }
  }
}
