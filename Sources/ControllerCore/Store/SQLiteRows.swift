import Foundation
import GRDB

/// Reading and writing the rows of entries and of their history.
enum SQLiteRows {
  static func entry(_ db: Database, _ key: StoreKey) throws -> StoreEntry? {
    let statement = try db.cachedStatement(sql: "SELECT key, value, created, modified FROM entry WHERE key = ?")
    return try Row.fetchOne(statement, arguments: [key.path]).flatMap(entry)
  }

  static func entries(_ db: Database, under prefix: StoreKey) throws -> [StoreEntry] {
    let statement = try db.cachedStatement(
      sql: "SELECT key, value, created, modified FROM entry WHERE key >= ? AND key < ? ORDER BY key")
    var entries: [StoreEntry] = []
    let rows = try Row.fetchCursor(statement, arguments: [prefix.path, end(of: prefix)])
    while let row = try rows.next() {
      if let entry = entry(row) { entries.append(entry) }
    }
    return entries
  }

  /// Keys are ASCII, so that everything under a prefix sorts before the prefix with the highest character appended.
  private static func end(of prefix: StoreKey) -> String { prefix.path + "\u{10FFFF}" }

  private static func entry(_ row: Row) -> StoreEntry? {
    guard let key = row[0] as String?, let value = row[1] as Data? else { return nil }
    return StoreEntry(
      key: StoreKey(key), value: Array(value), createRevision: number(row[2]), modRevision: number(row[3]))
  }

  private static func number(_ value: Int64?) -> UInt64 { UInt64(clamping: value ?? 0) }

  static func holds(_ db: Database, _ compare: StoreCompare) throws -> Bool {
    switch compare {
    case .modRevision(let key, let revision): return try entry(db, key)?.modRevision == revision
    case .absent(let key): return try entry(db, key) == nil
    case .present(let key): return try entry(db, key) != nil
    case .value(let key, let value): return try entry(db, key)?.value == value
    case .nothingUnder(let prefix):
      let statement = try db.cachedStatement(sql: "SELECT 1 FROM entry WHERE key >= ? AND key < ? LIMIT 1")
      return try Int.fetchOne(statement, arguments: [prefix.path, end(of: prefix)]) == nil
    case .nothingNewerUnder(let prefix, let revision):
      let statement = try db.cachedStatement(
        sql: "SELECT 1 FROM entry WHERE key >= ? AND key < ? AND modified > ? LIMIT 1")
      return try Int.fetchOne(
        statement, arguments: [prefix.path, end(of: prefix), Int64(clamping: revision)]) == nil
    }
  }

  /// Carries the operations out and writes their history.
  static func apply(_ db: Database, _ operations: [StoreOperation], revision: UInt64) throws -> [StoreEvent] {
    var events: [StoreEvent] = []
    for operation in operations {
      let previous = try entry(db, operation.key)
      switch operation {
      case .put(let key, let value):
        let created = previous?.createRevision ?? revision
        let entry = StoreEntry(key: key, value: value, createRevision: created, modRevision: revision)
        let statement = try db.cachedStatement(
          sql: """
            INSERT INTO entry (key, value, created, modified) VALUES (?, ?, ?, ?)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value, modified = excluded.modified
            """)
        try statement.execute(
          arguments: [key.path, Data(value), Int64(clamping: created), Int64(clamping: revision)])
        events.append(StoreEvent(key: key, entry: entry, previous: previous))
      case .delete(let key):
        guard let previous else { continue }
        let statement = try db.cachedStatement(sql: "DELETE FROM entry WHERE key = ?")
        try statement.execute(arguments: [key.path])
        events.append(StoreEvent(key: key, entry: nil, previous: previous))
      }
    }
    try writeHistory(db, events, revision: revision)
    return events
  }

  private static func writeHistory(_ db: Database, _ events: [StoreEvent], revision: UInt64) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO history (
          revision, ordinal, key, value, created, previous_value, previous_created, previous_modified
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for (ordinal, event) in events.enumerated() {
      let previous = event.previous
      try statement.execute(arguments: [
        Int64(clamping: revision), ordinal, event.key.path, event.entry.map { Data($0.value) },
        event.entry.map { Int64(clamping: $0.createRevision) }, previous.map { Data($0.value) },
        previous.map { Int64(clamping: $0.createRevision) }, previous.map { Int64(clamping: $0.modRevision) },
      ])
    }
  }

  private static let historyColumns =
    "revision, key, value, created, previous_value, previous_created, previous_modified"

  /// The first change of `key` after a revision: the entry before it is what was there at that revision.
  static func firstChange(_ db: Database, of key: StoreKey, after revision: UInt64) throws -> StoreEvent? {
    let statement = try db.cachedStatement(
      sql: "SELECT \(historyColumns) FROM history WHERE key = ? AND revision > ? ORDER BY revision LIMIT 1")
    return try Row.fetchOne(statement, arguments: [key.path, Int64(clamping: revision)]).flatMap(event)
  }

  /// The changes under a prefix in order, a batch a revision.
  static func batches(
    _ db: Database, under prefix: StoreKey, after: UInt64, through: UInt64
  ) throws -> [StoreBatch] {
    let statement = try db.cachedStatement(
      sql: "SELECT \(historyColumns) FROM history WHERE revision > ? AND revision <= ? ORDER BY revision, ordinal")
    let rows = try Row.fetchCursor(statement, arguments: [Int64(clamping: after), Int64(clamping: through)])
    var batches: [StoreBatch] = []
    while let row = try rows.next() {
      guard let event = event(row), event.key.isUnder(prefix) else { continue }
      let revision = number(row[0])
      if batches.last?.revision == revision {
        batches[batches.count - 1].events.append(event)
      } else {
        batches.append(StoreBatch(revision: revision, events: [event]))
      }
    }
    return batches
  }

  private static func event(_ row: Row) -> StoreEvent? {
    guard let path = row[1] as String? else { return nil }
    let key = StoreKey(path)
    let entry = (row[2] as Data?).map {
      StoreEntry(key: key, value: Array($0), createRevision: number(row[3]), modRevision: number(row[0]))
    }
    let previous = (row[4] as Data?).map {
      StoreEntry(key: key, value: Array($0), createRevision: number(row[5]), modRevision: number(row[6]))
    }
    return StoreEvent(key: key, entry: entry, previous: previous)
  }
}
