import GRPCNIOTransportHTTP2
import Logging
import NIOCore
import NIOSSL

/// Listens for Alcor controllers, which dial hosts.
public final class AlcorServer: Sendable {
  private let address: SouthboundAddress
  private let listener: GRPCListener
  private let logger: Logger

  /// Reads the credentials, but does not listen yet.
  ///
  /// - Parameter address: An address of this machine, or `0.0.0.0` or `::` for all; names are refused.
  public init(
    address: SouthboundAddress, security: ServerSecurity, desk: AlcorDesk, limits: AlcorLimits = AlcorLimits(),
    logger: Logger
  ) throws(SouthboundError) {
    listener = try GRPCListener(
      address: address, security: security,
      plaintext: "Alcor's goal states are taken in plaintext: whoever reaches \(address) configures this host",
      services: [AlcorService(desk: desk, limits: limits, logger: logger), AlcorSubscriptions()], logger: logger,
      configure: {
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
  }

  /// Listens and serves until the task is cancelled.
  ///
  /// - Throws: `SouthboundError.cannotListen` when the address cannot be had.
  public func run() async throws {
    logger.info("listening for Alcor's goal states", metadata: ["address": "\(address)"])
    try await listener.run()
  }

  /// Where the server listens, once it does.
  public var listeningAddress: SouthboundAddress {
    get async throws { try await listener.listeningAddress }
  }
}
