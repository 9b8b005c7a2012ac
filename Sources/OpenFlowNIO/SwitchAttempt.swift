import Glibc
import NIOCore
import NIOSSL
import OpenFlow

/// A channel to what may become a connected switch, and what comes of it.
struct SwitchAttempt: Sendable {
  let handler: NIOLoopBound<SwitchChannelHandler>
  let ready: EventLoopFuture<SwitchFeatures>
  let closed: EventLoopFuture<ConnectionFailure>
  let events: AsyncStream<SwitchEvent>

  /// TLS, as either side of it.
  enum Security: Sendable {
    case none
    case client(NIOSSLContext)
    case server(NIOSSLContext)
  }

  /// Prepares a channel that is not active yet: Open vSwitch hangs up on a peer whose hello takes more than a second,
  /// which it would on a busy machine if a task had to be scheduled first.
  init(_ channel: any Channel, _ security: Security, _ options: SwitchSessionOptions) throws {
    SwitchAttempt.widen(channel)
    let pipeline = channel.pipeline.syncOperations
    switch security {
    case .none: break
    case .client(let context): try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
    case .server(let context): try pipeline.addHandler(NIOSSLServerHandler(context: context))
    }
    let handler = SwitchChannelHandler(options: options, eventLoop: channel.eventLoop)
    try pipeline.addHandler(handler)
    self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
    ready = handler.ready.futureResult
    closed = handler.closed.futureResult
    events = handler.events
  }

  /// How much the system holds for a switch that is busy carrying out a bundle: what it reads next is there then, whatever
  /// this side's thread is doing.
  private static let sendBufferSize = 1024 * 1024

  /// Beyond the system's usual limit only an administrator of the network may go; the limit itself is taken otherwise.
  private static func widen(_ channel: any Channel) {
    guard let options = channel.syncOptions else { return }
    let beyondLimit = NIOBSDSocket.Option(rawValue: SO_SNDBUFFORCE)
    do {
      try options.setOption(ChannelOptions.Types.SocketOption(level: .socket, name: beyondLimit), value: sendBufferSize)
    } catch {
      try? options.setOption(.socketOption(.so_sndbuf), value: sendBufferSize)
    }
  }

  /// The marks between which the channel holds what the system does not take yet.
  static let waterMark = ChannelOptions.Types.WriteBufferWaterMark(low: 64 * 1024, high: 256 * 1024)
}
