import GoalState
import NetworkTypes
import OpenFlow

/// The flows of the rules that one port is held to. Rules that come to the same match share a flow.
struct RuleFlows {
  private let attached: AttachedPort
  private let goal: HostGoalState
  /// What passes by a rule alone, in the order of the rules.
  private var passing: [FlowKey] = []
  private var known: Set<FlowKey> = []
  /// What passes for members of groups: the conjunctions that each flow is a clause of.
  private var clauses: [FlowKey: Set<UInt32>] = [:]
  private var clauseOrder: [FlowKey] = []

  init(_ attached: AttachedPort, _ goal: HostGoalState) {
    self.attached = attached
    self.goal = goal
  }

  mutating func add(_ group: SecurityGroup) {
    for rule in group.rules {
      add(rule, to: RuleTable(rule.direction, isStateful: group.isStateful))
    }
  }

  private mutating func add(_ rule: SecurityGroupRule, to table: RuleTable) {
    let peer: [MatchField]
    var conjunction: UInt32?
    switch rule.remote {
    case .any: peer = []
    // A rule about addresses of the other version is about no packet.
    case .prefix(let prefix):
      guard prefix.version == rule.version else { return }
      peer = table.peer(prefix)
    case .group(let remote):
      guard let number = goal.number(of: remote) else { return }
      peer = []
      conjunction = table.conjunction(of: number)
    }
    let base = table.base(rule.version) + [.register(.member, attached.ofport.rawValue)] + peer
    for fields in rule.matches(in: table) {
      // Of two states the last counts, which is the rule's own.
      let match = Match(base + fields)
      if let conjunction {
        let key = FlowKey(table: table.table.id, priority: RuleTable.conjunctionPriority, match: match)
        if clauses[key] == nil { clauseOrder.append(key) }
        clauses[key, default: []].insert(conjunction)
      } else {
        let key = FlowKey(table: table.table.id, priority: RuleTable.rulePriority, match: match)
        if known.insert(key).inserted { passing.append(key) }
      }
    }
  }

  var flows: [Flow] {
    passing.map { flow($0, [.goto(.accepted)]) }
      + clauseOrder.map { key in
        flow(key, [.applyActions((clauses[key] ?? []).sorted().map { .conjunction(id: $0, clause: 1, of: 2) })])
      }
  }

  private func flow(_ key: FlowKey, _ instructions: [Instruction]) -> Flow {
    Flow(
      table: key.table, priority: key.priority, cookie: attached.cookie.rawValue, match: key.match,
      instructions: instructions)
  }
}
