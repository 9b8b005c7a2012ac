import NIOCore
import OpenFlow
import SwitchModel

/// The switch and its connections, all on one event loop.
final class ModelSwitchHost {
  private(set) var model: ModelSwitch
  var faults = ArmedFaults()
  /// How long answers wait before they are sent.
  var answerDelay = TimeAmount.zero
  private(set) var isReadingStalled = false
  private(set) var outputs: [PacketOutput] = []
  /// The messages that came, by type, and how many of each.
  private(set) var received: [MessageKind: Int] = [:]

  private let kind: ConnectionKind
  private let eventLoop: any EventLoop
  private let start = NIODeadline.now()
  private var skipped: UInt64 = 0
  private var handlers: [ConnectionID: ModelSwitchHandler] = [:]
  private var nextConnection: UInt64 = 1
  private var holdingUntil: NIODeadline?
  /// What is to be sent, while answers are held or delayed: in order.
  private var held: [Held] = []

  private struct Held {
    let due: NIODeadline
    let id: ConnectionID
    /// Nil: the connection is to be closed.
    let bytes: [UInt8]?
  }

  /// How many packets that left are kept for whoever asks.
  private static let outputLimit = 4096

  init(_ model: ModelSwitch, kind: ConnectionKind, eventLoop: any EventLoop) {
    self.model = model
    self.kind = kind
    self.eventLoop = eventLoop
  }

  /// The time as the switch is told it.
  var now: ModelTime {
    ModelTime(milliseconds: UInt64(clamping: (NIODeadline.now() - start).nanoseconds / 1_000_000) &+ skipped)
  }

  /// Lets time pass for the switch.
  func advance(milliseconds: UInt64) {
    skipped &+= milliseconds
    handle(.tick)
  }

  func handle(_ event: ModelSwitch.Event) {
    for action in model.handle(event, at: now) { perform(action) }
  }

  func modify(_ change: (inout ModelSwitch) -> Void) { change(&model) }

  func takeOutputs() -> [PacketOutput] {
    defer { outputs = [] }
    return outputs
  }

  // MARK: Connections

  func makeHandler() -> ModelSwitchHandler {
    defer { nextConnection += 1 }
    return ModelSwitchHandler(host: self, id: ConnectionID(nextConnection))
  }

  func opened(_ id: ConnectionID, _ handler: ModelSwitchHandler) {
    handlers[id] = handler
    if isReadingStalled { handler.setReading(false) }
    handle(.opened(id, kind))
  }

  func closed(_ id: ConnectionID) {
    handlers[id] = nil
    handle(.closed(id))
  }

  func received(_ message: [UInt8], from id: ConnectionID) {
    let decoded = try? OpenFlowMessage.decode(message).message
    if let decoded { received[decoded.kind, default: 0] += 1 }
    var isCommit = false
    if case .bundleControl(let control) = decoded { isCommit = control.kind == .commitRequest }
    let reception = faults.receive(isCommit: isCommit)
    if reception.isHandled {
      for action in model.handle(.received(id, message), at: now) {
        // What others are told is not an answer.
        if case .send(id, _) = action, !reception.isAnswered { continue }
        perform(action)
      }
    }
    if reception.isLast { close(id) }
  }

  /// Ends all connections, at once.
  func cut() {
    for id in handlers.keys.sorted() {
      handlers.removeValue(forKey: id)?.close()
      handle(.closed(id))
    }
    held = []
  }

  // MARK: Doing

  private func perform(_ action: ModelSwitch.Action) {
    switch action {
    case .send(let id, let message):
      guard handlers[id] != nil else { return }
      let (bytes, isLast) = faults.send(message)
      dispatch(id, bytes)
      if isLast { close(id) }
    case .close(let id): close(id)
    case .output(let packet):
      outputs.append(packet)
      if outputs.count > ModelSwitchHost.outputLimit { outputs.removeFirst() }
    }
  }

  private func close(_ id: ConnectionID) { dispatch(id, nil) }

  private func dispatch(_ id: ConnectionID, _ bytes: [UInt8]?) {
    guard answerDelay > .zero || holdingUntil != nil || !held.isEmpty else { return write(id, bytes) }
    let due = max(NIODeadline.now() + answerDelay, holdingUntil ?? NIODeadline.now())
    held.append(Held(due: due, id: id, bytes: bytes))
    schedule(due)
  }

  private func write(_ id: ConnectionID, _ bytes: [UInt8]?) {
    guard let bytes else {
      handlers.removeValue(forKey: id)?.close()
      handle(.closed(id))
      return
    }
    handlers[id]?.write(bytes)
  }

  private func schedule(_ due: NIODeadline) {
    eventLoop.assumeIsolated().scheduleTask(deadline: due) { self.release() }
  }

  private func release() {
    if let until = holdingUntil, until <= NIODeadline.now() { holdingUntil = nil }
    guard holdingUntil == nil else { return }
    while let first = held.first, first.due <= NIODeadline.now() {
      held.removeFirst()
      write(first.id, first.bytes)
    }
    if let first = held.first { schedule(first.due) }
  }

  // MARK: Stalls

  /// Sends nothing for a while; what is to be sent comes then.
  func holdAnswers(for duration: TimeAmount) {
    let until = NIODeadline.now() + duration
    holdingUntil = until
    schedule(until)
  }

  /// Reads nothing for a while.
  func stallReading(for duration: TimeAmount) {
    isReadingStalled = true
    for handler in handlers.values { handler.setReading(false) }
    eventLoop.assumeIsolated().scheduleTask(in: duration) { self.resumeReading() }
  }

  private func resumeReading() {
    isReadingStalled = false
    for handler in handlers.values { handler.setReading(true) }
  }
}
