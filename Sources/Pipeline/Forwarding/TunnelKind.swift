import GoalState

/// How Ethernet frames are carried between hosts over IPv4. Each kind has one port, which learns from flows where to send.
public enum TunnelKind: String, CaseIterable, Hashable, Sendable {
  /// VXLAN, RFC 7348.
  case vxlan
  /// Geneve, RFC 8926.
  case geneve
  /// Ethernet in GRE (RFC 2784, RFC 7637 section 3.2 for the protocol type), with the key of RFC 2890.
  case gre

  /// The octets that it puts before a guest's IP packet, the guest's own Ethernet header among them.
  ///
  /// - VXLAN: IPv4 20, UDP 8, VXLAN 8, Ethernet 14 (RFC 7348 section 5).
  /// - Geneve without options, of which the pipeline sets none: IPv4 20, UDP 8, Geneve 8, Ethernet 14 (RFC 8926 section 3.4).
  /// - GRE with a key and without checksum or sequence numbers: IPv4 20, GRE 4, key 4, Ethernet 14 (RFC 2890 section 2).
  public var overhead: Int {
    switch self {
    case .vxlan, .geneve: 50
    case .gre: 42
    }
  }
}

extension NetworkSegment {
  /// The kind of tunnel that carries the network; nil where a physical network does.
  public var tunnelKind: TunnelKind? {
    switch self {
    case .vxlan: .vxlan
    case .geneve: .geneve
    case .gre: .gre
    case .vlan, .flat: nil
    }
  }

  /// The tag of the network's frames on its physical network; nil where they have none.
  var vlan: UInt16? {
    if case .vlan(let vlan, _) = self { vlan } else { nil }
  }
}
