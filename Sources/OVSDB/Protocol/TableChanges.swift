/// What happened to one row, as `update2` and `update3` tell it (ovsdb-server(7) §4.1.14, `<row-update2>`).
public enum RowChange: Hashable, Sendable {
  /// The row is there, or is there now: its columns without those that hold their type's default.
  case insert(Row)
  /// The row is gone, or is not selected any more.
  case delete
  /// What the columns that changed differ by; see `Datum.applying`.
  case modify(Row)
}

/// The rows that changed, by table and identity (ovsdb-server(7) §4.1.14, `<table-updates2>`).
public struct TableChanges: Hashable, Sendable {
  /// The changes.
  public let tables: [String: [RowUUID: RowChange]]

  /// Changes.
  public init(tables: [String: [RowUUID: RowChange]]) {
    self.tables = tables
  }

  /// Reads changes.
  public init(json: JSONValue) throws(ProtocolError) {
    tables = try json.byTableAndRow("changes", Self.change)
  }

  private static func change(_ json: JSONValue) throws(ProtocolError) -> RowChange {
    guard let members = json.object, members.count == 1, let (kind, value) = members.first else {
      throw ProtocolError(expected: "one of initial, insert, delete and modify", found: json)
    }
    switch kind {
    case "initial", "insert": return .insert(try Datum.row(json: value))
    case "modify": return .modify(try Datum.row(json: value))
    case "delete": return .delete
    default: throw ProtocolError(expected: "one of initial, insert, delete and modify", found: json)
    }
  }
}
