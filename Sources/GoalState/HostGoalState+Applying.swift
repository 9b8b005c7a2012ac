/// How what a controller sends changes what is held.
extension HostGoalState {
  /// Takes in what a controller sent.
  ///
  /// A resource of a delta that is older than the one held is refused as out of order within an epoch; the same revision again
  /// changes nothing. A snapshot is the whole truth, whatever is held: it is sent to a host that holds something that its
  /// controller, put back from a copy, does not know. It removes what it does not name, except what it named but could not be
  /// understood: losing a guest's network over one unreadable field would be worse than keeping its last good state.
  ///
  /// - Parameter kept: What stays all the same, because its removal is held back.
  public mutating func apply(_ update: GoalStateUpdate, keeping kept: Set<ResourceKey> = []) -> Changes {
    var changes = Changes()
    let isSameEpoch = update.version.epoch == version.epoch
    let sameEpoch = isSameEpoch && update.scope != .snapshot
    let begun = anticipation.flatMap { $0.isBeginning(of: update) ? $0 : nil }
    for failure in update.refused {
      refused[failure.key] = failure
    }
    if case .snapshot = update.scope {
      let refusedKeys = Set(update.refused.map(\.key))
      // What this update has brought ahead is named by it.
      if revisions.count > begun?.added.count ?? 0 {
        let named = Set(update.upserts.map(\.key)).union(refusedKeys)
        for key in revisions.keys.filter({ !named.contains($0) && !kept.contains($0) }).sorted() {
          remove(key, &changes)
        }
        // What stays is of before: whatever the new epoch says of it later is newer.
        if !isSameEpoch { for key in kept.union(refusedKeys) where revisions[key] != nil { revisions[key] = 0 } }
      }
      displaced = [:]
      withoutRoom = []
      refused = refused.filter { refusedKeys.contains($0.key) }
      isComplete = true
    }
    makeRoom(for: update, begun: begun?.count ?? 0, &changes)
    for key in update.removals where !kept.contains(key) {
      remove(key, &changes)
      refused[key] = nil
      withoutRoom.remove(key)
    }
    var left = anticipation?.abandoned ?? []
    if let begun {
      for versioned in begun.postponed { insert(versioned, sameEpoch: sameEpoch, &changes) }
      for versioned in update.upserts.dropFirst(begun.count) {
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
    if !displaced.isEmpty, changes.resources.contains(where: { $0.kind == .network }) { place(&changes) }
    version = update.version
    return changes
  }

  /// Removes what was to go and has been held back until now.
  public mutating func carryOut(_ removals: Set<ResourceKey>) -> Changes {
    var changes = Changes()
    // What refers to others goes first.
    for key in removals.sorted().reversed() { remove(key, &changes) }
    place(&changes)
    return changes
  }

  /// Takes in the networks whose segments are free now.
  private mutating func place(_ changes: inout Changes) {
    for (id, network) in displaced.sorted(by: { $0.key < $1.key }) where conflict(of: network) == nil {
      displaced[id] = nil
      insert(network, sameEpoch: false, &changes)
    }
  }

  /// A host's first goal state is large; to grow little by little would take longer than to take it in. Most of it is
  /// neighbors.
  private mutating func makeRoom(for update: GoalStateUpdate, begun: Int, _ changes: inout Changes) {
    let count = update.upserts.count - begun
    changes.resources.reserveCapacity(changes.resources.count + update.removals.count + count)
    makeRoom(forNeighbors: count)
  }

  /// Few may come one by one.
  mutating func makeRoom(forNeighbors count: Int) {
    guard count >= 1024 else { return }
    revisions.reserveCapacity(revisions.count + count)
    neighbors.reserveCapacity(neighbors.count + count)
  }

  mutating func insert(_ versioned: VersionedResource, sameEpoch: Bool, _ changes: inout Changes) {
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
      if case .network(let network) = versioned.resource { displaced[network.id] = versioned }
      return
    }
    if let failure = excess(of: versioned, isNew: held == nil) {
      revisions[key] = held
      refused[key] = failure
      withoutRoom.insert(key)
      return
    }
    if !displaced.isEmpty, key.kind == .network { displaced[NetworkID(key.id)] = nil }
    if !withoutRoom.isEmpty { withoutRoom.remove(key) }
    if !refused.isEmpty { refused[key] = nil }
    let unchanged = replace(versioned.resource, &changes)
    if !unchanged { changes.resources.insert(key) }
  }

  /// Two networks in one segment would see each other's packets, so the second is refused.
  func conflict(of versioned: VersionedResource) -> ResourceFailure? {
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
      ruleCount += group.rules.count - (old?.rules.count ?? 0)
      if old != group { groupIndex.replace(old, by: group, &changes) }
      return old == group
    case .router(let router):
      let old = routers.updateValue(router, forKey: router.id)
      routeCount += router.routeCount - (old?.routeCount ?? 0)
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
      // In place: a copy of the entry would have all hosts of the network copied for each.
      if members[neighbor.networkID, default: NetworkMembers()].addHost(neighbor.hostAddress) {
        changes.memberships.insert(neighbor.networkID)
      }
      return false
    }
  }

  mutating func remove(_ key: ResourceKey, _ changes: inout Changes) {
    if !displaced.isEmpty, key.kind == .network { displaced[NetworkID(key.id)] = nil }
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
      ruleCount -= old?.rules.count ?? 0
      groupIndex.replace(old, by: nil, &changes)
    case .router:
      let old = routers.removeValue(forKey: RouterID(key.id))
      routeCount -= old?.routeCount ?? 0
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
    if members[neighbor.networkID]?.removeHost(neighbor.hostAddress) == true {
      changes.memberships.insert(neighbor.networkID)
    }
    forgetIfEmpty(neighbor.networkID)
  }

  private mutating func forgetIfEmpty(_ network: NetworkID) {
    if members[network]?.isEmpty == true { members[network] = nil }
  }
}
