import GoalState

/// What a port's status is, from what is stored and what its host said last.
///
/// ```
/// a router's                                       ACTIVE: every host is the router for its own guests
/// not bound, or down by its administrator          DOWN
/// its host reports it as failed or pending         DOWN, with the host's reason
/// its host has not applied the port's revision     BUILD
/// otherwise                                        ACTIVE
/// ```
enum PortStatusRule {
  /// The status of `port` given its host's last report, or nil for the report when there is none.
  static func status(
    _ port: Stored<PortRecord>, state: ModelState, report: GoalStateReport?, epoch: String
  ) -> PortStatusRecord {
    let revision = state.goalStateRevision(of: port)
    func record(_ status: PortStatus, _ reason: String?) -> PortStatusRecord {
      PortStatusRecord(revision: revision, status: status, reason: reason)
    }
    guard port.record.router == nil else { return record(.active, nil) }
    guard let host = port.record.host else { return record(.down, "The port is not bound to a host.") }
    guard port.record.adminStateUp else { return record(.down, "admin_state_up of the port is false.") }
    guard state.isUp(port.record) else { return record(.down, "admin_state_up of the port's network is false.") }
    // What a host says about another store's revisions says nothing about this one's.
    guard let report, report.inForce.epoch == epoch else {
      return record(.build, "Host \(host) has not reported on the port yet.")
    }
    let needed = keys(port, state)
    if let failure = report.failures.first(where: { $0.revision >= needed[$0.key] ?? .max }) {
      return record(.down, "Host \(host) reports \(failure.key): \(failure.message)")
    }
    if let pending = report.pending.first(where: { $0.revision >= needed[$0.key] ?? .max }) {
      return record(.down, "Host \(host) waits for \(pending.key): \(pending.reason)")
    }
    guard report.inForce.revision >= revision else {
      return record(.build, "Host \(host) has not applied revision \(revision) yet.")
    }
    return record(.active, nil)
  }

  /// The resources that the port needs, each with its revision: what is said about an older one is outdated.
  private static func keys(_ port: Stored<PortRecord>, _ state: ModelState) -> [ResourceKey: UInt64] {
    var keys: [ResourceKey: UInt64] = [.port(port.record.id): state.goalStateRevision(of: port)]
    keys[.network(port.record.networkID)] = state.networks[port.record.networkID]?.revision
    for address in port.record.addresses {
      keys[.subnet(address.subnetID)] = state.subnets[address.subnetID]?.revision
    }
    for group in port.record.security.groups { keys[.securityGroup(group)] = state.securityGroups[group]?.revision }
    return keys
  }
}

extension ModelState {
  /// A port's status to show: what is stored, unless the port was changed since.
  func shownStatus(of port: Stored<PortRecord>) -> PortStatusRecord {
    if let known = statuses[port.record.id], known.revision == goalStateRevision(of: port), port.record.host != nil {
      return known
    }
    return PortStatusRule.status(port, state: self, report: nil, epoch: "")
  }
}
