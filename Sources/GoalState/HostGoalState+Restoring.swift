extension HostGoalState {
  /// Takes over what was kept of some kinds of resources: what was held, what was refused beside it, and what changed since. Until the
  /// rest has been taken over, it is known not to be all.
  public mutating func restore(_ snapshot: GoalStateUpdate, _ deltas: [GoalStateUpdate]) -> Changes {
    var changes = apply(snapshot)
    refuse(snapshot.refused)
    for delta in deltas { changes.formUnion(apply(delta)) }
    isComplete = false
    return changes
  }

  /// Takes over some of the resources of the other kinds that were held.
  ///
  /// - Parameter count: How many there are in all.
  public mutating func restore(some resources: ArraySlice<VersionedResource>, of count: Int) -> Changes {
    if neighbors.isEmpty { makeRoom(forNeighbors: count) }
    // Beside what is there; a snapshot would take its place.
    return apply(
      GoalStateUpdate(scope: .delta(from: version.revision), version: version, upserts: Array(resources)))
  }

  /// Takes over what else was kept of the other kinds.
  ///
  /// - Parameter isComplete: Whether what was kept is all that is wanted.
  public mutating func restore(rest snapshot: GoalStateUpdate, _ deltas: [GoalStateUpdate], isComplete: Bool)
    -> Changes
  {
    var changes = restore(some: snapshot.upserts[...], of: snapshot.upserts.count)
    refuse(snapshot.refused)
    for delta in deltas { changes.formUnion(apply(delta)) }
    self.isComplete = isComplete
    return changes
  }

  /// A resource may be held and a later revision of it refused.
  private mutating func refuse(_ failures: [ResourceFailure]) {
    for failure in failures { refused[failure.key] = failure }
  }

  /// All resources with their revisions; what others refer to comes first.
  public var resources: [VersionedResource] {
    var resources: [VersionedResource] = []
    resources.reserveCapacity(networks.count + subnets.count + neighbors.count + ports.count)
    let add = { (resource: Resource) in
      resources.append(VersionedResource(resource, revision: revision(of: resource.key) ?? 0))
    }
    for id in networks.keys.sorted() { networks[id].map { add(.network($0)) } }
    for id in subnets.keys.sorted() { subnets[id].map { add(.subnet($0)) } }
    for id in securityGroups.keys.sorted() { securityGroups[id].map { add(.securityGroup($0)) } }
    for id in routers.keys.sorted() { routers[id].map { add(.router($0)) } }
    for id in neighbors.keys.sorted() { neighbors[id].map { add(.neighbor($0)) } }
    for id in ports.keys.sorted() { ports[id].map { add(.port($0)) } }
    // Behind those that have their segments, so that they are refused again.
    for id in displaced.keys.sorted() { displaced[id].map { resources.append($0) } }
    return resources
  }
}
