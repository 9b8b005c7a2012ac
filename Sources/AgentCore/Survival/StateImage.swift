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

extension StoredResource {
  init(_ versioned: VersionedResource) {
    self.init(key: versioned.key, revision: versioned.revision, bytes: StoredResourceCoding.encode(versioned)[...])
  }
}
