/// The code of a DHCP option (RFC 2132 and its successors).
///
/// The members are what the IANA registry of BOOTP and DHCP options holds and a host can meet; see
/// `DHCPOptionDefinition` for the names and kinds of values.
public struct DHCPOptionCode: Hashable, Sendable {
  /// The number on the wire.
  public let rawValue: UInt8

  /// The option of the given number.
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }
}

extension DHCPOptionCode {
  /// One byte of nothing (RFC 2132 section 3.1).
  public static let pad = DHCPOptionCode(rawValue: 0)
  /// The network's mask (RFC 2132 section 3.3).
  public static let subnetMask = DHCPOptionCode(rawValue: 1)
  /// Seconds east of UTC; superseded by 100 and 101 (RFC 2132 section 3.4).
  public static let timeOffset = DHCPOptionCode(rawValue: 2)
  /// Default routers (RFC 2132 section 3.5).
  public static let router = DHCPOptionCode(rawValue: 3)
  /// Time servers of RFC 868 (RFC 2132 section 3.6).
  public static let timeServer = DHCPOptionCode(rawValue: 4)
  /// Name servers of IEN 116 (RFC 2132 section 3.7).
  public static let nameServer = DHCPOptionCode(rawValue: 5)
  /// Name servers (RFC 2132 section 3.8).
  public static let domainNameServer = DHCPOptionCode(rawValue: 6)
  /// Log servers (RFC 2132 section 3.9).
  public static let logServer = DHCPOptionCode(rawValue: 7)
  /// Cookie servers of RFC 865 (RFC 2132 section 3.10).
  public static let cookieServer = DHCPOptionCode(rawValue: 8)
  /// Line printer servers of RFC 1179 (RFC 2132 section 3.11).
  public static let lprServer = DHCPOptionCode(rawValue: 9)
  /// Imagen Impress servers (RFC 2132 section 3.12).
  public static let impressServer = DHCPOptionCode(rawValue: 10)
  /// Resource location servers of RFC 887 (RFC 2132 section 3.13).
  public static let resourceLocationServer = DHCPOptionCode(rawValue: 11)
  /// The client's name (RFC 2132 section 3.14).
  public static let hostName = DHCPOptionCode(rawValue: 12)
  /// The boot file's length in blocks of 512 bytes (RFC 2132 section 3.15).
  public static let bootFileSize = DHCPOptionCode(rawValue: 13)
  /// Where a client puts its core (RFC 2132 section 3.16).
  public static let meritDumpFile = DHCPOptionCode(rawValue: 14)
  /// The domain of unqualified names (RFC 2132 section 3.17).
  public static let domainName = DHCPOptionCode(rawValue: 15)
  /// The swap server (RFC 2132 section 3.18).
  public static let swapServer = DHCPOptionCode(rawValue: 16)
  /// The root disk's path (RFC 2132 section 3.19).
  public static let rootPath = DHCPOptionCode(rawValue: 17)
  /// A file with more options (RFC 2132 section 3.20).
  public static let extensionsPath = DHCPOptionCode(rawValue: 18)
  /// Whether to forward packets (RFC 2132 section 4.1).
  public static let ipForwarding = DHCPOptionCode(rawValue: 19)
  /// Whether to forward source-routed packets (RFC 2132 section 4.2).
  public static let nonLocalSourceRouting = DHCPOptionCode(rawValue: 20)
  /// Destinations and masks of allowed source routes (RFC 2132 section 4.3).
  public static let policyFilter = DHCPOptionCode(rawValue: 21)
  /// The longest datagram that is put together, in bytes (RFC 2132 section 4.4).
  public static let maximumDatagramReassembly = DHCPOptionCode(rawValue: 22)
  /// The TTL of datagrams (RFC 2132 section 4.5).
  public static let defaultTTL = DHCPOptionCode(rawValue: 23)
  /// Seconds after which a path's MTU is looked for again (RFC 2132 section 4.6).
  public static let pathMTUAgingTimeout = DHCPOptionCode(rawValue: 24)
  /// MTUs to try (RFC 2132 section 4.7).
  public static let pathMTUPlateauTable = DHCPOptionCode(rawValue: 25)
  /// The interface's MTU (RFC 2132 section 5.1).
  public static let interfaceMTU = DHCPOptionCode(rawValue: 26)
  /// Whether all subnets have one MTU (RFC 2132 section 5.2).
  public static let allSubnetsLocal = DHCPOptionCode(rawValue: 27)
  /// The broadcast address (RFC 2132 section 5.3).
  public static let broadcastAddress = DHCPOptionCode(rawValue: 28)
  /// Whether to ask for the mask by ICMP (RFC 2132 section 5.4).
  public static let performMaskDiscovery = DHCPOptionCode(rawValue: 29)
  /// Whether to tell the mask by ICMP (RFC 2132 section 5.5).
  public static let maskSupplier = DHCPOptionCode(rawValue: 30)
  /// Whether to look for routers by ICMP (RFC 2132 section 5.6).
  public static let performRouterDiscovery = DHCPOptionCode(rawValue: 31)
  /// Where routers are asked for (RFC 2132 section 5.7).
  public static let routerSolicitationAddress = DHCPOptionCode(rawValue: 32)
  /// Destinations and routers; superseded by 121 (RFC 2132 section 5.8).
  public static let staticRoute = DHCPOptionCode(rawValue: 33)
  /// Whether to use trailers in ARP (RFC 2132 section 6.1).
  public static let trailerEncapsulation = DHCPOptionCode(rawValue: 34)
  /// How long an ARP entry lives, in seconds (RFC 2132 section 6.2).
  public static let arpCacheTimeout = DHCPOptionCode(rawValue: 35)
  /// Whether to use IEEE 802.3 frames (RFC 2132 section 6.3).
  public static let ethernetEncapsulation = DHCPOptionCode(rawValue: 36)
  /// The TTL of TCP (RFC 2132 section 7.1).
  public static let tcpDefaultTTL = DHCPOptionCode(rawValue: 37)
  /// Seconds between keepalives; 0 for none (RFC 2132 section 7.2).
  public static let tcpKeepaliveInterval = DHCPOptionCode(rawValue: 38)
  /// Whether keepalives have a byte of garbage (RFC 2132 section 7.3).
  public static let tcpKeepaliveGarbage = DHCPOptionCode(rawValue: 39)
  /// The NIS domain (RFC 2132 section 8.1).
  public static let nisDomain = DHCPOptionCode(rawValue: 40)
  /// NIS servers (RFC 2132 section 8.2).
  public static let nisServer = DHCPOptionCode(rawValue: 41)
  /// NTP servers (RFC 2132 section 8.3).
  public static let ntpServer = DHCPOptionCode(rawValue: 42)
  /// What the vendor class of option 60 defines (RFC 2132 section 8.4).
  public static let vendorSpecificInformation = DHCPOptionCode(rawValue: 43)
  /// NetBIOS name servers (RFC 2132 section 8.5).
  public static let netBIOSNameServer = DHCPOptionCode(rawValue: 44)
  /// NetBIOS datagram distribution servers (RFC 2132 section 8.6).
  public static let netBIOSDatagramServer = DHCPOptionCode(rawValue: 45)
  /// The NetBIOS node type: 1, 2, 4 or 8 (RFC 2132 section 8.7).
  public static let netBIOSNodeType = DHCPOptionCode(rawValue: 46)
  /// The NetBIOS scope (RFC 2132 section 8.8).
  public static let netBIOSScope = DHCPOptionCode(rawValue: 47)
  /// X Window font servers (RFC 2132 section 8.9).
  public static let xWindowFontServer = DHCPOptionCode(rawValue: 48)
  /// X Window display managers (RFC 2132 section 8.10).
  public static let xWindowDisplayManager = DHCPOptionCode(rawValue: 49)
  /// The address that a client wishes for (RFC 2132 section 9.1).
  public static let requestedAddress = DHCPOptionCode(rawValue: 50)
  /// The lease's duration in seconds (RFC 2132 section 9.2).
  public static let leaseTime = DHCPOptionCode(rawValue: 51)
  /// Whether the file and sname fields hold options (RFC 2132 section 9.3).
  public static let overload = DHCPOptionCode(rawValue: 52)
  /// What the message is (RFC 2132 section 9.6).
  public static let messageType = DHCPOptionCode(rawValue: 53)
  /// Which server a message is from or for (RFC 2132 section 9.7).
  public static let serverIdentifier = DHCPOptionCode(rawValue: 54)
  /// The options that a client wants (RFC 2132 section 9.8).
  public static let parameterRequestList = DHCPOptionCode(rawValue: 55)
  /// Why a request was refused (RFC 2132 section 9.9).
  public static let message = DHCPOptionCode(rawValue: 56)
  /// The longest message that a client takes, in bytes (RFC 2132 section 9.10).
  public static let maximumMessageSize = DHCPOptionCode(rawValue: 57)
  /// T1, when to renew, in seconds (RFC 2132 section 9.11).
  public static let renewalTime = DHCPOptionCode(rawValue: 58)
  /// T2, when to rebind, in seconds (RFC 2132 section 9.12).
  public static let rebindingTime = DHCPOptionCode(rawValue: 59)
  /// What the client is (RFC 2132 section 9.13).
  public static let vendorClassIdentifier = DHCPOptionCode(rawValue: 60)
  /// What the client calls itself (RFC 2132 section 9.14).
  public static let clientIdentifier = DHCPOptionCode(rawValue: 61)
  /// The end of a field's options (RFC 2132 section 3.2).
  public static let end = DHCPOptionCode(rawValue: 255)
}
