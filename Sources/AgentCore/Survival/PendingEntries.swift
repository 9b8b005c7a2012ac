import GoalState
import GoalStateStore

/// What waits to be written: noted by the agent in passing, encoded and written by the keeper. Bounded, because a disk may be
/// slow or gone.
struct PendingEntries: Sendable {
  /// One thing to write.
  enum Entry: Sendable {
    case update(GoalStateUpdate, number: UInt64, time: StoredTime, changed: Set<ResourceKey>)
    /// For people only.
    case note(JournalEntry)
  }

  /// More updates, or more resources in them, are not written one by one: the next snapshot has them.
  static let maximumEntries = 4096
  static let maximumResources = 50_000

  private(set) var entries: [Entry] = []
  private var resources = 0
  /// Whether only a snapshot can say what has happened.
  private(set) var needsSnapshot = false
  /// The last update, and its version.
  private(set) var last: (number: UInt64, version: GoalStateVersion)?

  var isEmpty: Bool { entries.isEmpty && !needsSnapshot }

  mutating func add(_ update: GoalStateUpdate, number: UInt64, time: StoredTime, changed: Set<ResourceKey>) {
    last = (number, update.version)
    if update.scope == .snapshot {
      needsSnapshot = true
      // The summary is made of what changed; the resources themselves are in the image.
      add(.note(.summary(StoredSummary(update, number: number, time: time, changed: changed))))
      return
    }
    resources += update.upserts.count + update.removals.count
    add(.update(update, number: number, time: time, changed: changed))
    if resources > PendingEntries.maximumResources { condense() }
  }

  mutating func add(_ entry: Entry) {
    entries.append(entry)
    if entries.count > PendingEntries.maximumEntries {
      condense()
      entries.removeFirst(PendingEntries.maximumEntries / 4)
    }
  }

  /// Leaves the resources to the next snapshot.
  mutating func condense() {
    needsSnapshot = true
    resources = 0
    entries = entries.map { $0.summarized }
  }

  /// Puts back what could not be written; a snapshot has to follow.
  mutating func restore(_ failed: PendingEntries) {
    entries = failed.entries + entries
    last = last ?? failed.last
    condense()
    if entries.count > PendingEntries.maximumEntries {
      entries.removeFirst(entries.count - PendingEntries.maximumEntries)
    }
  }
}

extension PendingEntries.Entry {
  /// As the journal has it: whole.
  var journalEntry: JournalEntry {
    switch self {
    case .note(let entry): return entry
    case .update(let update, let number, let time, let changed):
      guard case .delta(let from) = update.scope else {
        return .summary(StoredSummary(update, number: number, time: time, changed: changed))
      }
      return .delta(
        StoredDelta(
          number: number, time: time, from: from, version: update.version,
          upserts: update.upserts.map(StoredResource.init), removals: update.removals, refused: update.refused))
    }
  }

  /// As the journal has it when a snapshot has what it says.
  var summarized: PendingEntries.Entry {
    guard case .update(let update, let number, let time, let changed) = self else { return self }
    return .note(.summary(StoredSummary(update, number: number, time: time, changed: changed)))
  }
}

extension StoredSummary {
  init(_ update: GoalStateUpdate, number: UInt64, time: StoredTime, changed: Set<ResourceKey>) {
    let upserts = update.upserts.map(\.key).filter(changed.contains)
    // Nothing is sorted that is not named: this is done in passing, for goal states of any size.
    let order = { (keys: [ResourceKey]) in keys.count > StoredSummary.limit ? keys : keys.sorted() }
    var from: UInt64?
    if case .delta(let revision) = update.scope { from = revision }
    self.init(
      number: number, time: time, version: update.version, from: from,
      changed: order(upserts),
      removed: upserts.count == changed.count ? [] : order(Array(changed.subtracting(upserts))),
      refused: update.refused)
  }
}
