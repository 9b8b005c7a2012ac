import DiskTestSupport
import GoalState
import GoalStateStore
import NetworkTypes
import OpenFlow
import Pipeline
import Testing

@testable import AgentCore

@Suite("What the agent says of what it runs", .timeLimit(.minutes(5)))
struct AgentHoldingTests {
  private func standing(_ agent: Agent, _ key: ResourceKey, flows: Int = 100) async throws -> HeldResource {
    try #require(await agent.held(HeldQuery(.keys([key]), flowLimit: flows)).resources.first)
  }

  @Test("a resource in force comes with its revision and its flows, as many as are asked for")
  func inForce() async throws {
    try await withAgent { agent, _ in
      await agent.viewChanged(plugged)
      await agent.received(snapshot(3))
      _ = await agent.reports.next()
      let held = try await standing(agent, .port(portA.id))
      #expect(held.state == .inForce)
      #expect(held.resource == VersionedResource(.port(portA), revision: 3))
      #expect(held.flowCount > 2 && held.flows.count == held.flowCount)
      #expect(held.flows.allSatisfy { $0.state == "in force" && $0.text.contains("actions=") })
      let cut = try await standing(agent, .port(portA.id), flows: 1)
      #expect(cut.flows.count == 1 && cut.flowCount == held.flowCount)
      let all = await agent.held(HeldQuery(.all(nil, after: nil), flowLimit: 0))
      #expect(all.resources.map(\.key) == everything.map(\.key).sorted())
      #expect(all.resources.allSatisfy { $0.state == .inForce && $0.flows.isEmpty })
    }
  }

  @Test("what waits says for what, what was refused says why, and what is not there is absent")
  func notInForce() async throws {
    let wire = FakeSwitch()
    await wire.refuse { $0.description.contains("fa:16:3e:00:00:0b") }
    try await withAgent(wire) { agent, _ in
      await agent.viewChanged(FakePorts(ports: HostPorts(tunnel: plugged.ports.tunnel, dhcp: plugged.ports.dhcp)))
      let bad = ResourceFailure(key: .subnet(SubnetID("bad")), revision: 3, code: .invalid, message: "cidr: not valid")
      await agent.received(snapshot(3, refused: [bad]))
      _ = await agent.reports.next()
      let waiting = try await standing(agent, .port(portA.id))
      #expect(waiting.state == .waiting && waiting.reason.contains("iface-id=port-a"))
      let quarantined = try await standing(agent, .neighbor(neighborB.id))
      #expect(quarantined.state == .quarantined)
      #expect(quarantined.reason.contains("fa:16:3e:00:00:0b") && quarantined.reason.contains("refused"))
      let refused = try await standing(agent, .subnet(SubnetID("bad")))
      #expect(refused == HeldResource(key: bad.key, resource: nil, state: .refused, reason: "cidr: not valid"))
      #expect(try await standing(agent, .network(NetworkID("other"))).state == .absent)
    }
  }

  @Test("without a switch nothing is in force")
  func noSwitch() async throws {
    try await withAgent { agent, wire in
      await agent.viewChanged(plugged)
      await agent.received(snapshot(3))
      _ = await agent.reports.next()
      await wire.goAway()
      await until { await !agent.isSwitchConnected }
      let held = try await standing(agent, .port(portA.id))
      #expect(held.state == .programming && held.reason.hasPrefix("the switch is not connected"))
    }
  }

  @Test("the report has both digests, and the age of what is not in force while the switch does not take it")
  func report() async throws {
    try await withAgent(troubleInterval: .milliseconds(10)) { agent, wire in
      await agent.viewChanged(plugged)
      await agent.received(snapshot(3))
      var first = try #require(await agent.reports.next())
      while first.applied.revision != 3 || first.digests?.agree != true {
        first = try #require(await agent.reports.next())
      }
      #expect(first.oldestUnapplied == nil)
      await wire.goAway()
      await until { await !agent.isSwitchConnected }
      let before = ContinuousClock.now
      await agent.received(
        GoalStateUpdate(
          scope: .delta(from: 3), version: GoalStateVersion(epoch: "e", revision: 4), removals: [.port(portA.id)]))
      var late = try #require(await agent.reports.next())
      while late.oldestUnapplied == nil { late = try #require(await agent.reports.next()) }
      #expect(late.applied.revision == 3)
      #expect(late.digests?.observed == nil)
      let since = try #require(late.oldestUnapplied)
      #expect(since >= before && since <= .now)
      await wire.comeBack()
      var last = late
      while last.applied.revision != 4 || last.digests?.agree != true {
        last = try #require(await agent.reports.next())
      }
      #expect(last.oldestUnapplied == nil)
    }
  }

  @Test("a state directory keeps its id, and a damaged one gets another")
  func instance() throws {
    let disk = SimulatedDisk()
    let id = try AgentInstance.instance(on: disk)
    #expect(id.count == 36)
    #expect(try AgentInstance.instance(on: disk) == id)
    #expect(try AgentInstance.instance(on: SimulatedDisk()) != id)
    let file = try disk.create(AgentInstance.fileName)
    try file.write(Array("damaged".utf8))
    let next = try AgentInstance.instance(on: disk)
    #expect(next != id)
    #expect(try AgentInstance.instance(on: disk) == next)
    // HMAC-SHA256 by Python: hmac.new(key, b"alioth", "sha256").
    #expect(AgentInstance.machine("").isEmpty)
    #expect(AgentInstance.machine("../../etc").isEmpty)
    #expect(AgentInstance.machine("0123456789abcdef0123456789abcdef") == "b298b07ae4a54a990fad8b25692dee4d")
  }
}
