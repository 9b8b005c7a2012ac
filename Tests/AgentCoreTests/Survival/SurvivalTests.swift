import DHCPServer
import DiskTestSupport
import GoalState
import GoalStateStore
import Logging
import NetworkTypes
import OpenFlow
import Pipeline
import Testing

@testable import AgentCore

@Suite("An agent that has its goal state on disk", .timeLimit(.minutes(5)))
struct SurvivalTests {
  @Test(
    "without a controller the switch is programmed from the disk: unchanged it gets nothing, and the state is stale")
  func unchangedSwitch() async throws {
    let (disk, wire) = (SimulatedDisk(), FakeSwitch())
    try await live(disk, wire)
    let sent = await wire.modsReceived
    try await withAgent(wire, keeper: keeper(disk.afterPowerLoss())) { agent, wire in
      await agent.viewChanged(plugged)
      await until { await agent.isInForce }
      #expect(await agent.survival.isStale)
      #expect(await agent.heldVersion == GoalStateVersion(epoch: "e", revision: 8))
      #expect(await agent.applied.revision == 8)
      #expect(await wire.modsReceived == sent)
      #expect(agent.dhcpTable.current.count == 1)
    }
  }

  @Test("after a start of the host an empty switch gets everything from the disk")
  func emptySwitch() async throws {
    let (disk, wire) = (SimulatedDisk(), FakeSwitch())
    try await live(disk, wire)
    let flows = await wire.table
    try await withAgent(FakeSwitch(), keeper: keeper(disk.afterPowerLoss())) { agent, wire in
      await agent.viewChanged(plugged)
      await until { await agent.isInForce }
      #expect(await wire.table == flows)
    }
  }

  @Test("what the controller says first ends that it is stale: a delta of what was missed, or that there is none")
  func confirmed() async throws {
    let disk = SimulatedDisk()
    try await live(disk, FakeSwitch())
    let held = GoalStateVersion(epoch: "e", revision: 8)
    let nothing = GoalStateUpdate(scope: .delta(from: 8), version: held)
    let missed = GoalStateUpdate(
      scope: .delta(from: 8), version: GoalStateVersion(epoch: "e", revision: 12),
      removals: [.neighbor(neighborB.id), .neighbor(neighborC.id)])
    for update in [nothing, missed] {
      let keeper = keeper(disk)
      try await withAgent(FakeSwitch(), keeper: keeper) { agent, wire in
        await agent.viewChanged(plugged)
        await until { await agent.isInForce }
        await agent.received(update)
        #expect(await !agent.survival.isStale)
        await until { await agent.applied == update.version && keeper.status.durable == update.version }
        #expect(await agent.goal.neighbors.isEmpty == (update == missed))
      }
    }
  }

  @Test("the switch is programmed before the disk has it, and the status says what is durable")
  func slowDisk() async throws {
    let disk = SimulatedDisk()
    let keeper = keeper(disk)
    try await withAgent(keeper: keeper) { agent, wire in
      disk.fail(after: 0, .error(SimulatedDisk.noSpace))
      for operation in 1..<400 { disk.fail(after: operation, .error(SimulatedDisk.noSpace)) }
      await agent.viewChanged(plugged)
      await agent.received(snapshot(7))
      #expect(await agent.reports.next()?.applied.revision == 7)
      await until { keeper.status.problem != nil }
      #expect(keeper.status.problem?.contains("No space left") == true)
      #expect(keeper.status.durable == nil)
      disk.clearFaults()
      await until { keeper.status == StateKeeper.Status(durable: GoalStateVersion(epoch: "e", revision: 7)) }
    }
  }

  @Test("a damaged journal gives what was before it, and the disk is whole again afterwards")
  func damaged() async throws {
    let disk = SimulatedDisk()
    try await live(disk, FakeSwitch())
    let journal = try #require(try disk.names().filter { $0.hasPrefix("journal-") }.max())
    let bytes = try #require(disk[journal])
    // The delta's record, which others follow.
    disk[journal] = bytes.indices.map { $0 == bytes.count / 3 ? ~bytes[$0] : bytes[$0] }
    let keeper = keeper(disk)
    try await withAgent(keeper: keeper) { agent, wire in
      await agent.viewChanged(plugged)
      await until { await agent.isInForce }
      #expect(await agent.goal.version.revision == 7)
      await until { (try? disk.names().contains { $0.hasPrefix("\(journal).corrupt-") }) == true }
    }
    #expect(GoalStateStore.open(disk, host: "node1", program: "1").state.losses.isEmpty)
  }

