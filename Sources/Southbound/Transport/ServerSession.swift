import GRPCCore
import GoalState
import GoalStateProtobuf
import Logging
import SwiftProtobuf
import Synchronization

/// One agent's session on the controller.
final class ServerSession: Sendable {
  private struct State: Sendable {
    var stream: ControllerStreamState
    var opened: (any AgentSession)?
    var host: HostID?
    var ended = false
  }

  private let peer: String
  private let identity: NodeIdentity?
  private let handler: any AgentSessionHandler
  private let limits: SouthboundLimits
  private let timing: SouthboundTiming
  private let logger: Logger
  private let start = ContinuousClock.now
  /// How many messages are written at once.
  private static let mostAtOnce = 4
  private let state: Mutex<State>

  /// - Parameter identity: whom the peer's certificate speaks for, or nil if that is not asked.
  init(
    peer: String, identity: NodeIdentity?, handler: any AgentSessionHandler, limits: SouthboundLimits,
    timing: SouthboundTiming, logger: Logger
  ) {
    self.peer = peer
    self.identity = identity
    self.handler = handler
    self.limits = limits
    self.timing = timing
    self.logger = logger
    state = Mutex(State(stream: ControllerStreamState(limits: limits, timing: timing, now: .zero, origin: start)))
  }

  private var now: Duration { ContinuousClock.now - start }

  /// Runs the session to its end.
  ///
  /// - Parameter interruption: returns when the session must end for an outside reason, which it names.
  /// - Throws: the status that the agent is told.
  func run(
    request: RPCAsyncSequence<Alioth_Southbound_V1_AgentMessage, any Error>,
    response: RPCWriter<OutgoingFrame>,
    interruption: @escaping @Sendable () async -> String
  ) async throws {
    let (opened, opening) = AsyncStream.makeStream(of: OpenedSession.self, bufferingPolicy: .bufferingNewest(1))
    let status = await withTaskGroup(of: RPCError?.self) { group in
      group.addTask { await self.ending { try await self.read(request, opening) } }
      group.addTask { await self.ending { try await self.write(response, opened) } }
      group.addTask { await self.ending { try await self.watch() } }
      group.addTask { RPCError(code: .unavailable, message: await interruption()) }
      let first = await group.next() ?? nil
      group.cancelAll()
      // Told before the other tasks are awaited: `nextUpdate` may wait for nothing else.
      await close(first)
      return first
    }
    if let status { throw status }
  }

  private struct OpenedSession: Sendable {
    let session: any AgentSession
    let held: GoalStateVersion
  }

  /// The status that the end of one task means for the whole; nil when the agent ended the session in good order.
  private func ending(_ body: () async throws -> Void) async -> RPCError? {
    do {
      try await body()
      return nil
    } catch let violation as ProtocolViolation {
      let code: RPCError.Code = violation.isTimeout ? .deadlineExceeded : .failedPrecondition
      return RPCError(code: code, message: violation.description)
    } catch let refusal as SessionRefusal {
      switch refusal.reason {
      case .notAllowed: return RPCError(code: .permissionDenied, message: refusal.message)
      case .unavailable: return RPCError(code: .unavailable, message: refusal.message)
      }
    } catch let error as RPCError {
      return error
    } catch {
      return RPCError(code: .unavailable, message: rootCause(of: error), cause: error)
    }
  }

  private func close(_ status: RPCError?) async {
    let (session, host) = state.withLock { state in
      defer { state.opened = nil }
      state.ended = true
      return (state.opened, state.host)
    }
    await session?.closed()
    let reason = status.map { rootCause(of: $0) } ?? "the agent ended it"
    let metadata: Logger.Metadata = ["peer": "\(peer)", "host": "\(host?.rawValue ?? "unknown")"]
    if session == nil {
      logger.warning("agent refused: \(reason)", metadata: metadata)
    } else {
      logger.info("session ended: \(reason)", metadata: metadata)
    }
  }

  private func read(
    _ request: RPCAsyncSequence<Alioth_Southbound_V1_AgentMessage, any Error>,
    _ opening: AsyncStream<OpenedSession>.Continuation
  ) async throws {
    for try await message in request {
      let now = now
      let actions = try state.withLock { state in
        let actions = try state.stream.handle(message, now: now)
        state.stream.liveness.beginWork()
        return actions
      }
      for action in actions { try await perform(action, opening) }
      let done = self.now
      state.withLock { $0.stream.liveness.endWork(now: done) }
    }
  }

