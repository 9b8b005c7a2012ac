/// A monitor of a connection: how it is asked for, and the rows that it has brought so far.
struct MonitorCopy: Sendable {
  private(set) var request: MonitorRequest
  /// The types of the columns; without them changes that come as differences could not be read.
  private let schema: DatabaseSchema?
  private(set) var method: MonitorMethod
  /// What the server has told; nil until it has answered.
  private var copy: Replica?
  /// What an earlier connection brought, of the same request.
  private var earlier: Replica?
  /// The request as the server was asked first, by which the columns are that come.
  private let asked: MonitorRequest
  /// Changes of the request that the server has not answered yet.
  private var unanswered = 0

  /// A monitor that is to be asked for.
  ///
  /// - Parameter earlier: What an earlier connection has brought. It is of use only when it is whole by this very request.
  init(_ request: MonitorRequest, schema: DatabaseSchema?, resuming earlier: Replica?) {
    self.request = request
    asked = request
    self.schema = schema
    method = schema == nil ? .plain : .since
    if method == .since, let earlier, earlier.source == request, earlier.lastTransaction != nil {
      self.earlier = earlier
    }
  }

  /// The rows to hand out; nil until the server has answered.
  var replica: Replica? {
    guard method == .plain, request.isSelective || asked.isSelective else { return copy }
    return copy?.selected(by: request)
  }

  /// The parameters of the call that starts it.
  func parameters(id: Int64) -> [JSONValue] {
    request.parameters(id: .integer(id), method: method, after: earlier?.lastTransaction)
  }

  /// The server does not know the method: whether there is another one to try.
  mutating func fallBack() -> Bool {
    guard let next = method.fallback else { return false }
    method = next
    earlier = nil
    return true
  }

  // MARK: What the server tells

  /// The answer to the call that starts it.
  mutating func started(by result: JSONValue) throws(CloseReason) {
    let place = "the answer to \(method.rawValue)"
    var start = Replica()
    switch method {
    case .plain:
      let initial = try Self.reading(place) { () throws(ProtocolError) in try TableUpdates(json: result) }
      try Self.fitting { () throws(ReplicaError) in try start.apply(initial) }
    case .conditional:
      try apply(result, to: &start, place)
    case .since:
      guard let parts = result.array, parts.count == 3, case .boolean(let isFound) = parts[0] else {
        throw .protocolViolation(
          ProtocolError(expected: "found, the last transaction and changes", found: result).within(place))
      }
      if isFound {
        // Without `earlier` the transaction asked for is the one of all zeros, which no server can have found.
        guard let earlier else {
          throw .protocolViolation(ProtocolError(expected: "all rows", found: parts[0]).within(place))
        }
        start = earlier
      }
      start.lastTransaction = try Self.transaction(parts[1], place)
      try apply(parts[2], to: &start, place)
    }
    earlier = nil
    start.source = unanswered == 0 ? request : nil
    copy = start
  }

  /// A notification of changes, with its parameters after the monitor's id. One that comes before the answer, or after the
  /// end, is not for this monitor.
  mutating func changed(by notification: String, _ parameters: ArraySlice<JSONValue>) throws(CloseReason) {
    guard var copy else { return }
    // Gives up the other reference, so that rows are changed in place. After an error the connection is over.
    self.copy = nil
    let parameters = Array(parameters)
    switch (method, notification, parameters.count) {
    case (.plain, "update", 1):
      let updates = try Self.reading("an update") { () throws(ProtocolError) in try TableUpdates(json: parameters[0]) }
      try Self.fitting { () throws(ReplicaError) in try copy.apply(updates) }
    case (.conditional, "update2", 1):
      try apply(parameters[0], to: &copy, "an update2")
    case (.since, "update3", 2):
      copy.lastTransaction = try Self.transaction(parameters[0], "an update3")
      try apply(parameters[1], to: &copy, "an update3")
    default:
      throw .protocolViolation(
        ProtocolError(expected: "the notification of \(method.rawValue)", found: .array(parameters))
          .within(notification))
    }
    self.copy = copy
  }

  // MARK: Other rows

  /// Asks for other rows. Returns the parameters of the call to make; nil when there is none to make, since the rows are
  /// selected here.
  mutating func select(
    _ selections: [String: RowSelection], id: Int64
  ) throws(RequestError) -> [JSONValue]? {
    let wanted = MonitorRequest(database: request.database, tables: request.tables, selections: selections)
    if method == .plain {
      for (table, columns) in wanted.tables.sorted(by: { $0.key < $1.key }) {
        let present = asked.selection(of: table).columns.union(columns)
        guard let column = wanted.selection(of: table).columns.subtracting(present).min() else { continue }
        throw .refused(
          method: "monitor_cond_change",
          error: "the server knows no conditions, and column \(column) of table \(table) is not watched")
      }
    }
    request = wanted
    if method == .plain {
      copy?.source = request
      return nil
    }
    unanswered += 1
    copy?.source = nil
    return request.changeParameters(id: .integer(id))
  }

  /// The server has answered a change of the request. After a refusal the rows are whole by no request that we know of.
  mutating func selected(isRefused: Bool) {
    if isRefused { return }
    unanswered -= 1
    if unanswered == 0 { copy?.source = request }
  }

  // MARK: Reading

  private func apply(_ json: JSONValue, to replica: inout Replica, _ place: String) throws(CloseReason) {
    let changes = try Self.reading(place) { () throws(ProtocolError) in try TableChanges(json: json) }
    // There is a schema, or the method would be the plain one.
    try replica.apply(changes, of: request, schema: schema ?? DatabaseSchema(name: request.database))
  }

  /// The server's name for a transaction; nil for the one of all zeros, which stands for none.
  private static func transaction(_ json: JSONValue, _ place: String) throws(CloseReason) -> RowUUID? {
    guard let uuid = json.string.flatMap({ RowUUID($0) }) else {
      throw .protocolViolation(ProtocolError(expected: "a transaction's UUID", found: json).within(place))
    }
    return uuid == RowUUID(high: 0, low: 0) ? nil : uuid
  }

  private static func reading<T>(
    _ place: String, _ read: () throws(ProtocolError) -> T
  ) throws(CloseReason) -> T {
    do {
      return try read()
    } catch {
      throw .protocolViolation(error.within(place))
    }
  }

  private static func fitting(_ apply: () throws(ReplicaError) -> Void) throws(CloseReason) {
    do {
      try apply()
    } catch {
      throw .inconsistentUpdate(error)
    }
  }
}
