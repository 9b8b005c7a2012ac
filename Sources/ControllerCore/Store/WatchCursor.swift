import Synchronization

/// Where a watcher stands, and the few batches that were read for it in one go.
final class WatchCursor: Sendable {
  private struct Position {
    var reached: UInt64
    var buffered: ArraySlice<StoreBatch> = []
  }

  private let position: Mutex<Position>

  init(from revision: UInt64) {
    self.position = Mutex(Position(reached: revision == 0 ? 0 : revision - 1))
  }

  /// Everything up to this revision was returned or is buffered.
  var reached: UInt64 { position.withLock { $0.reached } }

  func takeBuffered() -> StoreBatch? { position.withLock { $0.buffered.popFirst() } }

  func fill(_ batches: [StoreBatch], reached: UInt64) {
    position.withLock {
      $0.buffered = batches[...]
      $0.reached = reached
    }
  }
}

/// The last transactions in memory, consecutive by revision.
struct RecentBatches {
  private var batches: [StoreBatch] = []
  private let limit: Int

  init(limit: Int) {
    self.limit = limit
  }

  mutating func append(_ batch: StoreBatch) {
    batches.append(batch)
    // Dropping many at a time keeps appending cheap.
    if batches.count >= limit * 2 { batches.removeFirst(batches.count - limit) }
  }

  /// The batches of these revisions; nil when the first of them is not in memory.
  func batches(after: UInt64, through: UInt64) -> [StoreBatch]? {
    guard let first = batches.first?.revision, after >= first - 1 else { return nil }
    let start = min(Int(clamping: after - (first - 1)), batches.count)
    let end = min(Int(clamping: through - (first - 1)), batches.count)
    return start < end ? Array(batches[start..<end]) : []
  }
}

extension StoreBatch {
  /// Only what is under `prefix`; nil when that is nothing.
  func filtered(under prefix: StoreKey) -> StoreBatch? {
    let events = events.filter { $0.key.isUnder(prefix) }
    return events.isEmpty ? nil : StoreBatch(revision: revision, events: events)
  }
}
