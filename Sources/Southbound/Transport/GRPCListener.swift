import GRPCCore
import GRPCNIOTransportHTTP2
import Logging
import NIOCore
import NetworkTypes

/// A gRPC server on one address, with the credentials of this node.
final class GRPCListener: Sendable {
  private let address: SouthboundAddress
  private let server: GRPCServer<HTTP2ServerTransport.Posix>
  /// Called when serving is cancelled, before calls are told to end.
  private let onShutdown: @Sendable () -> Void

  /// How long calls have to end by themselves.
  private static let grace = Duration.seconds(1)
  /// How many connections may wait to be taken. All hosts come at once when a controller comes back, and whoever finds no place
  /// tries again only after a second, then after three. The system's own limit (net.core.somaxconn) goes before.
  private static let backlog: Int32 = 4096

  /// Reads the credentials, but does not listen yet.
  ///
  /// - Parameters:
  ///   - address: An address of this machine, or `0.0.0.0` or `::` for all; names are refused.
  ///   - plaintext: What to warn of when there are no credentials.
  init(
    address: SouthboundAddress, security: ServerSecurity, plaintext: Logger.Message,
    services: [any RegistrableRPCService], logger: Logger,
    onShutdown: @escaping @Sendable () -> Void = {},
    configure: (inout HTTP2ServerTransport.Posix.Config) -> Void
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
      logger.warning(plaintext)
      transportSecurity = .plaintext
    case .mutualTLS(let files):
      let credentials = try Credentials(files)
      for warning in credentials.warnings { logger.warning("\(warning)") }
      transportSecurity = credentials.serverSecurity()
    }
    let transport = HTTP2ServerTransport.Posix(
      address: socketAddress, transportSecurity: transportSecurity,
      config: .defaults {
        $0.channelDebuggingCallbacks.onBindTCPListener = { channel in
          channel.setOption(.backlog, value: GRPCListener.backlog)
        }
        configure(&$0)
      })
    self.address = address
    self.onShutdown = onShutdown
    server = GRPCServer(transport: transport, services: services)
  }

  /// Listens and serves until the task is cancelled or `beginShutdown` is called.
  ///
  /// - Throws: `SouthboundError.cannotListen` when the address cannot be had.
  func run(isEnding: () -> Bool = { Task.isCancelled }) async throws {
    // Not a child task: a cancellation first ends the calls with a word to their callers, then the transport.
    let server = server
    let serving = Task { try await server.serve() }
    try await withTaskCancellationHandler {
      do {
        try await serving.value
      } catch {
        // What the transport makes of being ended is no error of ours.
        guard !isEnding() else { return }
        throw SouthboundError.cannotListen(address: address.description, reason: rootCause(of: error))
      }
    } onCancel: {
      beginShutdown()
      Task {
        try? await Task.sleep(for: GRPCListener.grace)
        serving.cancel()
      }
    }
  }

  /// Lets calls end and `run` return.
  func beginShutdown() {
    onShutdown()
    server.beginGracefulShutdown()
  }

  /// Where the server listens, once it does.
  var listeningAddress: SouthboundAddress {
    get async throws {
      let bound = try await server.transport.listeningAddress
      if let v4 = bound.ipv4 { return SouthboundAddress(host: v4.host, port: v4.port) }
      if let v6 = bound.ipv6 { return SouthboundAddress(host: v6.host, port: v6.port) }
      return address
    }
  }
}
