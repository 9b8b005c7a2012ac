import Glibc
import NIOCore
import NIOPosix
import OVSDB

/// A connection to ovsdb-server over a unix socket (RFC 7047).
///
/// The actor owns the state machine that decides everything, the continuations that wait for answers and the monitors'
/// streams. Two tasks serve it: one reads the socket, one lets it know of time going by. Writes go straight to the channel,
/// in the order of the calls.
///
/// A client lives until its connection ends, by whichever side; it is not made anew. Whoever made it calls `close()` when
/// done, and connects again when `closed()` returns another reason.
public actor OVSDBClient {
  private typealias Answer = Result<JSONValue, RequestError>

  private let channel: any Channel
  private let requestTimeout: Duration
  private let start = ContinuousClock.now
  private var machine: ClientStateMachine
  private var waiters: [ClientStateMachine.RequestID: CheckedContinuation<Answer, Never>] = [:]
  private var monitors: [ClientStateMachine.RequestID: AsyncStream<Replica>.Continuation] = [:]
  private var closeWaiters: [CheckedContinuation<CloseReason, Never>] = []
  private var service: Task<Void, Never>?

  private init(channel: any Channel, configuration: ClientStateMachine.Configuration, requestTimeout: Duration) {
    self.channel = channel
    self.requestTimeout = requestTimeout
    machine = ClientStateMachine(configuration: configuration, now: .zero)
  }

  // MARK: Connecting

  /// Connects to the socket at `path` and makes sure that the database Open_vSwitch has the columns that we use.
  ///
  /// - Parameters:
  ///   - path: The socket, usually /run/openvswitch/db.sock.
  ///   - configuration: When to probe, how much to accept.
  ///   - requestTimeout: How long a request may take.
  public static func connect(
    path: String, configuration: ClientStateMachine.Configuration = .init(), requestTimeout: Duration = .seconds(10)
  ) async throws(ConnectError) -> OVSDBClient {
    let channel = try await open(path)
    let client = OVSDBClient(channel: channel.channel, configuration: configuration, requestTimeout: requestTimeout)
    await client.serve(channel)
    do {
      try await client.checkSchema(path: path)
    } catch {
      await client.close()
      throw error
    }
    return client
  }

  private typealias ByteChannel = NIOAsyncChannel<ByteBuffer, ByteBuffer>

  private static func open(_ path: String) async throws(ConnectError) -> ByteChannel {
    do {
      return try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .connectTimeout(.seconds(5))
        .connect(unixDomainSocketPath: path) { channel in
          channel.eventLoop.makeCompletedFuture { try ByteChannel(wrappingChannelSynchronously: channel) }
        }
    } catch let error as IOError {
      switch error.errnoCode {
      case ENOENT: throw .noSocket(path: path)
      case ECONNREFUSED: throw .refused(path: path)
      case EACCES, EPERM: throw .notPermitted(path: path)
      default: throw .failed(path: path, message: "\(error)")
      }
    } catch SocketAddressError.unixDomainSocketPathTooLong {
      throw .pathTooLong(path: path)
    } catch {
      throw .failed(path: path, message: "\(error)")
    }
  }

  private func checkSchema(path: String) async throws(ConnectError) {
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
      throw .request(path: path, error: error)
    }
    if let mismatch = schema.firstMissing(of: OpenVSwitchSchema.columns) {
      throw .schema(path: path, mismatch: mismatch)
    }
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
    let (id, actions) = try machine.monitor(request, timeout: requestTimeout, now: now)
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
    return stream
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
      case .close(let reason):
        channel.close(promise: nil)
        for monitor in monitors.values { monitor.finish() }
        monitors.removeAll()
        for waiter in closeWaiters { waiter.resume(returning: reason) }
        closeWaiters.removeAll()
      }
    }
  }

  /// Starts the two tasks. They hold the client until the connection is over.
  private func serve(_ channel: ByteChannel) {
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
    } catch {
      perform(.transportClosed("\(error)"))
      return "\(error)"
    }
  }
}
