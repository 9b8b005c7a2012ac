/// Why bytes are not what they should be: the layer and field, where it stands, and what was expected there.
public struct PacketError: Error, Hashable, Sendable {
  /// The header that was being read.
  public enum Layer: String, Hashable, Sendable {
    case ethernet = "Ethernet"
    case arp = "ARP"
    case ipv4 = "IPv4"
    case ipv6 = "IPv6"
    case udp = "UDP"
    case tcp = "TCP"
    case icmp = "ICMP"
    case icmpv6 = "ICMPv6"
  }

  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// The bytes end before the field does.
    case truncated(needed: Int, available: Int)
    /// The field has a value that it may not have.
    case invalid(found: Int, expected: String)
  }

  /// The header that was being read.
  public let layer: Layer
  /// The field's name in the header's specification.
  public let field: String
  /// Where the field starts, counted from the start of its header.
  public let offset: Int
  /// What is wrong.
  public let problem: Problem

  static func truncated(_ layer: Layer, _ field: String, at offset: Int, needs needed: Int, of available: Int) -> Self {
    PacketError(layer: layer, field: field, offset: offset, problem: .truncated(needed: needed, available: available))
  }

  static func invalid(_ layer: Layer, _ field: String, at offset: Int, found: Int, expected: String) -> Self {
    PacketError(layer: layer, field: field, offset: offset, problem: .invalid(found: found, expected: expected))
  }
}

extension PacketError: CustomStringConvertible {
  /// One line for people.
  public var description: String {
    switch problem {
    case .truncated(let needed, let available):
      "\(layer.rawValue) \(field) at offset \(offset): \(needed) bytes are needed, \(available) are there"
    case .invalid(let found, let expected):
      "\(layer.rawValue) \(field) at offset \(offset) is \(found), expected \(expected)"
    }
  }
}
