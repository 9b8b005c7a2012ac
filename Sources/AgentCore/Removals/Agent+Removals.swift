import Foundation
import GoalState
import GoalStateStore
import Logging

extension Agent {
  /// How many of the resources that are held back are named.
  static let namedRemovals = 20

  /// Looks at an update before it is taken in.
  ///
  /// - Returns: What is to stay although the update would have it go.
  func reviewRemovals(of update: GoalStateUpdate) -> Set<ResourceKey> {
    let before = removals.check.hold
    let kept = removals.check.review(update, of: goal, applied: applied, now: removals.clock.now())
    noteHold(since: before, version: update.version)
    return kept
  }

  /// Takes over what was held back when the last agent ended.
  func restoreRemovals(_ keys: Set<ResourceKey>) {
    removals.check.restore(keys.filter { goal.revision(of: $0) != nil }, now: removals.clock.now())
    noteHold(since: nil, version: goal.version)
  }

  private func noteHold(since before: RemovalGuard.Hold?, version: GoalStateVersion) {
    removals.noteHold()
    let hold = removals.check.hold
    guard before != hold else { return }
    // Neither what was held back nor what puts it right is in force yet.
    if let before, hold == nil { applied = before.base }
    // What was noted of the old hold is not to be read again.
    if before != nil { survival.keeper?.renew() }
    guard let hold else {
      logger.notice("no removals are held back any more")
      return
    }
    guard before == nil else { return }
    logger.error(
      "removals are held back",
      metadata: [
        "version": "\(version)", "count": "\(hold.keys.count)",
        "until": "\(removals.dates?.until.ISO8601Format() ?? "")",
        "reason": "\(reason(for: hold))",
        "first": "\(hold.first(Agent.namedRemovals).map(\.description).joined(separator: ", "))",
      ])
  }

  /// Carries out what has been held back for long enough, until cancelled.
  func watchRemovals() async {
    for await _ in removals.begun {
      while let hold = removals.check.hold {
        do { try await removals.clock.sleep(hold.deadline) } catch { return }
        if removals.check.isDue(now: removals.clock.now()) { _ = releaseRemovals("their time is up") }
      }
    }
  }

  /// Carries out all that is held back, at somebody's word. Returns how many resources that were.
  func releaseRemovals(_ why: String) -> Int {
    guard let hold = removals.check.release() else { return 0 }
    let keys = hold.keys
    applied = hold.base
    logger.notice(
      "removals that were held back are carried out", metadata: ["count": "\(keys.count)", "why": "\(why)"])
    removals.noteHold()
    let changes = goal.carryOut(keys)
    take(changes)
    let version = goal.version
    let update = GoalStateUpdate(
      scope: .delta(from: version.revision), version: version, removals: keys.sorted().reversed())
    keep(update, heldBefore: version, changes, without: [])
    survival.keeper?.renew()
    wake()
    return keys.count
  }

  /// What the controller and whoever asks is told of it.
  var heldRemovals: GoalStateReport.HeldRemovals? {
    guard let hold = removals.check.hold, let dates = removals.dates else { return nil }
    return GoalStateReport.HeldRemovals(
      version: applied, count: UInt64(hold.keys.count), resources: hold.first(Agent.namedRemovals),
      since: Int64(dates.since.timeIntervalSince1970), until: Int64(dates.until.timeIntervalSince1970),
      reason: reason(for: hold))
  }

  /// What is held, without what is to go.
  var wantedGoal: HostGoalState { goal.without(removals.check.hold?.keys ?? []) }

  /// Everything up to this is in force, removals included.
  var wholly: GoalStateVersion { removals.check.hold?.base ?? applied }

  private func reason(for hold: RemovalGuard.Hold) -> String {
    let what =
      hold.reach.map { "it would take \($0.affected) of \($0.held) ports and neighbors away" }
      ?? "it was held back before this agent started"
    return "\(what), and is not marked as intended; 'alioth goal-state release' on the host carries it out at once"
  }
}

extension ResourceFailure {
  /// How a removal that is held back stands in what is kept.
  private static let heldBack = "its removal is held back"

  /// Stands for a removal that is held back.
  init(heldRemoval key: ResourceKey) {
    self.init(key: key, revision: 0, code: .host, message: ResourceFailure.heldBack)
  }

  /// Whether it stands for a removal that is held back.
  var isHeldRemoval: Bool { code == .host && revision == 0 && message == ResourceFailure.heldBack }
}
