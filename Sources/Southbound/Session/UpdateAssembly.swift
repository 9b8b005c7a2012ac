import GoalState
import GoalStateProtobuf

/// Collects the parts of one update, refusing single resources and keeping the others.
struct UpdateAssembly: Sendable {
  private(set) var update: GoalStateUpdate
  /// Resources that came, those refused or not known included: what a snapshot's end counts.
  private(set) var received: UInt64 = 0
  /// Resources of a kind that this version does not know.
  private(set) var unknown = 0

  /// The number of a dry run; 0 for an update that is to be taken in.
  let dryRun: UInt64
  private let limit: Int
  private var keys = DistinctKeys()
  private var removed: Set<ResourceKey> = []

  init(
    scope: GoalStateUpdate.Scope, version: GoalStateVersion, limit: Int, areRemovalsIntended: Bool = false,
    isAllOrNothing: Bool = false, dryRun: UInt64 = 0
  ) {
    update = GoalStateUpdate(
      scope: scope, version: version, areRemovalsIntended: areRemovalsIntended, isAllOrNothing: isAllOrNothing)
    self.limit = limit
    self.dryRun = dryRun
  }

  /// Takes resources in; returns those that are good.
  @discardableResult
  mutating func upsert(
    _ resources: [DecodedResource?]
  ) throws(ProtocolViolation) -> ArraySlice<VersionedResource> {
    try reserve(resources.count)
    let start = update.upserts.count
    for resource in resources {
      switch resource {
      case nil: unknown += 1
      case .refused(let failure): update.refused.append(failure)
      case .resource(let versioned):
        guard keys.insert(versioned.key, among: update.upserts) else {
          refuse(
            versioned.key, revision: versioned.revision,
            "id \(quoted(versioned.key.id.description)) occurs twice in one update")
          continue
        }
        update.upserts.append(versioned)
      }
    }
    return update.upserts[start...]
  }

  /// What may be begun with before the rest is here: nothing of what may yet be refused as a whole, or is not to be done.
  func beginning(_ resources: ArraySlice<VersionedResource>) -> [AgentStreamState.Action] {
    resources.isEmpty || update.isAllOrNothing || dryRun != 0
      ? [] : [.begin(GoalStatePart(version: update.version, upserts: Array(resources)))]
  }

  mutating func remove(_ removals: [Alioth_Southbound_V1_ResourceKey]) throws(ProtocolViolation) {
    try reserve(removals.count)
    for removal in removals {
      guard let kind = ResourceKind(removal.kind) else {
        unknown += 1
        continue
      }
      let key = ResourceKey(kind, removal.id)
      guard FieldRules.isIdentifier(removal.id) else {
        let shown = ResourceKey(kind, reportableIdentifier(removal.id))
        refuse(shown, revision: update.version.revision, "the id \(quoted(removal.id)) of a removal is not an id")
        continue
      }
      guard removed.insert(key).inserted else { continue }
      update.removals.append(key)
    }
  }

  /// The whole update. A resource that one delta both changes and removes is refused: what is meant is not known, and
  /// neither is done.
  mutating func finish() -> GoalStateUpdate {
    // The update is taken in next, which takes room of its own.
    keys = DistinctKeys()
    let contradictory = removed.isEmpty ? [] : Set(update.upserts.map(\.key)).intersection(removed)
    if !contradictory.isEmpty {
      update.upserts.removeAll { contradictory.contains($0.key) }
      update.removals.removeAll { contradictory.contains($0) }
      for key in contradictory.sorted() {
        refuse(
          key, revision: update.version.revision,
          "id \(quoted(key.id.description)) is both changed and removed in one update")
      }
    }
    return update
  }

  private mutating func reserve(_ count: Int) throws(ProtocolViolation) {
    received += UInt64(count)
    guard received <= limit else {
      let message =
        switch update.scope {
        case .snapshot: "a snapshot"
        case .delta: "a delta"
        }
      throw .tooMany(message: message, limit: limit)
    }
  }

  private mutating func refuse(_ key: ResourceKey, revision: UInt64, _ message: String) {
    update.refused.append(ResourceFailure(key: key, revision: revision, code: .invalid, message: message))
  }
}
