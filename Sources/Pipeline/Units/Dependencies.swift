import GoalState

/// Which units a change makes dirty. More than needed costs time; fewer would be a wrong network, so a test compares
/// against a recompute of everything.
public enum Dependencies {
  /// The units that depend on what an update changed, in the goal state after it.
  public static func units(affectedBy changes: HostGoalState.Changes, in goal: HostGoalState) -> Set<Unit> {
    var dirty = Set<Unit>(minimumCapacity: changes.resources.count)
    for key in changes.resources { dirty.insert(Unit(key)) }
    dirty.formUnion(changes.memberships.map(Unit.network))
    // Who is a member of a group that is named otherwise than before, or in a network whose routers are others.
    for group in changes.remoteGroups { dirty.insert(.securityGroup(group)) }
    for group in changes.heldGroups { dirty.insert(.securityGroup(group)) }
    let named = changes.joins.reduce(into: changes.remoteGroups) { $0.formUnion(goal.remoteGroups(in: $1)) }
    for group in named { dirty.formUnion(members(of: group, in: goal)) }
    for subnet in changes.routerSubnets {
      // Whether hosts are its gateway decides what guests are told, and by whom.
      dirty.insert(.subnet(subnet))
      dirty.formUnion(goal.ports(in: subnet).map(Unit.port))
      dirty.formUnion(goal.routers(in: subnet).map(Unit.router))
    }
    for key in changes.resources {
      switch key.kind {
      case .network:
        let members = goal.members(of: NetworkID(key.id))
        dirty.formUnion(members.subnets.map(Unit.subnet))
        dirty.formUnion(members.subnets.flatMap { goal.routers(in: $0) }.map(Unit.router))
        dirty.formUnion(members.ports.map(Unit.port))
        // Their flows have the network's number.
        for group in goal.remoteGroups(in: NetworkID(key.id)) { dirty.formUnion(self.members(of: group, in: goal)) }
      case .port:
        // Its being up or down decides whether broadcasts go there.
        if let network = goal.ports[PortID(key.id)]?.networkID { dirty.insert(.network(network)) }
      case .subnet:
        dirty.formUnion(goal.ports(in: SubnetID(key.id)).map(Unit.port))
        dirty.formUnion(goal.routers(in: SubnetID(key.id)).map(Unit.router))
      case .securityGroup:
        dirty.formUnion(goal.ports(of: SecurityGroupID(key.id)).map(Unit.port))
      case .router, .neighbor:
        break
      }
    }
    dirty.formUnion(goal.neighbors(in: changes.networks).map(Unit.neighbor))
    // A port's next hops say which routers its subnets have, a neighbor's only whether there is one.
    if !changes.routedSubnets.isEmpty {
      for neighbor in goal.neighbors.values
      where neighbor.fixedIPs.contains(where: { changes.routedSubnets.contains($0.subnetID) }) {
        dirty.insert(.neighbor(neighbor.id))
      }
    }
    return dirty
  }

  private static func members(of group: SecurityGroupID, in goal: HostGoalState) -> [Unit] {
    goal.ports(of: group).map(Unit.port) + goal.neighbors(of: group).map(Unit.neighbor)
  }

  /// The units that depend on the switch's ports, for ports that changed.
  public static func units(affectedBy old: HostPorts, _ new: HostPorts, in goal: HostGoalState) -> Set<Unit> {
    var dirty: Set<Unit> = []
    for network in goal.networks.values
    where old.carriage(of: network) != new.carriage(of: network) || old.mtu(of: network) != new.mtu(of: network) {
      dirty.insert(.network(network.id))
      // Guests are told the MTU, and ports of a physical network wait for it.
      dirty.formUnion(goal.members(of: network.id).ports.map(Unit.port))
    }
    if old.routerMAC != new.routerMAC {
      dirty.formUnion(goal.routers.keys.map(Unit.router))
      dirty.formUnion(goal.subnets.keys.map(Unit.subnet))
      dirty.formUnion(goal.ports.keys.map(Unit.port))
      dirty.formUnion(goal.neighbors.keys.map(Unit.neighbor))
    }
    if old.dhcp != new.dhcp {
      dirty.formUnion(goal.ports.keys.map(Unit.port))
    }
    for id in Set(old.guests.keys).union(new.guests.keys) where old.guests[id] != new.guests[id] {
      dirty.insert(.port(id))
      if let network = goal.ports[id]?.networkID { dirty.insert(.network(network)) }
    }
    return dirty
  }
}
