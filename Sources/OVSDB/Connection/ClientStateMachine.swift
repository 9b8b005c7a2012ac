/// Everything a connection to ovsdb-server decides, without a socket and a clock.
///
///     open ──close, peer closed, transport failed, garbage, violation, silence──▶ closed(reason)
///
/// While open: requests get ids and wait for their answers, each until its deadline; echoes are answered; after 5 s of
/// silence an echo is sent, after 15 s the peer is given up; monitors' updates are applied to their replicas in the order of
/// arrival. Closing fails whatever waits, once, and nothing happens after it.
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
    /// Close the transport, end all monitors, and tell the reason.
    case close(CloseReason)
  }

  private struct Pending {
    let method: String
    let timeout: Duration
    let deadline: Duration
    let isMonitor: Bool
  }

  private struct Open {
    var splitter: JSONMessageSplitter
    var pending: [Int64: Pending] = [:]
    var monitors: [Int64: Replica] = [:]
    var nextID: Int64 = 1
    var lastReceived: Duration
    var probe: Int64?

    /// Ids are never used twice: at a million a second they last for 290,000 years.
    mutating func takeID() -> Int64 {
      defer { nextID += 1 }
      return nextID
    }
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
    try send(method, timeout: timeout, now: now, isMonitor: false) { _ in parameters }
  }

  /// Starts a monitor. Its first state comes as `complete` and `replica` actions, further ones as `replica` actions.
  public mutating func monitor(
    _ request: MonitorRequest, timeout: Duration, now: Duration
  ) throws(RequestError) -> (RequestID, [Action]) {
    try send("monitor", timeout: timeout, now: now, isMonitor: true) { request.parameters(id: .integer($0)) }
  }

  private mutating func send(
    _ method: String, timeout: Duration, now: Duration, isMonitor: Bool, parameters: (Int64) -> [JSONValue]
  ) throws(RequestError) -> (RequestID, [Action]) {
    switch state {
    case .closed(let reason):
      throw .closed(reason)
    case .open(var open):
      guard open.pending.count < configuration.pendingLimit else {
        throw .tooManyPending(limit: configuration.pendingLimit)
      }
      let id = open.takeID()
      open.pending[id] = Pending(method: method, timeout: timeout, deadline: now + timeout, isMonitor: isMonitor)
      state = .open(open)
      return (RequestID(rawValue: id), [Self.call(id, method, parameters(id))])
    }
  }

  private static func call(_ id: Int64, _ method: String, _ parameters: [JSONValue]) -> Action {
    write(.request(id: .integer(id), method: method, parameters: parameters))
  }

  private static func write(_ message: JSONRPCMessage) -> Action { .write(message.json.serialized()) }

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
      open.pending[id.rawValue] = nil
    case .stopMonitor(let id):
      open.pending[id.rawValue] = nil
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
        actions.append(.complete(RequestID(rawValue: id), .failure(.closed(end))))
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
      open.pending[id] = nil
      let error = RequestError.timedOut(method: pending.method, after: pending.timeout)
      actions.append(.complete(RequestID(rawValue: id), .failure(error)))
    }
    return nil
  }

  // MARK: Messages

  private static func nextJSON(
    _ splitter: inout JSONMessageSplitter, limits: JSONLimits
  ) throws(CloseReason) -> JSONValue? {
    do throws(JSONError) {
      guard let bytes = try splitter.next() else { return nil }
      return try JSONValue(parsing: bytes, limits: limits)
    } catch {
      throw .invalidJSON(error)
    }
  }

  private static func updates(_ json: JSONValue, in place: String) throws(CloseReason) -> TableUpdates {
    do {
      return try TableUpdates(json: json)
    } catch {
      throw .protocolViolation(error.within(place))
    }
  }

  private static func messages(
    _ open: inout Open, _ actions: inout [Action], limits: JSONLimits
  ) throws(CloseReason) {
    var changed: Set<Int64> = []
    while let json = try nextJSON(&open.splitter, limits: limits) {
      let message: JSONRPCMessage
      do {
        message = try JSONRPCMessage(json: json)
      } catch {
        throw .protocolViolation(error)
      }
      try take(message, &open, &changed, &actions)
    }
    // One state for all updates that came together.
    for id in changed.sorted() {
      if let replica = open.monitors[id] { actions.append(.replica(RequestID(rawValue: id), replica)) }
    }
  }

  private static func take(
    _ message: JSONRPCMessage, _ open: inout Open, _ changed: inout Set<Int64>, _ actions: inout [Action]
  ) throws(CloseReason) {
    switch message {
    case .request(let id, "echo", let parameters):
      actions.append(write(.response(id: id, result: .array(parameters))))
    case .request(let id, _, _):
      actions.append(write(.failure(id: id, error: "unknown method")))
    case .notification("update", let parameters):
      try update(parameters, &open, &changed)
    case .notification:
      // Lock notifications (RFC 7047 §4.1.9), which we have not asked for; later versions may add others.
      break
    case .response(let id, let result):
      guard let (key, pending) = try answered(id, &open) else { return }
      if pending.isMonitor {
        // It waits until its rows are known to make sense: an answer that ends the connection fails it too.
        open.pending[key] = pending
        let initial = try updates(result, in: "the answer to monitor")
        do {
          open.monitors[key] = try Replica(initial: initial)
        } catch {
          throw .inconsistentUpdate(error)
        }
        open.pending[key] = nil
        changed.insert(key)
        // The rows are in the replica; the waiter needs only know that they are.
        actions.append(.complete(RequestID(rawValue: key), .success(.null)))
      } else {
        actions.append(.complete(RequestID(rawValue: key), .success(result)))
      }
    case .failure(let id, let error):
      guard let (key, pending) = try answered(id, &open) else { return }
      let text = OperationError(json: error)?.description ?? error.excerpt()
      actions.append(
        .complete(RequestID(rawValue: key), .failure(.refused(method: pending.method, error: text))))
    }
  }

  /// The request that an answer is for; nil when nobody waits for it any more.
  private static func answered(_ id: JSONValue, _ open: inout Open) throws(CloseReason) -> (Int64, Pending)? {
    guard let key = id.integer, key > 0, key < open.nextID else {
      throw .protocolViolation(ProtocolError(expected: "the id of one of our requests", found: id))
    }
    return open.pending.removeValue(forKey: key).map { (key, $0) }
  }

  private static func update(
    _ parameters: [JSONValue], _ open: inout Open, _ changed: inout Set<Int64>
  ) throws(CloseReason) {
    guard parameters.count == 2, let id = parameters[0].integer, id > 0, id < open.nextID else {
      throw .protocolViolation(
        ProtocolError(expected: "the id of one of our monitors and its updates", found: .array(parameters)))
    }
    // One that was stopped, or whose start nobody waits for.
    guard open.monitors[id] != nil else { return }
    let changes = try updates(parameters[1], in: "an update")
    do {
      try open.monitors[id]?.apply(changes)
    } catch {
      throw .inconsistentUpdate(error)
    }
    changed.insert(id)
  }
}
