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
  private(set) var numbers = NumberBook<SecurityGroupID>()

  mutating func replace(_ old: Port?, by new: Port?) {
    guard old?.security.groups != new?.security.groups else { return }
    if let old { for group in old.security.groups { ports.remove(old.id, under: group) } }
    if let new { for group in new.security.groups { ports[group, default: []].insert(new.id) } }
  }

  mutating func replace(_ old: Neighbor?, by new: Neighbor?) {
    guard old?.securityGroupIDs != new?.securityGroupIDs else { return }
    if let old { for group in old.securityGroupIDs { neighbors.remove(old.id, under: group) } }
    if let new { for group in new.securityGroupIDs { neighbors[group, default: []].insert(new.id) } }
  }

  mutating func replace(_ old: SecurityGroup?, by new: SecurityGroup?) {
    for remote in Set(old?.rules.compactMap(\.remoteGroup) ?? []) {
      users.remove(old?.id ?? SecurityGroupID(""), under: remote)
      if users[remote] == nil { numbers.release(remote) }
    }
    guard let new else { return }
    for remote in Set(new.rules.compactMap(\.remoteGroup)).sorted() {
      users[remote, default: []].insert(new.id)
      numbers.assign(remote)
    }
  }
}

extension Dictionary {
  /// Takes `member` out of the set under `key`, and the set away once it is empty.
  fileprivate mutating func remove<Member>(_ member: Member, under key: Key) where Value == Set<Member> {
    self[key]?.remove(member)
    if self[key]?.isEmpty == true { self[key] = nil }
  }
}
