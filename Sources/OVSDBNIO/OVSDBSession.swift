import OVSDB

/// A session with ovsdb-server that outlives its connections: it dials again when one is lost, and brings back what was
/// watched and the locks that were asked for.
///
/// The actor owns the state machine that decides all that, and the present `OVSDBClient`. Nothing happens before `run()` is
/// called, whose task is the session's life: it ends when the task is cancelled, or by `close()`. Monitors and locks may be
/// asked for before, and while there is no connection. A transaction may not: it fails, and one that was under way when the
/// connection was lost fails too, with `RequestError.closed`, and is never repeated by itself.
public actor OVSDBSession {
  private typealias MonitorID = SessionStateMachine.MonitorID

  /// Where ovsdb-server is dialled.
  public nonisolated let address: OVSDBAddress
  private let credentials: OVSDBCredentials?
  private let configuration: ClientStateMachine.Configuration
  private let requestTimeout: Duration
  private let start = ContinuousClock.now
  private var machine: SessionStateMachine

  private enum Step {
    case dial
    case wait(Duration)
  }

  private var next: Step?
  private var client: OVSDBClient?
  private var snapshots: [MonitorID: AsyncThrowingStream<SessionSnapshot, any Error>.Continuation] = [:]
  private var locks: [String: AsyncStream<LockState>.Continuation] = [:]
  private var observers: [Int: AsyncStream<SessionState>.Continuation] = [:]
  private var nextObserver = 0
  /// What serves the present connection's monitors.
  private var running: [MonitorID: (task: Task<Void, Never>, monitor: OVSDBMonitor?)] = [:]
  private var sleep: Task<Void, Never>?

  /// How the session stands.
  public private(set) var state = SessionState.connecting

  /// A session that has not begun.
  ///
  /// - Parameters:
  ///   - address: Where ovsdb-server listens.
  ///   - credentials: What TLS needs; of use for an `ssl:` address only.
  ///   - backoff: When to try again.
  ///   - configuration: When to probe, how much to accept.
  ///   - requestTimeout: How long a request may take.
  public init(
    to address: OVSDBAddress, credentials: OVSDBCredentials? = nil, backoff: SessionBackoff = SessionBackoff(),
    configuration: ClientStateMachine.Configuration = .init(), requestTimeout: Duration = .seconds(10)
  ) {
    self.address = address
    self.credentials = credentials
    self.configuration = configuration
    self.requestTimeout = requestTimeout
    machine = SessionStateMachine(backoff: backoff)
  }

  // MARK: The life

  /// Keeps a connection until the task is cancelled or `close()` is called. A session has one life.
  public func run() async {
    await withTaskCancellationHandler {
      perform(.start)
      while let step = next {
        next = nil
        switch step {
        case .dial: await serve()
        case .wait(let delay):
          let sleep = Task<Void, Never> { try? await Task.sleep(for: delay) }
          self.sleep = sleep
          await sleep.value
          perform(.waited)
        }
      }
    } onCancel: {
      Task { await self.close() }
    }
    for stream in snapshots.values { stream.finish() }
    for stream in locks.values { stream.finish() }
    for stream in observers.values { stream.finish() }
    snapshots.removeAll()
    locks.removeAll()
    observers.removeAll()
  }

  /// Ends the session: its connection, its monitors, its locks.
  public func close() { perform(.stop) }

  private func serve() async {
    let client: OVSDBClient
    do throws(ConnectError) {
      client = try await OVSDBClient.connect(
        to: address, credentials: credentials, configuration: configuration, requestTimeout: requestTimeout)
    } catch {
      return perform(.failed("\(error)"))
    }
    guard state != .ended else { return await client.close() }
    self.client = client
    perform(.connected)
    let reason = await client.closed()
    self.client = nil
    await client.close()
    for (task, _) in running.values { task.cancel() }
    running.removeAll()
    perform(.lost("\(reason)"))
  }

  /// How the session stands, now and whenever that changes. A consumer that is slower misses states, but never the latest.
  public func states() -> AsyncStream<SessionState> {
    let (stream, continuation) = AsyncStream.makeStream(of: SessionState.self, bufferingPolicy: .bufferingNewest(1))
    continuation.yield(state)
    if state == .ended {
      continuation.finish()
      return stream
    }
    let id = nextObserver
    nextObserver += 1
    observers[id] = continuation
    continuation.onTermination = { [weak self] _ in
      Task { await self?.forget(observer: id) }
    }
    return stream
  }

  private func forget(observer: Int) { observers[observer] = nil }

  // MARK: Requests

  /// Runs the operations as one transaction, on the present connection only; see `OVSDBClient.transact`.
  ///
  /// - Throws: `RequestError.notConnected` when there is no connection and nothing was sent; `closed` when it was lost before the
  ///   answer came, so that the transaction may have been committed or not.
  public func transact(_ operations: [OVSDB.Operation]) async throws(RequestError) -> [OperationResult] {
    guard let client else { throw .notConnected(problem: problem) }
    return try await client.transact(operations)
  }

  private var problem: String {
    switch state {
    case .waiting(let problem, _): problem
    case .ended: "the session has ended"
    case .connecting, .connected: "\(address) is being dialled"
    }
  }

  /// Watches tables across connections, by default all that an `OpenVSwitchView` is made from.
  ///
  /// The snapshots are as those of `OVSDBClient.monitor`; after a loss of the connection the first one has everything that
  /// changed meanwhile in it, and another `SessionSnapshot.connection`. The stream ends with the session, or with a
  /// `RequestError.refused` when the server will not have the request; the monitor ends with the stream.
  public func monitor(_ request: MonitorRequest = OpenVSwitchSchema.monitorRequest) -> OVSDBWatch {
    let id = machine.makeMonitorID()
    let (stream, continuation) = AsyncThrowingStream.makeStream(
      of: SessionSnapshot.self, bufferingPolicy: .bufferingNewest(1))
    if state == .ended {
      continuation.finish()
    } else {
      snapshots[id] = continuation
      continuation.onTermination = { [weak self] _ in
        Task { await self?.unwatch(id) }
      }
      perform(.watch(id, request))
    }
    return OVSDBWatch(snapshots: stream, id: id)
  }

  private func unwatch(_ id: MonitorID) {
    snapshots[id] = nil
    perform(.unwatch(id))
  }

  /// Makes a monitor watch other rows of its tables, now and on later connections.
  public func select(_ selections: [String: RowSelection], in watch: OVSDBWatch) {
    perform(.select(watch.id, selections))
  }

  /// Asks for a lock of the database across connections; see `OVSDBClient.lock`.
  ///
  /// The lock is lost with the connection (`LockState.requested`) and asked for again on the next, without stealing once it was
  /// ours. The stream ends by `unlock` and with the session. Asked for again, the lock stays as it is, and its states go to
  /// the new stream alone.
  public func lock(_ name: String, stealing: Bool = false) -> AsyncStream<LockState> {
    let (stream, continuation) = AsyncStream.makeStream(of: LockState.self, bufferingPolicy: .bufferingNewest(1))
    if state == .ended {
      continuation.finish()
    } else {
      locks.updateValue(continuation, forKey: name)?.finish()
      perform(.lock(name, stealing: stealing))
    }
    return stream
  }

  /// Gives a lock back, or gives up waiting for it.
  public func unlock(_ name: String) {
    locks.removeValue(forKey: name)?.finish()
    perform(.unlock(name))
  }

  // MARK: The shell of the state machine

  private func perform(_ event: SessionStateMachine.Event) {
    for action in machine.handle(event, now: ContinuousClock.now - start) { carryOut(action) }
  }

  private func carryOut(_ action: SessionStateMachine.Action) {
    let connection = machine.connections
    switch action {
    case .dial: next = .dial
    case .wait(let delay): next = .wait(delay)
    case .disconnect:
      if let client { Task { await client.close() } }
    case .report(let state):
      self.state = state
      if state == .ended {
        next = nil
        sleep?.cancel()
      }
      for observer in observers.values { observer.yield(state) }
    case .startMonitor(let id, let request, let earlier):
      guard let client else { return }
      let task = Task { await self.follow(id, request, earlier, client, connection) }
      running[id] = (task, nil)
    case .select(let id, let selections):
      guard let client, let monitor = running[id]?.monitor else { return }
      Task {
        do throws(RequestError) {
          try await client.select(selections, in: monitor)
          perform(.monitorReady(id, connection: connection))
        } catch {
          // The server goes on with the rows of before, which nobody wants: only a new start helps.
          await client.close()
        }
      }
    case .stopMonitor(let id): running.removeValue(forKey: id)?.task.cancel()
    case .deliver(let id, let snapshot): snapshots[id]?.yield(snapshot)
    case .failMonitor(let id, let error): snapshots.removeValue(forKey: id)?.finish(throwing: error)
    case .lock(let name, let isStealing):
      guard let client else { return }
      Task { await self.follow(name, isStealing, client, connection) }
    case .unlock(let name):
      guard let client else { return }
      Task { try? await client.unlock(name) }
    case .tell(let name, let state): locks[name]?.yield(state)
    }
  }

  private func follow(
    _ id: MonitorID, _ request: MonitorRequest, _ earlier: Replica?, _ client: OVSDBClient, _ connection: Int
  ) async {
    do throws(RequestError) {
      let monitor = try await client.startMonitor(request, resuming: earlier)
      running[id]?.monitor = monitor
      perform(.monitorReady(id, connection: connection))
      for await replica in monitor.states { perform(.replica(id, replica, connection: connection)) }
    } catch {
      perform(.monitorFailed(id, error, connection: connection))
    }
  }

  private func follow(_ lock: String, _ isStealing: Bool, _ client: OVSDBClient, _ connection: Int) async {
    do throws(RequestError) {
      let states = try await client.lock(lock, stealing: isStealing)
      // Given up while it was asked for.
      if locks[lock] == nil { return try await client.unlock(lock) }
      for await state in states {
        perform(.lockState(lock, state, connection: connection))
      }
    } catch {
      perform(.lockFailed(lock, error, connection: connection))
    }
  }
}

/// A monitor of an `OVSDBSession`.
public struct OVSDBWatch: Sendable {
  /// The state at the start, and then after each change. The monitor ends with it.
  public let snapshots: AsyncThrowingStream<SessionSnapshot, any Error>
  let id: SessionStateMachine.MonitorID
}
