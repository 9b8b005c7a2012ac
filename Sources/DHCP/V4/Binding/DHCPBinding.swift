import NetworkTypes

/// What one port's guest is told by DHCP: its reservation, and its network's parameters.
public struct DHCPBinding: Hashable, Sendable {
  /// A route that the guest is given (RFC 3442).
  public typealias Route = DHCPClasslessRoute

  /// The port's MAC address: the only client that is answered.
  public var mac: MACAddress
  /// The reserved address.
  public var address: IPv4Address
  /// The address's network.
  public var prefix: IPv4Prefix
  /// The default router, if the network has one.
  public var router: IPv4Address?
  /// The server's address: who replies come from, and where guests renew. ARP for it must be answered, or else
  /// renewals reach nobody before the rebinding time.
  public var serverIdentifier: IPv4Address
  /// Name servers in the order of preference.
  public var dnsServers: [IPv4Address]
  /// The domain of unqualified names; nil or empty for none.
  public var domainName: String?
  /// The guest's name; nil or empty for none.
  public var hostName: String?
  /// The MTU that the guest shall use; nil leaves it alone.
  public var mtu: UInt16?
  /// How long a lease is; `UInt32.max` never ends (RFC 2131 section 3.3).
  public var leaseSeconds: UInt32
  /// When the guest asks its server for more, in seconds; nil for a half of the lease (RFC 2131 section 4.4.5).
  public var renewalSeconds: UInt32?
  /// When it asks any server, in seconds; nil for seven eighths of the lease (RFC 2131 section 4.4.5).
  public var rebindingSeconds: UInt32?
  /// Routes besides the default route through `router`.
  public var routes: [Route]
  /// Further options, each in the place of what the fields above say of it. Of one code the last counts. What the server
  /// decides itself is passed over; see `DHCPOptionCode.isServers`.
  public var extraOptions: [DHCPOption]
  /// What a guest that boots from the network loads; nil for nothing.
  public var boot: DHCPBoot?
  /// For how many seconds a guest that can do without IPv4 stays without (RFC 8925 section 3.3; at least 300, section 3.4); nil when
  /// it shall not.
  public var ipv6OnlySeconds: UInt32?
  /// Whether a DISCOVER that asks for it is answered with the lease at once (RFC 4039). There is one server here.
  public var allowsRapidCommit: Bool
  /// Whether what a relay agent asks for in option 82 is done: to call the server by another address (RFC 5107) and to
  /// answer to another port (RFC 8357). Off, because a guest is no relay agent.
  public var trustsRelayAgents: Bool
  /// Whether DHCP is served here at all.
  public var enabled: Bool

  /// A binding of the given parts.
  public init(
    mac: MACAddress, address: IPv4Address, prefix: IPv4Prefix, router: IPv4Address? = nil,
    serverIdentifier: IPv4Address, dnsServers: [IPv4Address] = [], domainName: String? = nil, hostName: String? = nil,
    mtu: UInt16? = nil, leaseSeconds: UInt32 = 86_400, routes: [Route] = [], extraOptions: [DHCPOption] = [],
    boot: DHCPBoot? = nil, ipv6OnlySeconds: UInt32? = nil, allowsRapidCommit: Bool = false,
    trustsRelayAgents: Bool = false, enabled: Bool = true
  ) {
    self.mac = mac
    self.address = address
    self.prefix = prefix
    self.router = router
    self.serverIdentifier = serverIdentifier
    self.dnsServers = dnsServers
    self.domainName = domainName
    self.hostName = hostName
    self.mtu = mtu
    self.leaseSeconds = leaseSeconds
    self.routes = routes
    self.extraOptions = extraOptions
    self.boot = boot
    self.ipv6OnlySeconds = ipv6OnlySeconds
    self.allowsRapidCommit = allowsRapidCommit
    self.trustsRelayAgents = trustsRelayAgents
    self.enabled = enabled
  }
}
