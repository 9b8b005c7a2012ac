extension HostGoalState {
  /// Takes over what was kept: resources, and what was refused beside them.
  ///
  /// - Parameter isComplete: Whether what was kept is all that is wanted.
  public mutating func restore(_ snapshot: GoalStateUpdate, isComplete: Bool) -> Changes {
    let changes = apply(snapshot)
    // A resource may be held and a later revision of it refused.
    for failure in snapshot.refused { refused[failure.key] = failure }
    self.isComplete = isComplete
    return changes
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
