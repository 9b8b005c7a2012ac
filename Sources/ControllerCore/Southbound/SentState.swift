import GoalState
import Southbound

/// What an agent has been sent: the revision, and each resource as it was sent.
///
/// The resources are those that all hosts share, so that this is little more than a reference for each.
struct SentState: Sendable {
  /// What is not as it was sent.
  struct Difference: Sendable {
    /// In the order of their keys, as the removals are.
    var upserts: [EncodedResource] = []
    var removals: [ResourceKey] = []

    var isEmpty: Bool { upserts.isEmpty && removals.isEmpty }
  }

  private(set) var revision: UInt64
  /// What was sent once, in the order of the keys.
  private var sent: [EncodedResource]
  /// What was sent since, or removed.
  private var changed: [ResourceKey: EncodedResource?] = [:]

  /// Changes are kept apart until there are this many, and an eighth of everything.
  private static let fewChanges = 64

  /// A whole goal state, in the order of its keys.
  init(revision: UInt64, _ view: [EncodedResource]) {
    self.revision = revision
    sent = view
  }

  /// What is to be sent for an agent to have a whole goal state.
  ///
  /// - Parameters:
  ///   - holdings: The revisions of what it holds.
  ///   - view: All that it is to have, in the order of the keys.
  static func difference(from holdings: [ResourceKey: UInt64], to view: [EncodedResource]) -> Difference {
    let there = Set(view.lazy.map(\.key))
    return Difference(
      upserts: view.filter { holdings[$0.key] != $0.resource.revision },
      removals: holdings.keys.filter { !there.contains($0) }.sorted())
  }

  /// The same, of what was sent.
  mutating func difference(to view: [EncodedResource]) -> Difference {
    settle()
    var difference = Difference()
    var rest = sent[...]
    for resource in view {
      while let held = rest.first, held !== resource, held.key < resource.key {
        difference.removals.append(held.key)
        rest.removeFirst()
      }
      guard let held = rest.first, held === resource || held.key == resource.key else {
        difference.upserts.append(resource)
        continue
      }
      if held !== resource, held.resource.revision != resource.resource.revision { difference.upserts.append(resource) }
      rest.removeFirst()
    }
    difference.removals += rest.map(\.key)
    return difference
  }

  /// What is to be sent for an agent to have what has become of some resources.
  func difference(to outcome: Inventory.Outcome) -> Difference {
    var difference = Difference()
    for (key, resource) in outcome.resources {
      let held = self.resource(key)
      if let resource {
        if held?.resource.revision != resource.resource.revision { difference.upserts.append(resource) }
      } else if held != nil {
        difference.removals.append(key)
      }
    }
    return difference
  }

  /// It has been sent.
  mutating func note(_ difference: Difference, revision: UInt64) {
    for resource in difference.upserts { changed[resource.key] = .some(resource) }
    for key in difference.removals { changed.updateValue(nil, forKey: key) }
    self.revision = revision
    if changed.count > max(SentState.fewChanges, sent.count / 8) { settle() }
  }

  private func resource(_ key: ResourceKey) -> EncodedResource? {
    if let resource = changed[key] { return resource }
    var (low, high) = (0, sent.count)
    while low < high {
      let middle = low + (high - low) / 2
      let found = sent[middle].key
      if found == key { return sent[middle] }
      if found < key { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  /// Puts what has changed where it belongs.
  private mutating func settle() {
    guard !changed.isEmpty else { return }
    var all = sent.filter { changed[$0.key] == nil }
    for case let resource? in changed.values { all.append(resource) }
    all.sort { $0.key < $1.key }
    sent = all
    changed = [:]
  }
}
