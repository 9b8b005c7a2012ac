import Foundation
import GRDB

/// The file's layout: what is in it, how it is made, checked and migrated.
///
/// `entry` holds what is current. `history` holds every change with the entry before it, so that an earlier state is the
/// current one with the changes since taken back. `application_id` says that a file is ours, `user_version` how many of
/// the migrations it has.
struct SQLiteSchema {
  let path: String

  /// "Alth" in ASCII.
  static let applicationID: Int64 = 0x416c_7468

  static let migrations: [@Sendable (Database) throws -> Void] = [
    { db in
      try db.execute(
        sql: """
          CREATE TABLE meta (
            only INTEGER PRIMARY KEY CHECK (only = 1), epoch TEXT NOT NULL, revision INTEGER NOT NULL,
            compacted INTEGER NOT NULL);
          CREATE TABLE entry (
            key TEXT PRIMARY KEY, value BLOB NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL
          ) WITHOUT ROWID;
          CREATE TABLE history (
            revision INTEGER NOT NULL, ordinal INTEGER NOT NULL, key TEXT NOT NULL, value BLOB, created INTEGER,
            previous_value BLOB, previous_created INTEGER, previous_modified INTEGER,
            PRIMARY KEY (revision, ordinal)) WITHOUT ROWID;
          CREATE INDEX history_by_key ON history (key, revision);
          """)
      try db.execute(
        sql: "INSERT INTO meta (only, epoch, revision, compacted) VALUES (1, ?, 0, 0)",
        arguments: [UUID().uuidString.lowercased()])
    }
  ]

  /// Opens or makes the file, checks that it is sound and ours, and brings it up to the latest migration.
  func open() throws(StoreError) -> DatabasePool {
    try makeFilePrivately()
    do {
      var configuration = GRDB.Configuration()
      configuration.busyMode = .timeout(5)
      let pool = try DatabasePool(path: path, configuration: configuration)
      try pool.writeWithoutTransaction { db in
        // GRDB sets NORMAL for a write-ahead log: that may lose the last commits in a power failure.
        try db.execute(sql: "PRAGMA synchronous = FULL")
        try checkOwnership(db)
        try migrate(db)
        if let problem = try String.fetchOne(db, sql: "PRAGMA quick_check(1)"), problem != "ok" {
          throw StoreError.unusable("The store \(path) is damaged: \(problem). Restore it from a backup.")
        }
      }
      return pool
    } catch let error as StoreError {
      throw error
    } catch let error as DatabaseError {
      throw .unusable(explanation(of: error))
    } catch {
      throw .unusable("Cannot open the store \(path): \(error)")
    }
  }

  /// Keys to guests' networks are in it: nobody else needs to read it.
  private func makeFilePrivately() throws(StoreError) {
    let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .unusable("Cannot open the store \(path) for writing: \(String(cString: strerror(errno))).")
    }
    Foundation.close(descriptor)
  }

  private func explanation(of error: DatabaseError) -> String {
    switch error.resultCode.primaryResultCode {
    case .SQLITE_NOTADB: "The file \(path) is not a store of Alioth's: it is no SQLite database."
    case .SQLITE_CORRUPT: "The store \(path) is damaged: \(error). Restore it from a backup."
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
      "The store \(path) cannot be written: \(error). Its directory and the files beside it must be writable too."
    default: "Cannot open the store \(path): \(error)."
    }
  }

  private func checkOwnership(_ db: Database) throws {
    let id = try Int64.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
    guard id == SQLiteSchema.applicationID || (id == 0 && tables == 0) else {
      throw StoreError.unusable(
        "The file \(path) is an SQLite database, but not a store of Alioth's: give another store.path.")
    }
  }

  private func migrate(_ db: Database) throws {
    let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    let latest = SQLiteSchema.migrations.count
    guard version <= latest else {
      throw StoreError.unusable(
        "The store \(path) has schema version \(version), but this controller knows versions up to \(latest): "
          + "it was written by a newer release. Run that one.")
    }
    for (index, migration) in SQLiteSchema.migrations.enumerated().dropFirst(version) {
      try db.inTransaction(.immediate) {
        try migration(db)
        try db.execute(sql: "PRAGMA application_id = \(SQLiteSchema.applicationID)")
        try db.execute(sql: "PRAGMA user_version = \(index + 1)")
        return .commit
      }
    }
  }

  /// The epoch and the current revision.
  func identity(of pool: DatabasePool) throws(StoreError) -> (epoch: String, revision: UInt64) {
    do {
      let row = try pool.read { db in try Row.fetchOne(db, sql: "SELECT epoch, revision FROM meta") }
      guard let row, let epoch = String.fromDatabaseValue(row["epoch"]),
        let number = Int64.fromDatabaseValue(row["revision"]), let revision = UInt64(exactly: number)
      else {
        throw StoreError.unusable("The store \(path) is damaged: it has no epoch. Restore it from a backup.")
      }
      return (epoch, revision)
    } catch let error as StoreError {
      throw error
    } catch {
      throw .unusable("Cannot read the store \(path): \(error)")
    }
  }

  static func revision(_ db: Database) throws -> UInt64 {
    UInt64(clamping: try Int64.fetchOne(db, sql: "SELECT revision FROM meta") ?? 0)
  }

  /// - Throws: unless the state at `revision` can be rebuilt.
  static func checkKept(_ db: Database, _ revision: UInt64, current: UInt64) throws {
    guard revision <= current else { throw StoreError.future(requested: revision, current: current) }
    let oldest = UInt64(clamping: try Int64.fetchOne(db, sql: "SELECT compacted FROM meta") ?? 0)
    guard revision >= oldest else { throw StoreError.compacted(requested: revision, oldest: oldest) }
  }

  /// Sets the current revision, and forgets the history beyond the bound, a good deal at a time.
  static func advance(_ db: Database, to revision: UInt64, keeping limit: UInt64) throws {
    try db.execute(sql: "UPDATE meta SET revision = ?", arguments: [Int64(clamping: revision)])
    let slack = max(1, limit / 16)
    guard revision > limit, revision % slack == 0 else { return }
    let oldest = Int64(clamping: revision - limit)
    try db.execute(sql: "DELETE FROM history WHERE revision <= ?", arguments: [oldest])
    try db.execute(sql: "UPDATE meta SET compacted = ?", arguments: [oldest])
  }
}
