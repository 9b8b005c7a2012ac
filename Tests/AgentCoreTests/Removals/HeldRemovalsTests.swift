import DiskTestSupport
import GoalState
import GoalStateStore
import Logging
import NetworkTypes
import OpenFlow
import Southbound
import Testing

@testable import AgentCore

@Suite("An agent whose controller would take most away", .timeLimit(.minutes(5)))
struct HeldRemovalsTests {
  private let limits = RemovalLimits(percent: 50, minimum: 4, holdTime: .seconds(600))
  private let old = GoalStateVersion(epoch: "e", revision: 7)
  /// An empty database, but for one new neighbor.
  private let empty = GoalStateUpdate(
    scope: .snapshot, version: GoalStateVersion(epoch: "other", revision: 1),
    upserts: [Resource.network(networkA), .neighbor(many[9])].map { VersionedResource($0, revision: 1) })

  @Test("keeps it, puts in force what is new, claims no more than before, and carries it out when its time is up")
  func heldAndDue() async throws {
    let time = TestClock()
    try await withAgent(removalLimits: limits, clock: time.clock) { agent, wire in
      await fill(agent)
      await agent.received(empty)
      let report = try #require(await agent.reports.next())
      #expect(report.applied == old)
      #expect(report.inForce == empty.version)
      let held = try #require(report.heldRemovals)
      #expect(held.count == 7 && held.until - held.since == 600)
      #expect(held.reason.contains("6 of 6 ports and neighbors") && held.reason.contains("alioth goal-state release"))
      #expect(await has(wire, portA.mac))
      #expect(await has(wire, many[9].mac))
      #expect(await has(wire, many[0].mac))
      #expect(await agent.isInForce)
      await until { time.sleepers == 2 }
      time.advance(by: .seconds(599))
      #expect(await agent.heldRemovals != nil)
      time.advance(by: .seconds(1))
      let after = try #require(await agent.reports.next())
      #expect(said(after) == GoalStateReport(applied: empty.version))
      #expect(await !has(wire, portA.mac))
      #expect(await !has(wire, many[0].mac))
      #expect(await has(wire, many[9].mac))
      #expect(await agent.goal.neighbors.count == 1)
      #expect(await agent.goal.subnets.isEmpty)
    }
  }

  @Test("keeps it when the right controller is back, and nothing of it was ever taken from the switch")
  func dissolved() async throws {
    let time = TestClock()
    try await withAgent(removalLimits: limits, clock: time.clock) { agent, wire in
      await fill(agent)
      let flows = await wire.table
      await agent.received(empty)
      _ = await agent.reports.next()
      var whole = snapshot(8, everything + many.prefix(4).map { .neighbor($0) })
      whole.version.epoch = "e"
      await agent.received(whole)
      let report = try #require(await agent.reports.next())
      #expect(said(report) == GoalStateReport(applied: GoalStateVersion(epoch: "e", revision: 8)))
      #expect(await wire.table == flows)
      await until { time.sleepers == 2 }
      time.advance(by: .seconds(601))
      await until { time.sleepers == 1 }
      #expect(await agent.goal.ports.count == 1)
    }
  }

  @Test("carries it out at somebody's word, and at once what is marked as intended")
  func released() async throws {
    try await withAgent(removalLimits: limits) { agent, wire in
      await fill(agent)
      await agent.received(empty)
      _ = await agent.reports.next()
      #expect(await agent.releaseRemovals("the test says so") == 7)
      #expect(said(await agent.reports.next()) == GoalStateReport(applied: empty.version))
      #expect(await agent.releaseRemovals("again") == 0)
    }
    try await withAgent(removalLimits: limits) { agent, wire in
      await fill(agent)
      var intended = empty
      intended.areRemovalsIntended = true
      await agent.received(intended)
      #expect(said(await agent.reports.next()) == GoalStateReport(applied: empty.version))
      #expect(await !has(wire, portA.mac))
    }
  }

  @Test(
    "knows after a restart what is held back, does not claim to be without it, and carries it out in the end",
    arguments: [true, false])
  func restarted(isSnapshot: Bool) async throws {
    let disk = SimulatedDisk()
    let update =
      isSnapshot
      ? empty
      : GoalStateUpdate(
        scope: .delta(from: 7), version: GoalStateVersion(epoch: "e", revision: 8),
        upserts: [VersionedResource(.neighbor(many[9]), revision: 8)],
        removals: [.subnet(subnetA.id), .port(portA.id), .neighbor(neighborB.id)]
          + many.prefix(4).map { .neighbor($0.id) })
    let first = keeper(disk)
    try await withAgent(keeper: first, removalLimits: limits) { agent, wire in
      await fill(agent)
      await until { first.status.durable == old }
      await agent.received(update)
      _ = await agent.reports.next()
      await until { first.status.durable == update.version }
    }
    for round in 0..<2 {
      let (time, keeper) = (TestClock(), keeper(disk))
      try await withAgent(keeper: keeper, removalLimits: limits, clock: time.clock) { agent, wire in
        await agent.viewChanged(plugged)
        await until { await agent.isInForce }
        #expect(await agent.heldVersion == update.version)
        #expect(await agent.report.applied.epoch.isEmpty)
        #expect(await agent.heldRemovals?.count == 7)
        #expect(await has(wire, portA.mac))
        #expect(await agent.wantedGoal.ports.isEmpty)
        guard round == 1 else { return }
        await until { time.sleepers == 2 }
        time.advance(by: .seconds(600))
        await until { await agent.applied == update.version }
        await until { await agent.goal.ports.isEmpty }
        await until { keeper.status.durable == update.version }
        await until { await agent.report.heldRemovals == nil }
      }
    }
  }

  @Test("is not asked about what is put back between two starts")
  func putBackOnDisk() async throws {
    let disk = SimulatedDisk()
    let first = keeper(disk)
    try await withAgent(keeper: first, removalLimits: limits) { agent, wire in
      await fill(agent)
      await agent.received(empty)
      await agent.received(
        GoalStateUpdate(
          scope: .delta(from: 1), version: GoalStateVersion(epoch: "other", revision: 2),
          upserts: [Resource.subnet(subnetA), .port(portA)].map { VersionedResource($0, revision: 2) }))
      await until { first.status.durable?.revision == 2 }
    }
    try await withAgent(keeper: keeper(disk), removalLimits: limits) { agent, wire in
      #expect(await agent.heldRemovals?.count == 5)
      #expect(await agent.wantedGoal.ports.count == 1)
    }
  }

  /// A port, and five neighbors.
  private func fill(_ agent: Agent) async {
    await agent.viewChanged(plugged)
    await agent.received(snapshot(7, everything + many.prefix(4).map { .neighbor($0) }))
    _ = await agent.reports.next()
  }

  private func has(_ wire: FakeSwitch, _ mac: MACAddress) async -> Bool {
    await wire.table.keys.contains { $0.description.contains("\(mac)") }
  }

  private func keeper(_ disk: SimulatedDisk) -> StateKeeper {
    StateKeeper(
      disk: disk, host: HostID("node1"), retryDelays: (.milliseconds(1), .milliseconds(2)),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }
}

private let many: [Neighbor] = (0..<10).map { number in
  var neighbor = neighborB
  neighbor.id = NeighborID("many-\(number)")
  neighbor.mac = MACAddress(rawValue: 0x0200_0000_0000 + UInt64(number))
  neighbor.fixedIPs = []
  return neighbor
}

/// A report without what the switch makes of it.
private func said(_ report: GoalStateReport?) -> GoalStateReport? {
  var report = report
  report?.digests = nil
  report?.oldestUnapplied = nil
  return report
}
