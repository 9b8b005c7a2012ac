/// How guests come by IPv6 addresses, in Neutron's words (`ipv6_ra_mode` and `ipv6_address_mode`).
public enum IPv6Mode: String, Hashable, Sendable, Codable, CaseIterable {
  /// They form them of what the router advertises, and have parameters from the advertisement as well.
  case slaac
  /// They form them, and ask DHCPv6 for parameters (RFC 8415 section 6.1).
  case stateless = "dhcpv6-stateless"
  /// DHCPv6 leases them (RFC 8415 section 6.2).
  case stateful = "dhcpv6-stateful"

  /// Whether guests form their addresses by themselves (RFC 4862).
  public var isAutonomous: Bool { self != .stateful }
}
