import GoalState
import Southbound
import Synchronization

extension HostSession {
  /// The difference to what the agent holds when that is known here, everything otherwise. It is told also when there is
  /// none: an agent that holds what it had on its disk does not know otherwise that it is meant.
  func firstUpdate(isResync: Bool) async -> PreparedUpdate? {
    let holdings =
      held.epoch == epoch && !isResync
      ? await inventory.holdings(of: host, at: held.revision, learned: asks ? learned : nil) : nil
    let (revision, view) = await inventory.encodedView(of: host, knowing: known())
    state.withLock { $0.sent = SentState(revision: revision, view) }
    let version = GoalStateVersion(epoch: epoch, revision: revision)
    guard let holdings else { return PreparedUpdate(scope: .snapshot, version: version, upserts: view) }
    let difference = SentState.difference(from: holdings, to: view)
    return HostSession.update(difference, from: held.revision, to: version)
  }

  /// The hosts whose ports in networks with neighbors on demand an agent that asks is sent; nil for one that has all.
  private func known() -> Set<HostID>? { asks ? Set(directory.acquaintances(of: host)) : nil }

  func delta(
    _ changes: HostChanges, evenIfEmpty: Bool = false
  ) async -> PreparedUpdate? {
    let known = known()
    guard changes.everything else {
      let outcome = await inventory.outcome(of: changes, for: host, knowing: known)
      return state.withLock { HostSession.makeDelta(outcome, &$0.sent, epoch: epoch, evenIfEmpty: evenIfEmpty) }
    }
    let (revision, view) = await inventory.encodedView(of: host, knowing: known)
    return state.withLock { state in
      guard let difference = state.sent?.difference(to: view) else { return nil }
      return HostSession.makeDelta(difference, to: revision, &state.sent, epoch: epoch, evenIfEmpty: evenIfEmpty)
    }
  }

  static func makeDelta(
    _ outcome: Inventory.Outcome, _ sent: inout SentState?, epoch: String, evenIfEmpty: Bool = false
  ) -> PreparedUpdate? {
    guard let difference = sent?.difference(to: outcome) else { return nil }
    return makeDelta(difference, to: outcome.revision, &sent, epoch: epoch, evenIfEmpty: evenIfEmpty)
  }

  /// Notes what is about to be sent, and makes the delta that says it; nil when there is nothing to say.
  private static func makeDelta(
    _ difference: SentState.Difference, to revision: UInt64, _ sent: inout SentState?, epoch: String,
    evenIfEmpty: Bool
  ) -> PreparedUpdate? {
    guard let before = sent?.revision, !difference.isEmpty || (evenIfEmpty && revision > before) else { return nil }
    sent?.note(difference, revision: revision)
    return update(difference, from: before, to: GoalStateVersion(epoch: epoch, revision: revision))
  }

  private static func update(
    _ difference: SentState.Difference, from before: UInt64, to version: GoalStateVersion
  ) -> PreparedUpdate {
    // What refers to others goes first when it is removed. All that a delta removes was asked for: the store has each
    // change since. A snapshot may be of a store that lacks what it should have, and is not marked.
    PreparedUpdate(
      scope: .delta(from: before), version: version, upserts: difference.upserts,
      removals: difference.removals.reversed(), areRemovalsIntended: !difference.removals.isEmpty)
  }
}
