import Foundation
import GRDB
import Synchronization

/// A store in one SQLite file.
///
/// There is one writer, GRDB's serial queue, which also tells the watchers; readers see a snapshot each. The journal is a
/// write-ahead log that is synced before a commit returns (`synchronous = FULL`), so that what was acknowledged survives
/// a power failure. Another process is kept out by a lock on the file `PATH.lock`.
public final class SQLiteStore: Store {
  /// Names the store since its file was made.
  public let epoch: String
  /// How many revisions are kept for reading and watching from the past.
  public let historyLimit: UInt64

  private let pool: DatabasePool
  private let lock: FileLock
  private let live: Mutex<LiveState>

  /// What readers and watchers share with the writer.
  private struct LiveState {
    var revision: UInt64
    var closed = false
    /// The last few transactions, so that watchers that keep up need not read the file.
    var recent = RecentBatches(limit: 512)
    /// Those who wait for the next revision.
    var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    var nextWaiter: UInt64 = 0
  }

  /// Opens the store at `path`, and makes it when there is no file.
  ///
  /// - Throws: `StoreError.unusable` with what is wrong and what to do.
  public init(path: String, historyLimit: UInt64 = 65_536) throws(StoreError) {
    self.historyLimit = historyLimit
    self.lock = try FileLock(path: path + ".lock", for: path)
    let schema = SQLiteSchema(path: path)
    self.pool = try schema.open()
    let (epoch, revision) = try schema.identity(of: pool)
    self.epoch = epoch
    self.live = Mutex(LiveState(revision: revision))
  }

  /// The revision of the last transaction.
  public func currentRevision() async throws(StoreError) -> UInt64 {
    try live.withLock { (state) throws(StoreError) -> UInt64 in
      guard !state.closed else { throw .closed }
      return state.revision
    }
  }

  /// The entry of `key` as of `revision`, or now.
  public func get(_ key: StoreKey, at revision: UInt64?) async throws(StoreError) -> StoreEntry? {
    try await read("read \(key)") { db in
      let current = try SQLiteSchema.revision(db)
      guard let revision, revision != current else { return try SQLiteRows.entry(db, key) }
      try SQLiteSchema.checkKept(db, revision, current: current)
      if let event = try SQLiteRows.firstChange(db, of: key, after: revision) { return event.previous }
      return try SQLiteRows.entry(db, key)
    }
  }

