/// Since when changes have been waiting to be in force, by their revisions within one epoch.
///
/// What is kept is bounded: when too many wait, the newest are taken for one, as old as the first of them. So no change
/// is ever shown younger than it is.
public struct UnappliedChanges: Sendable {
  private var waiting: [(revision: UInt64, since: ContinuousClock.Instant)] = []
  private var applied: UInt64?
  private let limit: Int

  /// Nothing waits.
  public init(limit: Int = 64) {
    self.limit = max(1, limit)
  }

  /// Since when the oldest has been waiting; nil when none is.
  public var oldest: ContinuousClock.Instant? { waiting.first?.since }

  /// A change has come that leads to this revision. One that is known to be in force does not wait.
  public mutating func note(_ revision: UInt64, since: ContinuousClock.Instant) {
    if let applied, revision <= applied { return }
    if let last = waiting.last, revision <= last.revision { return }
    if waiting.count == limit {
      waiting[limit - 1].revision = revision
    } else {
      waiting.append((revision, since))
    }
  }

  /// Everything up to this revision is in force.
  public mutating func inForce(_ revision: UInt64) {
    applied = max(applied ?? 0, revision)
    let count = waiting.prefix { $0.revision <= revision }.count
    waiting.removeFirst(count)
  }

  /// Another epoch has begun: revisions are counted anew.
  public mutating func reset() {
    waiting = []
    applied = nil
  }
}
