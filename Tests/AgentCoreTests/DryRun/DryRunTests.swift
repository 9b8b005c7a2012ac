import GoalState
import GoalStateProtobuf
import NetworkTypes
import OpenFlow
import Pipeline
import Southbound
import SwiftProtobuf
import Testing

@testable import AgentCore

@Suite("A dry run", .timeLimit(.minutes(5)))
struct DryRunTests {
  @Test("says what would be added, changed, removed, refused and wait, and which flows, as then comes true")
  func comesTrue() async throws {
    try await withAgent { agent, wire in
      await agent.viewChanged(plugged)
      await agent.received(snapshot(3, [.network(networkA), .subnet(subnetA), .neighbor(neighborB)]))
      _ = await agent.reports.next()
      var (far, lonely) = (neighborB, neighborB)
      far.hostAddress = .v4(IPv4Address(192, 0, 2, 13))
      lonely.id = NeighborID("lonely")
      lonely.networkID = NetworkID("nowhere")
      let update = GoalStateUpdate(
        scope: .delta(from: 3), version: GoalStateVersion(epoch: "e", revision: 4),
        upserts: [Resource.port(portA), .neighbor(far), .neighbor(lonely)].map { VersionedResource($0, revision: 4) },
        removals: [.subnet(SubnetID("other"))],
        refused: [ResourceFailure(key: .port(PortID("bad")), revision: 4, code: .invalid, message: "mac_address: none")]
      )
      let (before, compiled, received) = await (wire.table, agent.unitsCompiled, wire.modsReceived)
      let result = await agent.rehearsal(of: update)()
      #expect(result.added.first == [.neighbor(lonely.id), .port(portA.id)])
      #expect(result.changed.first == [.neighbor(neighborB.id)])
      #expect(result.removed.count == 0 && result.heldBack.count == 0 && result.refusal == nil)
      #expect(result.refused.first.map(\.key) == [.port(PortID("bad"))])
      #expect(result.pending.first.map(\.key) == [.neighbor(lonely.id)])
      #expect(result.pending.first.first?.reason.contains("nowhere") == true)
      // Nothing was done.
      #expect(await wire.table == before)
      #expect(await agent.unitsCompiled == compiled)
      #expect(await wire.modsReceived == received)
      #expect(await agent.goal.version.revision == 3)
      // The port that would come has its interface already.
      await agent.received(update)
      _ = await agent.reports.next()
      let after = await wire.table
      let added = after.keys.filter { before[$0] == nil }.count
      let removed = before.keys.filter { after[$0] == nil }.count
      let modified = after.count { before[$0.key] != nil && before[$0.key] != $0.value }
      #expect(result.flowChanges.reduce(0) { $0 + $1.added } == added)
      #expect(result.flowChanges.reduce(0) { $0 + $1.removed } == removed)
      #expect(result.flowChanges.reduce(0) { $0 + $1.modified } == modified)
      #expect(result.flows.count == min(100, added + removed + modified))
      #expect(result.flows.contains { $0.hasPrefix("+ ") && $0.contains("in_port=5") })
    }
  }

  @Test("says what would be held back, and why all of it would be refused")
  func heldBackAndRefused() async throws {
    try await withAgent(removalLimits: RemovalLimits(percent: 50, minimum: 2)) { agent, wire in
      await agent.viewChanged(plugged)
      await agent.received(snapshot(3))
      _ = await agent.reports.next()
      var empty = snapshot(4, [])
      var result = await agent.rehearsal(of: empty)()
      #expect(result.heldBack.count == 4 && result.removed.count == 0)
      #expect(await agent.heldRemovals == nil)
      empty.areRemovalsIntended = true
      result = await agent.rehearsal(of: empty)()
      #expect(result.heldBack.count == 0 && result.removed.count == 4)
      #expect(result.flowChanges.allSatisfy { $0.added == 0 && $0.removed > 0 })
      empty.areRemovalsIntended = false
      empty.isAllOrNothing = true
      result = await agent.rehearsal(of: empty)()
      #expect(result.refusal?.contains("4 removals") == true && result.flowChanges.isEmpty)
    }
  }

  @Test("of a file: JSON or binary, whose resources are new when they have no revision")
  func files() async throws {
    try await withAgent { agent, wire in
      await agent.viewChanged(plugged)
      await agent.received(snapshot(3))
      _ = await agent.reports.next()
      let json = #"""
         {"delta": {"upserts": [{"port": {"id": "port-z", "vpcId": "net-a", "macAddress": "fa:16:3e:00:00:0c",
           "adminStateUp": true, "fixedIps": [{"subnetId": "sub-a", "ipAddress": "10.0.0.12"}]}}],
           "removals": [{"kind": "RESOURCE_KIND_NEIGHBOR", "id": "port-b"}]}}
        """#
      let message = try Alioth_Southbound_V1_ControllerMessage(jsonString: json)
      for file in [Array(json.utf8), try message.serializedBytes()] {
        let result = try await agent.check(file)
        #expect(result.added.first == [.port(PortID("port-z"))])
        #expect(result.removed.first == [.neighbor(neighborB.id)])
        #expect(result.refused.count == 0, "\(result.refused)")
      }
      let whole = try await agent.check(Array(#"{"resources": {}}"#.utf8))
      #expect(whole.removed.count == 4)
    }
  }

  @Test(
    "a file that is no update is refused with what is wrong with it",
    arguments: [
      ("", "empty"), (#"{"delta": {"upsert": []}}"#, #"there is no field "upsert""#), (#"{"delta": "#, "in the middle"),
      (#"{"heartbeat": {}}"#, "no update"), ("nonsense", "binary"), (#"{"delta": {"epoch": "other"}}"#, "epoch"),
      (#"{"resources": {"upserts": [{"port": {"id": 7}}]}}"#, "JSON"),
    ])
  func malformed(text: String, expected: String) throws {
    var goal = HostGoalState()
    _ = goal.apply(snapshot(1))
    let error = #expect(throws: UpdateFileError.self) { try UpdateFile.read(Array(text.utf8), held: goal) }
    #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
  }

  @Test("of very much does not keep the agent from its work")
  func large() async throws {
    try await withAgent { agent, wire in
      await agent.viewChanged(plugged)
      await agent.received(snapshot(3))
      _ = await agent.reports.next()
      let many = (0..<20_000).map { number in
        var neighbor = neighborB
        neighbor.id = NeighborID("n\(number)")
        neighbor.mac = MACAddress(rawValue: 0x0200_0000_0000 + UInt64(number))
        neighbor.fixedIPs = []
        return Resource.neighbor(neighbor)
      }
      let update = GoalStateUpdate(
        scope: .delta(from: 3), version: GoalStateVersion(epoch: "e", revision: 9),
        upserts: many.map { VersionedResource($0, revision: 9) })
      let rehearsal = await agent.rehearsal(of: update)
      async let result = rehearsal()
      // What comes meanwhile is not part of it, and does not wait for it.
      await agent.received(GoalStateUpdate(scope: .delta(from: 3), version: GoalStateVersion(epoch: "e", revision: 4)))
      #expect(await agent.reports.next()?.applied.revision == 4)
      let found = await result
      #expect(found.added.count == 20_000 && found.added.first.count == DryRun.namedResources)
      #expect(found.flows.count == DryRun.namedFlows)
      #expect(found.flowChanges.reduce(0) { $0 + $1.added } >= 20_000)
    }
  }
}
