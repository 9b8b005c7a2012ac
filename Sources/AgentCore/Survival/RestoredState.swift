import GoalState
import GoalStateStore
import Southbound

/// What was read back from the disk, to be taken over: one snapshot, and the deltas behind it.
///
/// It is decoded in parts. Nearly all of a large goal state is neighbors, and guests that want their addresses need none of them.
struct RestoredState: Sendable {
  /// What is not a neighbor.
  static let first = Set(ResourceKind.allCases).subtracting([.neighbor])

  /// What there is of some kinds of resources.
  struct Part: Sendable {
    var snapshot: GoalStateUpdate
    var deltas: [GoalStateUpdate] = []
    /// What was not understood; then the controller is to send everything.
    var unusable: [ResourceFailure] = []
  }

  private let stored: StoredSnapshot
  private let deltas: [StoredDelta]

  /// Nil when there is nothing.
  init?(_ state: RecoveredState) {
    guard let stored = state.snapshot else { return nil }
    self.stored = stored
    deltas = state.deltas
  }

  var isComplete: Bool { stored.isComplete }
  /// The number of the last update in it, and the version that it led to.
  var number: UInt64 { deltas.last?.number ?? stored.number }
  var version: GoalStateVersion { deltas.last?.version ?? stored.version }

  /// What of it is to go, and was held back.
  var heldRemovals: Set<ResourceKey> {
    var held = Set(stored.refused.filter(\.isHeldRemoval).map(\.key))
    for delta in deltas {
      for upsert in delta.upserts where !held.isEmpty { held.remove(upsert.key) }
      held.formUnion(delta.refused.filter(\.isHeldRemoval).map(\.key))
    }
    return held
  }

  /// Decodes what there is of these kinds of resources.
  func part(_ kinds: Set<ResourceKind>) -> Part {
    var part = Part(
      snapshot: GoalStateUpdate(
        scope: .snapshot, version: stored.version, refused: RestoredState.refused(stored.refused, kinds)))
    let (resources, unusable) = RestoredState.read(stored.resources, kinds)
    part.snapshot.upserts = resources
    part.snapshot.refused += unusable
    part.unusable = unusable
    for delta in deltas {
      let (resources, unusable) = RestoredState.read(delta.upserts, kinds)
      // What the resource was before is not what is meant any more: it is missing, and whatever needs it waits.
      part.deltas.append(
        GoalStateUpdate(
          scope: .delta(from: delta.from), version: delta.version, upserts: resources,
          removals: delta.removals.filter { kinds.contains($0.kind) } + unusable.map(\.key),
          refused: RestoredState.refused(delta.refused, kinds)))
      guard !unusable.isEmpty else { continue }
      part.deltas.append(
        GoalStateUpdate(scope: .delta(from: delta.version.revision), version: delta.version, refused: unusable))
      part.unusable += unusable
    }
    return part
  }

  private static func refused(_ failures: [ResourceFailure], _ kinds: Set<ResourceKind>) -> [ResourceFailure] {
    failures.filter { !$0.isHeldRemoval && kinds.contains($0.key.kind) }
  }

  private static func read(
    _ stored: [StoredResource], _ kinds: Set<ResourceKind>
  ) -> ([VersionedResource], [ResourceFailure]) {
    var resources: [VersionedResource] = []
    var unusable: [ResourceFailure] = []
    if kinds.contains(.neighbor) { resources.reserveCapacity(stored.count) }
    for resource in stored where kinds.contains(resource.key.kind) {
      do throws(StoredResourceError) {
        resources.append(try StoredResourceCoding.decode(resource.bytes, key: resource.key))
      } catch {
        unusable.append(
          ResourceFailure(
            key: resource.key, revision: resource.revision, code: .invalid,
            message: "from this host's disk: \(error.reason)"))
      }
    }
    return (resources, unusable)
  }
}
