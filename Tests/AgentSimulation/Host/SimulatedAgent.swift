import Foundation
import DHCPServer
import GoalState
import GoalStateStore
import Logging
import NetworkTypes
import Pipeline
import SwitchEngine

@testable import AgentCore
@testable import CloudTestSupport
@testable import Southbound

/// One process of the agent, put together as the daemon puts it together, with everything outside of it simulated.
///
/// Of the loop's thread.
final class SimulatedAgent: @unchecked Sendable {
  let agent: Agent
  let engine: SwitchEngine<Pipeline.Unit>
  let keeper: StateKeeper
  let table = DHCPTable(key: .destination)
  private let host: SimulatedHost
  private let disk: KillableDisk
  private(set) var isKilled = false
  private(set) var isOver = false
  /// What it has reported in each epoch.
  var reported: [String: UInt64] = [:]
  private var main: Task<Void, Never>?

  init(on host: SimulatedHost) {
    self.host = host
    let loop = host.loop
    let clock = SimulatedClock(loop: loop)
    disk = KillableDisk(host.disk)
    let logger = Logger(label: "agent") { _ in TraceLog(trace: host.trace) }
    keeper = StateKeeper(
      disk: disk, host: HostID("node0"), limits: GoalStateStore.Limits(historyBytes: 64 * 1024), logger: logger,
      time: { [clocks = host.clocks] in clocks.now(loop.time) }, clock: clock, blocking: SimulatedThread(clock: clock))
    let bridge = host.bridge
    let options = SwitchEngineOptions(auditPause: .seconds(8))
    engine = SwitchEngine(ownership: Agent.ownership, options: options, eventLoop: loop, clock: clock) { _ in
      try await bridge.dial(clock)
    }
    agent = Agent(
      dhcpTable: table, engine: engine, keeper: keeper,
      clock: AgentClock(
        now: { loop.time },
        date: { [clocks = host.clocks] in Date(timeIntervalSince1970: Double(clocks.now(loop.time).wall) / 1000) },
        sleep: { try await clock.sleep(for: $0 - loop.time) }), begunFrom: 2, logger: logger)
    main = Task(executorPreference: loop.tasks) {
      await self.run(logger, clock)
      self.isOver = true
    }
  }

  private func run(_ logger: Logger, _ clock: SimulatedClock) async {
    let restored = await keeper.open(program: "simulated")
    if let restored { await agent.restore(restored) }
    if !isKilled { host.judge(restored: restored?.version) }
    let link = ControllerLink(
      hostID: HostID("node0"), tunnelAddress: Cloud.tunnelAddress(of: 0), identity: AgentIdentity(), agent: agent,
      neighbors: NoQuestions(),
      board: StatusBoard(), logger: logger)
    let loop = host.loop
    let client = SouthboundClient(
      address: SouthboundAddress(host: "controller", port: 1),
      dialler: SimulatedDialler(controller: host.controller, clock: clock, agent: self), receiver: link, logger: logger,
      limits: SouthboundLimits(chunkBytes: 400), timing: SouthboundTiming(), clock: clock,
      random: { Double(loop.random.number(0..<1001)) / 1000 })
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.agent.run() }
      group.addTask { await self.attach(clock) }
      group.addTask { try? await client.run() }
      await group.waitForAll()
    }
  }

  /// The database tells of the host bit by bit.
  private func attach(_ clock: SimulatedClock) async {
    let loop = host.loop
    try? await clock.sleep(for: loop.drawn(0...30))
    hasUnderlay = true
    underlayChanged()
    try? await clock.sleep(for: loop.drawn(0...30))
    guard !isKilled else { return }
    hasView = true
    portsChanged()
    try? await clock.sleep(for: loop.drawn(0...30))
    await agent.hostConfigured(true)
    isAttached = true
  }

  private var hasUnderlay = false
  private var hasView = false
  /// Whether it knows all of its host.
  private(set) var isAttached = false

  /// The database tells of other ports.
  func portsChanged() {
    guard hasView else { return }
    agent.assumeIsolated { $0.viewChanged(host.view) }
  }

  /// The kernel tells of another underlay.
  func underlayChanged() {
    guard hasUnderlay else { return }
    agent.assumeIsolated { $0.underlayChanged(host.underlay) }
  }

  /// Ends it without a last word.
  func kill() {
    isKilled = true
    disk.kill()
    main?.cancel()
  }
}

/// Nobody asks for neighbors.
private struct NoQuestions: NeighborQuestions {
  func beginSession() async {}
  func endSession() async {}
  func nextQuestion() async -> AgentQuestion? {
    let (never, _) = AsyncStream.makeStream(of: Void.self)
    for await _ in never {}
    return nil
  }
  func answered(_ answer: NeighborAnswer) async {}
}

/// A thread that blocks for as long as its work takes.
private struct SimulatedThread: BlockingWork {
  let clock: SimulatedClock

  func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    // A thread does not stop because somebody lost interest.
    try? await clock.sleep(for: clock.loop.drawn(0...8))
    let value = try work()
    try? await clock.sleep(for: clock.loop.drawn(0...8))
    return value
  }
}

/// What the agent logs is part of what happened.
private struct TraceLog: LogHandler {
  let trace: Trace
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?
  var logLevel: Logger.Level {
    get { trace.logLevel }
    set {}
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    trace.comment {
      "\(event.message) \((event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })"
    }
  }
}
