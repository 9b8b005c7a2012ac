/// Which columns of which tables to watch (RFC 7047 §4.1.5): their present rows, and every insert, delete and change.
public struct MonitorRequest: Hashable, Sendable {
  /// The database.
  public let database: String
  /// The columns by table.
  public let tables: [String: [String]]

  /// A request.
  public init(database: String, tables: [String: [String]]) {
    self.database = database
    self.tables = tables
  }

  /// The parameters of the `monitor` call whose updates are to carry `id`.
  public func parameters(id: JSONValue) -> [JSONValue] {
    let requests = tables.mapValues { columns in
      JSONValue.object(["columns": .array(columns.sorted().map(JSONValue.string))])
    }
    return [.string(database), id, .object(requests)]
  }
}

/// What happened to one row (RFC 7047 §4.1.6, `<row-update>`).
public struct RowUpdate: Hashable, Sendable {
  /// The values before: of all columns for a deleted row, of the changed ones for a changed row, nil for a new one.
  public let old: Row?
  /// All watched columns now; nil for a deleted row.
  public let new: Row?

  /// An update.
  public init(old: Row?, new: Row?) {
    self.old = old
    self.new = new
  }
}

/// The rows that a transaction changed, by table and identity (RFC 7047 §4.1.6, `<table-updates>`).
public struct TableUpdates: Hashable, Sendable {
  /// The updates.
  public let tables: [String: [RowUUID: RowUpdate]]

  /// Updates.
  public init(tables: [String: [RowUUID: RowUpdate]]) {
    self.tables = tables
  }

  /// Reads updates.
  public init(json: JSONValue) throws(ProtocolError) {
    guard let members = json.object else { throw ProtocolError(expected: "updates by table", found: json) }
    var tables: [String: [RowUUID: RowUpdate]] = [:]
    for (table, value) in members {
      do {
        tables[table] = try Self.rows(value)
      } catch {
        throw error.within("table \(table)")
      }
    }
    self.tables = tables
  }

  private static func rows(_ json: JSONValue) throws(ProtocolError) -> [RowUUID: RowUpdate] {
    guard let members = json.object else { throw ProtocolError(expected: "updates by row", found: json) }
    var rows: [RowUUID: RowUpdate] = [:]
    for (key, value) in members {
      guard let uuid = RowUUID(key) else { throw ProtocolError(expected: "a row's UUID", found: .string(key)) }
      guard let update = value.object, update["old"] != nil || update["new"] != nil else {
        throw ProtocolError(expected: "an old or a new row", found: value).within("row \(key)")
      }
      do {
        rows[uuid] = RowUpdate(old: try row(update["old"]), new: try row(update["new"]))
      } catch {
        throw error.within("row \(key)")
      }
    }
    return rows
  }

  private static func row(_ json: JSONValue?) throws(ProtocolError) -> Row? {
    guard let json, json != .null else { return nil }
    return try Datum.row(json: json)
  }
}
