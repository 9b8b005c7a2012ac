/// The kinds of resources, in the order in which they are sent: what others refer to comes first.
public enum ResourceKind: Int, Hashable, Sendable, Comparable, CaseIterable, CustomStringConvertible {
  case network
  case subnet
  case securityGroup
  case router
  case neighbor
  case port

  /// By the order of sending.
  public static func < (lhs: ResourceKind, rhs: ResourceKind) -> Bool { lhs.rawValue < rhs.rawValue }

  /// The kind as people say it.
  public var description: String {
    switch self {
    case .network: "network"
    case .subnet: "subnet"
    case .securityGroup: "security group"
    case .router: "router"
    case .neighbor: "neighbor"
    case .port: "port"
    }
  }
}

/// What names a resource within a host's goal state.
public struct ResourceKey: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The id, unique within the kind.
  public var id: IdentifierText
  /// The kind. After the id, so that it fits in the id's last word: a host has hundreds of thousands of keys.
  public var kind: ResourceKind

  /// The key of a resource.
  public init(_ kind: ResourceKind, _ id: IdentifierText) {
    self.kind = kind
    self.id = id
  }

  /// The key of a resource.
  public init(_ kind: ResourceKind, _ id: String) { self.init(kind, IdentifierText(id)) }

  /// The key of a network.
  public static func network(_ id: NetworkID) -> ResourceKey { ResourceKey(.network, id.text) }
  /// The key of a subnet.
  public static func subnet(_ id: SubnetID) -> ResourceKey { ResourceKey(.subnet, id.text) }
  /// The key of a security group.
  public static func securityGroup(_ id: SecurityGroupID) -> ResourceKey { ResourceKey(.securityGroup, id.text) }
  /// The key of a router.
  public static func router(_ id: RouterID) -> ResourceKey { ResourceKey(.router, id.text) }
  /// The key of a port.
  public static func port(_ id: PortID) -> ResourceKey { ResourceKey(.port, id.text) }
  /// The key of a neighbor.
  public static func neighbor(_ id: NeighborID) -> ResourceKey { ResourceKey(.neighbor, id.text) }

  /// By kind, then by id.
  public static func < (lhs: ResourceKey, rhs: ResourceKey) -> Bool { (lhs.kind, lhs.id) < (rhs.kind, rhs.id) }

  /// Kind and id.
  public var description: String { "\(kind) \(id)" }
}

/// One resource of a host's goal state.
///
/// Nearly all are neighbors: the other kinds are kept apart, so that a list of resources has only a reference for each.
public enum Resource: Hashable, Sendable {
  indirect case network(Network)
  indirect case subnet(Subnet)
  indirect case securityGroup(SecurityGroup)
  indirect case router(Router)
  indirect case port(Port)
  case neighbor(Neighbor)

  /// What names it.
  public var key: ResourceKey {
    switch self {
    case .network(let network): .network(network.id)
    case .subnet(let subnet): .subnet(subnet.id)
    case .securityGroup(let group): .securityGroup(group.id)
    case .router(let router): .router(router.id)
    case .port(let port): .port(port.id)
    case .neighbor(let neighbor): .neighbor(neighbor.id)
    }
  }
}

/// A resource together with the revision at which the controller last changed it.
public struct VersionedResource: Hashable, Sendable {
  /// The resource.
  public var resource: Resource
  /// The controller's revision; within an epoch a lower one is older.
  public var revision: UInt64

  /// A resource as of a revision.
  public init(_ resource: Resource, revision: UInt64) {
    self.resource = resource
    self.revision = revision
  }

  /// What names it.
  public var key: ResourceKey { resource.key }
}
