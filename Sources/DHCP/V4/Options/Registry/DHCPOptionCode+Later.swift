/// Options 62 and up: the last of RFC 2132, and those of later RFCs.
extension DHCPOptionCode {
  /// The NetWare/IP domain (RFC 2242 section 2).
  public static let netWareDomain = DHCPOptionCode(rawValue: 62)
  /// Options of NetWare/IP (RFC 2242 section 3).
  public static let netWareInformation = DHCPOptionCode(rawValue: 63)
  /// The NIS+ domain (RFC 2132 section 8.11).
  public static let nisPlusDomain = DHCPOptionCode(rawValue: 64)
  /// NIS+ servers (RFC 2132 section 8.12).
  public static let nisPlusServer = DHCPOptionCode(rawValue: 65)
  /// The TFTP server's name, when the sname field holds options (RFC 2132 section 9.4).
  public static let tftpServerName = DHCPOptionCode(rawValue: 66)
  /// The boot file's name, when the file field holds options (RFC 2132 section 9.5).
  public static let bootFileName = DHCPOptionCode(rawValue: 67)
  /// Home agents; may be empty (RFC 2132 section 8.13).
  public static let mobileIPHomeAgent = DHCPOptionCode(rawValue: 68)
  /// Mail servers (RFC 2132 section 8.14).
  public static let smtpServer = DHCPOptionCode(rawValue: 69)
  /// POP3 servers (RFC 2132 section 8.15).
  public static let pop3Server = DHCPOptionCode(rawValue: 70)
  /// News servers (RFC 2132 section 8.16).
  public static let nntpServer = DHCPOptionCode(rawValue: 71)
  /// Web servers (RFC 2132 section 8.17).
  public static let wwwServer = DHCPOptionCode(rawValue: 72)
  /// Finger servers (RFC 2132 section 8.18).
  public static let fingerServer = DHCPOptionCode(rawValue: 73)
  /// Chat servers (RFC 2132 section 8.19).
  public static let ircServer = DHCPOptionCode(rawValue: 74)
  /// StreetTalk servers (RFC 2132 section 8.20).
  public static let streetTalkServer = DHCPOptionCode(rawValue: 75)
  /// StreetTalk directory assistance servers (RFC 2132 section 8.21).
  public static let streetTalkDirectoryAssistanceServer = DHCPOptionCode(rawValue: 76)
  /// What the client's user class is (RFC 3004 section 4).
  public static let userClass = DHCPOptionCode(rawValue: 77)
  /// SLP directory agents (RFC 2610).
  public static let slpDirectoryAgent = DHCPOptionCode(rawValue: 78)
  /// SLP scopes (RFC 2610).
  public static let slpServiceScope = DHCPOptionCode(rawValue: 79)
  /// Whether a DISCOVER may get an ACK (RFC 4039 section 4).
  public static let rapidCommit = DHCPOptionCode(rawValue: 80)
  /// The client's full name, and who tells DNS (RFC 4702 section 2).
  public static let clientFQDN = DHCPOptionCode(rawValue: 81)
  /// What a relay agent knows (RFC 3046 section 2).
  public static let relayAgentInformation = DHCPOptionCode(rawValue: 82)
  /// The iSNS server (RFC 4174).
  public static let internetStorageNameService = DHCPOptionCode(rawValue: 83)
  /// NDS servers (RFC 2241 section 2).
  public static let ndsServer = DHCPOptionCode(rawValue: 85)
  /// The NDS tree (RFC 2241 section 3).
  public static let ndsTreeName = DHCPOptionCode(rawValue: 86)
  /// The NDS context (RFC 2241 section 4).
  public static let ndsContext = DHCPOptionCode(rawValue: 87)
  /// Domains of broadcast and multicast controllers (RFC 4280).
  public static let bcmcsControllerDomain = DHCPOptionCode(rawValue: 88)
  /// Broadcast and multicast controllers (RFC 4280).
  public static let bcmcsControllerAddress = DHCPOptionCode(rawValue: 89)
  /// Who vouches for the message (RFC 3118 section 2).
  public static let authentication = DHCPOptionCode(rawValue: 90)
  /// Seconds since the client was last heard (RFC 4388 section 6.1).
  public static let clientLastTransactionTime = DHCPOptionCode(rawValue: 91)
  /// All addresses of a client (RFC 4388 section 6.1).
  public static let associatedAddress = DHCPOptionCode(rawValue: 92)
  /// For what the client boots (RFC 4578 section 2.1).
  public static let clientArchitecture = DHCPOptionCode(rawValue: 93)
  /// The client's network interface in bootstrap (RFC 4578 section 2.2).
  public static let clientNetworkInterface = DHCPOptionCode(rawValue: 94)
  /// LDAP URLs (RFC 3679).
  public static let ldapServer = DHCPOptionCode(rawValue: 95)
  /// The client machine's UUID (RFC 4578 section 2.3).
  public static let clientMachineIdentifier = DHCPOptionCode(rawValue: 97)
  /// URLs of user authentication servers (RFC 2485).
  public static let userAuthenticationServer = DHCPOptionCode(rawValue: 98)
  /// The client's place as an address (RFC 4776).
  public static let civicLocation = DHCPOptionCode(rawValue: 99)
  /// The time zone as POSIX has it (RFC 4833 section 2).
  public static let posixTimeZone = DHCPOptionCode(rawValue: 100)
  /// The time zone's name (RFC 4833 section 2).
  public static let databaseTimeZone = DHCPOptionCode(rawValue: 101)
  /// Seconds for which IPv4 is not needed (RFC 8925 section 3.1).
  public static let ipv6OnlyPreferred = DHCPOptionCode(rawValue: 108)
  /// The DHCP 4o6 softwire's source address (RFC 8539).
  public static let softwire46SourceAddress = DHCPOptionCode(rawValue: 109)
  /// NetInfo parent servers (RFC 3679).
  public static let netInfoServer = DHCPOptionCode(rawValue: 112)
  /// The NetInfo parent server's tag (RFC 3679).
  public static let netInfoTag = DHCPOptionCode(rawValue: 113)
  /// The captive portal API's URI (RFC 8910 section 2.1).
  public static let captivePortal = DHCPOptionCode(rawValue: 114)
  /// Whether a client may choose a link-local address (RFC 2563 section 2).
  public static let autoConfigure = DHCPOptionCode(rawValue: 116)
  /// Name services in their order (RFC 2937).
  public static let nameServiceSearch = DHCPOptionCode(rawValue: 117)
  /// The subnet for which a client asks (RFC 3011 section 2).
  public static let subnetSelection = DHCPOptionCode(rawValue: 118)
  /// Domains in which names are looked up (RFC 3397 section 2).
  public static let domainSearch = DHCPOptionCode(rawValue: 119)
  /// SIP servers, as names or addresses (RFC 3361 section 3).
  public static let sipServers = DHCPOptionCode(rawValue: 120)
  /// Classless static routes (RFC 3442).
  public static let classlessStaticRoutes = DHCPOptionCode(rawValue: 121)
  /// What a CableLabs client needs (RFC 3495).
  public static let cableLabsClientConfiguration = DHCPOptionCode(rawValue: 122)
  /// The client's place in coordinates (RFC 6225).
  public static let geographicLocation = DHCPOptionCode(rawValue: 123)
  /// What the client is, by enterprise (RFC 3925 section 3).
  public static let vendorIdentifyingClass = DHCPOptionCode(rawValue: 124)
  /// What enterprises define (RFC 3925 section 4).
  public static let vendorIdentifyingInformation = DHCPOptionCode(rawValue: 125)
  /// Assigned to PXE; used by vendors for TFTP servers (RFC 4578).
  public static let pxe128 = DHCPOptionCode(rawValue: 128)
  /// Assigned to PXE; used by vendors (RFC 4578).
  public static let pxe129 = DHCPOptionCode(rawValue: 129)
  /// Assigned to PXE; used by vendors (RFC 4578).
  public static let pxe130 = DHCPOptionCode(rawValue: 130)
  /// Assigned to PXE; used by vendors (RFC 4578).
  public static let pxe131 = DHCPOptionCode(rawValue: 131)
  /// Assigned to PXE; used by telephones for a VLAN (RFC 4578).
  public static let pxe132 = DHCPOptionCode(rawValue: 132)
  /// Assigned to PXE; used by telephones for a priority (RFC 4578).
  public static let pxe133 = DHCPOptionCode(rawValue: 133)
  /// Assigned to PXE; used by telephones for DSCP (RFC 4578).
  public static let pxe134 = DHCPOptionCode(rawValue: 134)
  /// Assigned to PXE; used by telephones for a proxy (RFC 4578).
  public static let pxe135 = DHCPOptionCode(rawValue: 135)
  /// PANA authentication agents (RFC 5192).
  public static let panaAgent = DHCPOptionCode(rawValue: 136)
  /// The LoST server's name (RFC 5223).
  public static let lostServer = DHCPOptionCode(rawValue: 137)
  /// CAPWAP access controllers (RFC 5417).
  public static let capwapController = DHCPOptionCode(rawValue: 138)
  /// IEEE 802.21 mobility servers (RFC 5678).
  public static let mobilityServerAddress = DHCPOptionCode(rawValue: 139)
  /// Domains of IEEE 802.21 mobility servers (RFC 5678).
  public static let mobilityServerDomain = DHCPOptionCode(rawValue: 140)
  /// SIP user agent configuration domains (RFC 6011).
  public static let sipConfigurationDomains = DHCPOptionCode(rawValue: 141)
  /// ANDSF servers (RFC 6153).
  public static let andsfServer = DHCPOptionCode(rawValue: 142)
  /// Bootstrap servers' URIs (RFC 8572).
  public static let zeroTouchRedirect = DHCPOptionCode(rawValue: 143)
  /// The client's place in coordinates with uncertainty (RFC 6225).
  public static let geographicLocationCoordinates = DHCPOptionCode(rawValue: 144)
  /// Algorithms for FORCERENEW (RFC 6704 section 3.1.1).
  public static let forceRenewNonceCapable = DHCPOptionCode(rawValue: 145)
  /// Which name server is for which domains (RFC 6731 section 4.3).
  public static let nameServerSelection = DHCPOptionCode(rawValue: 146)
  /// The DOTS agent's name (RFC 8973).
  public static let dotsReferenceIdentifier = DHCPOptionCode(rawValue: 147)
  /// DOTS agents (RFC 8973).
  public static let dotsAddress = DHCPOptionCode(rawValue: 148)
  /// TFTP servers (RFC 5859 section 3).
  public static let tftpServerAddress = DHCPOptionCode(rawValue: 150)
  /// What came of a leasequery (RFC 6926 section 6.2.2).
  public static let statusCode = DHCPOptionCode(rawValue: 151)
  /// When a leasequery was answered (RFC 6926 section 6.2.3).
  public static let baseTime = DHCPOptionCode(rawValue: 152)
  /// For how long a lease has been so, in seconds (RFC 6926 section 6.2.4).
  public static let startTimeOfState = DHCPOptionCode(rawValue: 153)
  /// From when a leasequery asks (RFC 6926 section 6.2.5).
  public static let queryStartTime = DHCPOptionCode(rawValue: 154)
  /// Until when a leasequery asks (RFC 6926 section 6.2.6).
  public static let queryEndTime = DHCPOptionCode(rawValue: 155)
  /// What a lease's state is (RFC 6926 section 6.2.7).
  public static let leaseState = DHCPOptionCode(rawValue: 156)
  /// Whether an answer is from another server (RFC 6926 section 6.2.8).
  public static let dataSource = DHCPOptionCode(rawValue: 157)
  /// PCP servers, a list for each (RFC 7291 section 4).
  public static let portControlServer = DHCPOptionCode(rawValue: 158)
  /// The ports that are the client's (RFC 7618).
  public static let portParameters = DHCPOptionCode(rawValue: 159)
  /// The MUD URL (RFC 8520).
  public static let manufacturerUsageDescription = DHCPOptionCode(rawValue: 161)
  /// Encrypted name servers (RFC 9463 section 5.1).
  public static let encryptedNameServer = DHCPOptionCode(rawValue: 162)
  /// Options of Etherboot and iPXE.
  public static let etherboot = DHCPOptionCode(rawValue: 175)
  /// The mark of PXELINUX's options, F1:00:74:7E (RFC 5071 section 3).
  public static let pxeLinuxMagic = DHCPOptionCode(rawValue: 208)
  /// The boot loader's configuration file (RFC 5071 section 4).
  public static let pxeConfigurationFile = DHCPOptionCode(rawValue: 209)
  /// What the boot loader's files' paths start with (RFC 5071 section 5).
  public static let pxePathPrefix = DHCPOptionCode(rawValue: 210)
  /// Seconds after which a boot loader that failed reboots (RFC 5071 section 6).
  public static let pxeRebootTime = DHCPOptionCode(rawValue: 211)
  /// 6rd: IPv6 over the provider's IPv4 (RFC 5969 section 7.1.1).
  public static let sixRapidDeployment = DHCPOptionCode(rawValue: 212)
  /// The access network's domain (RFC 5986).
  public static let accessDomain = DHCPOptionCode(rawValue: 213)
  /// Subnets for a router to hand out (RFC 6656).
  public static let subnetAllocation = DHCPOptionCode(rawValue: 220)
  /// Which VPN a request is for (RFC 6607).
  public static let virtualSubnetSelection = DHCPOptionCode(rawValue: 221)
  /// The same as 121 for old Windows clients (MS-DHCPE section 2.2.8).
  public static let microsoftClasslessStaticRoutes = DHCPOptionCode(rawValue: 249)
  /// The URL of a proxy configuration, as browsers expect it; in no RFC.
  public static let webProxyAutoDiscovery = DHCPOptionCode(rawValue: 252)
}
