/// How an exchange, or one identity association of it, went (RFC 8415 section 21.13).
public struct DHCPv6StatusCode: Hashable, Sendable {
  /// The number on the wire.
  public let rawValue: UInt16

  /// The status of the given number.
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// It went well.
  public static let success = DHCPv6StatusCode(rawValue: 0)
  /// It failed for a reason that has no number.
  public static let unspecifiedFailure = DHCPv6StatusCode(rawValue: 1)
  /// There is no address for this association.
  public static let noAddrsAvail = DHCPv6StatusCode(rawValue: 2)
  /// Nothing is leased to this association.
  public static let noBinding = DHCPv6StatusCode(rawValue: 3)
  /// The addresses are not for this link.
  public static let notOnLink = DHCPv6StatusCode(rawValue: 4)
  /// The message should have been sent to the group address.
  public static let useMulticast = DHCPv6StatusCode(rawValue: 5)
  /// There is no prefix for this association.
  public static let noPrefixAvail = DHCPv6StatusCode(rawValue: 6)
}

extension DHCPv6StatusCode: CustomStringConvertible {
  /// The name in RFC 8415, or the number.
  public var description: String {
    switch self {
    case .success: "Success"
    case .unspecifiedFailure: "UnspecFail"
    case .noAddrsAvail: "NoAddrsAvail"
    case .noBinding: "NoBinding"
    case .notOnLink: "NotOnLink"
    case .useMulticast: "UseMulticast"
    case .noPrefixAvail: "NoPrefixAvail"
    default: "status \(rawValue)"
    }
  }
}
