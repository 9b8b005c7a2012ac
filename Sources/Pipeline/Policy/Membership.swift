import GoalState
import NetworkTypes
import OpenFlow

/// Who is a member of which groups, and by which addresses.
struct Membership {
  let groups: [SecurityGroupID]
  let network: NetworkID
  let addresses: [IPPrefix]

  /// A port's own addresses, and those that it may send from besides, each once.
  static func addresses(_ fixedIPs: [FixedIP], _ pairs: [AddressPair]) -> [IPPrefix] {
    guard fixedIPs.count + pairs.count > 1 else { return fixedIPs.map { IPPrefix($0.address) } }
    var known: Set<IPPrefix> = []
    return (fixedIPs.map { IPPrefix($0.address) } + pairs.map(\.prefix)).filter { known.insert($0).inserted }
  }
}

extension Compiler {
  /// For each of a member's addresses a flow in every table and network whose rules name one of its groups: the first
  /// clause of as many conjunctions as there are such groups. How many rules and ports there are does not count.
  ///
  /// A member counts in its own network and in those that a router joins with it, because the network of a packet that is
  /// judged is that of the port whose groups are asked. The flows are those networks', so that members with one address, as
  /// virtual routers' are, want the same where their groups are. Where they are not, the lower unit's flow is the one in force,
  /// with its groups alone. That is narrower than both, never wider: the address passes as a member of the groups that one of
  /// its owners has, and for the other's groups it does not until the first is gone.
  func appendMemberships(of membership: Membership, to flows: inout [Flow]) {
    var conjunctions: [NetworkID: [[UInt32]]] = [:]
    var joined: Set<NetworkID>?
    for group in Set(membership.groups) {
      guard let number = goal.number(of: group) else { continue }
      for (network, uses) in goal.uses(of: group) {
        if network != membership.network {
          let others = joined ?? goal.networks(joinedWith: membership.network)
          joined = others
          guard others.contains(network) else { continue }
        }
        for (index, table) in RuleTable.allCases.enumerated() where uses.contains(table.use) {
          conjunctions[network, default: RuleTable.allCases.map { _ in [] }][index].append(
            table.conjunction(of: number))
        }
      }
    }
    for (network, byTable) in conjunctions.sorted(by: { $0.key < $1.key }) {
      guard let vni = goal.networks[network]?.vni else { continue }
      let cookie = FlowCookie(.network(network))
      for (table, ids) in zip(RuleTable.allCases, byTable) where !ids.isEmpty {
        let actions = ids.sorted().map { Action.conjunction(id: $0, clause: 0, of: 2) }
        for address in membership.addresses {
          flows.append(
            Flow(
              table: table.table, priority: RuleTable.conjunctionPriority, cookie: cookie,
              match: table.base(address.version) + [.network(vni)] + table.peer(address),
              instructions: [.applyActions(actions)]))
        }
      }
    }
  }
}
