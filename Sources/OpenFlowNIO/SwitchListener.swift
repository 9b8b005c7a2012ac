import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import OpenFlow
import Synchronization

/// Awaits switches that connect to this side, as Open vSwitch does to the targets of `set-controller`.
///
/// The event loop of each connection owns its state; the listener's own is a count of connections. Switches that are
/// handed out stay connected when the listener ends.
public final class SwitchListener: Sendable {
  /// Where switches are awaited, with the port that was taken when any was asked for.
  public let address: SwitchListenAddress

  private let channel: any Channel
  private let arrivals: SwitchArrivals
  private let slots: Slots

  /// Counts connections, ready or not, up to a limit.
  private final class Slots: Sendable {
    private let limit: Int
    private let counts = Mutex((taken: 0, refused: 0))

    init(limit: Int) { self.limit = limit }

    /// How many connections were refused.
    var refused: Int { counts.withLock { $0.refused } }

    func take() -> Bool {
      counts.withLock { counts in
        guard counts.taken < limit else {
          counts.refused += 1
          return false
        }
        counts.taken += 1
        return true
      }
    }

    func release() { counts.withLock { $0.taken -= 1 } }
  }

  private struct Full: Error {}

  /// Listens.
  ///
  /// - Parameters:
  ///   - address: Where; `.ssl` asks for `credentials`.
  ///   - credentials: The certificates and the key for TLS. A switch without a certificate of the authority is refused.
  ///   - connectionLimit: How many connections there may be at once, ready or not; a further one is closed at once.
  ///   - options: For each connection. The handshake limit is what a slow or silent peer holds its place for.
  /// - Throws: `ConnectionFailure`.
  public static func listen(
    on address: SwitchListenAddress, credentials: SwitchCredentials? = nil, connectionLimit: Int = 64,
    options: SwitchSessionOptions = SwitchSessionOptions(),
    group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
  ) async throws -> SwitchListener {
    var security = SwitchAttempt.Security.none
    if case .ssl = address {
      guard let credentials else { throw ConnectionFailure.credentials("none are given for \(address)") }
      security = .server(try credentials.context(isServer: true))
    }
    let slots = Slots(limit: connectionLimit)
    let arrivals = SwitchArrivals(limit: connectionLimit)
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.writeBufferWaterMark, value: SwitchAttempt.waterMark)
      .childChannelInitializer { [security] channel in
        channel.eventLoop.makeCompletedFuture {
          guard slots.take() else { throw Full() }
          channel.closeFuture.whenComplete { _ in slots.release() }
          let attempt = try SwitchAttempt(channel, security, options)
          attempt.ready.whenSuccess { features in
            let peer = SwitchListener.peer(of: channel, address)
            arrivals.add(SwitchConnection(address: peer, features: features, channel: channel, attempt: attempt))
          }
        }
      }
    do {
      let channel =
        switch address {
        case .unix(let path):
          try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
        case .tcp(let host, let port), .ssl(let host, let port):
          try await bootstrap.bind(host: host, port: port).get()
        }
      return SwitchListener(address, channel, arrivals, slots)
    } catch {
      throw ConnectionFailure.unreachable(address: "\(address)", reason: "\(error)")
    }
  }

  private init(
    _ asked: SwitchListenAddress, _ channel: any Channel, _ arrivals: SwitchArrivals, _ slots: Slots
  ) {
    let port = channel.localAddress?.port
    address =
      switch asked {
      case .unix: asked
      case .tcp(let host, let asked): .tcp(host: host, port: port ?? asked)
      case .ssl(let host, let asked): .ssl(host: host, port: port ?? asked)
      }
    self.channel = channel
    self.arrivals = arrivals
    self.slots = slots
    channel.closeFuture.whenComplete { _ in arrivals.end() }
  }

  deinit { channel.close(promise: nil) }

  /// The next switch with which OpenFlow 1.3 is agreed upon; `features` tell which it is. Those that came while nobody
  /// asked are handed out first, unless they are gone. A connection that is released is closed.
  ///
  /// - Parameter limit: How long to wait.
  /// - Throws: `ConnectionFailure.unreachable` when none came in time, `.closedLocally` when the listener has ended;
  ///   `CancellationError`.
  public func next(within limit: Duration) async throws -> SwitchConnection {
    if let connection = try await arrivals.next(within: limit) { return connection }
    throw ConnectionFailure.unreachable(address: "\(address)", reason: "no switch has connected for \(limit)")
  }

  /// How many connections were refused because there were too many.
  public var refusedConnections: Int { slots.refused }

  /// Ends the listening. Connections that are ready go on.
  public func close() async {
    try? await channel.close()
    if case .unix(let path) = address { unlink(path) }
  }

  private static func peer(of channel: any Channel, _ address: SwitchListenAddress) -> SwitchAddress {
    let host = channel.remoteAddress?.ipAddress ?? ""
    let port = channel.remoteAddress?.port ?? 0
    return switch address {
    case .unix(let path): .unix(path)
    case .tcp: .tcp(host: host, port: port)
    case .ssl: .ssl(host: host, port: port)
    }
  }
}
