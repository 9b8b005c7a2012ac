/// Everything that a session with ovsdb-server decides, across its connections, without a socket and a clock.
///
/// ```
///  idle ──start──▶ dialling ──connected──▶ up(n) ──lost──▶ waiting ──waited──▶ dialling ─▶ …
///                     └──────failed──────────────────────────▲
///  any ──stop──▶ ended
/// ```
///
/// A session remembers what is wanted: monitors, each with the last state that it brought, and locks. Each new connection is
/// asked for all of them; a monitor goes on from its last state where the server still knows what happened since. Requests
/// are not remembered: whether one that was under way took effect is for its caller to find out.
///
/// The wait doubles with each try until a connection has lasted as long as the longest wait.
public struct SessionStateMachine: Sendable {
  /// A monitor, across connections.
  public struct MonitorID: Hashable, Sendable {
    let rawValue: Int
  }

  /// What happened. Those that a connection tells carry its number: what an old one tells late does not count.
  public enum Event: Sendable {
    /// Begin.
    case start
    /// Dialling has succeeded.
    case connected
    /// Dialling has failed.
    case failed(String)
    /// The connection is over.
    case lost(String)
    /// The wait is over.
    case waited
    /// End.
    case stop
    /// Somebody wants to watch rows.
    case watch(MonitorID, MonitorRequest)
    /// The same monitor is to watch other rows.
    case select(MonitorID, [String: RowSelection])
    /// Nobody wants the monitor any more.
    case unwatch(MonitorID)
    /// The monitor runs, and watches the rows that were asked for last.
    case monitorReady(MonitorID, connection: Int)
    /// The monitor's new state.
    case replica(MonitorID, Replica, connection: Int)
    /// The monitor could not be started, or not be made to watch other rows.
    case monitorFailed(MonitorID, RequestError, connection: Int)
    /// Somebody wants a lock.
    case lock(String, stealing: Bool)
    /// Nobody wants the lock any more.
    case unlock(String)
    /// Where we stand with a lock.
    case lockState(String, LockState, connection: Int)
    /// The lock could not be asked for.
    case lockFailed(String, RequestError, connection: Int)
  }

  /// What to do about it, in this order.
  public enum Action: Hashable, Sendable {
    /// Make a connection.
    case dial
    /// Wait so long.
    case wait(Duration)
    /// End the connection.
    case disconnect
    /// Tell how the session stands.
    case report(SessionState)
    /// Start a monitor on the connection.
    case startMonitor(MonitorID, MonitorRequest, resuming: Replica?)
    /// Make a monitor of the connection watch other rows.
    case select(MonitorID, [String: RowSelection])
    /// Stop a monitor.
    case stopMonitor(MonitorID)
    /// Hand out what a monitor has brought.
    case deliver(MonitorID, SessionSnapshot)
    /// End a monitor that the server will not have.
    case failMonitor(MonitorID, RequestError)
    /// Ask for a lock on the connection.
    case lock(String, stealing: Bool)
    /// Give a lock of the connection back.
    case unlock(String)
    /// Tell where we stand with a lock.
    case tell(String, LockState)
  }

  private enum State {
    case idle
    case dialling
    case up(since: Duration)
    case waiting
    case ended
  }

  private struct Monitor {
    var request: MonitorRequest
    /// What was asked for on this connection; nil without one.
    var sent: MonitorRequest?
    /// Whether the server has answered that. Other rows are not asked for before, so that the last wish is the last to go out.
    var isReady = false
    var last: Replica?
  }

  private struct Lock {
    var isStealing: Bool
    var told = LockState.requested
    var terms = 0
    /// The connection and its term that `terms` counted last.
    var counted: (connection: Int, term: Int)?
  }

  private let backoff: SessionBackoff
  private var state = State.idle
  private var delay: Duration
  private var monitors: [MonitorID: Monitor] = [:]
  private var locks: [String: Lock] = [:]
  private var nextMonitor = 1
  /// How many connections there have been; the number of the present one while there is one.
  public private(set) var connections = 0

  /// A session that has not begun.
  public init(backoff: SessionBackoff = SessionBackoff()) {
    self.backoff = backoff
    delay = backoff.shortest
  }

  /// An id for a new monitor.
  public mutating func makeMonitorID() -> MonitorID {
    defer { nextMonitor += 1 }
    return MonitorID(rawValue: nextMonitor)
  }

  private var isUp: Bool { if case .up = state { true } else { false } }
  private func isCurrent(_ connection: Int) -> Bool { isUp && connection == connections }

  // MARK: Events

