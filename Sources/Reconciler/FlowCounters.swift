/// What has happened to flows, groups and meters since the start; each counts up.
public struct FlowCounters: Sendable, Equatable {
  /// Flows that the switch confirmed as added or replaced.
  public var flowsAdded = 0
  /// Those of them that replaced a flow of the same match.
  public var flowsReplaced = 0
  /// Flows that the switch confirmed as deleted.
  public var flowsDeleted = 0
  /// Bundles that the switch committed.
  public var batchesCommitted = 0
  /// Bundles that the switch refused.
  public var batchesRefused = 0
  /// Flows that somebody else changed or removed, or added under this side's cookies, and that an audit found.
  public var flowsDrifted = 0
  /// Groups that the switch confirmed as added or replaced.
  public var groupsPut = 0
  /// Groups that the switch confirmed as deleted.
  public var groupsDeleted = 0
  /// Meters that the switch confirmed as added or replaced.
  public var metersPut = 0
  /// Meters that the switch confirmed as deleted.
  public var metersDeleted = 0
  /// Groups and meters that somebody else changed, removed or added among this side's numbers.
  public var referentsDrifted = 0

  /// Nothing has happened.
  public init() {}
}
