/// What carries a network between hosts.
public enum NetworkSegment: Hashable, Sendable {
  /// Tunnels, with the network's VNI as the key (RFC 7348).
  case vxlan
  /// Tunnels, with the network's VNI as the key (RFC 8926).
  case geneve
  /// Tunnels of Ethernet frames in GRE, with the network's VNI as the key (RFC 2784, RFC 2890).
  case gre
  /// A VLAN, 1 to 4094, of a physical network that hosts are attached to by a bridge of theirs.
  case vlan(UInt16, physicalNetwork: String)
  /// The untagged frames of such a physical network.
  case flat(physicalNetwork: String)

  /// The physical network; nil where tunnels carry it.
  public var physicalNetwork: String? {
    switch self {
    case .vxlan, .geneve, .gre: nil
    case .vlan(_, let name), .flat(let name): name
    }
  }
}
