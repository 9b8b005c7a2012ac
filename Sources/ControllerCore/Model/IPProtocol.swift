import NetworkTypes

/// Protocols above IP by the names that Neutron has for them, which are mostly IANA's.
enum IPProtocol {
  static let icmp: UInt8 = 1
  static let icmpv6: UInt8 = 58
  /// Those whose ports a switch can match: TCP, UDP and SCTP.
  static let withPorts: Set<UInt8> = [6, 17, 132]
  /// What Neutron calls ICMPv6, whatever a client calls it.
  static let icmpv6Name = "ipv6-icmp"

  private static let numbers: [String: UInt8] = [
    "ah": 51, "dccp": 33, "egp": 8, "esp": 50, "gre": 47, "icmp": 1, "icmpv6": 58, "igmp": 2, "ipip": 4,
    "ipv6-encap": 41, "ipv6-frag": 44, "ipv6-icmp": 58, "ipv6-nonxt": 59, "ipv6-opts": 60, "ipv6-route": 43,
    "ospf": 89, "pgm": 113, "rsvp": 46, "sctp": 132, "tcp": 6, "udp": 17, "udplite": 136, "vrrp": 112,
  ]

  /// All names in order, for errors.
  static var names: [String] { numbers.keys.sorted() }

  /// The number that a name or a number's text stands for.
  static func number(_ text: String) -> UInt8? { numbers[text] ?? UInt8(text) }

  /// Whether it stands in packets of IPv6 only.
  static func isOnlyIPv6(_ number: UInt8) -> Bool { [41, 43, 44, 58, 59, 60].contains(number) }

  /// The network that text names, whose host bits may be set, or the network of one address.
  static func network(_ text: String) -> IPPrefix? {
    if let address = IPAddress(text) { return IPPrefix(address) }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddress(parts[0]), let length = Int(parts[1]) else { return nil }
    return IPPrefix(containing: address, length: length)
  }
}
