/// How a network's guests come by IPv6 addresses and parameters.
public enum DHCPv6Mode: String, Hashable, Sendable, CaseIterable {
  /// No DHCPv6: guests form addresses from the advertised prefix, and have parameters from the advertisement.
  case off
  /// Guests form addresses from the advertised prefix, and ask for parameters (RFC 8415 section 6.1).
  case stateless
  /// Guests are leased their addresses (RFC 8415 section 6.2).
  case stateful

  /// The M flag of router advertisements (RFC 4861 section 4.2).
  public var isManaged: Bool { self == .stateful }
  /// The O flag of router advertisements. With M set it says nothing new, and clients exist that look at it alone.
  public var hasOtherConfiguration: Bool { self != .off }
  /// The A flag of the prefixes in router advertisements: whether guests form addresses (RFC 4862 section 5.5.3).
  public var isAutonomous: Bool { self != .stateful }
}
