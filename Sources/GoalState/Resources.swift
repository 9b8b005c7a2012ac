import NetworkTypes

/// A virtual network: one layer-2 domain, carried between hosts as its segment says.
public struct Network: Hashable, Sendable {
  /// The id.
  public var id: NetworkID
  /// The name that people gave it; may be empty.
  public var name: String
  /// The number that tells it from the host's other networks, and the tunnels' key where tunnels carry it.
  public var vni: VNI
  /// What carries it between hosts.
  public var segment: NetworkSegment
  /// The largest IP datagram that guests may send, in octets, or nil to let each host derive it from its underlay.
  public var mtu: Int?
  /// Whether there are neighbors that this host has not been told of, and is to ask for when a guest sends to one.
  public var neighborsOnDemand: Bool

  /// All parts.
  public init(
    id: NetworkID, name: String = "", vni: VNI, segment: NetworkSegment = .vxlan, mtu: Int? = nil,
    neighborsOnDemand: Bool = false
  ) {
    self.id = id
    self.name = name
    self.vni = vni
    self.segment = segment
    self.mtu = mtu
    self.neighborsOnDemand = neighborsOnDemand
  }
}

/// A subnet of a network.
public struct Subnet: Hashable, Sendable {
  /// The subnet's gateway: the address that guests route through, and the MAC address that every host answers for it.
  public struct Gateway: Hashable, Sendable {
    /// The address.
    public var address: IPAddress
    /// The MAC address of it.
    public var mac: MACAddress

    /// All parts.
    public init(address: IPAddress, mac: MACAddress) {
      self.address = address
      self.mac = mac
    }
  }

  /// A route that guests learn by DHCP (RFC 3442).
  public struct HostRoute: Hashable, Sendable {
    /// Where the route leads.
    public var destination: IPPrefix
    /// Through whom.
    public var nextHop: IPAddress

    /// All parts.
    public init(destination: IPPrefix, nextHop: IPAddress) {
      self.destination = destination
      self.nextHop = nextHop
    }
  }

  /// The id.
  public var id: SubnetID
  /// The network that it belongs to.
  public var networkID: NetworkID
  /// The name that people gave it; may be empty.
  public var name: String
  /// The addresses.
  public var prefix: IPPrefix
  /// The gateway; nil when guests have none.
  public var gateway: Gateway?
  /// Whether guests are answered by DHCP.
  public var dhcpEnabled: Bool
  /// The name servers that guests are given, in order of preference.
  public var dnsServers: [IPAddress]
  /// The routes that guests are given beside the default route.
  public var hostRoutes: [HostRoute]
  /// The domain that guests are given.
  public var domainName: String?
  /// The lease time that guests are given, in seconds.
  public var leaseSeconds: UInt32
  /// What guests are told by DHCP besides.
  public var dhcpOptions: [ExtraDHCPOption]
  /// Whether guests that ask for it have their lease after two messages (RFC 4039, RFC 8415 section 21.14).
  public var rapidCommit: Bool
  /// What the router's advertisements say of an IPv6 subnet's addresses; nil when nothing advertises it.
  public var ipv6RAMode: IPv6Mode?
  /// How guests come by addresses of an IPv6 subnet, which is what DHCPv6 answers; nil when that is their own affair.
  public var ipv6AddressMode: IPv6Mode?

  /// One day: long enough that an outage of the agent passes unnoticed by guests that renew at half time.
  public static let defaultLeaseSeconds: UInt32 = 86_400

  /// All parts.
  public init(
    id: SubnetID, networkID: NetworkID, name: String = "", prefix: IPPrefix, gateway: Gateway? = nil,
    dhcpEnabled: Bool = true, dnsServers: [IPAddress] = [], hostRoutes: [HostRoute] = [], domainName: String? = nil,
    leaseSeconds: UInt32 = Subnet.defaultLeaseSeconds, dhcpOptions: [ExtraDHCPOption] = [],
    rapidCommit: Bool = false, ipv6RAMode: IPv6Mode? = nil, ipv6AddressMode: IPv6Mode? = nil
  ) {
    self.id = id
    self.networkID = networkID
    self.name = name
    self.prefix = prefix
    self.gateway = gateway
    self.dhcpEnabled = dhcpEnabled
    self.dnsServers = dnsServers
    self.hostRoutes = hostRoutes
    self.domainName = domainName
    self.leaseSeconds = leaseSeconds
    self.dhcpOptions = dhcpOptions
    self.rapidCommit = rapidCommit
    self.ipv6RAMode = ipv6RAMode
    self.ipv6AddressMode = ipv6AddressMode
  }
}

/// An address of a port in a subnet.
public struct FixedIP: Hashable, Sendable {
  /// The subnet.
  public var subnetID: SubnetID
  /// The address in it.
  public var address: IPAddress

  /// All parts.
  public init(subnetID: SubnetID, address: IPAddress) {
    self.subnetID = subnetID
    self.address = address
  }
}

/// A guest's port on this host.
public struct Port: Hashable, Sendable {
  /// The id.
  public var id: PortID
  /// The network that it belongs to.
  public var networkID: NetworkID
  /// The name that people gave it; may be empty.
  public var name: String
  /// The MAC address.
  public var mac: MACAddress
  /// The addresses, in order.
  public var fixedIPs: [FixedIP]
  /// Whether the port is meant to work; when not, nothing passes.
  public var adminStateUp: Bool
  /// The host name that the guest is given by DHCP.
  public var hostName: String?
  /// What the guest is told by DHCP besides, in the place of what its subnet says.
  public var dhcpOptions: [ExtraDHCPOption]
  /// The prefixes that are delegated to the guest by DHCPv6 (RFC 8415 section 6.3).
  public var delegatedPrefixes: [IPv6Prefix]
  /// What the guest may send from besides its own addresses.
  public var allowedAddressPairs: [AddressPair]
  /// What the guest is held to.
  public var security: PortSecurity

  /// All parts.
  public init(
    id: PortID, networkID: NetworkID, name: String = "", mac: MACAddress, fixedIPs: [FixedIP],
    adminStateUp: Bool = true, hostName: String? = nil, dhcpOptions: [ExtraDHCPOption] = [],
    delegatedPrefixes: [IPv6Prefix] = [], allowedAddressPairs: [AddressPair] = [], security: PortSecurity = .guarded
  ) {
    self.id = id
    self.networkID = networkID
    self.name = name
    self.mac = mac
    self.fixedIPs = fixedIPs
    self.adminStateUp = adminStateUp
    self.hostName = hostName
    self.dhcpOptions = dhcpOptions
    self.delegatedPrefixes = delegatedPrefixes
    self.allowedAddressPairs = allowedAddressPairs
    self.security = security
  }
}
