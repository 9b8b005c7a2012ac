import GoalState
import GoalStateStore
import Southbound

/// All that the agent holds at one moment, with the number of the last update in it.
struct StateImage: Sendable {
  var number: UInt64
  var goal: HostGoalState
  /// What of it is to go, and is held back.
  var heldRemovals: Set<ResourceKey> = []

  /// As it is kept. Takes a while for many resources.
  var stored: StoredSnapshot {
    StoredSnapshot(
      number: number, version: goal.version, isComplete: goal.isComplete,
      resources: goal.resources.map(StoredResource.init),
      refused: goal.failures + heldRemovals.sorted().map(ResourceFailure.init(heldRemoval:)))
  }
}

/// What was read back from the disk, to be taken over: one snapshot, and the deltas behind it.
struct RestoredState: Sendable {
  var snapshot: GoalStateUpdate
  var isComplete: Bool
  var deltas: [GoalStateUpdate]
  /// The number of the last update in it.
  var number: UInt64
  /// Whether something of it was not understood, so that the controller is to send everything.
  var isPartial: Bool
  /// What of it is to go, and was held back.
  private(set) var heldRemovals: Set<ResourceKey>

  /// Nil when there is nothing.
  init?(_ state: RecoveredState) {
    guard let stored = state.snapshot else { return nil }
    let refused = stored.refused.filter { !$0.isHeldRemoval }
    snapshot = GoalStateUpdate(scope: .snapshot, version: stored.version, refused: refused)
    heldRemovals = Set(stored.refused.filter(\.isHeldRemoval).map(\.key))
    isComplete = stored.isComplete
    number = state.deltas.last?.number ?? stored.number
    isPartial = false
    let (resources, unusable) = RestoredState.read(stored.resources)
    snapshot.upserts = resources
    snapshot.refused += unusable
    isPartial = !unusable.isEmpty
    deltas = []
    for delta in state.deltas {
      let (resources, unusable) = RestoredState.read(delta.upserts)
      isPartial = isPartial || !unusable.isEmpty
      for upsert in delta.upserts where !heldRemovals.isEmpty { heldRemovals.remove(upsert.key) }
      heldRemovals.formUnion(delta.refused.filter(\.isHeldRemoval).map(\.key))
      // What the resource was before is not what is meant any more: it is missing, and whatever needs it waits.
      deltas.append(
        GoalStateUpdate(
          scope: .delta(from: delta.from), version: delta.version, upserts: resources,
          removals: delta.removals + unusable.map(\.key), refused: delta.refused.filter { !$0.isHeldRemoval }))
      deltas.append(
        GoalStateUpdate(scope: .delta(from: delta.version.revision), version: delta.version, refused: unusable))
      if unusable.isEmpty { deltas.removeLast() }
    }
  }

  /// What was not understood.
  var unusable: [ResourceFailure] {
    (snapshot.refused + deltas.flatMap(\.refused)).filter { $0.message.hasPrefix(RestoredState.prefix) }
  }

  private static let prefix = "from this host's disk: "

  private static func read(_ stored: [StoredResource]) -> ([VersionedResource], [ResourceFailure]) {
    var resources: [VersionedResource] = []
    resources.reserveCapacity(stored.count)
    var unusable: [ResourceFailure] = []
    for resource in stored {
      do throws(StoredResourceError) {
        resources.append(try StoredResourceCoding.decode(resource.bytes, key: resource.key))
      } catch {
        unusable.append(
          ResourceFailure(
            key: resource.key, revision: resource.revision, code: .invalid, message: prefix + error.reason))
      }
    }
    return (resources, unusable)
  }
}

extension StoredResource {
  init(_ versioned: VersionedResource) {
    self.init(key: versioned.key, revision: versioned.revision, bytes: StoredResourceCoding.encode(versioned))
  }
}
