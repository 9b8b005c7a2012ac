/// Everything a connection to ovsdb-server decides, without a socket and a clock.
///
///     open ──close, peer closed, transport failed, garbage, violation, silence──▶ closed(reason)
///
/// While open: requests get ids and wait for their answers, each until its deadline; echoes are answered; after 5 s of
/// silence an echo is sent, after 15 s the peer is given up; monitors' updates are applied to their replicas in the order of
/// arrival; a monitor that the server does not know how to serve is asked for in an older way. Closing fails whatever waits,
/// once, and nothing happens after it.
public struct ClientStateMachine: Sendable {
  /// When to do what.
  public struct Configuration: Hashable, Sendable {
    /// Silence after which an echo is sent.
    public var probeInterval: Duration
    /// Silence after which the peer counts as dead.
    public var deadInterval: Duration
    /// Requests that may wait for answers at once.
    public var pendingLimit: Int
    /// What is accepted of the peer.
    public var limits: JSONLimits

    /// The defaults are right for a server on the same host.
    public init(
      probeInterval: Duration = .seconds(5), deadInterval: Duration = .seconds(15), pendingLimit: Int = 256,
      limits: JSONLimits = JSONLimits()
    ) {
      self.probeInterval = probeInterval
      self.deadInterval = deadInterval
      self.pendingLimit = pendingLimit
      self.limits = limits
    }
  }

  /// A request that waits for its answer; also the id on the wire.
  public struct RequestID: Hashable, Sendable {
    let rawValue: Int64
  }

  /// What happened.
  public enum Event: Sendable {
    /// Bytes arrived.
    case received([UInt8])
    /// Time went by; wanted about once a second.
    case tick
    /// Nobody waits for this answer any more.
    case abandon(RequestID)
    /// Nobody wants this monitor's updates any more.
    case stopMonitor(RequestID)
    /// We want to end.
    case close
    /// The transport ended: with a message when it failed.
    case transportClosed(String?)
  }

  /// What to do about it, in this order.
  public enum Action: Hashable, Sendable {
    /// Send these bytes.
    case write([UInt8])
    /// Hand the answer to whoever waits for it.
    case complete(RequestID, Result<JSONValue, RequestError>)
    /// Hand out a monitor's new state.
    case replica(RequestID, Replica)
    /// Tell where we stand with a lock.
    case lock(String, LockState)
    /// Close the transport, end all monitors, and tell the reason.
    case close(CloseReason)
  }

  private enum State {
    case open(Open)
    case closed(CloseReason)
  }

  private let configuration: Configuration
  private var state: State

  /// A connection that has just been made; times are durations since some fixed moment.
  public init(configuration: Configuration = Configuration(), now: Duration) {
    self.configuration = configuration
    state = .open(Open(splitter: JSONMessageSplitter(limits: configuration.limits), lastReceived: now))
  }

  /// Why the connection is over; nil while it is not.
  public var closeReason: CloseReason? {
    if case .closed(let reason) = state { reason } else { nil }
  }

  // MARK: Requests

  /// Sends a request. Its answer comes as a `complete` action, as long as this returns.
  public mutating func request(
    _ method: String, parameters: [JSONValue], timeout: Duration, now: Duration
  ) throws(RequestError) -> (RequestID, [Action]) {
    try send(now: now) { open, id in
      open.pending[id] = Pending(method: method, timeout: timeout, deadline: now + timeout, purpose: .request)
      return [Self.call(id, method, parameters)]
    }
  }

  /// Starts a monitor. Its first state comes as `complete` and `replica` actions, further ones as `replica` actions.
  ///
  /// - Parameters:
  ///   - request: What to watch.
  ///   - schema: The types of the columns. Without it the monitor is the plain one of RFC 7047.
  ///   - earlier: The last state of a monitor of the same request on an earlier connection. Where the server still knows what
  ///     happened since, only that is sent.
  public mutating func monitor(
    _ request: MonitorRequest, schema: DatabaseSchema? = nil, resuming earlier: Replica? = nil, timeout: Duration,
    now: Duration
  ) throws(RequestError) -> (RequestID, [Action]) {
    try send(now: now) { open, id in
      let copy = MonitorCopy(request, schema: schema, resuming: earlier)
      open.monitors[id] = copy
      let method = copy.method.rawValue
      open.pending[id] = Pending(method: method, timeout: timeout, deadline: now + timeout, purpose: .monitor(id))
      return [Self.call(id, method, copy.parameters(id: id))]
    }
  }

  /// Makes a monitor watch other rows of its tables. The state with them comes as a `replica` action before the answer.
  public mutating func select(
    _ selections: [String: RowSelection], monitor: RequestID, timeout: Duration, now: Duration
  ) throws(RequestError) -> (RequestID, [Action]) {
    try send(now: now) { (open, id) throws(RequestError) in
      let parameters = try open.monitors[monitor.rawValue]?.select(selections, id: monitor.rawValue)
      guard let parameters else {
        let replica = open.monitors[monitor.rawValue]?.replica
        return (replica.map { [.replica(monitor, $0)] } ?? []) + [.complete(RequestID(rawValue: id), .success(.null))]
      }
      let method = "monitor_cond_change"
      open.pending[id] = Pending(
        method: method, timeout: timeout, deadline: now + timeout, purpose: .selection(monitor.rawValue))
      return [Self.call(id, method, parameters)]
    }
  }

