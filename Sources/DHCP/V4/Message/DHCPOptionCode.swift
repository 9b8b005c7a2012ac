/// The code of a DHCP option (RFC 2132 and its successors).
public struct DHCPOptionCode: Hashable, Sendable {
  /// The number on the wire.
  public let rawValue: UInt8

  /// The option of the given number.
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// One byte of nothing (RFC 2132 section 3.1).
  public static let pad = DHCPOptionCode(rawValue: 0)
  /// The network's mask (RFC 2132 section 3.3).
  public static let subnetMask = DHCPOptionCode(rawValue: 1)
  /// Default routers (RFC 2132 section 3.5).
  public static let router = DHCPOptionCode(rawValue: 3)
  /// Name servers (RFC 2132 section 3.8).
  public static let domainNameServer = DHCPOptionCode(rawValue: 6)
  /// The client's name (RFC 2132 section 3.14).
  public static let hostName = DHCPOptionCode(rawValue: 12)
  /// The domain of unqualified names (RFC 2132 section 3.17).
  public static let domainName = DHCPOptionCode(rawValue: 15)
  /// The interface's MTU (RFC 2132 section 5.1).
  public static let interfaceMTU = DHCPOptionCode(rawValue: 26)
  /// The address that a client wishes for (RFC 2132 section 9.1).
  public static let requestedAddress = DHCPOptionCode(rawValue: 50)
  /// The lease's duration (RFC 2132 section 9.2).
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
  /// The longest message that a client takes (RFC 2132 section 9.10).
  public static let maximumMessageSize = DHCPOptionCode(rawValue: 57)
  /// T1, when to renew (RFC 2132 section 9.11).
  public static let renewalTime = DHCPOptionCode(rawValue: 58)
  /// T2, when to rebind (RFC 2132 section 9.12).
  public static let rebindingTime = DHCPOptionCode(rawValue: 59)
  /// What the client calls itself (RFC 2132 section 9.14).
  public static let clientIdentifier = DHCPOptionCode(rawValue: 61)
  /// What a relay agent knows (RFC 3046).
  public static let relayAgentInformation = DHCPOptionCode(rawValue: 82)
  /// Classless static routes (RFC 3442).
  public static let classlessStaticRoutes = DHCPOptionCode(rawValue: 121)
  /// The same as 121 for old Windows clients (MS-DHCPE section 2.2.8).
  public static let microsoftClasslessStaticRoutes = DHCPOptionCode(rawValue: 249)
  /// The end of a field's options (RFC 2132 section 3.2).
  public static let end = DHCPOptionCode(rawValue: 255)
}

/// An option with its whole value, joined when it came in parts.
public struct DHCPOption: Hashable, Sendable {
  /// Which option.
  public var code: DHCPOptionCode
  /// Its value.
  public var value: [UInt8]

  /// An option of the given value.
  public init(_ code: DHCPOptionCode, _ value: [UInt8]) {
    self.code = code
    self.value = value
  }
}
