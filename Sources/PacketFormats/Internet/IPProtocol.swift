/// The protocol in an IPv4 header, or the next header of IPv6 (Protocol Numbers, IANA).
public struct IPProtocol: Hashable, Sendable {
  /// The number on the wire.
  public let rawValue: UInt8

  /// The protocol of the given number.
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// IPv6 hop-by-hop options (RFC 8200 section 4.3).
  public static let hopByHopOptions = IPProtocol(rawValue: 0)
  /// ICMP.
  public static let icmp = IPProtocol(rawValue: 1)
  /// IGMP.
  public static let igmp = IPProtocol(rawValue: 2)
  /// TCP.
  public static let tcp = IPProtocol(rawValue: 6)
  /// UDP.
  public static let udp = IPProtocol(rawValue: 17)
  /// IPv6 routing header (RFC 8200 section 4.4).
  public static let ipv6Route = IPProtocol(rawValue: 43)
  /// IPv6 fragment header (RFC 8200 section 4.5).
  public static let ipv6Fragment = IPProtocol(rawValue: 44)
  /// GRE.
  public static let gre = IPProtocol(rawValue: 47)
  /// ICMPv6.
  public static let icmpv6 = IPProtocol(rawValue: 58)
  /// IPv6 destination options (RFC 8200 section 4.6).
  public static let destinationOptions = IPProtocol(rawValue: 60)
  /// VRRP.
  public static let vrrp = IPProtocol(rawValue: 112)
  /// SCTP.
  public static let sctp = IPProtocol(rawValue: 132)
}

extension IPProtocol: CustomStringConvertible {
  /// The name, or the number.
  public var description: String {
    switch self {
    case .icmp: "ICMP"
    case .igmp: "IGMP"
    case .tcp: "TCP"
    case .udp: "UDP"
    case .gre: "GRE"
    case .icmpv6: "ICMP6"
    case .vrrp: "VRRP"
    case .sctp: "SCTP"
    default: "protocol \(rawValue)"
    }
  }
}
