import GoalState

/// An update whose resources are encoded already: what many agents are sent is encoded once.
public struct PreparedUpdate: Sendable, Hashable {
  /// How the contents are meant.
  public var scope: GoalStateUpdate.Scope
  /// What the host holds once this has been taken in.
  public var version: GoalStateVersion
  /// Resources to add or replace.
  public var upserts: [EncodedResource]
  /// Resources to remove.
  public var removals: [ResourceKey]
  /// Whether all that goes with it is meant to go.
  public var areRemovalsIntended: Bool

  /// All parts.
  public init(
    scope: GoalStateUpdate.Scope, version: GoalStateVersion, upserts: [EncodedResource] = [],
    removals: [ResourceKey] = [], areRemovalsIntended: Bool = false
  ) {
    self.scope = scope
    self.version = version
    self.upserts = upserts
    self.removals = removals
    self.areRemovalsIntended = areRemovalsIntended
  }

  /// The same, resource by resource.
  public var update: GoalStateUpdate {
    var update = withoutUpserts
    update.upserts = upserts.map(\.resource)
    return update
  }

  var withoutUpserts: GoalStateUpdate {
    GoalStateUpdate(
      scope: scope, version: version, removals: removals, areRemovalsIntended: areRemovalsIntended)
  }
}
