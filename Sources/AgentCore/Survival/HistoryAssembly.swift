import Foundation
import GoalState
import GoalStateStore

/// Puts the history together from journals, the newest first: each change with when it came into force. Pure.
///
/// Read backwards, the last record that was passed of an update in force that is not older is the first that came after it. Others
/// may stand between: an update arrives while the one before is not in force yet.
struct HistoryAssembly {
  private let query: HistoryQuery
  private var entries: [HistoryDocument.Entry] = []
  private var isCut = false
  private var isOver = false
  /// What came into force later than what comes next, the latest first.
  private var covers: [(record: StoredInForce, isUsed: Bool, isSameRun: Bool)] = []

  init(_ query: HistoryQuery) { self.query = query }

  /// Takes a journal; returns whether older ones are wanted.
  mutating func add(_ journal: [JournalEntry]) -> Bool {
    for entry in journal.reversed() {
      take(entry)
      if isOver { return false }
    }
    return true
  }

  /// All that was asked for.
  mutating func finish() -> HistoryDocument {
    flush(covers.count)
    return HistoryDocument(entries: entries, isCut: isCut)
  }

  private mutating func take(_ entry: JournalEntry) {
    switch entry {
    case .inForce(let record):
      covers.append((record, false, true))
    case .started(let start):
      var shown = HistoryDocument.Entry(
        scope: "start", number: start.number, time: start.time, version: start.version)
      shown.program = start.program
      complete(&shown, start.number, start.time)
      append(shown, start.time)
      for index in covers.indices { covers[index].isSameRun = false }
    case .delta(let delta):
      var shown = HistoryDocument.Entry(
        scope: "delta", number: delta.number, time: delta.time, version: delta.version)
      shown.fromRevision = delta.from
      shown.list(changed: delta.upserts.map(\.key), removed: delta.removals, refused: delta.refused)
      complete(&shown, delta.number, delta.time)
      append(shown, delta.time, delta.upserts.map(\.key) + delta.removals + delta.refused.map(\.key))
    case .summary(let summary):
      var shown = HistoryDocument.Entry(
        scope: summary.from == nil ? "snapshot" : "delta", number: summary.number, time: summary.time,
        version: summary.version)
      shown.fromRevision = summary.from
      shown.list(changed: summary.changed, removed: summary.removed, refused: summary.refused)
      (shown.changedCount, shown.removedCount) = (summary.changedCount, summary.removedCount)
      complete(&shown, summary.number, summary.time)
      append(shown, summary.time, summary.changed + summary.removed + summary.refused.map(\.key))
    }
  }

  /// Of these, the latest, what no change stands before: it followed from the host.
  private mutating func flush(_ count: Int) {
    for cover in covers.prefix(count) where !cover.isUsed { appendHost(cover.record) }
    covers.removeFirst(count)
  }

  private mutating func appendHost(_ record: StoredInForce) {
    guard record.flowsAdded + record.flowsModified + record.flowsDeleted > 0 || !record.refused.isEmpty else { return }
    var shown = HistoryDocument.Entry(
      scope: "host", number: record.number, time: record.time, version: record.version)
    shown.setFlows(record)
    append(shown, record.time, record.refused.map(\.key))
  }

  private mutating func complete(_ entry: inout HistoryDocument.Entry, _ number: UInt64, _ time: StoredTime) {
    guard let index = covers.lastIndex(where: { $0.record.number >= number }) else { return }
    flush(index)
    guard let cover = covers.first else { return }
    if !cover.isUsed { entry.setFlows(cover.record) }
    covers[0].isUsed = true
    entry.inForceAt = cover.record.time.text
    let (from, to) =
      cover.isSameRun ? (time.sinceBoot, cover.record.time.sinceBoot) : (time.wall, cover.record.time.wall)
    if to >= from { entry.inForceAfterMs = to - from }
  }

  private mutating func append(_ entry: HistoryDocument.Entry, _ time: StoredTime, _ keys: [ResourceKey] = []) {
    guard !isOver else { return }
    if let since = query.since, time.wall < since {
      isOver = true
      return
    }
    if let resource = query.resource, !keys.contains(resource) { return }
    guard entries.count < query.limit else {
      (isOver, isCut) = (true, true)
      return
    }
    entries.append(entry)
  }
}

extension HistoryDocument.Entry {
  fileprivate init(scope: String, number: UInt64, time: StoredTime, version: GoalStateVersion) {
    self.init(
      time: time.text, scope: scope, number: number, epoch: version.epoch, revision: version.revision, changed: [],
      changedCount: 0, removed: [], removedCount: 0, refused: [])
  }

  fileprivate mutating func list(changed: [ResourceKey], removed: [ResourceKey], refused: [ResourceFailure]) {
    self.changed = changed.map(\.description)
    changedCount = UInt64(changed.count)
    self.removed = removed.map(\.description)
    removedCount = UInt64(removed.count)
    self.refused = refused.map(HistoryDocument.Refusal.init)
  }

  fileprivate mutating func setFlows(_ record: StoredInForce) {
    (flowsAdded, flowsModified, flowsDeleted) = (record.flowsAdded, record.flowsModified, record.flowsDeleted)
    refused += record.refused.map(HistoryDocument.Refusal.init)
  }
}

extension HistoryDocument.Refusal {
  fileprivate init(_ failure: ResourceFailure) {
    self.init(resource: "\(failure.key)", code: failure.code.rawValue, message: failure.message)
  }
}

extension StoredTime {
  /// As RFC 3339 writes it.
  fileprivate var text: String {
    let date = Date(timeIntervalSince1970: Double(wall) / 1000)
    return date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}
