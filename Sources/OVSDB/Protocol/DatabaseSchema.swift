/// What a database is able to hold, as far as we ask: its version and the columns of its tables with their
/// types (RFC 7047 §3.2).
public struct DatabaseSchema: Hashable, Sendable {
  /// The database's name.
  public let name: String
  /// The schema's version, such as 8.3.1.
  public let version: String
  /// The columns by table and name.
  public let tables: [String: [String: ColumnType]]

  /// The schema of a database without tables.
  init(name: String) {
    self.name = name
    version = "unknown"
    tables = [:]
  }

  /// Reads the result of `get_schema`.
  public init(json: JSONValue) throws(ProtocolError) {
    guard let members = json.object, let name = members["name"]?.string, let tables = members["tables"]?.object else {
      throw ProtocolError(expected: "a database schema", found: json)
    }
    var columns: [String: [String: ColumnType]] = [:]
    for (table, value) in tables {
      do {
        columns[table] = try Self.columns(value.object?["columns"] ?? .null)
      } catch {
        throw error.within("table \(table)")
      }
    }
    self.name = name
    self.version = members["version"]?.string ?? "unknown"
    self.tables = columns
  }

  private static func columns(_ json: JSONValue) throws(ProtocolError) -> [String: ColumnType] {
    guard let members = json.object else { throw ProtocolError(expected: "columns", found: json) }
    var columns: [String: ColumnType] = [:]
    for (name, column) in members {
      do {
        columns[name] = try ColumnType(json: column.object?["type"] ?? .null)
      } catch {
        throw error.within("column \(name)")
      }
    }
    return columns
  }

  /// The first table or column of `needed` that the schema lacks, in alphabetic order.
  public func firstMissing(of needed: [String: [String]]) -> SchemaMismatch? {
    for (table, columns) in needed.sorted(by: { $0.key < $1.key }) {
      guard let present = tables[table] else {
        return SchemaMismatch(database: name, version: version, table: table, column: nil)
      }
      for column in columns.sorted() where present[column] == nil {
        return SchemaMismatch(database: name, version: version, table: table, column: column)
      }
    }
    return nil
  }
}

/// A database whose schema lacks something that we need.
public struct SchemaMismatch: Error, Hashable, Sendable {
  /// The database.
  public let database: String
  /// The version of its schema.
  public let version: String
  /// The table that is missing, or that lacks the column.
  public let table: String
  /// The missing column; nil when the whole table is.
  public let column: String?
}

extension SchemaMismatch: CustomStringConvertible {
  /// A sentence without a full stop.
  public var description: String {
    let what = column.map { "column \($0) in table \(table)" } ?? "table \(table)"
    return "database \(database) with schema version \(version) has no \(what): this Open vSwitch is too old, or its"
      + " database was not converted when it was upgraded (ovsdb-tool needs-conversion)"
  }
}
