/// An address of either family.
public enum IPAddress: Hashable, Sendable {
  case v4(IPv4Address)
  case v6(IPv6Address)

  /// Reads the text of either family.
  public init?(_ text: some StringProtocol) {
    if let address = IPv4Address(text) {
      self = .v4(address)
    } else if let address = IPv6Address(text) {
      self = .v6(address)
    } else {
      return nil
    }
  }

  /// The IPv4 address, or nil for IPv6.
  public var v4: IPv4Address? {
    if case .v4(let address) = self { address } else { nil }
  }

  /// The IPv6 address, or nil for IPv4.
  public var v6: IPv6Address? {
    if case .v6(let address) = self { address } else { nil }
  }

  /// The address of this version with the given value, the first octet highest.
  ///
  /// - Returns: nil for a value that an IPv4 address has no room for.
  public init?(_ version: IPVersion, value: UInt128) {
    switch version {
    case .v4:
      guard let value = UInt32(exactly: value) else { return nil }
      self = .v4(IPv4Address(rawValue: value))
    case .v6: self = .v6(IPv6Address(value: value))
    }
  }

  /// Which version's address this is.
  public var version: IPVersion { v4 == nil ? .v6 : .v4 }

  /// The value, the first octet highest; an IPv4 address has 32 bits.
  public var value: UInt128 {
    switch self {
    case .v4(let address): UInt128(address.rawValue)
    case .v6(let address): address.value
    }
  }

  /// Whether one host can have this address.
  public var isHostAddress: Bool {
    switch self {
    case .v4(let address): address.isHostAddress
    case .v6(let address): address.isHostAddress
    }
  }
}

extension IPAddress: Comparable {
  /// IPv4 before IPv6, numeric within a family.
  public static func < (lhs: IPAddress, rhs: IPAddress) -> Bool {
    switch (lhs, rhs) {
    case (.v4(let lhs), .v4(let rhs)): lhs < rhs
    case (.v6(let lhs), .v6(let rhs)): lhs < rhs
    case (.v4, .v6): true
    case (.v6, .v4): false
    }
  }
}

extension IPAddress: CustomStringConvertible {
  /// The family's own text.
  public var description: String {
    switch self {
    case .v4(let address): address.description
    case .v6(let address): address.description
    }
  }
}
