extension HostGoalState {
  /// Why the last that was sent of a resource was refused, if it was; what is held of it is an earlier revision.
  public func refusal(of key: ResourceKey) -> ResourceFailure? { refused[key] }

  /// The resource with this key, if it is held.
  public func resource(_ key: ResourceKey) -> VersionedResource? {
    guard let revision = revision(of: key) else { return nil }
    let resource: Resource? =
      switch key.kind {
      case .network: networks[NetworkID(key.id)].map { .network($0) }
      case .subnet: subnets[SubnetID(key.id)].map { .subnet($0) }
      case .securityGroup: securityGroups[SecurityGroupID(key.id)].map { .securityGroup($0) }
      case .router: routers[RouterID(key.id)].map { .router($0) }
      case .neighbor: neighbors[NeighborID(key.id)].map { .neighbor($0) }
      case .port: ports[PortID(key.id)].map { .port($0) }
      }
    return resource.map { VersionedResource($0, revision: revision) }
  }

  /// The keys that a question is about, and whether there are more than it asks for.
  ///
  /// Looks at each held id once, and sorts no more than are asked for: a host has many neighbors.
  public func keys(_ query: HeldQuery) -> (keys: [ResourceKey], isCut: Bool) {
    switch query.selection {
    case .keys(let keys):
      var seen: Set<ResourceKey> = []
      let distinct = keys.filter { seen.insert($0).inserted }
      return (Array(distinct.prefix(query.limit)), distinct.count > query.limit)
    case .all(let kind, let after):
      var keys: [ResourceKey] = []
      for each in ResourceKind.allCases where kind == nil || kind == each {
        if let after, each < after.kind { continue }
        let bound = after?.kind == each ? after?.id : nil
        // One more than asked for tells that there are more.
        keys += first(query.limit + 1 - keys.count, of: each, after: bound).map { ResourceKey(each, $0) }
        if keys.count > query.limit { return (Array(keys.dropLast()), true) }
      }
      return (keys, false)
    }
  }

  private func first(_ count: Int, of kind: ResourceKind, after bound: IdentifierText?) -> [IdentifierText] {
    func smallest(_ ids: some Sequence<IdentifierText>) -> [IdentifierText] {
      var found: [IdentifierText] = []
      // Behind it nothing is wanted any more.
      var ceiling: IdentifierText?
      for id in ids {
        if let bound, id <= bound { continue }
        if let ceiling, id > ceiling { continue }
        found.append(id)
        guard found.count >= 2 * count else { continue }
        found.sort()
        found.removeLast(found.count - count)
        ceiling = found.last
      }
      found.sort()
      return Array(found.prefix(count))
    }
    // What was refused and is not held in an earlier revision is told of, too.
    let refused = failures.lazy.filter { $0.key.kind == kind && self.revision(of: $0.key) == nil }.map(\.key.id)
    let held: [IdentifierText] =
      switch kind {
      case .network: smallest(networks.keys.lazy.map(\.text))
      case .subnet: smallest(subnets.keys.lazy.map(\.text))
      case .securityGroup: smallest(securityGroups.keys.lazy.map(\.text))
      case .router: smallest(routers.keys.lazy.map(\.text))
      case .neighbor: smallest(neighbors.keys.lazy.map(\.text))
      case .port: smallest(ports.keys.lazy.map(\.text))
      }
    return smallest(held + Array(Set(refused)))
  }
}
