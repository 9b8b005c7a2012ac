import EventLoopTasks
import GRPCCore
import GRPCNIOTransportHTTP2
import Logging
import NIOPosix
import NetworkTypes
import Synchronization

/// The controller's end of the southbound stream: listens, and runs a session for each agent that dials in.
public final class SouthboundServer: Sendable {
  private let address: SouthboundAddress
  private let server: GRPCServer<HTTP2ServerTransport.Posix>
  private let service: SouthboundService
  private let logger: Logger
  private let executor: EventLoopTaskExecutor

  /// Reads the credentials, but does not listen yet.
  ///
  /// - Parameter address: an address of this machine, or `0.0.0.0` or `::` for all; names are refused.
  public init(
    address: SouthboundAddress, security: ServerSecurity, handler: any AgentSessionHandler, logger: Logger,
    limits: SouthboundLimits = SouthboundLimits(), timing: SouthboundTiming = SouthboundTiming()
  ) throws(SouthboundError) {
    let socketAddress: GRPCNIOTransportHTTP2.SocketAddress
    switch address.address {
    case .v4: socketAddress = .ipv4(host: address.host, port: address.port)
    case .v6: socketAddress = .ipv6(host: address.host, port: address.port)
    case nil: throw .address(address.host, problem: "is not an address to listen on, such as 0.0.0.0")
    }
    let transportSecurity: HTTP2ServerTransport.Posix.TransportSecurity
    switch security {
    case .plaintext:
      logger.warning("southbound sessions are in plaintext: any agent is believed to be the host that it names")
      transportSecurity = .plaintext
    case .mutualTLS(let files):
      let credentials = try Credentials(files)
      for warning in credentials.warnings { logger.warning("\(warning)") }
      transportSecurity = credentials.serverSecurity()
    }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    executor = EventLoopTaskExecutor(group.next())
    let transport = HTTP2ServerTransport.Posix(
      address: socketAddress, transportSecurity: transportSecurity,
      config: .defaults {
        $0.rpc.maxRequestPayloadSize = limits.maximumMessageBytes
        $0.http2.targetWindowSize = 1 << 20
        $0.http2.maxConcurrentStreams = 8
        // A connection whose peer is gone without a word is closed after its session was ended for silence.
        $0.connection.keepalive.time = timing.heartbeatInterval * SouthboundTiming.silentIntervals
        $0.connection.keepalive.timeout = timing.heartbeatInterval
      }, eventLoopGroup: group)
    self.address = address
    self.logger = logger
    service = SouthboundService(
      handler: handler, requiresIdentity: security != .plaintext, limits: limits, timing: timing, logger: logger)
    server = GRPCServer(transport: transport, services: [service])
  }

  /// Listens and serves until the task is cancelled or `beginShutdown()` is called; returns when all sessions ended.
  ///
  /// - Throws: `SouthboundError.cannotListen` when the address cannot be had.
  public func run() async throws {
    logger.info("southbound listens", metadata: ["address": "\(address)"])
    // Not a child task: a cancellation first ends the sessions with a word to the agents, then the transport.
    let service = service
    let server = server
    let serving = Task(executorPreference: executor) { try await server.serve() }
    try await withTaskCancellationHandler {
      do {
        try await serving.value
      } catch {
        // What the transport makes of being ended is no error of ours.
        guard !service.shutdown.hasBegun else { return }
        throw SouthboundError.cannotListen(address: address.description, reason: rootCause(of: error))
      }
    } onCancel: {
      service.shutdown.begin()
      server.beginGracefulShutdown()
      Task {
        try? await Task.sleep(for: SouthboundServer.grace)
        serving.cancel()
      }
    }
    logger.info("southbound has ended", metadata: ["address": "\(address)"])
  }

  /// How long sessions have to end by themselves.
  private static let grace = Duration.seconds(1)

  /// Ends all sessions and lets `run()` return.
  public func beginShutdown() {
    service.shutdown.begin()
    server.beginGracefulShutdown()
  }

  /// Where the server listens, once it does.
  public var listeningAddress: SouthboundAddress {
    get async throws {
      let bound = try await server.transport.listeningAddress
      if let v4 = bound.ipv4 { return SouthboundAddress(host: v4.host, port: v4.port) }
      if let v6 = bound.ipv6 { return SouthboundAddress(host: v6.host, port: v6.port) }
      return address
    }
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
