/// What has happened since the start; each counts up.
public struct FlowCounters: Sendable, Equatable {
  /// Flows that the switch confirmed as added or replaced.
  public var flowsAdded = 0
  /// Flows that the switch confirmed as deleted.
  public var flowsDeleted = 0
  /// Bundles that the switch committed.
  public var batchesCommitted = 0
  /// Bundles that the switch refused.
  public var batchesRefused = 0
  /// Flows that somebody else changed or removed, or added under this side's cookies, and that an audit found.
  public var flowsDrifted = 0

  /// Nothing has happened.
  public init() {}
}
