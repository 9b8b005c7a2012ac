import Glibc
import NIOCore
import NIOPosix

/// Lets an event loop see to its sockets before a task on it goes on.
///
/// A loop looks at its sockets only when nothing else is left to run on it, so that a task that yields between the parts of a
/// long work comes back before any answer has been read. This waits for a byte in a pipe of the loop's own: whoever is on the loop
/// goes on after it has looked at its sockets once more, and at all that it found there.
public final class SocketTurn: Sendable {
  private let channel: any Channel

  /// A pipe on this event loop.
  ///
  /// - Throws: when the process has no more descriptors, or the loop cannot watch them.
  public init(_ eventLoop: any EventLoop) async throws {
    var ends: [CInt] = [-1, -1]
    guard pipe(&ends) == 0 else { throw IOError(errnoCode: errno, reason: "pipe") }
    let (input, output) = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    channel = try await NIOPipeBootstrap(group: eventLoop)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(TurnHandler())
        }
      }
      .takingOwnershipOfDescriptors(input: input, output: output).get()
  }

  /// Returns when the loop has looked at its sockets; somebody who is not on the loop may go on in the middle of that.
  public func take() async {
    try? await channel.triggerUserOutboundEvent(TurnHandler.Turn()).get()
  }

  /// The pipe stays for as long as this does.
  deinit { channel.close(promise: nil) }
}

/// Completes those that wait once a byte has made its way through the pipe.
private final class TurnHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = Never
  typealias OutboundOut = ByteBuffer

  struct Turn {}

  private var waiting: [EventLoopPromise<Void>] = []

  func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
    guard event is Turn, let promise else { return context.triggerUserOutboundEvent(event, promise: promise) }
    guard context.channel.isActive else { return promise.succeed() }
    waiting.append(promise)
    guard waiting.count == 1 else { return }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: [0])), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) { succeed() }

  func channelInactive(context: ChannelHandlerContext) {
    succeed()
    context.fireChannelInactive()
  }

  private func succeed() {
    let promises = waiting
    waiting = []
    for promise in promises { promise.succeed() }
  }
}
