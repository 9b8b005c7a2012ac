/// The code of a DHCPv6 option (RFC 8415 section 21 and its successors). `DHCPv6OptionRegistry` has all names.
public struct DHCPv6OptionCode: Hashable, Sendable {
  /// The number on the wire.
  public let rawValue: UInt16

  /// The option of the given number.
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// Who the client is (RFC 8415 section 21.2).
  public static let clientID = DHCPv6OptionCode(rawValue: 1)
  /// Which server a message is from or for (RFC 8415 section 21.3).
  public static let serverID = DHCPv6OptionCode(rawValue: 2)
  /// Addresses that are leased together (RFC 8415 section 21.4).
  public static let iaNA = DHCPv6OptionCode(rawValue: 3)
  /// Temporary addresses (RFC 8415 section 21.5).
  public static let iaTA = DHCPv6OptionCode(rawValue: 4)
  /// An address of an association (RFC 8415 section 21.6).
  public static let iaAddress = DHCPv6OptionCode(rawValue: 5)
  /// The options that a client wants (RFC 8415 section 21.7).
  public static let optionRequest = DHCPv6OptionCode(rawValue: 6)
  /// Which server a client shall prefer (RFC 8415 section 21.8).
  public static let preference = DHCPv6OptionCode(rawValue: 7)
  /// For how long the client has been asking, in hundredths of a second (RFC 8415 section 21.9).
  public static let elapsedTime = DHCPv6OptionCode(rawValue: 8)
  /// The message that a relay agent carries (RFC 8415 section 21.10).
  public static let relayMessage = DHCPv6OptionCode(rawValue: 9)
  /// Authentication (RFC 8415 section 21.11).
  public static let authentication = DHCPv6OptionCode(rawValue: 11)
  /// That the client may send to the server's own address (RFC 8415 section 21.12).
  public static let serverUnicast = DHCPv6OptionCode(rawValue: 12)
  /// How it went (RFC 8415 section 21.13).
  public static let statusCode = DHCPv6OptionCode(rawValue: 13)
  /// Two messages instead of four (RFC 8415 section 21.14).
  public static let rapidCommit = DHCPv6OptionCode(rawValue: 14)
  /// What kinds of user the client has (RFC 8415 section 21.15).
  public static let userClass = DHCPv6OptionCode(rawValue: 15)
  /// What the client is made of (RFC 8415 section 21.16).
  public static let vendorClass = DHCPv6OptionCode(rawValue: 16)
  /// A vendor's own options (RFC 8415 section 21.17).
  public static let vendorOptions = DHCPv6OptionCode(rawValue: 17)
  /// The relay agent's interface (RFC 8415 section 21.18).
  public static let interfaceID = DHCPv6OptionCode(rawValue: 18)
  /// What a client shall do when it is reconfigured (RFC 8415 section 21.19).
  public static let reconfigureMessage = DHCPv6OptionCode(rawValue: 19)
  /// That the client takes RECONFIGURE messages (RFC 8415 section 21.20).
  public static let reconfigureAccept = DHCPv6OptionCode(rawValue: 20)
  /// Name servers (RFC 3646 section 3).
  public static let dnsServers = DHCPv6OptionCode(rawValue: 23)
  /// Domains to search unqualified names in (RFC 3646 section 4).
  public static let domainList = DHCPv6OptionCode(rawValue: 24)
  /// Prefixes that are delegated together (RFC 8415 section 21.21).
  public static let iaPD = DHCPv6OptionCode(rawValue: 25)
  /// A prefix of an association (RFC 8415 section 21.22).
  public static let iaPrefix = DHCPv6OptionCode(rawValue: 26)
  /// Simple time servers (RFC 4075 section 4).
  public static let sntpServers = DHCPv6OptionCode(rawValue: 31)
  /// When to ask again for what was had without a lease, in seconds (RFC 8415 section 21.23).
  public static let informationRefreshTime = DHCPv6OptionCode(rawValue: 32)
  /// The client's name (RFC 4704 section 4).
  public static let clientFQDN = DHCPv6OptionCode(rawValue: 39)
  /// Time servers (RFC 5908 section 4).
  public static let ntpServer = DHCPv6OptionCode(rawValue: 56)
  /// Where the boot file is (RFC 5970 section 3.1).
  public static let bootFileURL = DHCPv6OptionCode(rawValue: 59)
  /// The boot file's parameters (RFC 5970 section 3.2).
  public static let bootFileParameters = DHCPv6OptionCode(rawValue: 60)
  /// What machines the client can run programs of (RFC 5970 section 3.3).
  public static let clientArchitecture = DHCPv6OptionCode(rawValue: 61)
  /// The client's network boot interface (RFC 5970 section 3.4).
  public static let networkInterfaceID = DHCPv6OptionCode(rawValue: 62)
  /// The longest time between SOLICITs, in seconds (RFC 8415 section 21.24).
  public static let solMaxRT = DHCPv6OptionCode(rawValue: 82)
  /// The longest time between INFORMATION-REQUESTs, in seconds (RFC 8415 section 21.25).
  public static let infMaxRT = DHCPv6OptionCode(rawValue: 83)
  /// Where the captive portal's API is (RFC 8910 section 2.2).
  public static let captivePortal = DHCPv6OptionCode(rawValue: 103)
}

extension DHCPv6OptionCode: CustomStringConvertible {
  /// The number and, where there is one, the registered name.
  public var description: String {
    DHCPv6OptionRegistry.name(of: self).map { "\(rawValue) (\($0))" } ?? "\(rawValue)"
  }
}
