import GoalState
import NetworkTypes
import Testing

@testable import AgentCore

@Suite("An update that is to be taken in whole or not at all", .timeLimit(.minutes(5)))
struct AllOrNothingTests {
  private let bad = ResourceFailure(
    key: .neighbor(NeighborID("bad")), revision: 4, code: .invalid, message: "mac_address \"x\" is not a MAC address")

  @Test("is refused as a whole for one bad resource, with the reason, and nothing of it is done")
  func refused() async throws {
    try await withAgent { agent, wire in
      await agent.viewChanged(plugged)
      await agent.received(snapshot(3, [.network(networkA), .subnet(subnetA)]))
      _ = await agent.reports.next()
      let sent = await wire.modsReceived
      #expect(await !agent.receivedWhole(update(refused: [bad])))
      let report = try #require(await agent.reports.next())
      #expect(report.applied.revision == 3)
      #expect(report.failures == [bad])
      #expect(report.refusedUpdate?.version.revision == 4)
      let reason = try #require(report.refusedUpdate?.reason)
      #expect(reason.contains("neighbor bad is refused: mac_address") && reason.contains("2 others were held back"))
      #expect(await agent.goal.version.revision == 3)
      #expect(await agent.goal.ports.isEmpty)
      #expect(await wire.modsReceived == sent)
      #expect(await agent.isInForce)
      // The same without the mark: the others are not poisoned, and what was said of the refusal is over.
      await agent.received(update(refused: [bad]))
      let next = try #require(await agent.reports.next())
      #expect(next.applied.revision == 4 && next.refusedUpdate == nil && next.failures == [bad])
      #expect(await agent.goal.ports.count == 1)
    }
  }

  @Test("is refused for what only the model finds: an older revision, a segment that is taken, no room")
  func refusedByModel() async throws {
    var twin = networkA
    twin.id = NetworkID("twin")
    let cases: [(VersionedResource, ResourceFailure.Code)] = [
      (VersionedResource(.subnet(subnetA), revision: 1), .outOfOrder),
      (VersionedResource(.network(twin), revision: 4), .invalid),
    ]
    for (versioned, code) in cases {
      try await withAgent { agent, wire in
        await agent.viewChanged(plugged)
        await agent.received(snapshot(3, [.network(networkA), .subnet(subnetA)]))
        _ = await agent.reports.next()
        var whole = update()
        whole.upserts.append(versioned)
        #expect(await !agent.receivedWhole(whole))
        #expect(await agent.reports.next()?.failures.map(\.code) == [code])
        #expect(await agent.goal.neighbors.isEmpty)
      }
    }
    try await withAgent(limits: HostLimits(neighbors: 0)) { agent, wire in
      await agent.received(snapshot(3, [.network(networkA), .subnet(subnetA)]))
      #expect(await !agent.receivedWhole(update()))
      #expect(await agent.goal.ports.isEmpty)
    }
  }

  @Test("is refused when a part of it would be held back")
  func heldBack() async throws {
    try await withAgent(removalLimits: RemovalLimits(percent: 50, minimum: 2)) { agent, wire in
      await agent.received(snapshot(3))
      var empty = snapshot(4, [])
      empty.isAllOrNothing = true
      #expect(await !agent.receivedWhole(empty))
      #expect(await agent.heldRemovals == nil)
      #expect(await agent.refused?.update.reason.contains("4 removals") == true)
      empty.areRemovalsIntended = true
      #expect(await agent.receivedWhole(empty))
      #expect(await agent.goal.ports.isEmpty)
      #expect(await agent.refused == nil)
    }
  }

  @Test("is taken in when all of it is good, also when something of it has yet to wait")
  func taken() async throws {
    try await withAgent { agent, wire in
      await agent.viewChanged(plugged)
      await agent.received(snapshot(3, [.network(networkA)]))
      #expect(await agent.receivedWhole(update()))
      let report = try #require(await agent.reports.next())
      #expect(report.applied.revision == 4)
      #expect(report.pending.contains { $0.key == .port(portA.id) && $0.reason.contains("subnet sub-a") })
    }
  }

  /// A port and a neighbor.
  private func update(refused: [ResourceFailure] = []) -> GoalStateUpdate {
    GoalStateUpdate(
      scope: .delta(from: 3), version: GoalStateVersion(epoch: "e", revision: 4),
      upserts: [Resource.port(portA), .neighbor(neighborB)].map { VersionedResource($0, revision: 4) },
      refused: refused, isAllOrNothing: true)
  }
}
