import NetworkTypes

/// What one port's guest is told by DHCPv6, as the goal state has it. `DHCPv6Binding` is what packets are answered from.
public struct DHCPv6Configuration: Hashable, Sendable {
  /// Whether and how DHCPv6 is served here.
  public var mode: DHCPv6Mode
  /// The port's MAC address: the only client that is answered.
  public var mac: MACAddress
  /// The addresses that are reserved for the port; all are leased to the guest's first IA_NA.
  public var addresses: [IPv6Address]
  /// The networks of the port's link.
  public var linkPrefixes: [IPv6Prefix]
  /// The prefixes that are delegated to the port; all go to the guest's first IA_PD.
  public var delegatedPrefixes: [IPv6Prefix]
  /// What the server's DUID is made from. It stays the same for as long as leases last, on whichever host the port is:
  /// clients renew with the server that they know.
  public var serverMAC: MACAddress
  /// The server's link-local address: who replies come from.
  public var serverAddress: IPv6Address
  /// How long an address is used for new conversations, in seconds; `UInt32.max` never ends.
  public var preferredLifetime: UInt32
  /// How long an address is used at all, in seconds; `UInt32.max` never ends.
  public var validLifetime: UInt32
  /// When guests renew, in seconds; nil for a half of the preferred lifetime (RFC 8415 section 21.4).
  public var renewalTime: UInt32?
  /// When guests ask any server, in seconds; nil for four fifths of the preferred lifetime (RFC 8415 section 21.4).
  public var rebindingTime: UInt32?
  /// Whether a SOLICIT that asks for it is answered with a lease at once (RFC 8415 section 21.14).
  public var rapidCommit: Bool
  /// How much clients shall prefer this server; with 255 they do not wait for others (RFC 8415 section 21.8).
  public var preference: UInt8?
  /// The longest packet that gets to the guest; replies are never fragmented. Below 1280, IPv6's least, that is meant.
  public var mtu: UInt16
  /// Name servers in the order of preference.
  public var dnsServers: [IPv6Address] = []
  /// Domains to search unqualified names in.
  public var domainSearch: [String] = []
  /// The guest's fully qualified name, for those that send and ask for option 39; nil gives them their own back.
  public var hostName: String?
  /// Time servers (options 56 and 31).
  public var timeServers: [IPv6Address] = []
  /// Where the boot file is; nil or empty for none.
  public var bootFileURL: String?
  /// The boot file's parameters.
  public var bootFileParameters: [String] = []
  /// Where the captive portal's API is; nil or empty for none.
  public var captivePortal: String?
  /// The longest time between SOLICITs, 60 to 86,400 seconds (RFC 8415 section 21.24).
  public var solMaxRT: UInt32?
  /// The longest time between INFORMATION-REQUESTs, 60 to 86,400 seconds (RFC 8415 section 21.25).
  public var infMaxRT: UInt32?
  /// When guests ask again for parameters that they have without a lease, at least 600 seconds (RFC 8415 section 21.23).
  public var informationRefreshTime: UInt32?
  /// Options that nothing above makes.
  public var otherOptions: [DHCPv6Option] = []

  /// A configuration of the given addresses and times; options are set afterwards.
  public init(
    mode: DHCPv6Mode = .stateful, mac: MACAddress, addresses: [IPv6Address] = [], linkPrefixes: [IPv6Prefix] = [],
    delegatedPrefixes: [IPv6Prefix] = [], serverMAC: MACAddress, serverAddress: IPv6Address,
    preferredLifetime: UInt32 = 86_400, validLifetime: UInt32 = 86_400, renewalTime: UInt32? = nil,
    rebindingTime: UInt32? = nil, rapidCommit: Bool = false, preference: UInt8? = nil, mtu: UInt16 = 1280
  ) {
    self.mode = mode
    self.mac = mac
    self.addresses = addresses
    self.linkPrefixes = linkPrefixes
    self.delegatedPrefixes = delegatedPrefixes
    self.serverMAC = serverMAC
    self.serverAddress = serverAddress
    self.preferredLifetime = preferredLifetime
    self.validLifetime = validLifetime
    self.renewalTime = renewalTime
    self.rebindingTime = rebindingTime
    self.rapidCommit = rapidCommit
    self.preference = preference
    self.mtu = mtu
  }
}

/// Why a configuration cannot be served.
public enum DHCPv6ConfigurationError: Error, Hashable, Sendable {
  /// There are more than a reply has room for.
  case tooMany(field: String, count: Int, limit: Int)
  /// Not a domain name that can stand in an option.
  case invalidName(field: String, String)
  /// Text that is longer than a reply has room for.
  case tooLong(field: String, bytes: Int, limit: Int)
  /// The preferred lifetime is above the valid one, or the times to renew and to rebind are not in that order below it.
  case timesOutOfOrder
  /// A number that the option's definition does not allow.
  case outOfRange(field: String, UInt32)
  /// The server's address is not link-local.
  case serverAddressNotLinkLocal(IPv6Address)
  /// An option among the others that has a field of its own, or that the server alone may decide about.
  case reservedOption(DHCPv6OptionCode)
}

extension DHCPv6ConfigurationError: CustomStringConvertible {
  /// One line for people.
  public var description: String {
    switch self {
    case .tooMany(let field, let count, let limit):
      "DHCPv6 \(field): \(count) are given, at most \(limit) can be served"
    case .invalidName(let field, let name):
      "DHCPv6 \(field): '\(name)' is no domain name of labels of 1 to 63 visible characters, 253 in all"
    case .tooLong(let field, let bytes, let limit): "DHCPv6 \(field): \(bytes) bytes, at most \(limit) can be served"
    case .timesOutOfOrder:
      "DHCPv6 times: expected renewal <= rebinding <= preferred lifetime <= valid lifetime, and no lifetime of 0"
    case .outOfRange(let field, let value): "DHCPv6 \(field) is \(value), which its option does not allow"
    case .serverAddressNotLinkLocal(let address): "DHCPv6 server address \(address) is not in fe80::/10"
    case .reservedOption(let code): "DHCPv6 option \(code) cannot be given as another option"
    }
  }
}
