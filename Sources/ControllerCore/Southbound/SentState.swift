import GoalState
import Southbound

/// What an agent has been sent: the revision, and that of each resource.
struct SentState: Sendable {
  /// What is not as it was sent.
  struct Difference: Sendable {
    /// In the order of their keys, as the removals are.
    var upserts: [EncodedResource] = []
    var removals: [ResourceKey] = []

    var isEmpty: Bool { upserts.isEmpty && removals.isEmpty }
  }

  private(set) var revision: UInt64
  private var revisions: [ResourceKey: UInt64]

  init(revision: UInt64, revisions: [ResourceKey: UInt64]) {
    self.revision = revision
    self.revisions = revisions
  }

  /// A whole goal state.
  init(revision: UInt64, _ view: [EncodedResource]) {
    self.revision = revision
    revisions = [:]
    revisions.reserveCapacity(view.count)
    for resource in view { revisions[resource.key] = resource.resource.revision }
  }

  /// What is to be sent for an agent to have a whole goal state, which is in the order of its keys.
  func difference(to view: [EncodedResource]) -> Difference {
    let there = Set(view.lazy.map(\.key))
    return Difference(
      upserts: view.filter { revisions[$0.key] != $0.resource.revision },
      removals: revisions.keys.filter { !there.contains($0) }.sorted())
  }

  /// What is to be sent for an agent to have what has become of some resources.
  func difference(to outcome: Inventory.Outcome) -> Difference {
    var difference = Difference()
    for key in outcome.keys.sorted() {
      if let resource = outcome.resources[key] {
        if revisions[key] != resource.resource.revision { difference.upserts.append(resource) }
      } else if revisions[key] != nil {
        difference.removals.append(key)
      }
    }
    return difference
  }

  /// It has been sent.
  mutating func note(_ difference: Difference, revision: UInt64) {
    for resource in difference.upserts { revisions[resource.key] = resource.resource.revision }
    for key in difference.removals { revisions[key] = nil }
    self.revision = revision
  }
}
