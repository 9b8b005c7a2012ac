import NetworkTypes

/// Addresses that a guest may send from besides its port's own: those of a virtual router's, or of a subnet behind it.
public struct AddressPair: Hashable, Sendable {
  /// The IP addresses.
  public var prefix: IPPrefix
  /// The MAC address that comes with them; nil for the port's own.
  public var mac: MACAddress?

  /// Both parts.
  public init(prefix: IPPrefix, mac: MACAddress? = nil) {
    self.prefix = prefix
    self.mac = mac
  }
}

/// What a port's guest is held to.
public enum PortSecurity: Hashable, Sendable {
  /// Nothing: it may send from any address, and nothing is filtered.
  case off
  /// To its own addresses; nothing else is filtered. Controllers that know no security groups mean this.
  case guarded
  /// To its own addresses and to the rules of these security groups; without any group nothing passes.
  case filtered([SecurityGroupID])

  /// The security groups; none when nothing is filtered.
  public var groups: [SecurityGroupID] {
    if case .filtered(let groups) = self { groups } else { [] }
  }

  /// Whether the guest is held to its addresses.
  public var isGuarded: Bool { self != .off }

  /// Whether rules decide what passes.
  public var isFiltered: Bool {
    if case .filtered = self { true } else { false }
  }
}
