import NIOCore
import OpenFlow

/// Carries out what a `SwitchSession` decides: the only owner of the session, on the channel's event loop.
///
/// Waiters are resumed exactly once: by an answer, by a failure, or when the session closes.
final class SwitchChannelHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer
  typealias Waiter = CheckedContinuation<SwitchAnswer, any Error>
  typealias PartReader = AsyncThrowingStream<[UInt8], any Error>.Continuation

  private var session: SwitchSession
  private var queue = OutboundQueue()
  private var waiters: [SwitchSession.RequestID: Waiter] = [:]
  private var readers: [SwitchSession.RequestID: PartReader] = [:]
  private var nextRequest: UInt64 = 0
  private var context: ChannelHandlerContext?
  private var timer: (deadline: Duration, task: Scheduled<Void>)?
  private var lastError: String?
  private var isPumping = false
  private let start = NIODeadline.now()

  /// The end of the handshake.
  let ready: EventLoopPromise<SwitchFeatures>
  /// The end of the connection.
  let closed: EventLoopPromise<ConnectionFailure>
  /// What the switch says without having been asked.
  let events: AsyncStream<SwitchEvent>
  private let published: AsyncStream<SwitchEvent>.Continuation

  /// How many events wait for a reader.
  private static let eventBufferSize = 1024

  init(options: SwitchSessionOptions, eventLoop: any EventLoop) {
    session = SwitchSession(options: options)
    ready = eventLoop.makePromise()
    closed = eventLoop.makePromise()
    (events, published) = AsyncStream.makeStream(
      bufferingPolicy: .bufferingNewest(SwitchChannelHandler.eventBufferSize))
  }

  /// How many messages could not be decoded.
  var undecodableMessages: Int { session.undecodableMessages }

  func submit(_ request: SwitchRequest, _ waiter: Waiter) {
    nextRequest += 1
    let id = SwitchSession.RequestID(nextRequest)
    waiters[id] = waiter
    handle(.request(id, request))
  }

  /// Asks for something in parts, which `reader` gets as they come.
  func submit(_ question: MultipartRequest, _ reader: PartReader) {
    nextRequest += 1
    let id = SwitchSession.RequestID(nextRequest)
    readers[id] = reader
    handle(.request(id, .parts(question)))
  }

  func close() { handle(.close) }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if context.channel.isActive { handle(.opened) }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    handle(.disconnected(.closedByPeer))
    self.context = nil
  }

  func channelActive(context: ChannelHandlerContext) { handle(.opened) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    handle(.received(Array(unwrapInboundIn(data).readableBytesView)))
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) { pump() }

  func channelInactive(context: ChannelHandlerContext) {
    handle(.disconnected(lastError.map(ConnectionFailure.transport) ?? .closedByPeer))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    lastError = "\(error)"
    context.close(promise: nil)
  }

  private func handle(_ event: SwitchSession.Event) {
    for action in session.handle(event, at: .nanoseconds((NIODeadline.now() - start).nanoseconds)) {
      perform(action)
    }
    pump()
    schedule()
  }

  private func perform(_ action: SwitchSession.Action) {
    switch action {
    case .send(let bytes): queue.appendUrgent(bytes)
    case .sendBulk(let pieces): queue.appendBulk(pieces)
    case .ready(let features): ready.succeed(features)
    case .part(let id, let body): readers[id]?.yield(body)
    case .answer(let id, let answer):
      readers.removeValue(forKey: id)?.finish()
      waiters.removeValue(forKey: id)?.resume(returning: answer)
    case .fail(let id, let failure):
      readers.removeValue(forKey: id)?.finish(throwing: failure)
      waiters.removeValue(forKey: id)?.resume(throwing: failure)
    case .publish(let event): published.yield(event)
    case .close(let failure):
      pump()
      ready.fail(failure)
      closed.succeed(failure)
      published.finish()
      context?.close(promise: nil)
    }
  }

  /// Writes as long as the socket takes it, one piece at a time; `channelWritabilityChanged` goes on.
  private func pump() {
    guard let context, !isPumping else { return }
    isPumping = true
    defer { isPumping = false }
    while context.channel.isWritable, let bytes = queue.next() {
      context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
    }
  }

  /// Keeps one timer, at the session's next deadline.
  private func schedule() {
    let deadline = session.nextDeadline
    guard deadline != timer?.deadline else { return }
    timer?.task.cancel()
    timer = nil
    guard let deadline, let context else { return }
    let nanoseconds = deadline.components.seconds * 1_000_000_000 + deadline.components.attoseconds / 1_000_000_000
    let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: start + .nanoseconds(nanoseconds)) {
      self.timer = nil
      self.handle(.tick)
    }
    timer = (deadline, task)
  }
}
