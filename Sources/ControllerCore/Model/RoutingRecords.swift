import GoalState
import NetworkTypes

/// What carries a network between hosts, in Neutron's words.
public enum NetworkType: String, Codable, Hashable, Sendable, CaseIterable {
  case vxlan
  case geneve
  case gre
  case vlan
  case flat

  /// Whether tunnels carry it.
  public var isTunnel: Bool { self == .vxlan || self == .geneve || self == .gre }
}

/// What carries a network between hosts, as it is stored.
public struct SegmentRecord: Codable, Hashable, Sendable {
  /// What it is.
  public var type: NetworkType
  /// The physical network of a VLAN or of untagged frames.
  public var physicalNetwork: String?
  /// The VLAN.
  public var vlan: UInt16?

  /// What networks have that say nothing, and those of earlier releases.
  public static let standard = SegmentRecord(type: .vxlan)

  /// The segment as hosts know it.
  var goalState: NetworkSegment {
    switch type {
    case .vxlan: .vxlan
    case .geneve: .geneve
    case .gre: .gre
    case .vlan: .vlan(vlan ?? 0, physicalNetwork: physicalNetwork ?? "")
    case .flat: .flat(physicalNetwork: physicalNetwork ?? "")
    }
  }
}

/// A router as it is stored. Its interfaces are ports: those that name it.
public struct RouterRecord: Codable, Hashable, Sendable {
  /// Id, name and the like.
  public var header: RecordHeader
  /// Whether it forwards.
  public var adminStateUp: Bool
  /// Static routes, in the order in which they were given.
  public var routes: [SubnetRecord.Route]

  /// The router's id.
  public var id: RouterID { RouterID(header.id) }
}
