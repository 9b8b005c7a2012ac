import Glibc
import NIOCore
import OpenFlow

/// Carries out what a `SwitchSession` decides: the only owner of the session, on the channel's event loop.
///
/// Waiters are called exactly once, on the event loop and never before `submit` returns: by an answer, by a failure, or
/// when the session closes.
final class SwitchChannelHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer
  typealias Waiter = @Sendable (Result<SwitchAnswer, any Error>) -> Void
  typealias PartReader = AsyncThrowingStream<[UInt8], any Error>.Continuation

  private let options: SwitchSessionOptions
  private let eventLoop: any EventLoop
  private var session: SwitchSession
  private var queue = OutboundQueue()
  private var waiters: [SwitchSession.RequestID: Waiter] = [:]
  private var readers: [SwitchSession.RequestID: PartReader] = [:]
  private var nextRequest: UInt64 = 0
  private var context: ChannelHandlerContext?
  private var timer: (deadline: Duration, task: Scheduled<Void>)?
  private var lastError: String?
  private var isPumping = false
  private var isSubmitting = false
  private var isClosed = false
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
  /// How many bytes of echo replies wait for a switch that does not read, before it is given up.
  private static let urgentByteLimit = 1024 * 1024

  init(options: SwitchSessionOptions, eventLoop: any EventLoop) {
    self.options = options
    self.eventLoop = eventLoop
    session = SwitchSession(options: options)
    ready = eventLoop.makePromise()
    closed = eventLoop.makePromise()
    (events, published) = AsyncStream.makeStream(
      bufferingPolicy: .bufferingNewest(SwitchChannelHandler.eventBufferSize))
  }

  /// How many messages could not be decoded.
  var undecodableMessages: Int { session.undecodableMessages }
  /// How many events and messages nobody had room for.
  private(set) var drops = SwitchConnectionDrops()
  /// How many bytes wait for the socket.
  var outstandingBytes: Int { queue.byteCount }

  func submit(_ request: SwitchRequest, _ waiter: @escaping Waiter) {
    isSubmitting = true
    defer { isSubmitting = false }
    guard hasRoom else {
      tell(waiter, .failure(ConnectionFailure.overloaded(limit: options.outstandingByteLimit)))
      return
    }
    let id = takeID()
    waiters[id] = waiter
    handle(.request(id, request))
  }

  private func tell(_ waiter: Waiter?, _ result: Result<SwitchAnswer, any Error>) {
    guard let waiter else { return }
    if isSubmitting { eventLoop.execute { waiter(result) } } else { waiter(result) }
  }

  /// Asks for something in parts, which `reader` gets as they come.
  func submit(_ question: MultipartRequest, _ reader: PartReader) {
    let id = takeID()
    if let eventLoop = context?.eventLoop {
      let handler = NIOLoopBound(self, eventLoop: eventLoop)
      // Parts that nobody takes any more are passed over.
      reader.onTermination = { _ in eventLoop.execute { handler.value.readers[id] = nil } }
    }
    readers[id] = reader
    handle(.request(id, .parts(question)))
  }

  /// Sends a message that is not answered; it is dropped when too much waits already.
  func send(_ message: [UInt8]) {
    guard hasRoom, !isClosed, EncodedSequence.isWhole(message) else {
      drops.messages += 1
      return
    }
    // No request has the transaction id 0: an error about the message is nobody's.
    queue.appendBulk([EncodedSequence.replacingXID(of: message, with: 0)], of: nil)
    pump()
  }

  func close() { handle(.close) }

  private var hasRoom: Bool { queue.byteCount <= options.outstandingByteLimit }

  private func takeID() -> SwitchSession.RequestID {
    nextRequest += 1
    return SwitchSession.RequestID(nextRequest)
  }

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
    // A peer that closes with something of ours unread shows as a reset.
    let isHangUp = [ECONNRESET, EPIPE].contains((error as? IOError)?.errnoCode)
    if !isHangUp { lastError = "\(error)" }
    context.close(promise: nil)
  }

  private func handle(_ event: SwitchSession.Event) {
    let now = Duration.nanoseconds((NIODeadline.now() - start).nanoseconds)
    for action in session.handle(event, at: now) { perform(action) }
    if queue.urgentByteCount > SwitchChannelHandler.urgentByteLimit {
      for action in session.handle(.disconnected(.notReading), at: now) { perform(action) }
    }
    pump()
    schedule()
  }

  private func perform(_ action: SwitchSession.Action) {
    switch action {
    case .send(let bytes): queue.appendUrgent(bytes)
    case .sendBulk(let id, let pieces): queue.appendBulk(pieces, of: id)
    case .dropBulk(let id): queue.dropBulk(of: id)
    case .ready(let features): ready.succeed(features)
    case .part(let id, let body): readers[id]?.yield(body)
    case .answer(let id, let answer):
      readers.removeValue(forKey: id)?.finish()
      tell(waiters.removeValue(forKey: id), .success(answer))
    case .fail(let id, let failure):
      readers.removeValue(forKey: id)?.finish(throwing: failure)
      tell(waiters.removeValue(forKey: id), .failure(failure))
    case .publish(let event):
      if case .dropped = published.yield(event) { drops.events += 1 }
    case .close(let failure):
      pump()
      isClosed = true
      ready.fail(failure)
      closed.succeed(failure)
      published.finish()
      queue = OutboundQueue()
      context?.close(promise: nil)
    }
  }

  /// Writes as long as the socket takes it, one piece at a time, so that no more than the channel's high water mark and
  /// one piece are with the system; `channelWritabilityChanged` goes on. Pieces go out in one system call.
  private func pump() {
    guard let context, !isPumping else { return }
    isPumping = true
    defer { isPumping = false }
    var hasWritten: Bool
    repeat {
      hasWritten = false
      while context.channel.isWritable, let bytes = queue.next() {
        context.write(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
        hasWritten = true
      }
      if hasWritten { context.flush() }
      // A flush that the system takes whole makes the channel writable again before it returns, and nobody tells later.
    } while hasWritten && context.channel.isWritable
  }

  /// Keeps a timer no later than the session's next deadline. A deadline that moves away leaves the timer as it is, so
  /// that traffic costs no timers: it fires for nothing once, and is set anew.
  private func schedule() {
    guard let deadline = session.nextDeadline, let context else {
      timer?.task.cancel()
      timer = nil
      return
    }
    if let timer {
      if timer.deadline <= deadline { return }
      timer.task.cancel()
    }
    let nanoseconds = deadline.components.seconds * 1_000_000_000 + deadline.components.attoseconds / 1_000_000_000
    let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: start + .nanoseconds(nanoseconds)) {
      self.timer = nil
      self.handle(.tick)
    }
    timer = (deadline, task)
  }
}

/// What was dropped because nobody took it.
public struct SwitchConnectionDrops: Hashable, Sendable {
  /// Events that the reader of `events` was too slow for.
  public var events = 0
  /// Messages of `send` that the switch was too slow for.
  public var messages = 0
}
