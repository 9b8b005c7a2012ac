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
  private var outgoing: [GoalStateUpdate] = []
  private var sender: CheckedContinuation<GoalStateUpdate?, Never>?
  private var waiting: (revision: UInt64, started: UInt64, continuation: CheckedContinuation<Acknowledgement, Never>)?
  private var isClosed = false

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
      upserts: resources.map { VersionedResource($0, revision: revision) }, removals: removals)
    return await withCheckedContinuation { continuation in
      waiting = (revision, Clock.now(), continuation)
      guard let sender else {
        outgoing.append(update)
        return
      }
      self.sender = nil
      sender.resume(returning: update)
    }
  }

  // MARK: The agent's session

  func open(_ hello: AgentHello, peer: String) async throws(SessionRefusal) -> any AgentSession {
    isClosed = false
    return self
  }

  func nextUpdate() async -> GoalStateUpdate? {
    if !outgoing.isEmpty { return outgoing.removeFirst() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if isClosed || Task.isCancelled { continuation.resume(returning: nil) } else { sender = continuation }
      }
    } onCancel: {
      Task { await endSending() }
    }
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
