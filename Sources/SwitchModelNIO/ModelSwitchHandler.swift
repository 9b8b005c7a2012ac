import NIOCore
import SwitchModel

/// One connection of the switch's: cuts what comes into messages, and writes what the switch sends. On the host's event
/// loop, like the host.
final class ModelSwitchHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let host: ModelSwitchHost
  private let id: ConnectionID
  private var cutter = MessageCutter()
  private var context: ChannelHandlerContext?

  init(host: ModelSwitchHost, id: ConnectionID) {
    self.host = host
    self.id = id
  }

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    host.opened(id, self)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    cutter.append(unwrapInboundIn(data).readableBytesView)
    do {
      let messages = try cutter.messages()
      for message in messages where self.context != nil { host.received(message, from: id) }
    } catch {
      close()
    }
  }

  /// A controller that does not read is not read from either: so the answers that wait for it stay few.
  func channelWritabilityChanged(context: ChannelHandlerContext) {
    setReading(context.channel.isWritable && !host.isReadingStalled)
  }

  func channelInactive(context: ChannelHandlerContext) {
    self.context = nil
    host.closed(id)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func setReading(_ isReading: Bool) {
    context?.channel.setOption(.autoRead, value: isReading).whenFailure { _ in }
  }

  func write(_ bytes: [UInt8]) {
    guard let context else { return }
    context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
  }

  func close() {
    let context = self.context
    self.context = nil
    context?.close(promise: nil)
  }
}
