import DHCP
import DHCPServer
import GoalState
import Logging
import NIOPosix
import NetworkTypes
import OVSDB
import OpenFlow
import Pipeline
import Reconciler
import SwitchEngine
import Testing

@testable import AgentCore

@Suite("The agent", .timeLimit(.minutes(5)))
struct AgentTests {
  @Test("a snapshot on an empty switch is put in force and reported")
  func firstSnapshot() async throws {
    try await withAgent { agent, wire in
      await agent.viewChanged(plugged)
      await agent.received(snapshot(7))
      let report = try #require(await agent.reports.next())
      let digests = await agent.digests
      #expect(digests.agree == true)
      #expect(report == GoalStateReport(applied: GoalStateVersion(epoch: "e", revision: 7), digests: digests))
      #expect(await wire.table.count == agent.switchState.flowsDesired)
      #expect(await agent.isInForce)
    }
  }

  @Test("nothing is sent to the switch before both the goal state and the ports are known")
  func waitsForInput() async throws {
    let stale = Flow(
      table: TableID(0), priority: 100, cookie: FlowCookie.owner | 1, match: Match([.inPort(OFPort(9))]),
      instructions: [.applyActions([.output(OFPort(8))])])
    try await withAgent(FakeSwitch(flows: [stale])) { agent, wire in
      await agent.received(snapshot(1))
      await until { await agent.isSwitchConnected }
      #expect(await wire.modsReceived == 0)
      await agent.viewChanged(plugged)
      _ = await agent.reports.next()
      #expect(await wire.table[stale.key] == nil)
    }
  }

  @Test("a restarted agent that finds the switch as it should be sends nothing")
  func zeroChurn() async throws {
    let wire = FakeSwitch()
    try await withAgent(wire) { agent, wire in
      await agent.viewChanged(plugged)
      await agent.received(snapshot(7))
      _ = await agent.reports.next()
    }
    let sent = await wire.modsReceived
    try await withAgent(wire) { agent, wire in
      await agent.viewChanged(plugged)
      await agent.received(snapshot(7))
      _ = await agent.reports.next()
      #expect(await wire.modsReceived == sent)
      #expect(await agent.isInForce)
    }
  }

  @Test("a port without its interface is pending with the reason, and done once it is plugged in")
  func plugLater() async throws {
    try await withAgent { agent, wire in
      await agent.viewChanged(FakePorts(ports: HostPorts(tunnel: OFPort(1), dhcp: OFPort(2))))
      await agent.received(snapshot(3))
      let first = try #require(await agent.reports.next())
      #expect(first.applied.revision == 3)
      #expect(first.pending.map(\.key) == [.port(portA.id)])
      #expect(first.pending.first?.reason.contains("iface-id=port-a") == true)
      await agent.viewChanged(plugged)
      let second = try #require(await agent.reports.next())
      #expect(second.pending.isEmpty)
      #expect(await wire.table.keys.contains { $0.description.contains("in_port=5") })
    }
  }

  @Test("neighbors of an update that still arrives are on the switch before the rest is here, and nothing is reported")
  func receiving() async throws {
    try await withAgent { agent, wire in
      await agent.viewChanged(plugged)
      await agent.received(snapshot(3, [.network(networkA), .subnet(subnetA)]))
      #expect(await agent.reports.next()?.applied.revision == 3)
      let others = (1..<UInt64(Agent.compileSlice / 2)).map { number in
        var other = neighborB
        other.id = NeighborID("other-\(number)")
        other.mac = MACAddress(rawValue: 0x0200_0000_0000 + number)
        other.fixedIPs = []
        return other
      }
      let whole = GoalStateUpdate(
        scope: .delta(from: 3), version: GoalStateVersion(epoch: "e", revision: 4),
        upserts: ([.neighbor(neighborB), .port(portA)] + others.map(Resource.neighbor)).map {
          VersionedResource($0, revision: 4)
        })
      let compiled = await agent.unitsCompiled
      await agent.receiving(GoalStatePart(version: whole.version, upserts: Array(whole.upserts.dropLast(9))))
      for _ in 0..<100 { await Task.yield() }
      #expect(await agent.unitsCompiled == compiled, "it waits for more")
      await agent.receiving(GoalStatePart(version: whole.version, upserts: whole.upserts.suffix(9)))
      await eventually { await wire.table.keys.contains { $0.description.contains("fa:16:3e:00:00:0b") } }
      #expect(await !wire.table.keys.contains { $0.description.contains("in_port=5") })
      #expect(await agent.goal.version.revision == 3)
      await agent.received(whole)
      #expect(await agent.reports.next()?.applied.revision == 4)
      #expect(await wire.table.keys.contains { $0.description.contains("in_port=5") })
    }
  }

