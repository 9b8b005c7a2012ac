import NIOCore
import NIOPosix
import NIOSSL
import OVSDB

/// A connection to ovsdb-server (RFC 7047), over a unix socket, TCP or TLS.
///
/// The actor owns the state machine that decides everything, the continuations that wait for answers and the monitors'
/// streams. Two tasks serve it: one reads the socket, one lets it know of time going by. Writes go straight to the channel,
/// in the order of the calls.
///
/// A client lives until its connection ends, by whichever side; it is not made anew. Whoever made it calls `close()` when
/// done. `OVSDBSession` is what connects again.
public actor OVSDBClient {
  private typealias Answer = Result<JSONValue, RequestError>

  private let channel: any Channel
  private let requestTimeout: Duration
  private let start = ContinuousClock.now
  private var machine: ClientStateMachine
  private var waiters: [ClientStateMachine.RequestID: CheckedContinuation<Answer, Never>] = [:]
  private var monitors: [ClientStateMachine.RequestID: AsyncStream<Replica>.Continuation] = [:]
  private var closeWaiters: [CheckedContinuation<CloseReason, Never>] = []
  private var locks: [String: AsyncStream<LockState>.Continuation] = [:]
  private var service: Task<Void, Never>?
  /// What the database can hold, as read when the connection was made.
  public private(set) var schema: DatabaseSchema?

  private init(channel: any Channel, configuration: ClientStateMachine.Configuration, requestTimeout: Duration) {
    self.channel = channel
    self.requestTimeout = requestTimeout
    machine = ClientStateMachine(configuration: configuration, now: .zero)
  }

  // MARK: Connecting

  /// Connects to the socket at `path`; see `connect(to:)`.
  public static func connect(
    path: String, configuration: ClientStateMachine.Configuration = .init(), requestTimeout: Duration = .seconds(10)
  ) async throws(ConnectError) -> OVSDBClient {
    try await connect(to: .unix(path), configuration: configuration, requestTimeout: requestTimeout)
  }

  /// Connects, reads the schema of the database Open_vSwitch and makes sure that it has the columns that we use.
  ///
  /// - Parameters:
  ///   - address: Where ovsdb-server listens.
  ///   - credentials: What TLS needs; of use for an `ssl:` address only.
  ///   - configuration: When to probe, how much to accept.
  ///   - requestTimeout: How long a request may take.
  public static func connect(
    to address: OVSDBAddress, credentials: OVSDBCredentials? = nil,
    configuration: ClientStateMachine.Configuration = .init(), requestTimeout: Duration = .seconds(10)
  ) async throws(ConnectError) -> OVSDBClient {
    let channel = try await OVSDBDial.open(address, credentials)
    let client = OVSDBClient(channel: channel.channel, configuration: configuration, requestTimeout: requestTimeout)
    await client.serve(channel)
    do {
      try await client.readSchema(address)
    } catch {
      await client.close()
      throw error
    }
    return client
  }

  private func readSchema(_ address: OVSDBAddress) async throws(ConnectError) {
    let method = "get_schema"
    let schema: DatabaseSchema
    do throws(RequestError) {
      let answer = try await request(method, [.string(OpenVSwitchSchema.database)])
      do {
        schema = try DatabaseSchema(json: answer)
      } catch {
        throw .malformedAnswer(method: method, error: error)
      }
    } catch {
      // TLS is agreed on after the connection is made, so that its failures show with the first request.
      if case .ssl = address, case .closed(.transport(let message)) = error {
        throw .tls(path: address.place, message: message)
      }
      throw .request(path: address.place, error: error)
    }
    if let mismatch = schema.firstMissing(of: OpenVSwitchSchema.columns) {
      throw .schema(path: address.place, mismatch: mismatch)
    }
    self.schema = schema
  }

  // MARK: Requests

  /// Runs the operations as one transaction on the database Open_vSwitch: all of them or none.
  ///
  /// - Throws: `RequestError.transaction` when it was refused and nothing applied; `closed`, `timedOut` and `cancelled` leave
  ///   open whether it was.
  public func transact(_ operations: [OVSDB.Operation]) async throws(RequestError) -> [OperationResult] {
    let method = "transact"
    let answer = try await request(method, [.string(OpenVSwitchSchema.database)] + operations.map(\.json))
    let outcome: TransactionOutcome
    do {
      outcome = try TransactionOutcome(json: answer, of: operations)
    } catch {
      throw .malformedAnswer(method: method, error: error)
    }
    switch outcome {
    case .committed(let results): return results
    case .refused(let failure): throw .transaction(failure)
    }
  }

  /// Watches tables, by default all that an `OpenVSwitchView` is made from.
  ///
  /// The stream yields the present state, then the state after each change. A consumer that is slower than the changes
  /// misses states, but never the latest. The stream ends with the connection, and the monitor with the stream.
  public func monitor(
    _ request: MonitorRequest = OpenVSwitchSchema.monitorRequest
  ) async throws(RequestError) -> AsyncStream<Replica> {
    try await startMonitor(request).states
  }

  /// Watches tables in the best way that the server knows: only the rows selected, with changes told as differences, and
  /// after `earlier` only what happened since where the server remembers that.
  ///
  /// - Parameter earlier: The last state of a monitor of the same request on an earlier connection.
  public func startMonitor(
    _ request: MonitorRequest = OpenVSwitchSchema.monitorRequest, resuming earlier: Replica? = nil
  ) async throws(RequestError) -> OVSDBMonitor {
    let (id, actions) = try machine.monitor(
      request, schema: schema, resuming: earlier, timeout: requestTimeout, now: now)
    let (stream, continuation) = AsyncStream.makeStream(of: Replica.self, bufferingPolicy: .bufferingNewest(1))
    continuation.onTermination = { [weak self] _ in
      Task { await self?.perform(.stopMonitor(id)) }
    }
    monitors[id] = continuation
    do {
      _ = try await answer(to: id, after: actions)
    } catch {
      monitors.removeValue(forKey: id)?.finish()
      throw error
    }
    return OVSDBMonitor(states: stream, id: id)
  }

  /// Makes a monitor watch other rows of its tables. When this returns, the state with them is in the monitor's stream.
  public func select(
    _ selections: [String: RowSelection], in monitor: OVSDBMonitor
  ) async throws(RequestError) {
    let (id, actions) = try machine.select(selections, monitor: monitor.id, timeout: requestTimeout, now: now)
    _ = try await answer(to: id, after: actions)
  }

  /// Asks for a lock of the database (RFC 7047 §4.1.8), or takes it away from whoever has it.
  ///
  /// The stream yields where we stand with it, now and after each change; a consumer that is slower misses states, but never
  /// the latest, and the terms of `LockState.held` tell whether the lock was lost in between. It ends with the connection,
  /// which gives the lock back, or by `unlock`.
  public func lock(_ name: String, stealing: Bool = false) async throws(RequestError) -> AsyncStream<LockState> {
    let (id, actions) = try machine.lock(name, stealing: stealing, timeout: requestTimeout, now: now)
    let (stream, continuation) = AsyncStream.makeStream(of: LockState.self, bufferingPolicy: .bufferingNewest(1))
    locks[name] = continuation
    do {
      _ = try await answer(to: id, after: actions)
    } catch {
      // The server may have given it to us, and nobody would know.
      if case .success((_, let actions)) = Result(catching: {
        try machine.unlock(name, timeout: requestTimeout, now: now)
      }) {
        carryOut(actions)
      }
      locks.removeValue(forKey: name)?.finish()
      throw error
    }
    return stream
  }

  /// Gives a lock back, or gives up waiting for it.
  public func unlock(_ name: String) async throws(RequestError) {
    let (id, actions) = try machine.unlock(name, timeout: requestTimeout, now: now)
    locks.removeValue(forKey: name)?.finish()
    _ = try await answer(to: id, after: actions)
  }

  /// Makes a round trip to the server.
  public func echo() async throws(RequestError) {
    _ = try await request("echo", ["alioth"])
  }

  private func request(_ method: String, _ parameters: [JSONValue]) async throws(RequestError) -> JSONValue {
    let (id, actions) = try machine.request(method, parameters: parameters, timeout: requestTimeout, now: now)
    return try await answer(to: id, after: actions)
  }

  private func answer(
    to id: ClientStateMachine.RequestID, after actions: [ClientStateMachine.Action]
  ) async throws(RequestError) -> JSONValue {
    let answer = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        waiters[id] = continuation
        carryOut(actions)
        // A task that was cancelled before it came here has run its handler when there was nobody to tell yet.
        if Task.isCancelled { abandon(id) }
      }
    } onCancel: {
      Task { await self.abandon(id) }
    }
    return try answer.get()
  }

  private func abandon(_ id: ClientStateMachine.RequestID) {
    guard let waiter = waiters.removeValue(forKey: id) else { return }
    perform(.abandon(id))
    waiter.resume(returning: .failure(.cancelled))
  }

  // MARK: The end

  /// Why the connection is over; nil while it is not.
  public var closeReason: CloseReason? { machine.closeReason }

  /// Waits until the connection is over, and says why.
  public func closed() async -> CloseReason {
    if let reason = machine.closeReason { return reason }
    return await withCheckedContinuation { closeWaiters.append($0) }
  }

  /// Ends the connection and waits until its socket is closed. What waits for an answer fails with `CloseReason.requested`.
  public func close() async {
    perform(.close)
    await service?.value
  }

  // MARK: The shell of the state machine

  private var now: Duration { ContinuousClock.now - start }

  private func perform(_ event: ClientStateMachine.Event) {
    carryOut(machine.handle(event, now: now))
  }

  private func carryOut(_ actions: [ClientStateMachine.Action]) {
    for action in actions {
      switch action {
      case .write(let bytes):
        // A failed write ends the channel, which the reading task notices.
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
      case .complete(let id, let answer):
        waiters.removeValue(forKey: id)?.resume(returning: answer)
      case .replica(let id, let replica):
        monitors[id]?.yield(replica)
      case .lock(let name, let state):
        locks[name]?.yield(state)
      case .close(let reason):
        channel.close(promise: nil)
        for monitor in monitors.values { monitor.finish() }
        monitors.removeAll()
        for lock in locks.values { lock.finish() }
        locks.removeAll()
        for waiter in closeWaiters { waiter.resume(returning: reason) }
        closeWaiters.removeAll()
      }
    }
  }

  /// Starts the two tasks. They hold the client until the connection is over.
  private func serve(_ channel: OVSDBDial.ByteChannel) {
    service = Task {
      var failure: String?
      do {
        try await channel.executeThenClose { inbound, _ in
          await withTaskGroup(of: Void.self) { group in
            group.addTask {
              while (try? await Task.sleep(for: .milliseconds(500))) != nil { await self.perform(.tick) }
            }
            failure = await self.read(inbound)
            group.cancelAll()
          }
        }
      } catch {
        failure = failure ?? "\(error)"
      }
      perform(.transportClosed(failure))
    }
  }

  /// Reads until the end, and returns the system's message when it was not a proper one.
  private func read(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async -> String? {
    do {
      for try await buffer in inbound { perform(.received(Array(buffer.readableBytesView))) }
      perform(.transportClosed(nil))
      return nil
    } catch NIOSSLError.uncleanShutdown {
      // TLS without its goodbye; whether a message was cut off shows in the message.
      perform(.transportClosed(nil))
      return nil
    } catch {
      perform(.transportClosed("\(error)"))
      return "\(error)"
    }
  }
}
