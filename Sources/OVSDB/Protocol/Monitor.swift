/// How a monitor is asked for; ovsdb-server has learnt the better ways later.
public enum MonitorMethod: String, Hashable, Sendable, CaseIterable {
  /// Conditions, changes as differences, and a connection made anew need not bring all rows again (Open vSwitch 2.12).
  case since = "monitor_cond_since"
  /// Conditions, and changes as differences (Open vSwitch 2.6).
  case conditional = "monitor_cond"
  /// As RFC 7047 §4.1.5 has it.
  case plain = "monitor"

  /// What is asked for when the server does not know this one.
  var fallback: MonitorMethod? {
    switch self {
    case .since: .conditional
    case .conditional: .plain
    case .plain: nil
    }
  }
}

/// Which columns of which tables to watch (RFC 7047 §4.1.5): their present rows, and every insert, delete and change.
public struct MonitorRequest: Hashable, Sendable {
  /// The database.
  public let database: String
  /// The columns by table.
  public let tables: [String: [String]]
  /// Which rows to watch, by table; all of a table that is not named here.
  public internal(set) var selections: [String: RowSelection]

  /// A request.
  public init(database: String, tables: [String: [String]], selections: [String: RowSelection] = [:]) {
    self.database = database
    self.tables = tables
    self.selections = selections.filter { tables[$0.key] != nil && $0.value != .all }
  }

  /// Whether some rows are left out.
  var isSelective: Bool { !selections.isEmpty }

  /// Which rows of a table are watched.
  func selection(of table: String) -> RowSelection { selections[table] ?? .all }

  /// The parameters of the `monitor` call whose updates are to carry `id`. It has no conditions, so that all rows come, with
  /// the columns by which to tell the ones that are wanted.
  public func parameters(id: JSONValue) -> [JSONValue] {
    var requests: [String: JSONValue] = [:]
    for (table, columns) in tables {
      let all = Set(columns).union(selection(of: table).columns)
      requests[table] = .object(["columns": .array(all.sorted().map(JSONValue.string))])
    }
    return [.string(database), id, .object(requests)]
  }

  /// The parameters of a call of `method`.
  ///
  /// - Parameter transaction: The last transaction that is known of already, for `monitor_cond_since`.
  public func parameters(id: JSONValue, method: MonitorMethod, after transaction: RowUUID?) -> [JSONValue] {
    if method == .plain { return parameters(id: id) }
    var requests: [String: JSONValue] = [:]
    for (table, columns) in tables {
      var members: [String: JSONValue] = ["columns": .array(columns.sorted().map(JSONValue.string))]
      if let selection = selections[table] { members["where"] = selection.json }
      requests[table] = [.object(members)]
    }
    let parameters: [JSONValue] = [.string(database), id, .object(requests)]
    guard method == .since else { return parameters }
    return parameters + [.string((transaction ?? RowUUID(high: 0, low: 0)).description)]
  }

  /// The parameters of the `monitor_cond_change` call that makes the monitor `id` watch other rows.
  func changeParameters(id: JSONValue) -> [JSONValue] {
    var changes: [String: JSONValue] = [:]
    for table in tables.keys { changes[table] = [.object(["where": selection(of: table).json])] }
    return [id, id, .object(changes)]
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
    tables = try json.byTableAndRow("updates", Self.update)
  }

  private static func update(_ json: JSONValue) throws(ProtocolError) -> RowUpdate {
    guard let update = json.object, update["old"] != nil || update["new"] != nil else {
      throw ProtocolError(expected: "an old or a new row", found: json)
    }
    return RowUpdate(old: try row(update["old"]), new: try row(update["new"]))
  }

  private static func row(_ json: JSONValue?) throws(ProtocolError) -> Row? {
    guard let json, json != .null else { return nil }
    return try Datum.row(json: json)
  }
}
