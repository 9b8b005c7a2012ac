import GoalState
import GoalStateStore
import Logging
import NetworkTypes
import Pipeline
import Reconciler
import SwitchEngine

/// What the agent keeps for its state on disk; the agent's own.
struct AgentSurvival: Sendable {
  /// Where what is taken in is noted; nil when nothing is kept.
  var keeper: StateKeeper?
  /// The number of the last update that was taken in.
  var number: UInt64 = 0
  /// Whether what is held comes from the disk, and no controller has said anything yet.
  var isStale = false
  /// Whether something of it was not understood, so that what the controller has to send is everything.
  var isPartial = false
  /// What has changed ahead of the update that brings it.
  var begun: Set<ResourceKey> = []
  /// The last update that the history has as in force, and what the switch had confirmed by then.
  var noted: (number: UInt64, counters: FlowCounters) = (0, FlowCounters())
}

extension Agent {
  /// How many neighbors are taken over from the disk before anything else has its turn.
  private static let restoredSlice = 4096

  /// Takes over what was held when the last agent ended. To be called once, before anything else is received.
  ///
  /// It is programmed like what a controller sends: an unchanged switch is sent nothing. Guests are answered while most of it is
  /// still being decoded.
  func restore(_ restored: RestoredState) async {
    survival.isStale = true
    let first = restored.part(RestoredState.first)
    take(goal.restore(first.snapshot, first.deltas))
    wake()
    var rest = await elsewhere { restored.part([.neighbor]) }
    // In slices: the switch's ports may come meanwhile, which is what the guests' answers wait for.
    let neighbors = rest.snapshot.upserts
    rest.snapshot.upserts = []
    for start in stride(from: 0, to: neighbors.count, by: Agent.restoredSlice) {
      let end = min(neighbors.count, start + Agent.restoredSlice)
      take(goal.restore(some: neighbors[start..<end], of: neighbors.count))
      if end < neighbors.count { await seeToSockets() }
    }
    take(goal.restore(rest: rest.snapshot, rest.deltas, isComplete: restored.isComplete))
    unapplied.note(goal.version.revision, since: .now)
    restoreRemovals(restored.heldRemovals)
    survival.number = restored.number
    let unusable = first.unusable + rest.unusable
    if !unusable.isEmpty {
      survival.isPartial = true
      survival.keeper?.lost(unusable)
    }
    logger.notice(
      "goal state restored from disk",
      metadata: [
        "version": "\(goal.version)", "ports": "\(goal.ports.count)", "neighbors": "\(goal.neighbors.count)",
        "failures": "\(goal.failures.count)",
      ])
    wake()
  }

  private func elsewhere<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
    await survival.keeper?.elsewhere(work) ?? work()
  }

  /// What the controller is told to be held: nothing when it has to send everything.
  var heldVersion: GoalStateVersion {
    survival.isPartial || goal.lacksRoom ? GoalStateVersion(epoch: "", revision: 0) : goal.version
  }

  /// All that is held, for the disk.
  func image() -> StateImage {
    StateImage(number: survival.number, goal: goal.settled, heldRemovals: removals.check.hold?.keys ?? [])
  }

  /// What has been begun with of an update that is still arriving has changed this.
  func noteBegun(_ changes: HostGoalState.Changes) {
    if survival.keeper != nil { survival.begun.formUnion(changes.resources) }
  }

  /// An update has been taken in: it is confirmed that what is held is meant, and it is noted for the disk.
  ///
  /// - Parameter kept: What it would have taken away, and what is held back.
  func keep(
    _ update: GoalStateUpdate, heldBefore: GoalStateVersion, _ changes: HostGoalState.Changes,
    without kept: Set<ResourceKey>
  ) {
    let changed = changes.resources.union(survival.begun)
    survival.begun = []
    if survival.isStale { logger.notice("the controller has confirmed the goal state from disk") }
    survival.isStale = false
    if update.scope == .snapshot { survival.isPartial = false }
    let isEmpty = update.upserts.isEmpty && update.removals.isEmpty && update.refused.isEmpty
    guard let keeper = survival.keeper, update.scope == .snapshot || !isEmpty || update.version != heldBefore else {
      return
    }
    survival.number += 1
    var noted = update
    if !kept.isEmpty, !update.removals.isEmpty {
      noted.removals = update.removals.filter { !kept.contains($0) }
      noted.refused += update.removals.filter(kept.contains).map(ResourceFailure.init(heldRemoval:))
    }
    keeper.note(noted, number: survival.number, changed: changed)
  }

  /// Tells the history what came into force, and what that took.
  func noteInForce(_ number: UInt64, _ version: GoalStateVersion) {
    guard let keeper = survival.keeper else { return }
    let (before, now) = (survival.noted.counters, switchState.counters)
    let added = now.flowsAdded - before.flowsAdded
    let deleted = now.flowsDeleted - before.flowsDeleted
    guard number != survival.noted.number || added > 0 || deleted > 0 else { return }
    survival.noted = (number, now)
    let replaced = now.flowsReplaced - before.flowsReplaced
    keeper.note(
      .inForce(
        StoredInForce(
          number: number, time: keeper.now, version: version, flowsAdded: UInt64(clamping: added - replaced),
          flowsModified: UInt64(clamping: replaced), flowsDeleted: UInt64(clamping: deleted),
          refused: Array(failures.dropFirst(goal.failures.count)))))
  }
}
