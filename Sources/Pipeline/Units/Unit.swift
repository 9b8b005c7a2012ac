import GoalState

/// What is compiled at once, and afresh, when something that it depends on changed.
///
/// Where two units want the same flow key, as two ports with one MAC address would, the lower unit has it: the order is
/// part of the behaviour, and a port on this host comes before a neighbor elsewhere.
public enum Unit: Hashable, Sendable {
  /// What every host has, whatever its goal state: the drops at the end of each table.
  case host
  /// A network: its tunnel key, and where its broadcasts go.
  case network(NetworkID)
  /// A subnet: its gateway's ARP answers.
  case subnet(SubnetID)
  /// A security group: nothing of its own, but its members' and its users' flows depend on it.
  case securityGroup(SecurityGroupID)
  /// A router: its interfaces and routes.
  case router(RouterID)
  /// A guest's port.
  case port(PortID)
  /// A port on another host.
  case neighbor(NeighborID)

  /// The resource that the unit was made from; nil for the host's own.
  public var resource: ResourceKey? {
    switch self {
    case .host: nil
    case .network(let id): .network(id)
    case .subnet(let id): .subnet(id)
    case .securityGroup(let id): .securityGroup(id)
    case .router(let id): .router(id)
    case .port(let id): .port(id)
    case .neighbor(let id): .neighbor(id)
    }
  }

  /// The unit that a resource is compiled as.
  public init(_ key: ResourceKey) {
    switch key.kind {
    case .network: self = .network(NetworkID(key.id))
    case .subnet: self = .subnet(SubnetID(key.id))
    case .securityGroup: self = .securityGroup(SecurityGroupID(key.id))
    case .router: self = .router(RouterID(key.id))
    case .port: self = .port(PortID(key.id))
    case .neighbor: self = .neighbor(NeighborID(key.id))
    }
  }

  private var rank: (Int, String) {
    switch self {
    case .host: (0, "")
    case .network(let id): (1, id.rawValue)
    case .subnet(let id): (2, id.rawValue)
    case .port(let id): (3, id.rawValue)
    case .neighbor(let id): (4, id.rawValue)
    case .securityGroup(let id): (5, id.rawValue)
    case .router(let id): (6, id.rawValue)
    }
  }
}

extension Unit: Comparable {
  /// By kind, then by id.
  public static func < (lhs: Unit, rhs: Unit) -> Bool { lhs.rank < rhs.rank }
}

extension Unit: CustomStringConvertible {
  /// The resource, or `host`.
  public var description: String { resource.map(\.description) ?? "host" }
}
