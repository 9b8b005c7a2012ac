import NetworkTypes

/// What a network's router tells the hosts of a link (RFC 4861 section 4.2).
public struct RouterAdvertisement: Hashable, Sendable {
  /// How much a router or a route is preferred to others (RFC 4191 section 2.1).
  public enum Preference: UInt8, Hashable, Sendable {
    case medium = 0b00
    case high = 0b01
    case low = 0b11
  }

  /// A network of the link (RFC 4861 section 4.6.2).
  public struct Prefix: Hashable, Sendable {
    /// The network.
    public var prefix: IPv6Prefix
    /// The L flag: whether its addresses are reached without a router.
    public var isOnLink: Bool
    /// The A flag: whether hosts form addresses in it. It is sent only for a prefix of 64 bits; hosts ignore others (RFC
    /// 4862 section 5.5.3).
    public var isAutonomous: Bool
    /// How long a formed address is used for new conversations, in seconds; `UInt32.max` never ends.
    public var preferredLifetime: UInt32
    /// How long the prefix is used at all, in seconds; `UInt32.max` never ends.
    public var validLifetime: UInt32

    /// A network of the given parts; the lifetimes are RFC 4861's (section 6.2.1) unless given.
    public init(
      prefix: IPv6Prefix, isOnLink: Bool = true, isAutonomous: Bool, preferredLifetime: UInt32 = 604_800,
      validLifetime: UInt32 = 2_592_000
    ) {
      self.prefix = prefix
      self.isOnLink = isOnLink
      self.isAutonomous = isAutonomous
      self.preferredLifetime = preferredLifetime
      self.validLifetime = validLifetime
    }
  }

  /// A route besides the default one (RFC 4191 section 2.3).
  public struct Route: Hashable, Sendable {
    /// What the route leads to.
    public var destination: IPv6Prefix
    /// How much it is preferred to the same through another router.
    public var preference: Preference
    /// How long it is used, in seconds; `UInt32.max` never ends.
    public var lifetime: UInt32

    /// A route of the given parts.
    public init(destination: IPv6Prefix, preference: Preference = .medium, lifetime: UInt32 = 1800) {
      self.destination = destination
      self.preference = preference
      self.lifetime = lifetime
    }
  }

  /// The M flag: whether addresses come by DHCPv6.
  public var isManaged: Bool
  /// The O flag: whether parameters come by DHCPv6.
  public var hasOtherConfiguration: Bool
  /// What hosts put into their packets; 0 leaves it to them.
  public var hopLimit: UInt8 = 64
  /// How much this router is preferred to others.
  public var preference = Preference.medium
  /// How long this is a default router, in seconds, at most 9000 (RFC 4861 section 6.2.1); 0 when it is none.
  public var routerLifetime: UInt16 = 1800
  /// How long a neighbor counts as reachable, in milliseconds; 0 leaves it to the hosts.
  public var reachableTime: UInt32 = 0
  /// How long between neighbor solicitations, in milliseconds; 0 leaves it to the hosts.
  public var retransmissionTimer: UInt32 = 0
  /// The MTU of the link; nil leaves it alone.
  public var mtu: UInt32?
  /// The networks of the link.
  public var prefixes: [Prefix] = []
  /// Routes besides the default one.
  public var routes: [Route] = []
  /// Name servers (RFC 8106 section 5.1).
  public var dnsServers: [IPv6Address] = []
  /// Domains to search unqualified names in (RFC 8106 section 5.2).
  public var domainSearch: [String] = []
  /// How long name servers and search domains are used, in seconds: three times the longest interval between
  /// advertisements (RFC 8106 section 5.1).
  public var dnsLifetime: UInt32 = 1800

  /// An advertisement of a link without anything.
  public init(isManaged: Bool = false, hasOtherConfiguration: Bool = false) {
    self.isManaged = isManaged
    self.hasOtherConfiguration = hasOtherConfiguration
  }

  /// An advertisement that says the same as DHCPv6 with this configuration: flags by its mode, its networks, name
  /// servers, search domains and MTU.
  ///
  /// A formed address lives as long as the goal state's port, so the prefixes' lifetimes are RFC 4861's; a network that
  /// goes is advertised with lifetimes of zero by whoever makes the advertisement.
  public init(agreeingWith configuration: DHCPv6Configuration) {
    self.init(
      isManaged: configuration.mode.isManaged, hasOtherConfiguration: configuration.mode.hasOtherConfiguration)
    prefixes = configuration.linkPrefixes.map {
      Prefix(prefix: $0, isAutonomous: configuration.mode.isAutonomous)
    }
    mtu = UInt32(max(1280, configuration.mtu))
    dnsServers = configuration.dnsServers
    domainSearch = configuration.domainSearch
  }
}
