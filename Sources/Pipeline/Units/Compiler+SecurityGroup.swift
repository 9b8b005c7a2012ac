import GoalState
import OpenFlow

extension Compiler {
  /// The ends of the conjunctions about a group's members, while rules of this host's ports name it; whether its own rules are
  /// known here does not matter for that. A group that ports are held to and that has not arrived is waited for.
  func compile(_ group: SecurityGroupID) -> CompiledUnit {
    let unit = Unit.securityGroup(group)
    let uses = goal.uses(of: group).values.reduce(into: RemoteGroupUses()) { $0.formUnion($1) }
    var compiled = CompiledUnit()
    if let number = goal.number(of: group) {
      compiled.flows = RuleTable.allCases.filter { uses.contains($0.use) }.map { table in
        Flow(
          table: table.table, priority: RuleTable.conjunctionPriority, cookie: FlowCookie(unit),
          match: [.conjunctionID(table.conjunction(of: number))], instructions: [.goto(.accepted)])
      }
    }
    if goal.securityGroups[group] == nil, !goal.ports(of: group).isEmpty {
      compiled.status = .waiting(reason: "ports are held to security group \(group), which is not known here yet")
    }
    return compiled
  }
}
