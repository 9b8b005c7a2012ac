/// How the rules of this host's ports name a group as the other side: each way has its own flows for every member.
public struct RemoteGroupUses: OptionSet, Hashable, Sendable {
  /// A bit for each way.
  public let rawValue: UInt8

  /// The ways of these bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Rules of stateful groups say what ports may begin with its members.
  public static let egress = RemoteGroupUses(rawValue: 1 << 0)
  /// Rules of stateful groups say what its members may begin with ports.
  public static let ingress = RemoteGroupUses(rawValue: 1 << 1)
  /// Rules of stateless groups say what ports may send to its members.
  public static let statelessEgress = RemoteGroupUses(rawValue: 1 << 2)
  /// Rules of stateless groups say what its members may send to ports.
  public static let statelessIngress = RemoteGroupUses(rawValue: 1 << 3)

  /// The way in which a group's rule of this direction names its remote group.
  init(_ direction: SecurityGroupRule.Direction, isStateful: Bool) {
    switch (direction, isStateful) {
    case (.egress, true): self = .egress
    case (.ingress, true): self = .ingress
    case (.egress, false): self = .statelessEgress
    case (.ingress, false): self = .statelessIngress
    }
  }
}

/// Which groups the rules of this host's ports name as the other side, and for ports of which networks.
///
/// Counted, so that a port or a rule comes and goes without looking at the others, and a member is compiled without
/// looking at any rule.
struct RemoteGroupIndex: Sendable, Equatable {
  /// A group that a rule names, and how.
  struct Naming: Hashable, Sendable {
    let group: SecurityGroupID
    let use: RemoteGroupUses
  }

  private struct Place: Hashable, Sendable {
    let naming: Naming
    let network: NetworkID
  }

  /// How each named group is used, by network.
  private(set) var uses: [SecurityGroupID: [NetworkID: RemoteGroupUses]] = [:]
  /// The groups that rules of a network's ports name.
  private(set) var groups: [NetworkID: Set<SecurityGroupID>] = [:]
  /// What the rules of each held group name.
  private var namings: [SecurityGroupID: Set<Naming>] = [:]
  /// How many ports of a network are held to a group's rules.
  private var holders: [SecurityGroupID: [NetworkID: Int]] = [:]
  /// How many groups, of those with holders in the network, name a group so.
  private var counts: [Place: Int] = [:]

  /// Takes over what a group's rules name. Groups that are used otherwise than before go into `changed`.
  mutating func replace(_ group: SecurityGroupID, by new: SecurityGroup?, _ changed: inout Set<SecurityGroupID>) {
    let old = namings[group] ?? []
    let now = Set(
      (new?.rules ?? []).compactMap { rule in
        rule.remoteGroup.map {
          Naming(group: $0, use: RemoteGroupUses(rule.direction, isStateful: new?.isStateful ?? true))
        }
      })
    namings[group] = now.isEmpty ? nil : now
    for network in (holders[group] ?? [:]).keys {
      for naming in old.subtracting(now) { release(naming, in: network, &changed) }
      for naming in now.subtracting(old) { use(naming, in: network, &changed) }
    }
  }

  /// A port of the network is held to a group's rules.
  mutating func addHolder(of group: SecurityGroupID, in network: NetworkID, _ changed: inout Set<SecurityGroupID>) {
    holders[group, default: [:]][network, default: 0] += 1
    guard holders[group]?[network] == 1 else { return }
    for naming in namings[group] ?? [] { use(naming, in: network, &changed) }
  }

  /// A port of the network is not held to a group's rules any more.
  mutating func removeHolder(of group: SecurityGroupID, in network: NetworkID, _ changed: inout Set<SecurityGroupID>) {
    guard let count = holders[group]?[network] else { return }
    guard count == 1 else {
      holders[group]?[network] = count - 1
      return
    }
    holders[group]?[network] = nil
    if holders[group]?.isEmpty == true { holders[group] = nil }
    for naming in namings[group] ?? [] { release(naming, in: network, &changed) }
  }

  private mutating func use(_ naming: Naming, in network: NetworkID, _ changed: inout Set<SecurityGroupID>) {
    counts[Place(naming: naming, network: network), default: 0] += 1
    guard counts[Place(naming: naming, network: network)] == 1 else { return }
    uses[naming.group, default: [:]][network, default: []].insert(naming.use)
    groups[network, default: []].insert(naming.group)
    changed.insert(naming.group)
  }

  private mutating func release(_ naming: Naming, in network: NetworkID, _ changed: inout Set<SecurityGroupID>) {
    let place = Place(naming: naming, network: network)
    guard let count = counts[place] else { return }
    counts[place] = count > 1 ? count - 1 : nil
    guard count == 1 else { return }
    changed.insert(naming.group)
    uses[naming.group]?[network]?.remove(naming.use)
    guard uses[naming.group]?[network]?.isEmpty == true else { return }
    uses[naming.group]?[network] = nil
    if uses[naming.group]?.isEmpty == true { uses[naming.group] = nil }
    groups[network]?.remove(naming.group)
    if groups[network]?.isEmpty == true { groups[network] = nil }
  }
}
