import GoalState

extension ModelState {
  /// Notes whose goal state an event that has been taken in may have changed, besides what came into view or went out.
  func note(_ event: StoreEvent, portBefore: PortRecord?, _ changes: inout GoalStateChanges) throws(ModelError) {
    if let id = event.key.suffix(under: ModelKeys.ports) {
      note(portBefore, ports[PortID(String(id))]?.record, &changes)
    } else if let id = event.key.suffix(under: ModelKeys.networks) {
      let id = NetworkID(String(id))
      changes.note([.network(id)], of: id)
    } else if let id = event.key.suffix(under: ModelKeys.subnets) {
      // A deleted subnet is in the model no more: its network is in the entry before.
      guard let entry = event.entry ?? event.previous else { return }
      let network = try RecordCoding.decode(SubnetRecord.self, entry).networkID
      changes.note([.subnet(SubnetID(String(id)))], of: network)
    } else if let id = event.key.suffix(under: ModelKeys.hosts) {
      noteHost(HostID(String(id)), &changes)
    } else if let id = event.key.suffix(under: ModelKeys.networkAdminStates) {
      noteAdminState(NetworkID(String(id)), &changes)
    } else if let id = event.key.suffix(under: ModelKeys.routers) {
      let id = RouterID(String(id))
      changes.note([.router(id)], for: visibility.hosts(of: id))
    } else if let id = event.key.suffix(under: ModelKeys.securityGroups) {
      let id = SecurityGroupID(String(id))
      changes.note([.securityGroup(id)], for: groupUse.hosts(of: id))
    }
  }

  private func note(_ old: PortRecord?, _ new: PortRecord?, _ changes: inout GoalStateChanges) {
    // What is on no host is in no goal state, but for a router's port, which is a part of its router there.
    for router in Set([old?.router, new?.router].compactMap(\.self)) {
      changes.note([.router(router)], for: visibility.hosts(of: router))
    }
    let hosts = Set([old?.host, new?.host].compactMap(\.self))
    guard !hosts.isEmpty, let port = new ?? old else { return }
    let keys: Set<ResourceKey> = [.port(port.id), .neighbor(NeighborID(port.id.text))]
    changes.noteNeighbors(of: port.networkID)
    changes.note(keys, of: port.networkID)
    guard old?.host != new?.host || old?.securityGroups != new?.securityGroups else { return }
    let groups = Set((old?.securityGroups ?? []) + (new?.securityGroups ?? []))
    changes.note(Set(groups.map { .securityGroup($0) }), for: hosts)
  }

  /// A host that came, went or moved its tunnel's end changes the neighbors that its ports are to others.
  private func noteHost(_ id: HostID, _ changes: inout GoalStateChanges) {
    for port in portsByHost[id] ?? [] {
      guard let network = ports[port]?.record.networkID else { continue }
      changes.noteNeighbors(of: network)
      changes.note([.neighbor(NeighborID(port.text))], of: network)
    }
  }

  private func noteAdminState(_ id: NetworkID, _ changes: inout GoalStateChanges) {
    for port in portsByNetwork[id] ?? [] {
      if let host = ports[port]?.record.host { changes.note([.port(port)], for: [host]) }
    }
  }
}
