/// Who is a member of which security group, which group names which as its remote side, and the groups' numbers.
///
/// Membership and use are kept for groups that are not known here as well: they may come later, and a remote group's rules
/// are of no interest.
struct SecurityGroupIndex: Sendable, Equatable {
  /// The ports of this host that are held to a group's rules.
  private(set) var ports: [SecurityGroupID: Set<PortID>] = [:]
  /// The ports of other hosts that are members.
  private(set) var neighbors: [SecurityGroupID: Set<NeighborID>] = [:]
  /// The groups whose rules name a group as the other side.
  private(set) var users: [SecurityGroupID: Set<SecurityGroupID>] = [:]
  /// The groups that rules of this host's ports name as the other side.
  private(set) var remotes = RemoteGroupIndex()
  private(set) var numbers = NumberBook<SecurityGroupID>()

  mutating func replace(_ old: Port?, by new: Port?, _ changes: inout HostGoalState.Changes) {
    guard old?.security.groups != new?.security.groups || old?.networkID != new?.networkID else { return }
    // Those that stay have no moment without a holder, in which their members' flows would go.
    if let new {
      for group in Set(new.security.groups) {
        if ports[group] == nil { changes.heldGroups.insert(group) }
        ports[group, default: []].insert(new.id)
        remotes.addHolder(of: group, in: new.networkID, &changes.remoteGroups)
      }
    }
    if let old {
      for group in Set(old.security.groups) {
        if new?.security.groups.contains(group) != true { ports.remove(old.id, under: group) }
        if ports[group] == nil { changes.heldGroups.insert(group) }
        remotes.removeHolder(of: group, in: old.networkID, &changes.remoteGroups)
      }
    }
  }

  mutating func replace(_ old: Neighbor?, by new: Neighbor?) {
    guard old?.securityGroupIDs != new?.securityGroupIDs else { return }
    if let old { for group in old.securityGroupIDs { neighbors.remove(old.id, under: group) } }
    if let new { for group in new.securityGroupIDs { neighbors[group, default: []].insert(new.id) } }
  }

  mutating func replace(_ old: SecurityGroup?, by new: SecurityGroup?, _ changes: inout HostGoalState.Changes) {
    guard let id = new?.id ?? old?.id else { return }
    let before = Set(old?.rules.compactMap(\.remoteGroup) ?? [])
    let now = Set(new?.rules.compactMap(\.remoteGroup) ?? [])
    // A group that stays in use keeps its number: its members' flows have it.
    for remote in before.subtracting(now) {
      users.remove(id, under: remote)
      if users[remote] == nil { numbers.release(remote) }
    }
    for remote in now.subtracting(before).sorted() {
      users[remote, default: []].insert(id)
      numbers.assign(remote)
    }
    remotes.replace(id, by: new, &changes.remoteGroups)
  }
}

extension Dictionary {
  /// Takes `member` out of the set under `key`, and the set away once it is empty.
  fileprivate mutating func remove<Member>(_ member: Member, under key: Key) where Value == Set<Member> {
    self[key]?.remove(member)
    if self[key]?.isEmpty == true { self[key] = nil }
  }
}
