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

  private var rank: Int {
    switch self {
    case .host: 0
    case .network: 1
    case .subnet: 2
    case .port: 3
    case .neighbor: 4
    case .securityGroup: 5
    case .router: 6
    }
  }
}

extension Unit: Comparable {
  /// By kind, then by id.
  public static func < (lhs: Unit, rhs: Unit) -> Bool {
    switch (lhs, rhs) {
    case (.network(let left), .network(let right)): left < right
    case (.subnet(let left), .subnet(let right)): left < right
    case (.port(let left), .port(let right)): left < right
    case (.neighbor(let left), .neighbor(let right)): left < right
    case (.securityGroup(let left), .securityGroup(let right)): left < right
    case (.router(let left), .router(let right)): left < right
    default: lhs.rank < rhs.rank
    }
  }
}

extension Unit: CustomStringConvertible {
  /// The resource, or `host`.
  public var description: String { resource.map(\.description) ?? "host" }
}
