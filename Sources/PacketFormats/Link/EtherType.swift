import NetworkTypes

/// What an Ethernet frame carries (IEEE 802 Numbers, IANA).
public struct EtherType: Hashable, Sendable {
  /// The number on the wire; up to 1500 it is the length of an IEEE 802.3 frame instead.
  public let rawValue: UInt16

  /// The type of the given number.
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// IPv4.
  public static let ipv4 = EtherType(rawValue: 0x0800)
  /// ARP.
  public static let arp = EtherType(rawValue: 0x0806)
  /// RARP, sent by hypervisors to announce a migrated guest.
  public static let rarp = EtherType(rawValue: 0x8035)
  /// A customer VLAN tag (IEEE 802.1Q).
  public static let vlan = EtherType(rawValue: 0x8100)
  /// IPv6.
  public static let ipv6 = EtherType(rawValue: 0x86dd)
  /// A service VLAN tag (IEEE 802.1ad).
  public static let serviceVLAN = EtherType(rawValue: 0x88a8)
  /// LLDP.
  public static let lldp = EtherType(rawValue: 0x88cc)

  /// Whether a VLAN tag follows.
  public var isVLANTag: Bool { self == .vlan || self == .serviceVLAN }
}

extension EtherType: CustomStringConvertible {
  /// The name, or the number.
  public var description: String {
    switch self {
    case .ipv4: "IPv4"
    case .arp: "ARP"
    case .rarp: "RARP"
    case .vlan: "802.1Q"
    case .ipv6: "IPv6"
    case .serviceVLAN: "802.1ad"
    case .lldp: "LLDP"
    default: "ethertype 0x\(hexString(UInt64(rawValue), digits: 4))"
    }
  }
}