  /// Asks for a lock, or takes it away from whoever has it. What comes of it is told by `lock` actions.
  public mutating func lock(
    _ name: String, stealing: Bool, timeout: Duration, now: Duration
  ) throws(RequestError) -> (RequestID, [Action]) {
    try send(now: now) { (open, id) throws(RequestError) in
      guard open.locks.request(name) else { throw .lockMisuse(lock: name, isRequested: true) }
      let method = stealing ? "steal" : "lock"
      open.pending[id] = Pending(method: method, timeout: timeout, deadline: now + timeout, purpose: .lock(name))
      return [Self.call(id, method, [.string(name)])]
    }
  }

  /// Gives a lock back, or gives up waiting for it.
  public mutating func unlock(
    _ name: String, timeout: Duration, now: Duration
  ) throws(RequestError) -> (RequestID, [Action]) {
    try send(now: now) { (open, id) throws(RequestError) in
      guard open.locks.release(name) else { throw .lockMisuse(lock: name, isRequested: false) }
      open.pending[id] = Pending(method: "unlock", timeout: timeout, deadline: now + timeout, purpose: .request)
      return [Self.call(id, "unlock", [.string(name)])]
    }
  }

  private mutating func send(
    now: Duration, _ body: (inout Open, Int64) throws(RequestError) -> [Action]
  ) throws(RequestError) -> (RequestID, [Action]) {
    switch state {
    case .closed(let reason):
      throw .closed(reason)
    case .open(var open):
      guard open.pending.count < configuration.pendingLimit else {
        throw .tooManyPending(limit: configuration.pendingLimit)
      }
      // Gives up the other reference, as in `handle`.
      state = .closed(.requested)
      defer { state = .open(open) }
      let id = open.takeID()
      return (RequestID(rawValue: id), try body(&open, id))
    }
  }

  static func call(_ id: Int64, _ method: String, _ parameters: [JSONValue]) -> Action {
    write(.request(id: .integer(id), method: method, parameters: parameters))
  }

  static func write(_ message: JSONRPCMessage) -> Action { .write(message.json.serialized()) }

  // MARK: Events

  /// Takes an event at a time and says what to do.
  public mutating func handle(_ event: Event, now: Duration) -> [Action] {
    guard case .open(var open) = state else { return [] }
    // Gives up the other reference to buffer and replicas, so that they are changed in place and not copied. Every way out of
    // here sets the state again.
    state = .closed(.requested)
    var actions: [Action] = []
    var end: CloseReason?
    switch event {
    case .received(let bytes):
      open.lastReceived = max(now, open.lastReceived)
      open.probe = nil
      open.splitter.append(bytes)
      do throws(CloseReason) {
        try Self.messages(&open, &actions, limits: configuration.limits)
      } catch {
        end = error
      }
    case .tick:
      end = tick(&open, &actions, now)
    case .abandon(let id):
      open.abandon(id.rawValue)
    case .stopMonitor(let id):
      open.abandon(id.rawValue)
      if open.monitors.removeValue(forKey: id.rawValue) != nil {
        // Nobody waits for the answer, which is then ignored as one to an abandoned request.
        actions.append(Self.call(open.takeID(), "monitor_cancel", [.integer(id.rawValue)]))
      }
    case .close:
      end = .requested
    case .transportClosed(let message):
      end = message.map(CloseReason.transport) ?? .peerClosed
    }
    if let end {
      for id in open.pending.keys.sorted() {
        actions.append(.complete(open.waiter(of: id), .failure(.closed(end))))
      }
      actions.append(.close(end))
      state = .closed(end)
    } else {
      state = .open(open)
    }
    return actions
  }

  private func tick(_ open: inout Open, _ actions: inout [Action], _ now: Duration) -> CloseReason? {
    let silence = now - open.lastReceived
    if silence >= configuration.deadInterval, open.probe != nil {
      return .unresponsive(after: configuration.deadInterval)
    }
    if silence >= configuration.probeInterval, open.probe == nil {
      // A process that was stopped for a while finds a long silence that is its own: the server still gets its time to
      // answer.
      open.lastReceived = max(open.lastReceived, now - configuration.probeInterval)
      let id = open.takeID()
      open.probe = id
      actions.append(Self.call(id, "echo", ["alioth"]))
    }
    for (id, pending) in open.pending.sorted(by: { $0.key < $1.key }) where now >= pending.deadline {
      let waiter = open.waiter(of: id)
      open.pending[id] = nil
      let error = RequestError.timedOut(method: pending.method, after: pending.timeout)
      actions.append(.complete(waiter, .failure(error)))
    }
    return nil
  }
}
