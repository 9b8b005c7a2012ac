import GRPCNIOTransportHTTP2
import Logging
import Synchronization

/// The controller's end of the southbound stream: listens, and runs a session for each agent that dials in.
public final class SouthboundServer: Sendable {
  private let address: SouthboundAddress
  private let listener: GRPCListener
  private let shutdown: ShutdownSignal
  private let logger: Logger

  /// Reads the credentials, but does not listen yet.
  ///
  /// - Parameter address: an address of this machine, or `0.0.0.0` or `::` for all; names are refused.
  public init(
    address: SouthboundAddress, security: ServerSecurity, handler: any AgentSessionHandler, logger: Logger,
    limits: SouthboundLimits = SouthboundLimits(), timing: SouthboundTiming = SouthboundTiming()
  ) throws(SouthboundError) {
    let service = SouthboundService(
      handler: handler, requiresIdentity: security != .plaintext, limits: limits, timing: timing, logger: logger)
    let shutdown = service.shutdown
    listener = try GRPCListener(
      address: address, security: security,
      plaintext: "southbound sessions are in plaintext: any agent is believed to be the host that it names",
      services: [service], logger: logger, onShutdown: { shutdown.begin() },
      configure: {
        $0.rpc.maxRequestPayloadSize = limits.maximumMessageBytes
        $0.http2.targetWindowSize = 1 << 20
        $0.http2.maxConcurrentStreams = 8
        // An agent has a connection to itself, and all that it is sent at once is written at once: there is nothing to wait for.
        $0.connection.flushCoalescing = nil
        // A connection whose peer is gone without a word is closed after its session was ended for silence.
        $0.connection.keepalive.time = timing.heartbeatInterval * SouthboundTiming.silentIntervals
        $0.connection.keepalive.timeout = timing.heartbeatInterval
      })
    self.address = address
    self.shutdown = shutdown
    self.logger = logger
  }

  /// Listens and serves until the task is cancelled or `beginShutdown()` is called; returns when all sessions ended.
  ///
  /// - Throws: `SouthboundError.cannotListen` when the address cannot be had.
  public func run() async throws {
    logger.info("southbound listens", metadata: ["address": "\(address)"])
    try await listener.run { shutdown.hasBegun }
    logger.info("southbound has ended", metadata: ["address": "\(address)"])
  }

  /// Ends all sessions and lets `run()` return.
  public func beginShutdown() {
    listener.beginShutdown()
  }

  /// Where the server listens, once it does.
  public var listeningAddress: SouthboundAddress {
    get async throws { try await listener.listeningAddress }
  }
}

/// A switch that is thrown once and that many can wait for.
final class ShutdownSignal: Sendable {
  private struct State {
    var begun = false
    var next: UInt64 = 0
    var waiting: [UInt64: AsyncStream<Never>.Continuation] = [:]
  }

  private let state = Mutex(State())

  var hasBegun: Bool { state.withLock { $0.begun } }

  func begin() {
    let waiting = state.withLock { state in
      state.begun = true
      defer { state.waiting = [:] }
      return state.waiting.values.map { $0 }
    }
    for continuation in waiting { continuation.finish() }
  }

  /// Returns when shutdown has begun or the task is cancelled.
  func wait() async {
    let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
    let id: UInt64? = state.withLock { state in
      guard !state.begun else { return nil }
      state.next += 1
      state.waiting[state.next] = continuation
      return state.next
    }
    guard let id else { return }
    for await _ in stream {}
    state.withLock { _ = $0.waiting.removeValue(forKey: id) }
  }
}
