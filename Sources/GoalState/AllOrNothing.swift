/// Updates of which nothing is to be taken in when one of their resources is refused.
public enum AllOrNothing {
  /// Why such an update is refused; nil when it is taken in.
  ///
  /// - Parameters:
  ///   - failures: What of it would be refused.
  ///   - kept: What it would have go, and what would be held back.
  public static func refusal(
    of update: GoalStateUpdate, failures: [ResourceFailure], kept: Set<ResourceKey>
  ) -> String? {
    let others = "nothing of the update is taken in, as it is to be taken in whole or not at all"
    if let first = failures.first {
      let rest = Set(update.upserts.map(\.key) + update.removals).subtracting(failures.map(\.key)).count
      let more = failures.count > 1 ? " and \(failures.count - 1) more" : ""
      return "\(first.key)\(more) is refused: \(first.message); \(rest) others were held back because of it: \(others)"
    }
    guard let first = kept.min() else { return nil }
    return
      "\(kept.count) removals, of \(first) among others, would take too much away and are not marked as intended: \(others)"
  }
}

extension HostGoalState {
  /// What of an update that has just been taken in was refused.
  public func refusals(in update: GoalStateUpdate) -> [ResourceFailure] {
    guard !refused.isEmpty else { return [] }
    var found: [ResourceKey: ResourceFailure] = [:]
    for upsert in update.upserts { found[upsert.key] = refused[upsert.key] }
    for failure in update.refused { found[failure.key] = failure }
    return found.values.sorted { $0.key < $1.key }
  }
}
