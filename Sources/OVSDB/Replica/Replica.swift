/// A copy of the watched part of a database, kept up to date by a monitor's updates.
public struct Replica: Hashable, Sendable {
  /// Rows by table and identity. Only watched columns are there, without `_uuid`.
  public private(set) var tables: [String: [RowUUID: Row]] = [:]
  /// The last transaction that is in it, where the server names its transactions. A monitor that starts anew can go on from
  /// here.
  public internal(set) var lastTransaction: RowUUID?
  /// What was asked for to make it; nil while that is being changed, so that it is not whole by any request.
  var source: MonitorRequest?

  /// A copy of an empty database.
  public init() {}

  /// A copy of the state that a monitor's reply describes.
  public init(initial: TableUpdates) throws(ReplicaError) {
    try apply(initial)
  }

  /// The rows of a table.
  public subscript(table: String) -> [RowUUID: Row] { tables[table] ?? [:] }

  /// A row of a table.
  subscript(table: String, uuid: RowUUID) -> Row? {
    get { tables[table]?[uuid] }
    _modify { yield &tables[table, default: [:]][uuid] }
  }

  /// Applies what one transaction changed.
  ///
  /// An update that does not fit what is held means that updates were missed: the copy is of no use then and must be made
  /// anew. It has taken a part of the updates by then.
  public mutating func apply(_ updates: TableUpdates) throws(ReplicaError) {
    for (table, rows) in updates.tables {
      for (uuid, update) in rows {
        let isKnown = tables[table]?[uuid] != nil
        guard isKnown == (update.old != nil) else {
          throw ReplicaError(table: table, uuid: uuid, isKnown: isKnown, isDeletion: update.new == nil)
        }
        tables[table, default: [:]][uuid] = update.new
      }
    }
  }
}

/// An update that does not fit the copy it is for.
public struct ReplicaError: Error, Hashable, Sendable {
  /// The table.
  public let table: String
  /// The row.
  public let uuid: RowUUID
  /// Whether the copy has the row.
  public let isKnown: Bool
  /// Whether the update deletes it.
  public let isDeletion: Bool
}

extension ReplicaError: CustomStringConvertible {
  /// A sentence without a full stop.
  public var description: String {
    let what = isKnown ? "inserts" : isDeletion ? "deletes" : "changes"
    return "an update \(what) row \(uuid) of table \(table), which is \(isKnown ? "there already" : "not there")"
  }
}
