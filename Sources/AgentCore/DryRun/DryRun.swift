import GoalState
import OpenFlow
import Pipeline

/// What an update would change on this host, found on a copy of what the agent holds. Pure: nothing of the agent's or of the
/// switch's is other than before.
struct DryRun: Sendable {
  /// What the agent holds and compiles from.
  let goal: HostGoalState
  let host: HostPorts
  let removals: RemovalGuard
  let applied: GoalStateVersion
  let now: Duration

  /// How many resources are named of each kind of change, and how many flows.
  static let namedResources = 100
  static let namedFlows = 100

  /// Works out what taking `update` in would do. Takes as long as to compile what it concerns.
  func result(of update: GoalStateUpdate) -> DryRunResult {
    var result = DryRunResult(version: update.version)
    var check = removals
    let kept = check.review(update, of: goal, applied: applied, now: now)
    var after = goal
    let changes = after.apply(update, keeping: kept)
    let concerned = Dependencies.units(affectedBy: changes, in: after)
    // As the agent takes it in, interfaces and all: a port that comes is looked for among those of the bridge.
    let (before, now) = (Compiler(goal: goal, host: host), Compiler(goal: after, host: host))
    var flows = FlowComparison()
    var failures = after.refusals(in: update)
    var pending: [GoalStateReport.Pending] = []
    for unit in concerned.sorted() {
      flows.add(before.compile(unit), now.compile(unit))
      guard let key = unit.resource else { continue }
      switch now.compile(unit).status {
      case .complete: break
      case .waiting(let reason):
        pending.append(GoalStateReport.Pending(key: key, revision: after.revision(of: key) ?? 0, reason: reason))
      case .invalid(let reason):
        failures.append(
          ResourceFailure(key: key, revision: after.revision(of: key) ?? 0, code: .invalid, message: reason))
      }
    }
    result.refused = .init(failures, limit: DryRun.namedResources)
    if update.isAllOrNothing, let refusal = AllOrNothing.refusal(of: update, failures: failures, kept: kept) {
      result.refusal = refusal
      return result
    }
    let sorted = changes.resources.sorted()
    let limit = DryRun.namedResources
    result.added = .init(sorted.filter { goal.revision(of: $0) == nil && after.revision(of: $0) != nil }, limit: limit)
    result.changed = .init(
      sorted.filter { goal.revision(of: $0) != nil && after.revision(of: $0) != nil }, limit: limit)
    result.removed = .init(
      sorted.filter { goal.revision(of: $0) != nil && after.revision(of: $0) == nil }, limit: limit)
    result.heldBack = .init(kept.sorted(), limit: limit)
    result.pending = .init(pending, limit: limit)
    (result.flowChanges, result.flows) = flows.summary(limit: DryRun.namedFlows)
    return result
  }
}

/// Flows before and after, by table.
private struct FlowComparison {
  private var before: [FlowKey: Flow] = [:]
  private var after: [FlowKey: Flow] = [:]

  /// Adds one unit. A flow may change hands: only all units together tell what goes.
  mutating func add(_ old: CompiledUnit, _ new: CompiledUnit) {
    guard old != new else { return }
    for flow in old.flows { before[flow.key] = flow }
    for flow in new.flows { after[flow.key] = flow }
  }

  func summary(limit: Int) -> ([DryRunResult.FlowChange], [String]) {
    var changes: [TableID: DryRunResult.FlowChange] = [:]
    var lines: [(flow: Flow, sign: String)] = []
    func note(_ flow: Flow, _ sign: String, _ count: (inout DryRunResult.FlowChange) -> Void) {
      let table = flow.table
      let name = PipelineTable.allCases.first { $0.id == table }?.name ?? "\(table)"
      count(&changes[table, default: DryRunResult.FlowChange(table: name)])
      lines.append((flow, sign))
    }
    for (key, flow) in after {
      guard let old = before[key] else {
        note(flow, "+") { $0.added += 1 }
        continue
      }
      if old != flow { note(flow, "~") { $0.modified += 1 } }
    }
    for (key, flow) in before where after[key] == nil { note(flow, "-") { $0.removed += 1 } }
    let tables = PipelineTable.allCases.compactMap { changes[$0.id] }
    // Only what is shown is worth a text of each, and only then an order.
    let shown = lines.count > 50_000 ? Array(lines.prefix(limit)) : lines.sorted { $0.flow.key < $1.flow.key }
    return (tables, shown.prefix(limit).map { "\($0.sign) \($0.flow)" })
  }
}