  private func perform(
    _ action: ControllerStreamState.Action, _ opening: AsyncStream<OpenedSession>.Continuation
  ) async throws {
    switch action {
    case .open(let hello):
      state.withLock { $0.host = hello.hostID }
      try identity?.authorize(hello.hostID)
      let session = try await handler.open(hello, peer: peer)
      // A session that ended while it was being opened is closed here, for no one else knows of it.
      let taken = state.withLock { state in
        if !state.ended { state.opened = session }
        return !state.ended
      }
      guard taken else {
        await session.closed()
        throw CancellationError()
      }
      let version = hello.agentVersion
      logger.info(
        "session opened", metadata: ["peer": "\(peer)", "host": "\(hello.hostID)", "agent": "\(version)"])
      opening.yield(OpenedSession(session: session, held: hello.held))
    case .report(let report): await state.withLock { $0.opened }?.received(report)
    case .ask(let ask): await state.withLock { $0.opened }?.asked(ask)
    case .idle(let neighbors): await state.withLock { $0.opened }?.idle(neighbors)
    case .held(let answer): await state.withLock { $0.opened }?.received(answer)
    case .dryRun(let result, let number): await state.withLock { $0.opened }?.dryRun(number, is: result)
    case .heartbeat: await state.withLock { $0.opened }?.heartbeat()
    case .warn(let warning):
      let host = state.withLock { $0.host }
      logger.warning("\(warning)", metadata: ["peer": "\(peer)", "host": "\(host?.rawValue ?? "unknown")"])
    }
  }

  private func write(
    _ response: RPCWriter<OutgoingFrame>, _ opened: AsyncStream<OpenedSession>
  ) async throws {
    var iterator = opened.makeAsyncIterator()
    guard let opened = await iterator.next() else { throw CancellationError() }
    let session = opened.session
    let interval = timing.heartbeatInterval
    try await response.write(
      OutgoingFrame(
        .with {
          $0.welcome = .with {
            $0.epoch = session.epoch
            $0.heartbeatIntervalMilliseconds = interval.wholeMilliseconds
          }
        }))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        while true {
          try await Task.sleep(for: interval)
          try await response.write(OutgoingFrame(.with { $0.heartbeat = .init() }))
        }
      }
      group.addTask { try await self.sendUpdates(of: session, after: opened.held, response) }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func sendUpdates(
    of session: any AgentSession, after held: GoalStateVersion,
    _ response: RPCWriter<OutgoingFrame>
  ) async throws {
    var lastSent = held
    while let output = await session.nextOutput() {
      switch output {
      case .update(let update):
        try await write(UpdateFrames(update, lastSent: lastSent, chunkBytes: limits.chunkBytes), response)
        lastSent = update.version
      case .prepared(let update):
        try await write(UpdateFrames(update, lastSent: lastSent, chunkBytes: limits.chunkBytes), response)
        lastSent = update.version
      case .answers(let answers):
        for answer in answers {
          try await response.write(OutgoingFrame(.with { $0.answer = Alioth_Southbound_V1_Answer(answer) }))
        }
      case .questions(let questions):
        for question in questions {
          try await response.write(OutgoingFrame(.with { $0.read = Alioth_Southbound_V1_Read(question) }))
        }
      case .dryRun(let update, let number):
        try await write(
          UpdateFrames(update, lastSent: lastSent, chunkBytes: limits.chunkBytes, dryRun: number), response)
      case .releaseRemovals: try await response.write(OutgoingFrame(.with { $0.releaseRemovals = .init() }))
      }
    }
    try Task.checkCancellation()
    throw RPCError(
      code: .aborted,
      message: "the controller ended the session: another one of this host took its place, or the host was removed")
  }

  /// Small messages go with the next large one: each write is a way to the connection's thread and back.
  private func write(_ frames: UpdateFrames, _ response: RPCWriter<OutgoingFrame>) async throws {
    var waiting: [OutgoingFrame] = []
    for frame in frames {
      waiting.append(frame)
      guard frame.upsertBytes >= limits.chunkBytes / 2 || waiting.count == ServerSession.mostAtOnce else { continue }
      try await response.write(contentsOf: waiting)
      waiting = []
    }
    // Most updates are one message.
    if waiting.count == 1, let only = waiting.first { return try await response.write(only) }
    if !waiting.isEmpty { try await response.write(contentsOf: waiting) }
  }

  private func watch() async throws {
    // Often enough to notice within a fraction of the shortest limit.
    let step = min(timing.heartbeatInterval, timing.helloTimeout) / 4
    while true {
      try await Task.sleep(for: step)
      let now = now
      try state.withLock { try $0.stream.liveness.check(now: now) }
    }
  }
}
