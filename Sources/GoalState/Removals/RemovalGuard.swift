/// The blast-radius check: holds back removals that would take most of the host's ports and neighbors away, unless they are
/// marked as intended. What a controller with an empty or a wrong database sends does not cut guests off before somebody can
/// see it.
///
/// ```
///            more than the limits, not marked                 sent again, all of it
///    free ────────────────────────────────────▶ held ───────────────────────────────▶ free
///                                                │ marked as intended, released, or due
///                                                └─────────────────────────────────▶ free: carried out
/// ```
///
/// Everything else of such an update is taken in. While removals are held back, further ones are judged by themselves. Times
/// are offsets from any fixed instant.
public struct RemovalGuard: Sendable {
  /// Removals that are held back.
  public struct Hold: Sendable, Equatable {
    /// What is to go.
    public internal(set) var keys: Set<ResourceKey>
    /// Since when.
    public let since: Duration
    /// Until when.
    public let deadline: Duration
    /// How many ports and neighbors it reaches, of how many; nil when that was before the last start.
    public let reach: (affected: Int, held: Int)?
    /// What was in force when it began: the host cannot be said to have more.
    public let base: GoalStateVersion

    /// The first of them, in the order of their keys.
    public func first(_ count: Int) -> [ResourceKey] {
      guard keys.count > count else { return keys.sorted() }
      // Nothing is sorted in passing that is not named.
      var first: [ResourceKey] = []
      for key in keys {
        guard first.count == count else {
          first.append(key)
          if first.count == count { first.sort() }
          continue
        }
        guard let last = first.last, key < last else { continue }
        first.removeLast()
        first.insert(key, at: first.firstIndex { key < $0 } ?? first.endIndex)
      }
      return first
    }

    /// Whether both hold back the same, for the same reason and as long.
    public static func == (lhs: Hold, rhs: Hold) -> Bool {
      lhs.keys == rhs.keys && lhs.since == rhs.since && lhs.deadline == rhs.deadline && lhs.base == rhs.base
        && lhs.reach?.affected == rhs.reach?.affected && lhs.reach?.held == rhs.reach?.held
    }
  }

  /// What is held back.
  public private(set) var hold: Hold?
  private let limits: RemovalLimits?

  /// - Parameter limits: nil to hold nothing back.
  public init(limits: RemovalLimits? = nil) { self.limits = limits }

  /// Looks at an update before it is taken in.
  ///
  /// - Parameters:
  ///   - goal: What is held before it.
  ///   - applied: What is in force before it.
  /// - Returns: What of that is to stay all the same.
  public mutating func review(
    _ update: GoalStateUpdate, of goal: HostGoalState, applied: GoalStateVersion, now: Duration
  ) -> Set<ResourceKey> {
    guard limits != nil || hold != nil else { return [] }
    var waiting = hold?.keys ?? []
    for upsert in update.upserts where !waiting.isEmpty { waiting.remove(upsert.key) }
    let removing = goal.removals(by: update)
    if update.areRemovalsIntended {
      waiting.subtract(removing)
      return keep(waiting)
    }
    if update.scope == .snapshot { waiting.formIntersection(removing) }
    guard let limits else { return keep(waiting) }
    // A port that has moved to another host is not taken away, nor is one that has come from there.
    let new = removing.filter { !waiting.contains($0) }
    guard !new.isEmpty else { return keep(waiting) }
    let moved = Set(update.upserts.lazy.compactMap { $0.key.elsewhere })
    let lost = moved.isEmpty ? new : new.filter { !moved.contains($0) }
    let affected = RemovalReach(of: lost, in: goal).stations.subtracting(moved).count
    let held = goal.settledStationCount
    guard limits.areExceeded(by: affected, of: held) else { return keep(waiting) }
    if hold == nil {
      hold = Hold(keys: [], since: now, deadline: now + limits.holdTime, reach: (affected, held), base: applied)
    }
    return keep(waiting.union(lost))
  }

  private mutating func keep(_ keys: Set<ResourceKey>) -> Set<ResourceKey> {
    guard !keys.isEmpty else {
      hold = nil
      return []
    }
    hold?.keys = keys
    return keys
  }

  /// Takes over what was held back when the last agent ended: for as long as anew.
  public mutating func restore(_ keys: Set<ResourceKey>, now: Duration) {
    guard !keys.isEmpty else { return }
    hold = Hold(
      keys: keys, since: now, deadline: now + (limits?.holdTime ?? .zero), reach: nil,
      base: GoalStateVersion(epoch: "", revision: 0))
  }

  /// Whether what is held back is to be carried out by now.
  public func isDue(now: Duration) -> Bool { hold.map { $0.deadline <= now } ?? false }

  /// What is held back, which is to be carried out; it is held back no longer.
  public mutating func release() -> Hold? {
    defer { hold = nil }
    return hold
  }
}

extension ResourceKey {
  /// What the same port is on another host, or here.
  fileprivate var elsewhere: ResourceKey? {
    switch kind {
    case .port: ResourceKey(.neighbor, id)
    case .neighbor: ResourceKey(.port, id)
    case .network, .subnet, .securityGroup, .router: nil
    }
  }
}

extension HostGoalState {
  /// What of this an update takes away, apart from what others that never came whole have left.
  func removals(by update: GoalStateUpdate) -> Set<ResourceKey> {
    switch update.scope {
    case .delta: return Set(update.removals.filter { revisions[$0] != nil })
    case .snapshot:
      guard !revisions.isEmpty else { return [] }
      var left = Set(revisions.keys)
      for upsert in update.upserts { left.remove(upsert.key) }
      for failure in update.refused { left.remove(failure.key) }
      if let anticipation, !left.isEmpty { left.subtract(anticipation.abandoned + anticipation.added) }
      return left
    }
  }

  /// How many ports and neighbors are held, without those of an update that is still arriving.
  var settledStationCount: Int {
    guard let anticipation else { return stationCount }
    return stationCount
      - (anticipation.abandoned + anticipation.added).count { $0.kind == .neighbor || $0.kind == .port }
  }

  /// This without some of its resources.
  public func without(_ keys: Set<ResourceKey>) -> HostGoalState {
    guard !keys.isEmpty else { return self }
    var goal = self
    var changes = Changes()
    for key in keys { goal.remove(key, &changes) }
    return goal
  }
}