  /// Takes an event at a time and says what to do.
  public mutating func handle(_ event: Event, now: Duration) -> [Action] {
    switch (state, event) {
    case (.ended, _): return []
    case (_, .stop): return stop()
    case (.idle, .start), (.waiting, .waited):
      state = .dialling
      return [.report(.connecting), .dial]
    case (.dialling, .connected): return connected(now)
    case (.dialling, .failed(let problem)): return wait(problem)
    case (.up(let since), .lost(let problem)):
      if now - since >= backoff.longest { delay = backoff.shortest }
      return lost() + wait(problem)
    case (_, .start), (_, .waited), (_, .connected), (_, .failed), (_, .lost): return []

    case (_, .watch(let id, let request)):
      monitors[id] = Monitor(request: request)
      return isUp ? start([id]) : []
    case (_, .select(let id, let selections)): return select(id, selections)
    case (_, .unwatch(let id)):
      guard monitors.removeValue(forKey: id) != nil else { return [] }
      return isUp ? [.stopMonitor(id)] : []
    case (_, .monitorReady(let id, let connection)): return ready(id, connection)
    case (_, .replica(let id, let replica, let connection)): return brought(id, replica, connection)
    case (_, .monitorFailed(let id, let error, let connection)): return failed(id, error, connection)

    case (_, .lock(let name, let isStealing)):
      if let lock = locks[name] { return [.tell(name, lock.told)] }
      locks[name] = Lock(isStealing: isStealing)
      return [.tell(name, .requested)] + (isUp ? [.lock(name, stealing: isStealing)] : [])
    case (_, .unlock(let name)):
      return locks.removeValue(forKey: name) != nil && isUp ? [.unlock(name)] : []
    case (_, .lockState(let name, let state, let connection)): return lockState(name, state, connection)
    case (_, .lockFailed(let name, let error, let connection)):
      // One that the connection's end failed comes with that end; anything else is tried again on another.
      if case .closed = error { return [] }
      return isCurrent(connection) && locks[name] != nil ? [.disconnect] : []
    }
  }

  private mutating func stop() -> [Action] {
    let actions: [Action] = isUp ? [.disconnect] : []
    state = .ended
    return actions + [.report(.ended)]
  }

  private mutating func wait(_ problem: String) -> [Action] {
    state = .waiting
    let wait = delay
    delay = min(delay * 2, backoff.longest)
    return [.report(.waiting(problem: problem, delay: wait)), .wait(wait)]
  }

  private mutating func connected(_ now: Duration) -> [Action] {
    state = .up(since: now)
    connections += 1
    var actions: [Action] = [.report(.connected(connection: connections))]
    for (name, lock) in locks.sorted(by: { $0.key < $1.key }) {
      actions.append(.lock(name, stealing: lock.isStealing))
    }
    return actions + start(monitors.keys.sorted { $0.rawValue < $1.rawValue })
  }

  /// The connection's monitors and locks are gone with it.
  private mutating func lost() -> [Action] {
    for id in monitors.keys {
      monitors[id]?.sent = nil
      monitors[id]?.isReady = false
    }
    for name in locks.keys { locks[name]?.told = .requested }
    return locks.keys.sorted().map { .tell($0, .requested) }
  }

  // MARK: Monitors

  private mutating func start(_ ids: [MonitorID]) -> [Action] {
    ids.compactMap { id in
      guard let monitor = monitors[id] else { return nil }
      monitors[id]?.sent = monitor.request
      return .startMonitor(id, monitor.request, resuming: monitor.last)
    }
  }

  private mutating func select(_ id: MonitorID, _ selections: [String: RowSelection]) -> [Action] {
    guard let request = monitors[id]?.request else { return [] }
    monitors[id]?.request = MonitorRequest(
      database: request.database, tables: request.tables, selections: selections)
    return catchUp(id)
  }

  /// Asks a monitor that is ready for the rows that are wanted meanwhile.
  private mutating func catchUp(_ id: MonitorID) -> [Action] {
    guard let monitor = monitors[id], monitor.isReady, monitor.sent != monitor.request else { return [] }
    monitors[id]?.sent = monitor.request
    monitors[id]?.isReady = false
    return [.select(id, monitor.request.selections)]
  }

  private mutating func ready(_ id: MonitorID, _ connection: Int) -> [Action] {
    guard isCurrent(connection), monitors[id] != nil else { return [] }
    monitors[id]?.isReady = true
    return catchUp(id)
  }

  private mutating func brought(_ id: MonitorID, _ replica: Replica, _ connection: Int) -> [Action] {
    guard isCurrent(connection), monitors[id] != nil else { return [] }
    monitors[id]?.last = replica
    return [.deliver(id, SessionSnapshot(replica: replica, connection: connection))]
  }

  private mutating func failed(_ id: MonitorID, _ error: RequestError, _ connection: Int) -> [Action] {
    guard isCurrent(connection), monitors[id] != nil else { return [] }
    switch error {
    case .closed, .cancelled: return []
    case .refused:
      monitors[id] = nil
      return [.failMonitor(id, error)]
    default: return [.disconnect]
    }
  }

  // MARK: Locks

  private mutating func lockState(_ name: String, _ state: LockState, _ connection: Int) -> [Action] {
    guard isCurrent(connection), var lock = locks[name] else { return [] }
    lock.told = state
    if case .held(let term) = state {
      // What was had once and lost is not taken away from whoever has it now.
      lock.isStealing = false
      if lock.counted.map({ $0 != (connection, term) }) ?? true {
        lock.terms += 1
        lock.counted = (connection, term)
      }
      lock.told = .held(term: lock.terms)
    }
    locks[name] = lock
    return [.tell(name, lock.told)]
  }
}