  /// All entries under `prefix` as of `revision`, or now.
  public func list(under prefix: StoreKey, at revision: UInt64?) async throws(StoreError) -> StoreListing {
    try await read("list \(prefix)") { db in
      let current = try SQLiteSchema.revision(db)
      let entries = try SQLiteRows.entries(db, under: prefix)
      guard let revision, revision != current else { return StoreListing(revision: current, entries: entries) }
      try SQLiteSchema.checkKept(db, revision, current: current)
      var byKey = Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0) })
      let changes = try SQLiteRows.batches(db, under: prefix, after: revision, through: current)
      for event in changes.reversed().flatMap({ $0.events.reversed() }) { byKey[event.key] = event.previous }
      return StoreListing(revision: revision, entries: byKey.values.sorted { $0.key < $1.key })
    }
  }

  /// Carries out all operations if all compares hold.
  ///
  /// A caller that is cancelled meanwhile still learns what came of it.
  public func commit(_ transaction: StoreTransaction) async throws(StoreError) -> StoreOutcome {
    guard Set(transaction.operations.map(\.key)).count == transaction.operations.count else {
      throw .invalid("A transaction changes the same key twice.")
    }
    let work = Task { () async throws -> StoreOutcome in
      try await self.pool.writeWithoutTransaction { db in try self.commit(transaction, db) }
    }
    do {
      return try await work.value
    } catch let error as StoreError {
      throw error
    } catch {
      throw .failed("Could not write to the store \(pool.path): \(error)")
    }
  }

  /// Runs on the writer's queue, so that watchers learn of transactions in their order.
  private func commit(_ transaction: StoreTransaction, _ db: Database) throws -> StoreOutcome {
    guard !live.withLock({ $0.closed }) else { throw StoreError.closed }
    var outcome: StoreOutcome?
    var batch: StoreBatch?
    try db.inTransaction(.immediate) {
      let current = try SQLiteSchema.revision(db)
      if let failed = try transaction.compares.first(where: { try !SQLiteRows.holds(db, $0) }) {
        outcome = .refused(failed, revision: current)
        return .rollback
      }
      let events = try SQLiteRows.apply(db, transaction.operations, revision: current + 1)
      guard !events.isEmpty else {
        outcome = .committed(revision: current)
        return .rollback
      }
      try SQLiteSchema.advance(db, to: current + 1, keeping: historyLimit)
      batch = StoreBatch(revision: current + 1, events: events)
      outcome = .committed(revision: current + 1)
      return .commit
    }
    if let batch { announce(batch) }
    guard let outcome else { throw StoreError.failed("The store \(pool.path) ended a transaction without a result.") }
    return outcome
  }

  private func announce(_ batch: StoreBatch) {
    let waiters = live.withLock { state in
      state.revision = batch.revision
      state.recent.append(batch)
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    for waiter in waiters { waiter.resume() }
  }

  /// What happened under `prefix` between two revisions.
  public func changes(
    under prefix: StoreKey, after: UInt64, through: UInt64
  ) async throws(StoreError) -> [StoreBatch] {
    guard after < through else { return [] }
    let recent = live.withLock { $0.recent.batches(after: after, through: through) }
    if let recent { return recent.compactMap { $0.filtered(under: prefix) } }
    return try await read("read the changes after revision \(after)") { db in
      let current = try SQLiteSchema.revision(db)
      try SQLiteSchema.checkKept(db, after, current: current)
      return try SQLiteRows.batches(db, under: prefix, after: after, through: min(through, current))
    }
  }

  /// What happens under `prefix` from `revision` on.
  public func watch(under prefix: StoreKey, from revision: UInt64) -> AsyncThrowingStream<StoreBatch, any Error> {
    let cursor = WatchCursor(from: revision)
    return AsyncThrowingStream { try await self.next(cursor, under: prefix) }
  }

  /// The watcher's next batch; waits for one, and returns nil once the store is closed or the watcher cancelled.
  private func next(_ cursor: WatchCursor, under prefix: StoreKey) async throws -> StoreBatch? {
    while !Task.isCancelled {
      if let batch = cursor.takeBuffered() { return batch }
      let (current, closed) = live.withLock { ($0.revision, $0.closed) }
      guard !closed else { return nil }
      let reached = cursor.reached
      if reached < current {
        // A bounded stretch at a time: the rest stays in the history until the watcher comes for it.
        let through = min(current, reached + 256)
        cursor.fill(try await changes(under: prefix, after: reached, through: through), reached: through)
      } else {
        await waitForRevision(after: reached)
      }
    }
    return nil
  }

  private func waitForRevision(after revision: UInt64) async {
    let id = live.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let ready = live.withLock { state in
          guard !Task.isCancelled, !state.closed, state.revision <= revision else { return true }
          state.waiters[id] = continuation
          return false
        }
        if ready { continuation.resume() }
      }
    } onCancel: {
      live.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
    }
  }

  /// Ends all watches, refuses everything from now on, and lets go of the file.
  public func close() async {
    let waiters: [CheckedContinuation<Void, Never>]? = live.withLock { state in
      guard !state.closed else { return nil }
      state.closed = true
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    guard let waiters else { return }
    for waiter in waiters { waiter.resume() }
    // What is under way on the writer's queue comes to its end before the file is closed.
    try? await pool.writeWithoutTransaction { _ in }
    try? pool.close()
    lock.release()
  }

  private func read<Value: Sendable>(
    _ what: String, _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    guard !live.withLock({ $0.closed }) else { throw .closed }
    do {
      return try await pool.read(body)
    } catch let error as StoreError {
      throw error
    } catch {
      throw .failed("Could not \(what) in the store \(pool.path): \(error)")
    }
  }
}
