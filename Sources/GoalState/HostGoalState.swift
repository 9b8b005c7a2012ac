import NetworkTypes

/// What this host's virtual networks must look like: the resources by id, each with its revision, and the index of
/// what refers to what.
///
/// A value with no behaviour of its own: `apply` takes in what a controller sent and says what changed. References that
/// do not resolve yet are no error here; whoever compiles a resource finds out that what it refers to is missing and
/// waits for it, so that the order of arrival does not matter.
public struct HostGoalState: Sendable {
  /// The version that all of this adds up to.
  public private(set) var version = GoalStateVersion(epoch: "", revision: 0)
  /// Whether a whole snapshot has been taken in, so that what is not here is known not to be wanted.
  public internal(set) var isComplete = false

  /// The networks by id.
  public private(set) var networks: [NetworkID: Network] = [:]
  /// The subnets by id.
  public private(set) var subnets: [SubnetID: Subnet] = [:]
  /// The ports of this host by id.
  public private(set) var ports: [PortID: Port] = [:]
  /// The ports of other hosts by id.
  public private(set) var neighbors: [NeighborID: Neighbor] = [:]
  /// The routers by id.
  public private(set) var routers: [RouterID: Router] = [:]
  /// The security groups by id: those that this host's ports are held to.
  public private(set) var securityGroups: [SecurityGroupID: SecurityGroup] = [:]

  private var revisions: [ResourceKey: UInt64] = [:]
  private var members: [NetworkID: NetworkMembers] = [:]
  private var portsBySubnet: [SubnetID: Set<PortID>] = [:]
  var refused: [ResourceKey: ResourceFailure] = [:]
  private var anticipation: Anticipation?

  /// What has been taken in of an update that is still arriving.
  private struct Anticipation {
    let version: GoalStateVersion
    /// How many of the update's resources have been looked at.
    var count = 0
    var last: ResourceKey?
    /// Those of them that wait for the whole update.
    var postponed: [VersionedResource] = []
    /// Those that were not here before.
    var added: [ResourceKey] = []
    /// The same of updates before that never came whole.
    var abandoned: [ResourceKey] = []

    /// Whether the update is the one, and begins with what has been looked at.
    func isBeginning(of update: GoalStateUpdate) -> Bool {
      guard version == update.version, count > 0, count <= update.upserts.count else { return false }
      return update.upserts[count - 1].key == last
    }
  }
  private var routerIndex = RouterIndex()
  private(set) var groupIndex = SecurityGroupIndex()

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