  @Test("what has come of an update whose rest does not come is in force, however little it is")
  func brokenOff() async throws {
    try await withAgent { agent, wire in
      await agent.viewChanged(plugged)
      await agent.received(snapshot(3, [.network(networkA), .subnet(subnetA)]))
      #expect(await agent.reports.next()?.applied.revision == 3)
      let version = GoalStateVersion(epoch: "e", revision: 4)
      let neighbor = VersionedResource(.neighbor(neighborB), revision: 4)
      await agent.receiving(GoalStatePart(version: version, upserts: [neighbor]))
      #expect(await !agent.isInForce)
      await agent.stopReceiving()
      await eventually { await wire.table.keys.contains { $0.description.contains("fa:16:3e:00:00:0b") } }
      await until { await agent.isInForce }
      #expect(await agent.applied.revision == 3)
    }
  }

  @Test("an update that changes nothing is in force with the one before, which may still be on its way")
  func nothingNew() async throws {
    try await withAgent { agent, wire in
      await wire.goAway()
      await until { await !agent.isSwitchConnected }
      await agent.viewChanged(plugged)
      await agent.received(snapshot(3))
      await until { await agent.unitsCompiled >= 5 }
      let nothing = GoalStateUpdate(scope: .delta(from: 3), version: GoalStateVersion(epoch: "e", revision: 4))
      await agent.received(nothing)
      // It has had its turn before the switch is back.
      for _ in 0..<100 { await Task.yield() }
      await wire.comeBack()
      await until { await agent.isInForce }
      #expect(await agent.applied.revision == 4)
    }
  }

