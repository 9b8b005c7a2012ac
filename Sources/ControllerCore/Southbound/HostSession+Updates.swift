import GoalState
import Southbound
import Synchronization

extension HostSession {
  /// The difference to what the agent holds when that is known here, everything otherwise. It is told also when there is
  /// none: an agent that holds what it had on its disk does not know otherwise that it is meant.
  func firstUpdate(isResync: Bool) async -> PreparedUpdate? {
    if held.epoch == epoch, !isResync,
      let holdings = await inventory.holdings(of: host, at: held.revision, learned: asks ? learned : nil)
    {
      state.withLock { $0.sent = SentState(revision: held.revision, revisions: holdings) }
      return await delta(.all, isFirst: true)
    }
    let (revision, view) = await inventory.encodedView(of: host, knowing: known())
    state.withLock { $0.sent = SentState(revision: revision, view) }
    return PreparedUpdate(
      scope: .snapshot, version: GoalStateVersion(epoch: epoch, revision: revision), upserts: view)
  }

  /// The hosts whose ports in networks with neighbors on demand an agent that asks is sent; nil for one that has all.
  private func known() -> Set<HostID>? { asks ? Set(directory.acquaintances(of: host)) : nil }

  func delta(
    _ changes: HostChanges, evenIfEmpty: Bool = false, isFirst: Bool = false
  ) async -> PreparedUpdate? {
    let known = known()
    guard changes.everything else {
      let outcome = await inventory.outcome(of: changes, for: host, knowing: known)
      return state.withLock { HostSession.makeDelta(outcome, &$0.sent, epoch: epoch, evenIfEmpty: evenIfEmpty) }
    }
    let (revision, view) = await inventory.encodedView(of: host, knowing: known)
    return state.withLock { state in
      guard let difference = state.sent?.difference(to: view) else { return nil }
      return HostSession.makeDelta(
        difference, to: revision, &state.sent, epoch: epoch, evenIfEmpty: evenIfEmpty, isFirst: isFirst)
    }
  }

  static func makeDelta(
    _ outcome: Inventory.Outcome, _ sent: inout SentState?, epoch: String, evenIfEmpty: Bool = false
  ) -> PreparedUpdate? {
    guard let difference = sent?.difference(to: outcome) else { return nil }
    return makeDelta(difference, to: outcome.revision, &sent, epoch: epoch, evenIfEmpty: evenIfEmpty, isFirst: false)
  }

  /// Notes what is about to be sent, and makes the delta that says it; nil when there is nothing to say.
  private static func makeDelta(
    _ difference: SentState.Difference, to revision: UInt64, _ sent: inout SentState?, epoch: String,
    evenIfEmpty: Bool, isFirst: Bool
  ) -> PreparedUpdate? {
    guard let before = sent?.revision,
      !difference.isEmpty || isFirst || (evenIfEmpty && revision > before)
    else { return nil }
    sent?.note(difference, revision: revision)
    // What refers to others goes first when it is removed. All that a delta removes was asked for: the store has each
    // change since. A snapshot may be of a store that lacks what it should have, and is not marked.
    return PreparedUpdate(
      scope: .delta(from: before), version: GoalStateVersion(epoch: epoch, revision: revision),
      upserts: difference.upserts, removals: difference.removals.reversed(),
      areRemovalsIntended: !difference.removals.isEmpty)
  }
}
