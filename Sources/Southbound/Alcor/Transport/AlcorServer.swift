import GRPCCore
import GRPCNIOTransportHTTP2
import Logging
import NIOCore
import NIOSSL
import NetworkTypes

/// Listens for Alcor controllers, which dial hosts.
public final class AlcorServer: Sendable {
  private let address: SouthboundAddress
  private let server: GRPCServer<HTTP2ServerTransport.Posix>
  private let logger: Logger

  /// Reads the credentials, but does not listen yet.
  ///
  /// - Parameter address: An address of this machine, or `0.0.0.0` or `::` for all; names are refused.
  public init(
    address: SouthboundAddress, security: ServerSecurity, desk: AlcorDesk, limits: AlcorLimits = AlcorLimits(),
    logger: Logger
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
      logger.warning("Alcor's goal states are taken in plaintext: whoever reaches \(address) configures this host")
      transportSecurity = .plaintext
    case .mutualTLS(let files):
      let credentials = try Credentials(files)
      for warning in credentials.warnings { logger.warning("\(warning)") }
      transportSecurity = credentials.serverSecurity()
    }
    let transport = HTTP2ServerTransport.Posix(
      address: socketAddress, transportSecurity: transportSecurity,
      config: .defaults {
        $0.rpc.maxRequestPayloadSize = limits.maximumMessageBytes
        $0.http2.targetWindowSize = 1 << 20
        // Alcor opens a stream for each goal state, several at once.
        $0.http2.maxConcurrentStreams = 256
        $0.connection.keepalive.time = .seconds(30)
        $0.connection.keepalive.timeout = .seconds(10)
        $0.channelDebuggingCallbacks.onAcceptTCPConnection = { channel in
          channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let tls = try? pipeline.handler(type: NIOSSLServerHandler.self)
            try pipeline.addHandler(PingAnswerer(), position: tls.map { .after($0) } ?? .first)
          }
        }
      })
    self.address = address
    self.logger = logger
    server = GRPCServer(
      transport: transport,
      services: [AlcorService(desk: desk, limits: limits, logger: logger), AlcorSubscriptions()])
  }

  /// Listens and serves until the task is cancelled.
  ///
  /// - Throws: `SouthboundError.cannotListen` when the address cannot be had.
  public func run() async throws {
    logger.info("listening for Alcor's goal states", metadata: ["address": "\(address)"])
    let server = server
    let serving = Task { try await server.serve() }
    try await withTaskCancellationHandler {
      do {
        try await serving.value
      } catch {
        guard !Task.isCancelled else { return }
        throw SouthboundError.cannotListen(address: address.description, reason: rootCause(of: error))
      }
    } onCancel: {
      server.beginGracefulShutdown()
      Task {
        try? await Task.sleep(for: AlcorServer.grace)
        serving.cancel()
      }
    }
  }

  /// How long calls have to end by themselves.
  private static let grace = Duration.seconds(1)

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