  @Test("a flow that the switch refuses fails its port with the flow and the error, and the rest is in force")
  func refused() async throws {
    let wire = FakeSwitch()
    await wire.refuse { $0.description.contains("reg3=0x5") && $0.table == PipelineTable.delivery.id }
    try await withAgent(wire) { agent, wire in
      await agent.viewChanged(plugged)
      await agent.received(snapshot(3))
      let report = try #require(await agent.reports.next())
      #expect(report.applied.revision == 3)
      #expect(report.failures.map(\.key) == [.port(portA.id)])
      #expect(report.failures.first?.code == .switchRefused)
      #expect(report.failures.first?.message.contains("reg3=0x5") == true)
      #expect(await !wire.table.keys.contains { $0.description.contains("in_port=5") })
      #expect(await wire.table.keys.contains { $0.description.contains("fa:16:3e:00:00:0b") })

      await wire.refuse(nil)
      var second = report
      while !second.failures.isEmpty { second = try #require(await agent.reports.next()) }
      #expect(second.applied.revision == 3)
    }
  }

  @Test("a switch that lost everything gets everything again, and a lost connection is no report")
  func switchRestart() async throws {
    try await withAgent { agent, wire in
      await agent.viewChanged(plugged)
      await agent.received(snapshot(3))
      _ = await agent.reports.next()
      let flows = await wire.table
      await wire.goAway(forgetting: true)
      await until { await !agent.isSwitchConnected }
      #expect(await !agent.isInForce)
      await wire.comeBack()
      await until { await agent.isInForce }
      #expect(await wire.table == flows)
      #expect(await agent.switchState.history.foundGone == 1)
    }
  }

  @Test("nothing is reported as applied while the bridge and its ports are not in effect")
  func hostNotConfigured() async throws {
    try await withAgent { agent, wire in
      await agent.hostConfigured(false)
      await agent.viewChanged(plugged)
      await agent.received(snapshot(3))
      await until {
        let state = await agent.switchState
        return state.isInSync && state.flowsDesired > 5
      }
      #expect(await agent.applied.revision == 0)
      #expect(await !agent.isInForce)
      await agent.hostConfigured(true)
      #expect(await agent.reports.next()?.applied.revision == 3)
    }
  }

  @Test("every connection whose flows have come into force is told of once")
  func replays() async throws {
    try await withAgent { agent, wire in
      var told = agent.switchReplays.makeAsyncIterator()
      await agent.viewChanged(plugged)
      await agent.received(snapshot(3))
      #expect(await told.next() == true)
      await wire.goAway(forgetting: true)
      #expect(await told.next() == false)
      await wire.comeBack()
      #expect(await told.next() == true)
      #expect(await agent.switchState.history.connections == 2)
    }
  }

  @Test("a connection that was cut costs no flow")
  func blink() async throws {
    try await withAgent { agent, wire in
      await agent.viewChanged(plugged)
      await agent.received(snapshot(3))
      _ = await agent.reports.next()
      let sent = await wire.modsReceived
      await wire.goAway()
      await until { await !agent.isSwitchConnected }
      await wire.comeBack()
      await until { await agent.isInForce }
      #expect(await wire.modsReceived == sent)
      #expect(await agent.switchState.history.foundIntact == 1)
    }
  }

  @Test("a commit that is not answered is given up with its connection, and the next one completes the change")
  func lostInTheMiddle() async throws {
    try await withAgent { agent, wire in
      await wire.fail()
      await agent.viewChanged(plugged)
      await agent.received(snapshot(3))
      await until { await wire.connections >= 2 }
      #expect(await agent.applied.revision == 0)
      await wire.fail(false)
      #expect(await agent.reports.next()?.applied.revision == 3)
    }
  }

  @Test("a deleted port takes its flows and its DHCP reservation with it")
  func deleted() async throws {
    try await withAgent { agent, wire in
      await agent.viewChanged(plugged)
      await agent.underlayChanged(
        Underlay(address: IPv4Address(192, 0, 2, 11), interface: "br-phy", interfaceMTU: 1500))
      await agent.received(snapshot(3))
      _ = await agent.reports.next()
      #expect(agent.dhcpTable.current.all.first { _ in true }?.binding?.mtu == 1450)
      await agent.received(
        GoalStateUpdate(
          scope: .delta(from: 3), version: GoalStateVersion(epoch: "e", revision: 4), removals: [.port(portA.id)]))
      #expect(await agent.reports.next()?.applied.revision == 4)
      #expect(agent.dhcpTable.current.count == 0)
      #expect(await !wire.table.keys.contains { $0.description.contains("in_port=5") })
    }
  }

  @Test("one more port costs its own units, however many there are")
  func cost() async throws {
    try await withAgent { agent, wire in
      await agent.viewChanged(plugged)
      var resources = everything
      for number in 0..<500 {
        var neighbor = neighborB
        neighbor.id = NeighborID("n\(number)")
        neighbor.mac = MACAddress(rawValue: 0x0200_0000_0000 + UInt64(number))
        neighbor.fixedIPs = []
        resources.append(.neighbor(neighbor))
      }
      await agent.received(snapshot(3, resources))
      _ = await agent.reports.next()
      let units = await agent.unitsCompiled
      let mods = await wire.modsReceived
      var another = neighborB
      another.id = NeighborID("another")
      another.mac = MACAddress(2, 9, 9, 9, 9, 9)
      another.fixedIPs = []
      await agent.received(
        GoalStateUpdate(
          scope: .delta(from: 3), version: GoalStateVersion(epoch: "e", revision: 4),
          upserts: [VersionedResource(.neighbor(another), revision: 4)]))
      _ = await agent.reports.next()
      #expect(await agent.unitsCompiled - units == 1)
      #expect(await wire.modsReceived - mods == 1)
    }
  }

  @Test("two ports with one MAC address: the first has it, the other is named as failed")
  func conflict() async throws {
    try await withAgent { agent, wire in
      var twin = portA
      twin.id = PortID("port-z")
      var ports = plugged
      ports.ports.guests[twin.id] = .attached(OFPort(6), interface: "tapport-z")
      await agent.viewChanged(ports)
      await agent.received(snapshot(3, everything + [.port(twin)]))
      let report = try #require(await agent.reports.next())
      #expect(report.failures.map(\.key) == [.port(twin.id)])
      #expect(report.failures.first?.message.contains("port port-a") == true)
    }
  }
}

/// Runs the agent's loop around `body`.
func withAgent(
  _ wire: FakeSwitch = FakeSwitch(), keeper: StateKeeper? = nil, removalLimits: RemovalLimits? = nil,
  limits: HostLimits = HostLimits(), troubleInterval: Duration = .seconds(3600), clock: AgentClock = .machine,
  _ body: (Agent, FakeSwitch) async throws -> Void
) async throws {
  let options = SwitchEngineOptions(
    reconnectDelay: .milliseconds(1), longestReconnectDelay: .milliseconds(20), quarantineDelay: .milliseconds(20))
  let engine = SwitchEngine<Pipeline.Unit>(
    ownership: Agent.ownership, options: options, eventLoop: MultiThreadedEventLoopGroup.singleton.next()
  ) { _ in
    try await wire.dial()
  }
  let agent = Agent(
    dhcpTable: DHCPTable(key: .destination), engine: engine, keeper: keeper, removalLimits: removalLimits,
    limits: limits, troubleInterval: troubleInterval, clock: clock,
    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  if let restored = await keeper?.open(program: "test") { await agent.restore(restored) }
  await agent.hostConfigured(true)
  let loop = Task { await agent.run() }
  defer { loop.cancel() }
  try await body(agent, wire)
}

/// Waits for what the loop will bring about; a test that waits in vain fails by its time limit.
func until(_ condition: () async -> Bool) async {
  while await !condition() {
    await Task.yield()
  }
}

let networkA: Network = {
  guard let vni = VNI(100) else { fatalError("100 is a VNI") }
  return Network(id: NetworkID("net-a"), vni: vni)
}()
let subnetA: Subnet = {
  guard let prefix = IPPrefix("10.0.0.0/24") else { fatalError("10.0.0.0/24 is a prefix") }
  return Subnet(
    id: SubnetID("sub-a"), networkID: networkA.id, prefix: prefix,
    gateway: .init(address: .v4(IPv4Address(10, 0, 0, 1)), mac: MACAddress(0xfa, 0x16, 0x3e, 0, 0, 1)))
}()
let portA = Port(
  id: PortID("port-a"), networkID: networkA.id, mac: MACAddress(0xfa, 0x16, 0x3e, 0, 0, 0x0a),
  fixedIPs: [FixedIP(subnetID: subnetA.id, address: .v4(IPv4Address(10, 0, 0, 10)))])
let neighborB = Neighbor(
  id: NeighborID("port-b"), networkID: networkA.id, mac: MACAddress(0xfa, 0x16, 0x3e, 0, 0, 0x0b),
  hostAddress: .v4(IPv4Address(192, 0, 2, 12)),
  fixedIPs: [FixedIP(subnetID: subnetA.id, address: .v4(IPv4Address(10, 0, 0, 11)))])
let everything: [Resource] = [.network(networkA), .subnet(subnetA), .port(portA), .neighbor(neighborB)]
let plugged = FakePorts(
  ports: HostPorts(
    tunnel: OFPort(1), dhcp: OFPort(2), guests: [portA.id: .attached(OFPort(5), interface: "tapport-a")]))

func snapshot(
  _ revision: UInt64, _ resources: [Resource] = everything, refused: [ResourceFailure] = []
) -> GoalStateUpdate {
  GoalStateUpdate(
    scope: .snapshot, version: GoalStateVersion(epoch: "e", revision: revision),
    upserts: resources.map { VersionedResource($0, revision: revision) }, refused: refused)
}
