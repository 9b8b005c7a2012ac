import GoalState

/// Which units a change makes dirty. More than needed costs time; fewer would be a wrong network, so a test compares
/// against a recompute of everything.
public enum Dependencies {
  /// The units that depend on what an update changed, in the goal state after it.
  public static func units(affectedBy changes: HostGoalState.Changes, in goal: HostGoalState) -> Set<Unit> {
    var dirty = Set(changes.resources.map(Unit.init))
    dirty.formUnion(changes.memberships.map(Unit.network))
    for subnet in changes.routedSubnets {
      // Whether hosts are its gateway decides what guests are told, and by whom.
      dirty.insert(.subnet(subnet))
      dirty.formUnion(goal.ports(in: subnet).map(Unit.port))
    }
    for key in changes.resources {
      switch key.kind {
      case .network:
        let members = goal.members(of: NetworkID(key.id))
        dirty.formUnion(members.subnets.map(Unit.subnet))
        dirty.formUnion(members.ports.map(Unit.port))
        dirty.formUnion(members.neighbors.map(Unit.neighbor))
      case .port:
        // Its being up or down decides whether broadcasts go there.
        if let network = goal.ports[PortID(key.id)]?.networkID { dirty.insert(.network(network)) }
      case .subnet:
        dirty.formUnion(goal.ports(in: SubnetID(key.id)).map(Unit.port))
      case .securityGroup, .router, .neighbor:
        break
      }
    }
    return dirty
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