    /// Whether nothing is other than before.
    public var isEmpty: Bool { resources.isEmpty }
  }

  /// Resources of the last update that were refused, by what they name; kept until the resource is sent again.
  public var failures: [ResourceFailure] { refused.values.sorted { $0.key < $1.key } }

  /// The revision of a held resource.
  public func revision(of key: ResourceKey) -> UInt64? { revisions[key] }

  /// The members of a network, by what they are.
  public func members(of network: NetworkID) -> NetworkMembers { members[network] ?? NetworkMembers() }

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

  /// Takes in, of an update that is still arriving, what each host may have before the rest: neighbors, with their networks and
  /// subnets. A large goal state is nearly all neighbors, so that the work on them can begin while they arrive.
  ///
  /// Nothing else is other than before, the version least of all; what the next update does not have goes with it.
  public mutating func anticipate(_ part: GoalStatePart) -> Changes {
    var changes = Changes()
    // Revisions of different epochs cannot be compared.
    guard version.epoch.isEmpty || version.epoch == part.version.epoch else { return changes }
    var begun = anticipation ?? Anticipation(version: part.version)
    if begun.version != part.version {
      begun = Anticipation(version: part.version, abandoned: begun.abandoned + begun.added)
    }
    anticipation = nil
    for versioned in part.upserts {
      // Whether it is out of order is known with the whole update.
      if let held = revisions[versioned.key], versioned.revision < held {
        begun.postponed.append(versioned)
        continue
      }
      switch versioned.resource {
      case .neighbor, .subnet: break
      case .network where conflict(of: versioned) == nil: break
      case .network, .port, .securityGroup, .router:
        begun.postponed.append(versioned)
        continue
      }
      if revisions[versioned.key] == nil { begun.added.append(versioned.key) }
      insert(versioned, sameEpoch: !version.epoch.isEmpty, &changes)
    }
    begun.count += part.upserts.count
    begun.last = part.upserts.last?.key ?? begun.last
    anticipation = begun
    return changes
  }

  /// This goal state without what an update has added that is still arriving.
  public var settled: HostGoalState {
    guard let anticipation else { return self }
    var settled = self
    settled.anticipation = nil
    var changes = Changes()
    for key in anticipation.abandoned + anticipation.added { settled.remove(key, &changes) }
    return settled
  }

  /// Takes in what a controller sent.
  ///
  /// A resource of a delta that is older than the one held is refused as out of order within an epoch; the same revision again
  /// changes nothing. A snapshot is the whole truth, whatever is held: it is sent to a host that holds something that its
  /// controller, put back from a copy, does not know. It removes what it does not name, except what it named but could not be understood: losing a
  /// guest's network over one unreadable field would be worse than keeping its last good state.
  public mutating func apply(_ update: GoalStateUpdate) -> Changes {
    var changes = Changes()
    let sameEpoch = update.scope != .snapshot && update.version.epoch == version.epoch
    for failure in update.refused {
      refused[failure.key] = failure
    }
    if case .snapshot = update.scope {
      let refusedKeys = Set(update.refused.map(\.key))
      if !revisions.isEmpty {
        let named = Set(update.upserts.map(\.key)).union(refusedKeys)
        for key in revisions.keys.sorted() where !named.contains(key) {
          remove(key, &changes)
        }
      }
      refused = refused.filter { refusedKeys.contains($0.key) }
      isComplete = true
    }
    makeRoom(for: update, &changes)
    for key in update.removals {
      remove(key, &changes)
      refused[key] = nil
    }
    var left = anticipation?.abandoned ?? []
    if let anticipation, anticipation.isBeginning(of: update) {
      for versioned in anticipation.postponed { insert(versioned, sameEpoch: sameEpoch, &changes) }
      for versioned in update.upserts.dropFirst(anticipation.count) {
        insert(versioned, sameEpoch: sameEpoch, &changes)
      }
    } else {
      for versioned in update.upserts { insert(versioned, sameEpoch: sameEpoch, &changes) }
      left += anticipation?.added ?? []
    }
    anticipation = nil
    // Updates that never came whole have left these.
    if !left.isEmpty {
      let named = Set(update.upserts.map(\.key))
      for key in left where !named.contains(key) { remove(key, &changes) }
    }
    version = update.version
    return changes
  }

  /// A host's first goal state is large; to grow little by little would take longer than to take it in. Most of it is
  /// neighbors.
  private mutating func makeRoom(for update: GoalStateUpdate, _ changes: inout Changes) {
    let count = update.upserts.count
    changes.resources.reserveCapacity(changes.resources.count + update.removals.count + count)
    guard count >= 1024 else { return }
    revisions.reserveCapacity(revisions.count + count)
    neighbors.reserveCapacity(neighbors.count + count)
  }

  private mutating func insert(_ versioned: VersionedResource, sameEpoch: Bool, _ changes: inout Changes) {
    let key = versioned.key
    let held = revisions.updateValue(versioned.revision, forKey: key)
    if sameEpoch, let held, versioned.revision < held {
      revisions[key] = held
      refused[key] = ResourceFailure(
        key: key, revision: versioned.revision, code: .outOfOrder,
        message: "revision \(versioned.revision) of \(key) is older than revision \(held), which this host holds")
      return
    }
    if let failure = conflict(of: versioned) {
      revisions[key] = held
      refused[key] = failure
      return
    }
    if !refused.isEmpty { refused[key] = nil }
    let unchanged = replace(versioned.resource, &changes)
    if !unchanged { changes.resources.insert(key) }
  }

  /// Two networks in one segment would see each other's packets, so the second is refused.
  private func conflict(of versioned: VersionedResource) -> ResourceFailure? {
    guard case .network(let network) = versioned.resource,
      let other = networks.values.first(where: { $0.vni == network.vni && $0.id != network.id })
    else { return nil }
    return ResourceFailure(
      key: versioned.key, revision: versioned.revision, code: .invalid,
      message: "network \(network.id): VNI \(network.vni) is already that of network \(other.id)")
  }

  /// Stores the resource and keeps the index. Returns whether it was there, exactly so, before.
  private mutating func replace(_ resource: Resource, _ changes: inout Changes) -> Bool {
    switch resource {
    case .network(let network):
      return networks.updateValue(network, forKey: network.id) == network
    case .subnet(let subnet):
      if subnets[subnet.id]?.networkID != subnet.networkID { noteJoins(through: subnet.id, &changes) }
      let old = subnets.updateValue(subnet, forKey: subnet.id)
      if old?.networkID != subnet.networkID { noteJoins(through: subnet.id, &changes) }
      if let old { members[old.networkID]?.subnets.remove(old.id) }
      members[subnet.networkID, default: NetworkMembers()].subnets.insert(subnet.id)
      return old == subnet
    case .securityGroup(let group):
      let old = securityGroups.updateValue(group, forKey: group.id)
      if old != group { groupIndex.replace(old, by: group, &changes) }
      return old == group
    case .router(let router):
      let old = routers.updateValue(router, forKey: router.id)
      if old != router { replaceRouter(old, by: router, &changes) }
      return old == router
    case .port(let port):
      let old = ports.updateValue(port, forKey: port.id)
      groupIndex.replace(old, by: port, &changes)
      if let old { unlist(old) }
      for fixedIP in port.fixedIPs {
        portsBySubnet[fixedIP.subnetID, default: []].insert(port.id)
      }
      if old?.networkID != port.networkID {
        if let old { dropPort(old, &changes) }
        members[port.networkID, default: NetworkMembers()].ports.insert(port.id)
        changes.memberships.insert(port.networkID)
      }
      return old == port
    case .neighbor(let neighbor):
      let old = neighbors.updateValue(neighbor, forKey: neighbor.id)
      guard old != neighbor else { return true }
      groupIndex.replace(old, by: neighbor)
      if let old { dropNeighbor(old, &changes) }
      // In place: a copy of the entry would have every neighbor of the network copied for each.
      if members[neighbor.networkID, default: NetworkMembers()].add(neighbor) {
        changes.memberships.insert(neighbor.networkID)
      }
      return false
    }
  }

  private mutating func remove(_ key: ResourceKey, _ changes: inout Changes) {
    guard revisions.removeValue(forKey: key) != nil else { return }
    changes.resources.insert(key)
    switch key.kind {
    case .network:
      networks[NetworkID(key.id)] = nil
    case .subnet:
      noteJoins(through: SubnetID(key.id), &changes)
      if let subnet = subnets.removeValue(forKey: SubnetID(key.id)) {
        members[subnet.networkID]?.subnets.remove(subnet.id)
        forgetIfEmpty(subnet.networkID)
      }
    case .securityGroup:
      let old = securityGroups.removeValue(forKey: SecurityGroupID(key.id))
      groupIndex.replace(old, by: nil, &changes)
    case .router:
      let old = routers.removeValue(forKey: RouterID(key.id))
      replaceRouter(old, by: nil, &changes)
    case .port:
      if let port = ports.removeValue(forKey: PortID(key.id)) {
        groupIndex.replace(port, by: nil, &changes)
        unlist(port)
        dropPort(port, &changes)
      }
    case .neighbor:
      if let neighbor = neighbors.removeValue(forKey: NeighborID(key.id)) {
        groupIndex.replace(neighbor, by: nil)
        dropNeighbor(neighbor, &changes)
      }
    }
  }

  /// The networks that the routers of a subnet join are joined otherwise.
  private func noteJoins(through subnet: SubnetID, _ changes: inout Changes) {
    for router in routers(in: subnet) { noteJoins(routers[router], nil, &changes) }
  }

  private func noteJoins(_ old: Router?, _ new: Router?, _ changes: inout Changes) {
    for interface in (old?.interfaces ?? []) + (new?.interfaces ?? []) {
      if let network = subnets[interface.subnetID]?.networkID { changes.joins.insert(network) }
    }
  }

  private mutating func replaceRouter(_ old: Router?, by new: Router?, _ changes: inout Changes) {
    let subnets = Set((old?.interfaces ?? []).map(\.subnetID) + (new?.interfaces ?? []).map(\.subnetID))
    let before = subnets.filter { isRouted($0) }
    routerIndex.replace(old, by: new)
    noteJoins(old, new, &changes)
    changes.routerSubnets.formUnion(subnets)
    changes.routedSubnets.formUnion(subnets.filter { isRouted($0) != before.contains($0) })
  }

  private mutating func unlist(_ port: Port) {
    for fixedIP in port.fixedIPs {
      portsBySubnet[fixedIP.subnetID]?.remove(port.id)
      if portsBySubnet[fixedIP.subnetID]?.isEmpty == true { portsBySubnet[fixedIP.subnetID] = nil }
    }
  }

  private mutating func dropPort(_ port: Port, _ changes: inout Changes) {
    members[port.networkID]?.ports.remove(port.id)
    changes.memberships.insert(port.networkID)
    forgetIfEmpty(port.networkID)
  }

  private mutating func dropNeighbor(_ neighbor: Neighbor, _ changes: inout Changes) {
    members[neighbor.networkID]?.neighbors.remove(neighbor.id)
    if members[neighbor.networkID]?.removeHost(neighbor.hostAddress) == true {
      changes.memberships.insert(neighbor.networkID)
    }
    forgetIfEmpty(neighbor.networkID)
  }

  private mutating func forgetIfEmpty(_ network: NetworkID) {
    if members[network]?.isEmpty == true { members[network] = nil }
  }
}
