import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// Makes channels to ovsdb-server.
enum OVSDBDial {
  typealias ByteChannel = NIOAsyncChannel<ByteBuffer, ByteBuffer>

  static func open(
    _ address: OVSDBAddress, _ credentials: OVSDBCredentials?
  ) async throws(ConnectError) -> ByteChannel {
    var tls: NIOSSLContext?
    if case .ssl = address {
      guard let credentials else { throw .credentials("\(address) needs them, and none are configured") }
      tls = try credentials.context()
    }
    do {
      return try await connect(address, tls)
    } catch let error as IOError {
      switch error.errnoCode {
      case ENOENT: throw .noSocket(path: address.place)
      case ECONNREFUSED: throw .refused(path: address.place)
      case EACCES, EPERM: throw .notPermitted(path: address.place)
      default: throw .failed(path: address.place, message: "\(error)")
      }
    } catch let error as NIOConnectionError {
      let refusals = error.connectionErrors.compactMap { ($0.error as? IOError)?.errnoCode }
      if !refusals.isEmpty, refusals.allSatisfy({ $0 == ECONNREFUSED }) { throw .refused(path: address.place) }
      throw .failed(path: address.place, message: "\(error)")
    } catch SocketAddressError.unixDomainSocketPathTooLong {
      throw .pathTooLong(path: address.place)
    } catch {
      throw .failed(path: address.place, message: "\(error)")
    }
  }

  private static func connect(_ address: OVSDBAddress, _ tls: NIOSSLContext?) async throws -> ByteChannel {
    let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connectTimeout(.seconds(5))
    let prepare: @Sendable (any Channel) -> EventLoopFuture<ByteChannel> = { channel in
      channel.eventLoop.makeCompletedFuture {
        if let tls {
          try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: tls, serverHostname: nil))
        }
        return try ByteChannel(wrappingChannelSynchronously: channel)
      }
    }
    switch address {
    case .unix(let path):
      return try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: prepare)
    case .tcp(let host, let port), .ssl(let host, let port):
      return try await bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
        .connect(host: host, port: port, channelInitializer: prepare)
    }
  }
}
