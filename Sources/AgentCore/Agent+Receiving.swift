import GoalState
import Logging

/// What comes from the controller: only noted here, for the loop's next turn.
extension Agent {
  /// A part of a snapshot or a delta is here: the work on it begins, once there is enough of it, since each bundle costs the switch
  /// a commit. Returns when the next part may come: what is worth it is on its way then, and the switch's answers have been heard.
  func receiving(_ part: GoalStatePart) async {
    isReceiving = true
    let changes = goal.anticipate(part)
    guard !changes.isEmpty else { return }
    take(changes)
    noteBegun(changes)
    guard dirty.count >= begunFrom else { return }
    wake()
    await seeToSockets()
  }

  /// The rest of what has been begun with does not come, or not now.
  func stopReceiving() async {
    guard isReceiving else { return }
    isReceiving = false
    // What there was too little of is held all the same.
    if !dirty.isEmpty { wake() }
    await observeSwitch()
  }

  /// The controller sent a snapshot or a delta.
  func received(_ update: GoalStateUpdate) {
    isReceiving = false
    refused = nil
    let heldBefore = goal.version
    let kept = reviewRemovals(of: update)
    let changes = goal.apply(update, keeping: kept)
    if goal.version.epoch != heldBefore.epoch { unapplied.reset() }
    unapplied.note(goal.version.revision, since: .now)
    take(changes)
    keep(update, heldBefore: heldBefore, changes, without: kept)
    logger.info(
      "goal state received",
      metadata: [
        "version": "\(goal.version)", "scope": "\(update.scope)", "changed": "\(changes.resources.count)",
        "refused": "\(goal.failures.count)", "held_back": "\(kept.count)",
      ])
    for failure in update.refused {
      logger.warning("resource refused", metadata: ["resource": "\(failure.key)", "reason": "\(failure.message)"])
    }
    wake()
  }
}