  @Test("a resource with something that only a newer agent knows is left out, and the controller asked for everything")
  func newerResource() async throws {
    let disk = SimulatedDisk()
    var (store, _) = GoalStateStore.open(disk, host: "node1", program: "9")
    var stored = everything.map { StoredResource(VersionedResource($0, revision: 5)) }
    // Field 5000, a varint, inside of the port's own message would change its length; at the end it is the resource's.
    stored[2].bytes += [0xc0, 0xb8, 0x02, 0x01]
    try store.rotate(
      to: StoredSnapshot(
        number: 1, version: GoalStateVersion(epoch: "e", revision: 5), isComplete: true, resources: stored))
    let keeper = keeper(disk)
    try await withAgent(keeper: keeper) { agent, wire in
      #expect(await agent.goal.ports.isEmpty)
      #expect(await agent.goal.neighbors.count == 1)
      #expect(await agent.goal.failures.map(\.key) == [.port(portA.id)])
      #expect(await agent.heldVersion.epoch.isEmpty)
      await agent.viewChanged(plugged)
      await agent.received(snapshot(6))
      #expect(await agent.heldVersion.revision == 6)
      #expect(await agent.goal.failures.isEmpty)
      #expect(await agent.goal.ports.count == 1)
    }
  }

  @Test("another host's state is not taken over")
  func foreign() async throws {
    let disk = SimulatedDisk()
    try await live(disk, FakeSwitch())
    try await withAgent(keeper: keeper(disk, host: "node2")) { agent, wire in
      #expect(await agent.goal.version.epoch.isEmpty)
      #expect(await agent.goal.ports.isEmpty)
      #expect(await !agent.survival.isStale)
    }
    #expect(try disk.names().contains { $0.contains(".foreign-") })
  }

  @Test("what was refused is known after a restart as well, beside what is held")
  func refusals() async throws {
    let disk = SimulatedDisk()
    let refused = ResourceFailure(key: .port(portA.id), revision: 8, code: .invalid, message: "mac_address: none")
    let first = keeper(disk)
    try await withAgent(keeper: first) { agent, wire in
      await agent.received(snapshot(7))
      await agent.received(
        GoalStateUpdate(
          scope: .delta(from: 7), version: GoalStateVersion(epoch: "e", revision: 8), refused: [refused]))
      await until { first.status.durable?.revision == 8 }
    }
    for _ in 0..<2 {
      let keeper = keeper(disk)
      try await withAgent(keeper: keeper) { agent, wire in
        #expect(await agent.goal.failures == [refused])
        #expect(await agent.goal.ports[portA.id] == portA)
        // The second time it is read from a snapshot.
        await agent.received(snapshot(9, everything.filter { $0.key != refused.key }, refused: [refused]))
        await until { keeper.status.durable?.revision == 9 }
      }
    }
  }

  @Test("the history tells what changed, when it was in force and what that took")
  func history() async throws {
    let disk = SimulatedDisk()
    let keeper = keeper(disk)
    try await withAgent(keeper: keeper) { agent, wire in
      await agent.viewChanged(plugged)
      await agent.received(snapshot(7))
      _ = await agent.reports.next()
      await agent.received(delta8)
      _ = await agent.reports.next()
      await until { keeper.status.durable?.revision == 8 }
      var history = try await keeper.history(HistoryQuery(since: nil, resource: nil, limit: nil))
      while history.entries.first?.inForceAt == nil {
        await Task.yield()
        history = try await keeper.history(HistoryQuery(since: nil, resource: nil, limit: nil))
      }
      #expect(history.entries.map(\.scope) == ["delta", "snapshot"])
      #expect(history.entries.map(\.number) == [2, 1])
      #expect(history.entries.first?.changed == ["neighbor \(neighborC.id)"])
      #expect(history.entries.first?.flowsAdded == 1)
      #expect(history.entries.last?.changedCount == 4)
      #expect(history.entries.last?.flowsAdded.map(Int.init) == (await wire.table.count) - 1)
      #expect(history.entries.allSatisfy { $0.inForceAfterMs != nil })
      let ofPort = try await keeper.history(
        HistoryQuery(since: nil, resource: "port/\(portA.id)", limit: nil))
      #expect(ofPort.entries.map(\.revision) == [7])
    }
  }

  /// An agent's life: a snapshot, a delta, and the end once both are in force and durable.
  private func live(_ disk: SimulatedDisk, _ wire: FakeSwitch) async throws {
    let keeper = keeper(disk)
    try await withAgent(wire, keeper: keeper) { agent, wire in
      await agent.viewChanged(plugged)
      await agent.received(snapshot(7))
      await until { keeper.status.durable?.revision == 7 }
      await agent.received(delta8)
      await until { await agent.applied.revision == 8 && keeper.status.durable?.revision == 8 }
      var isNoted = false
      while !isNoted {
        await Task.yield()
        let history = try await keeper.history(HistoryQuery(since: nil, resource: nil, limit: nil))
        isNoted = history.entries.first?.inForceAt != nil
      }
    }
  }

  private func keeper(_ disk: SimulatedDisk, host: String = "node1") -> StateKeeper {
    StateKeeper(
      disk: disk, host: HostID(host), retryDelays: (.milliseconds(1), .milliseconds(2)),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }
}

private let neighborC: Neighbor = {
  var neighbor = neighborB
  neighbor.id = NeighborID("port-c")
  neighbor.mac = MACAddress(0xfa, 0x16, 0x3e, 0, 0, 0x0c)
  neighbor.fixedIPs = []
  return neighbor
}()
private let delta8 = GoalStateUpdate(
  scope: .delta(from: 7), version: GoalStateVersion(epoch: "e", revision: 8),
  upserts: [VersionedResource(.neighbor(neighborC), revision: 8)])
