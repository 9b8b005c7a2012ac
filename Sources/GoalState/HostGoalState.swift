import NetworkTypes

/// What this host's virtual networks must look like: the resources by id, each with its revision, and the index of
/// what refers to what.
///
/// A value with no behaviour of its own: `apply` takes in what a controller sent and says what changed. References that
/// do not resolve yet are no error here; whoever compiles a resource finds out that what it refers to is missing and
/// waits for it, so that the order of arrival does not matter.
public struct HostGoalState: Sendable {
  /// The version that all of this adds up to.
  public internal(set) var version = GoalStateVersion(epoch: "", revision: 0)
  /// Whether a whole snapshot has been taken in, so that what is not here is known not to be wanted.
  public internal(set) var isComplete = false

  /// The networks by id.
  public internal(set) var networks: [NetworkID: Network] = [:]
  /// The subnets by id.
  public internal(set) var subnets: [SubnetID: Subnet] = [:]
  /// The ports of this host by id.
  public internal(set) var ports: [PortID: Port] = [:]
  /// The ports of other hosts by id.
  public internal(set) var neighbors: [NeighborID: Neighbor] = [:]
  /// The routers by id.
  public internal(set) var routers: [RouterID: Router] = [:]
  /// The security groups by id: those that this host's ports are held to.
  public internal(set) var securityGroups: [SecurityGroupID: SecurityGroup] = [:]

  var revisions: [ResourceKey: UInt64] = [:]
  var members: [NetworkID: NetworkMembers] = [:]
  var portsBySubnet: [SubnetID: Set<PortID>] = [:]
  var refused: [ResourceKey: ResourceFailure] = [:]
  /// How much is taken; what is over when they become less stays.
  public var limits = HostLimits()
  /// The rules of all security groups, and the routes of all routers.
  var ruleCount = 0
  var routeCount = 0
  /// What was refused for want of room.
  var withoutRoom: Set<ResourceKey> = []
  /// Networks that were refused because another has their segment: they are taken in when it is free.
  var displaced: [NetworkID: VersionedResource] = [:]
  var anticipation: Anticipation?
  var routerIndex = RouterIndex()
  var groupIndex = SecurityGroupIndex()

  /// Nothing known, nothing wanted.
  public init() {}

  /// What taking in an update did.
  public struct Changes: Sendable, Equatable {
    /// Resources that were added, replaced or removed.
    public var resources: Set<ResourceKey> = []
    /// Networks whose set of local ports or remote hosts changed, so that broadcasts go elsewhere.
    public var memberships: Set<NetworkID> = []
    /// Networks that a router joined with others, or parted from them.
    public var joins: Set<NetworkID> = []
    /// Security groups that rules of this host's ports name as the other side otherwise than before.
    public var remoteGroups: Set<SecurityGroupID> = []
    /// Security groups that have their first port on this host, or had their last.
    public var heldGroups: Set<SecurityGroupID> = []
    /// Subnets that a changed router is or was in.
    public var routerSubnets: Set<SubnetID> = []
    /// Subnets that a first router came to, or that the last one left.
    public var routedSubnets: Set<SubnetID> = []

    /// The networks among the resources.
    public var networks: Set<NetworkID> {
      Set(resources.lazy.filter { $0.kind == .network }.map { NetworkID($0.id) })
    }

    /// Whether nothing is other than before.
    public var isEmpty: Bool { resources.isEmpty }

    /// Adds what another update did.
    mutating func formUnion(_ other: Changes) {
      resources.formUnion(other.resources)
      memberships.formUnion(other.memberships)
      joins.formUnion(other.joins)
      remoteGroups.formUnion(other.remoteGroups)
      heldGroups.formUnion(other.heldGroups)
      routerSubnets.formUnion(other.routerSubnets)
      routedSubnets.formUnion(other.routedSubnets)
    }
  }

  /// Resources of the last update that were refused, by what they name; kept until the resource is sent again.
  public var failures: [ResourceFailure] { refused.values.sorted { $0.key < $1.key } }

  /// Whether something was refused for which there was no room: it has to be sent again when there is.
  public var lacksRoom: Bool { !withoutRoom.isEmpty }

  /// How many ports and neighbors are held.
  public var stationCount: Int { ports.count + neighbors.count }

  /// The revision of a held resource.
  public func revision(of key: ResourceKey) -> UInt64? { revisions[key] }

  /// The members of a network, by what they are.
  public func members(of network: NetworkID) -> NetworkMembers { members[network] ?? NetworkMembers() }

  /// The ports on other hosts that belong to one of these networks, for which it looks at all neighbors.
  public func neighbors(in networks: Set<NetworkID>) -> [NeighborID] {
    guard !networks.isEmpty else { return [] }
    return neighbors.values.lazy.filter { networks.contains($0.networkID) }.map(\.id)
  }

  /// The ports that name a subnet, whether the subnet is known or not.
  public func ports(in subnet: SubnetID) -> Set<PortID> { portsBySubnet[subnet] ?? [] }

  /// The routers that are in a subnet, whether the subnet is known or not.
  public func routers(in subnet: SubnetID) -> Set<RouterID> { routerIndex.bySubnet[subnet] ?? [] }

  /// Whether a router is in a subnet, whether the subnet is known or not.
  public func isRouted(_ subnet: SubnetID) -> Bool { routerIndex.bySubnet[subnet] != nil }

  /// The number of a held router, 1 to 2^30 - 1: no other has it.
  public func number(of router: RouterID) -> UInt32? { routerIndex.numbers[router] }

  /// The networks that a router joins with this one, without itself.
  public func networks(joinedWith network: NetworkID) -> Set<NetworkID> {
    var joined: Set<NetworkID> = []
    for subnet in members(of: network).subnets {
      for router in routers(in: subnet) {
        for interface in routers[router]?.interfaces ?? [] {
          if let other = subnets[interface.subnetID]?.networkID { joined.insert(other) }
        }
      }
    }
    joined.remove(network)
    return joined
  }
}
