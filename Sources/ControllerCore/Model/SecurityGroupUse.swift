import GoalState

/// Which ports and rules use which security groups, and what is found by other than a group's id.
struct SecurityGroupUse: Sendable {
  private(set) var portCounts: [SecurityGroupID: Int] = [:]
  /// The hosts of the members, with how many each has.
  private var hosts: [SecurityGroupID: [HostID: Int]] = [:]
  /// The groups whose rules name a group as the other side.
  private(set) var users: [SecurityGroupID: Set<SecurityGroupID>] = [:]
  private(set) var groupsByRule: [String: SecurityGroupID] = [:]
  /// The default group of each project.
  private(set) var defaults: [String: SecurityGroupID] = [:]

  func hosts(of group: SecurityGroupID) -> some Collection<HostID> { (hosts[group] ?? [:]).keys }

  func has(_ host: HostID, memberOf group: SecurityGroupID) -> Bool { hosts[group]?[host] != nil }

  mutating func replace(_ old: PortRecord?, by new: PortRecord?) {
    guard old?.securityGroups != new?.securityGroups || old?.host != new?.host else { return }
    if let old { count(-1, old) }
    if let new { count(1, new) }
  }

  private mutating func count(_ difference: Int, _ port: PortRecord) {
    for group in port.securityGroups ?? [] {
      let ports = (portCounts[group] ?? 0) + difference
      portCounts[group] = ports > 0 ? ports : nil
      guard let host = port.host else { continue }
      let members = (hosts[group]?[host] ?? 0) + difference
      hosts[group, default: [:]][host] = members > 0 ? members : nil
      if hosts[group]?.isEmpty == true { hosts[group] = nil }
    }
  }

  mutating func replace(_ old: SecurityGroupRecord?, by new: SecurityGroupRecord?) {
    if let old {
      for remote in old.remoteGroups {
        users[remote]?.remove(old.id)
        if users[remote]?.isEmpty == true { users[remote] = nil }
      }
      for rule in old.rules { groupsByRule[rule.header.id] = nil }
      if old.isDefault { defaults[old.header.projectID] = nil }
    }
    if let new {
      for remote in new.remoteGroups { users[remote, default: []].insert(new.id) }
      for rule in new.rules { groupsByRule[rule.header.id] = new.id }
      if new.isDefault { defaults[new.header.projectID] = new.id }
    }
  }
}
