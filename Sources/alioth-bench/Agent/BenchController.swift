import GoalState
import Logging
import Southbound

/// The controller of one agent: sends it what is measured, and knows when the agent said that it is in force.
actor BenchController: AgentSessionHandler, AgentSession {
  /// What came of an update.
  struct Acknowledgement: Sendable {
    let nanoseconds: UInt64
    let report: GoalStateReport
  }

  nonisolated let epoch = "bench-\(UInt64.random(in: .min ... .max))"
  private var revision: UInt64 = 0
  private var outgoing: [AgentOutput] = []
  private var sender: CheckedContinuation<AgentOutput?, Never>?
  private var waiting: (revision: UInt64, started: UInt64, continuation: CheckedContinuation<Acknowledgement, Never>)?
  private var isClosed = false
  /// Who is found when the agent asks.
  private let directory: @Sendable (NeighborAsk) -> Resource?

  init(directory: @escaping @Sendable (NeighborAsk) -> Resource? = { _ in nil }) { self.directory = directory }

  /// A server for the agent; it listens once it runs.
  nonisolated func server(_ address: SouthboundAddress) throws -> SouthboundServer {
    var logger = Logger(label: "bench")
    logger.logLevel = .error
    return try SouthboundServer(address: address, security: .plaintext, handler: self, logger: logger)
  }

  /// Sends everything that the host is to have.
  func replace(_ resources: [Resource]) async -> Acknowledgement {
    await send(.snapshot, resources, [])
  }

  /// Sends a change, and waits until the agent has reported it to be in force.
  func change(_ resources: [Resource], removing removals: [ResourceKey] = []) async -> Acknowledgement {
    await send(.delta(from: revision), resources, removals)
  }

  private func send(
    _ scope: GoalStateUpdate.Scope, _ resources: [Resource], _ removals: [ResourceKey]
  ) async -> Acknowledgement {
    revision += 1
    let update = GoalStateUpdate(
      scope: scope, version: GoalStateVersion(epoch: epoch, revision: revision),
      upserts: resources.map { VersionedResource($0, revision: revision) }, removals: removals,
      areRemovalsIntended: true)
    return await withCheckedContinuation { continuation in
      waiting = (revision, Clock.now(), continuation)
      give(.update(update))
    }
  }

  private func give(_ output: AgentOutput) {
    guard let sender else {
      outgoing.append(output)
      return
    }
    self.sender = nil
    sender.resume(returning: output)
  }

  // MARK: The agent's session

  func open(_ hello: AgentHello, peer: String) async throws(SessionRefusal) -> any AgentSession {
    isClosed = false
    return self
  }

  func nextUpdate() async -> GoalStateUpdate? { nil }

  func nextOutput() async -> AgentOutput? {
    if !outgoing.isEmpty { return outgoing.removeFirst() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if isClosed || Task.isCancelled { continuation.resume(returning: nil) } else { sender = continuation }
      }
    } onCancel: {
      Task { await endSending() }
    }
  }

  func asked(_ ask: NeighborAsk) async {
    guard let neighbor = directory(ask) else {
      give(.answers([NeighborAnswer(number: ask.number, isFound: false, rememberSeconds: 10)]))
      return
    }
    let held = revision
    revision += 1
    give(
      .update(
        GoalStateUpdate(
          scope: .delta(from: held), version: GoalStateVersion(epoch: epoch, revision: revision),
          upserts: [VersionedResource(neighbor, revision: revision)])))
    give(.answers([NeighborAnswer(number: ask.number, isFound: true)]))
  }

  func received(_ report: GoalStateReport) async {
    guard let waiting, report.applied == GoalStateVersion(epoch: epoch, revision: waiting.revision) else { return }
    self.waiting = nil
    waiting.continuation.resume(
      returning: Acknowledgement(nanoseconds: Clock.now() - waiting.started, report: report))
  }

  func heartbeat() async {}

  func closed() async {
    isClosed = true
    endSending()
  }

  private func endSending() {
    sender?.resume(returning: nil)
    sender = nil
  }
}
