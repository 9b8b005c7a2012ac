import Foundation
import GoalState
import GoalStateProtobuf
import Logging
import SwiftProtobuf
import Synchronization
import Timekeeping

/// One session of an agent, from the hello to its end.
///
/// The response is read by one task, which hands updates to the receiver; another writes reports and heartbeats; a
/// third watches the clock. The first to end ends the session.
final class ClientSession: Sendable {
  private struct State: Sendable {
    var stream: AgentStreamState?
    var connectedAt: Duration?
    /// As the controller asked for.
    var heartbeatInterval: Duration?
    var endedAt: Duration?
    var tookUpdate = false
    var violation: ProtocolViolation?
  }

  private let address: SouthboundAddress
  private let receiver: any GoalStateReceiver
  private let logger: Logger
  private let limits: SouthboundLimits
  private let timing: SouthboundTiming
  private let clock: any Clock<Duration>
  private let time: Stopwatch
  private let state = Mutex(State())
  /// What the controller asks, until it is answered; the stream's state bounds how many there are.
  private let (questions, asking) = AsyncStream.makeStream(of: HeldQuestion.self)

  init(
    address: SouthboundAddress, receiver: any GoalStateReceiver, logger: Logger, limits: SouthboundLimits,
    timing: SouthboundTiming, clock: any Clock<Duration>
  ) {
    self.address = address
    self.receiver = receiver
    self.logger = logger
    self.limits = limits
    self.timing = timing
    self.clock = clock
    time = Stopwatch(clock)
  }

  private var now: Duration { time.elapsed }

  /// Whether an update arrived whole.
  var tookUpdate: Bool { state.withLock { $0.tookUpdate } }
  /// Whether the controller broke the protocol, so that what is held is in doubt.
  var violated: Bool { state.withLock { $0.violation.map { !$0.isTimeout } ?? false } }
  /// Whether the session was up for long enough that its end is not another failed attempt.
  var lived: Bool {
    state.withLock { state in
      guard let connected = state.connectedAt, let ended = state.endedAt else { return false }
      return ended - connected >= min(timing.heartbeatInterval, timing.maximumBackoff)
    }
  }

  /// Runs the session until it ends.
  ///
  /// - Throws: why it ended; a violation in preference to what the transport made of it.
  func run(over dialler: any ControllerDialler, resync: Bool) async throws {
    await receiver.resetReports()
    var hello = await receiver.hello()
    if resync { hello.held = GoalStateVersion(epoch: "", revision: 0) }
    let greeting = hello
    let stream = AgentStreamState(
      held: hello.held, limits: limits, welcomeTimeout: timing.welcomeTimeout, now: now)
    state.withLock { $0.stream = stream }
    defer {
      let ended = now
      state.withLock { $0.endedAt = ended }
    }
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await self.watch() }
        group.addTask { try await self.exchange(greeting, over: dialler) }
        defer { group.cancelAll() }
        try await group.next()
      }
    } catch {
      throw state.withLock { $0.violation } ?? error
    }
  }

  private func exchange(_ hello: AgentHello, over dialler: any ControllerDialler) async throws {
    let (welcomed, welcoming) = AsyncStream.makeStream(of: Duration.self, bufferingPolicy: .bufferingNewest(1))
    try await dialler.call { write in
      try await write(.with { $0.hello = Alioth_Southbound_V1_Hello(hello) })
      var iterator = welcomed.makeAsyncIterator()
      guard let interval = await iterator.next() else { throw CancellationError() }
      try await self.send(by: write, interval: interval)
    } receive: { message in
      try await self.take(message, welcoming)
    }
  }

  private func take(
    _ message: Alioth_Southbound_V1_ControllerMessage, _ welcoming: AsyncStream<Duration>.Continuation
  ) async throws {
    let now = now
    let actions = try state.withLock { state in
      do throws(ProtocolViolation) {
        let actions = try state.stream?.handle(message, now: now) ?? []
        state.stream?.liveness.beginWork()
        return actions
      } catch {
        state.violation = error
        throw error
      }
    }
    for action in actions {
      switch action {
      case .connected(let interval):
        state.withLock { state in
          state.connectedAt = now
          state.heartbeatInterval = interval
        }
        logger.info("in session with the controller", metadata: ["controller": "\(address)"])
        await receiver.connectionChanged(.connected(since: Date()))
        welcoming.yield(interval)
      case .begin(let part): await receiver.receiving(part)
      case .deliver(let update):
        await receiver.received(update)
        state.withLock { $0.tookUpdate = true }
      case .answer(let answer): await receiver.answered(answer)
      case .read(let question): asking.yield(question)
      case .warn(let warning): logger.warning("\(warning)", metadata: ["controller": "\(address)"])
      }
    }
    let done = self.now
    state.withLock { $0.stream?.liveness.endWork(now: done) }
  }

  private func send(by write: @escaping ControllerDialler.Writer, interval: Duration) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        while true {
          try await self.clock.sleep(for: interval)
          try await write(.with { $0.heartbeat = .init() })
        }
      }
      group.addTask {
        while let report = await self.receiver.nextReport() {
          for message in reportMessages(report, chunkBytes: self.limits.chunkBytes) {
            try await write(message)
          }
        }
        try Task.checkCancellation()
      }
      group.addTask {
        while let question = await self.receiver.nextQuestion() {
          if case .ask(let ask) = question { self.state.withLock { $0.stream?.asked(ask.number) } }
          try await write(Alioth_Southbound_V1_AgentMessage(question))
        }
        try Task.checkCancellation()
      }
      group.addTask {
        for await question in self.questions {
          let answer = HeldAnswer(number: question.number, held: await self.receiver.held(question.query))
          self.state.withLock { $0.stream?.answered(question.number) }
          for message in heldMessages(answer, limits: self.limits) { try await write(message) }
        }
        try Task.checkCancellation()
      }
      // The end of the reports is not the end of the session: heartbeats go on.
      defer { group.cancelAll() }
      while try await group.next() != nil {}
    }
  }

  private func watch() async throws {
    while true {
      // Often enough to notice within a fraction of the limit, and soon after the welcome has changed it.
      let limit = state.withLock { $0.heartbeatInterval } ?? timing.welcomeTimeout
      try await clock.sleep(for: min(limit / 4, .seconds(1)))
      let now = now
      try state.withLock { state in
        do throws(ProtocolViolation) {
          try state.stream?.liveness.check(now: now)
        } catch {
          state.violation = error
          throw error
        }
      }
    }
  }
}
