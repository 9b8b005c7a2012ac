/// Something of Open vSwitch's that is awaited: what to watch for it, and when it has come.
public struct DatabaseWait<Outcome: Sendable>: Sendable {
  /// What to watch.
  public let request: MonitorRequest
  /// What is awaited, for messages.
  public let what: String
  /// The outcome in a state of what is watched; a text that says what is there while it has not come.
  public let look: @Sendable (Replica) throws(WaitError) -> Result<Outcome, Pending>

  /// What there is instead of the outcome.
  public struct Pending: Error, Hashable, Sendable {
    /// In words.
    public let text: String

    /// Words.
    public init(text: String) {
      self.text = text
    }
  }

  /// Something to await.
  public init(
    request: MonitorRequest, what: String,
    look: @escaping @Sendable (Replica) throws(WaitError) -> Result<Outcome, Pending>
  ) {
    self.request = request
    self.what = what
    self.look = look
  }
}

extension DatabaseWait {
  /// Whether ovs-vswitchd has put into effect what Open_vSwitch.next_cfg counted; says so otherwise.
  fileprivate static func effect(of count: Int64, in replica: Replica) throws(WaitError) -> Pending? {
    let current = try replica[OpenVSwitchSchema.rootTable].values.first.map { row throws(WaitError) in
      guard case .set(let atoms) = row["cur_cfg"], case .integer(let current) = atoms.first else {
        throw .unreadable("cur_cfg: \(row["cur_cfg"] ?? .empty)")
      }
      return current
    }
    guard let current else { return Pending(text: "the database is not initialized") }
    return current >= count
      ? nil : Pending(text: "cur_cfg is \(current), awaited is \(count): is ovs-vswitchd at work?")
  }
}

extension DatabaseWait where Outcome == Void {
  /// Waits until ovs-vswitchd has put into effect what `HostBridgePlan.awaitedConfiguration` counted.
  public static func effect(of count: Int64) -> DatabaseWait {
    DatabaseWait(
      request: MonitorRequest(
        database: OpenVSwitchSchema.database, tables: [OpenVSwitchSchema.rootTable: ["cur_cfg"]]),
      what: "the effect of configuration \(count)"
    ) { replica throws(WaitError) in
      try effect(of: count, in: replica).map(Result.failure) ?? .success(())
    }
  }
}

extension DatabaseWait where Outcome == Int {
  /// Waits until ovs-vswitchd has opened an interface, for its OpenFlow port number, or has failed to.
  ///
  /// - Parameter count: What must be in effect before the row is believed: that of a repair, say, after an earlier failure.
  public static func port(named name: String, after count: Int64?) -> DatabaseWait {
    DatabaseWait(
      request: MonitorRequest(
        database: OpenVSwitchSchema.database,
        tables: [
          OpenVSwitchSchema.rootTable: ["cur_cfg"], OpenVSwitchSchema.interfaceTable: ["name", "ofport", "error"],
        ],
        selections: [OpenVSwitchSchema.interfaceTable: .any([Condition("name", .equal, .string(name))])]),
      what: "interface \(name) in the switch"
    ) { replica throws(WaitError) in
      if let count, let pending = try effect(of: count, in: replica) { return .failure(pending) }
      guard let (uuid, row) = replica[OpenVSwitchSchema.interfaceTable].min(by: { $0.key < $1.key }) else {
        return .failure(Pending(text: "there is no interface \(name)"))
      }
      let error: String?
      let port: Int64?
      do {
        let reader = RowReader(table: OpenVSwitchSchema.interfaceTable, uuid: uuid, row: row)
        error = try reader.optionalString("error")
        port = try reader.optionalInteger("ofport")
      } catch {
        throw .unreadable("\(error)")
      }
      guard let port else { return .failure(Pending(text: "ovs-vswitchd has not tried to open it")) }
      guard let number = Int(exactly: port), number > 0 else {
        throw .portFailed(name: name, error: error ?? "no reason given")
      }
      return .success(number)
    }
  }
}

/// Why what was awaited has not come.
public enum WaitError: Error, Hashable, Sendable {
  /// Its time is over; `found` says what was there at last.
  case timedOut(what: String, after: Duration, found: String)
  /// ovs-vswitchd could not open the interface, with its reason.
  case portFailed(name: String, error: String)
  /// A row is not as the schema says.
  case unreadable(String)
  /// The database could not be watched.
  case request(RequestError)
  /// The connection is over, or the session.
  case ended
  /// The caller's task was cancelled.
  case cancelled
}

extension WaitError: CustomStringConvertible {
  /// A sentence without a full stop.
  public var description: String {
    switch self {
    case .timedOut(let what, let time, let found): "\(what) did not come within \(time): \(found)"
    case .portFailed(let name, let error): "ovs-vswitchd could not open interface \(name): \(error)"
    case .unreadable(let problem): "a row of the database makes no sense: \(problem)"
    case .request(let error): "\(error)"
    case .ended: "the connection to ovsdb-server ended before what was awaited had come"
    case .cancelled: "the wait was cancelled"
    }
  }
}
