import GoalState
import GoalStateProtobuf
import SwiftProtobuf

@testable import CloudTestSupport
@testable import Southbound

/// One session of an agent, on the controller's end: the product's own protocol, without a network.
///
/// Of the loop's thread.
final class ControllerSession: @unchecked Sendable {
  typealias ToAgent = Alioth_Southbound_V1_ControllerMessage
  typealias ToController = Alioth_Southbound_V1_AgentMessage

  let number: Int
  let agent: SimulatedAgent
  private let owner: SimulatedController
  private var stream: ControllerStreamState
  /// What the agent holds once everything that was sent has arrived; nil before its hello.
  private var lastSent: GoalStateVersion?
  private var isEnded = false
  private var isWoken = false
  private var messages = 0
  private static let interval = Duration.seconds(10)
  private static let limits = SouthboundLimits(chunkBytes: 400)

  /// What arrives at the agent.
  let incoming: AsyncThrowingStream<ToAgent, any Error>
  private let arriving: AsyncThrowingStream<ToAgent, any Error>.Continuation
  private lazy var toAgent = Pipe<ToAgent>(owner.loop, latency: 0...4) { [self] message in
    guard !counted() else { return }
    trace(message, "to agent")
    arriving.yield(message)
  }
  private lazy var toController = Pipe<ToController>(owner.loop, latency: 0...4) { [self] message in
    guard !counted() else { return }
    var shown = message
    // Digests are of one process, and ages are by the real clock.
    if case .report(var report) = message.message {
      report.clearDigests()
      report.oldestUnappliedMilliseconds = 0
      shown.message = .report(report)
    }
    trace(shown, "from agent")
    receive(message)
  }

  struct Lost: Error {}

  init(_ number: Int, with agent: SimulatedAgent, of owner: SimulatedController) {
    self.number = number
    self.agent = agent
    self.owner = owner
    stream = ControllerStreamState(
      limits: ControllerSession.limits, timing: SouthboundTiming(heartbeatInterval: ControllerSession.interval),
      now: owner.loop.time)
    (incoming, arriving) = AsyncThrowingStream.makeStream(of: ToAgent.self)
    beat()
  }

  // MARK: The agent's side

  func send(_ message: ToController) throws {
    guard !isEnded else { throw Lost() }
    toController.send(message)
  }

  /// The agent has gone away.
  func left() { end(Lost()) }

  // MARK: Faults

  /// Loses the connection, with everything under way.
  func cut() {
    owner.trace.note("controller", []) { "session \(number) is cut" }
    end(Lost())
  }

  /// Says nothing, and hears nothing, for a while.
  func stall(for delay: Duration) {
    toAgent.stall(for: delay)
    toController.stall(for: delay)
  }

  /// Counts a message; returns whether it is lost, and all after it.
  private func counted() -> Bool {
    messages += 1
    owner.messages += 1
    guard let limit = owner.cutAfter, messages > limit else { return false }
    owner.cutAfter = nil
    cut()
    return true
  }

  private func end(_ error: (any Error)?) {
    guard !isEnded else { return }
    isEnded = true
    toAgent.cut()
    toController.cut()
    arriving.finish(throwing: error)
    owner.ended(self)
  }

  // MARK: The session

  private func receive(_ message: ToController) {
    do throws(ProtocolViolation) {
      for action in try stream.handle(message, now: owner.loop.time) { perform(action) }
    } catch {
      owner.complain("session \(number): the agent broke the protocol: \(error)")
      end(Lost())
    }
  }

  private func perform(_ action: ControllerStreamState.Action) {
    switch action {
    case .open(let hello):
      lastSent = hello.held
      owner.trace.note("controller", []) { "session \(number) opened, held \(hello.held)" }
      toAgent.send(
        .with {
          $0.welcome = .with {
            $0.epoch = owner.version.epoch
            $0.heartbeatIntervalMilliseconds = ControllerSession.interval.wholeMilliseconds
          }
        })
      sendUpdate()
    case .report(let report): owner.received(report, from: self)
    case .warn(let warning): owner.complain("session \(number): \(warning)")
    case .heartbeat, .ask, .idle, .held, .dryRun: break
    }
  }

  private func beat() {
    owner.loop.after(ControllerSession.interval) { [weak self] in
      guard let self, !isEnded else { return }
      if lastSent != nil { toAgent.send(.with { $0.heartbeat = .init() }) }
      do throws(ProtocolViolation) {
        try stream.liveness.check(now: owner.loop.time)
      } catch {
        owner.trace.note("controller", []) { "session \(number): \(error)" }
        return end(Lost())
      }
      beat()
    }
  }

  /// There is something new; several changes make one update.
  func wake() {
    guard lastSent != nil, !isWoken else { return }
    isWoken = true
    owner.loop.after(owner.loop.drawn(0...20)) { [weak self] in
      guard let self, !isEnded else { return }
      isWoken = false
      if lastSent != owner.version { sendUpdate() }
    }
  }

  /// What was sent last, at most; for checks.
  var sent: GoalStateVersion? { lastSent }

  private func sendUpdate() {
    guard let lastSent else { return }
    let update = owner.update(from: lastSent)
    var messages = Array(UpdateMessages(update, lastSent: lastSent, chunkBytes: ControllerSession.limits.chunkBytes))
    self.lastSent = update.version
    if let mischief = owner.mischief {
      owner.mischief = nil
      let index = owner.loop.random.number(0..<messages.count)
      // Of a delta in parts only the last can be told to come again: they are not counted, as a stream keeps their order.
      switch (mischief, update.scope) {
      case (.swapped, .snapshot): messages.swapAt(index, (index + 1) % messages.count)
      case (.doubled, .snapshot): messages.insert(messages[index], at: index)
      case (_, .delta): messages += messages.suffix(1)
      }
    }
    for message in messages { toAgent.send(message) }
  }

  private func trace(_ message: some SwiftProtobuf.Message, _ direction: String) {
    let bytes: [UInt8] = (try? message.serializedBytes(partial: true)) ?? []
    owner.trace.note("southbound", bytes) { "session \(number) \(direction) \(message)".replacing("\n", with: " ") }
  }
}
