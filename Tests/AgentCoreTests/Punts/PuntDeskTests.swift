import DHCPServer
import GoalState
import Logging
import NIOPosix
import NetworkTypes
import OpenFlow
import OpenFlowNIO
import PacketFormats
import Pipeline
import Southbound
import SwitchEngine
import SwitchModel
import SwitchModelNIO
import Synchronization
import Testing

@testable import AgentCore

/// The agent with a switch in memory that speaks the wire, and a controller that answers what it is asked.
@Suite("A network with neighbors on demand", .timeLimit(.minutes(1)))
struct PuntDeskTests {
  @Test("the packet that asks for a neighbor is kept, and goes to it whole once its flows are in force")
  func released() async throws {
    try await withDesk { desk in
      let frame = desk.frame(from: desk.guestA, to: desk.remote)
      #expect(await desk.server.receive(PacketInput(frame, port: OFPort(5))).isEmpty)
      let output = await desk.nextOutput()
      #expect(output.port == OFPort(1) && output.bytes == frame)
      #expect(output.tunnel?.id == 100 && output.tunnel?.destination == 0xc000_020c)
      #expect(await desk.desk.counters.asked == 1)
      // From now on nobody is asked.
      #expect(await desk.server.receive(PacketInput(frame, port: OFPort(5))).map(\.port) == [OFPort(1)])
      #expect(await desk.desk.counters.received == [.unknownDestination: 1])
    }
  }

  @Test("who has an address is answered by the flows of the neighbor that was asked for")
  func addressResolution() async throws {
    try await withDesk { desk in
      #expect(await desk.server.receive(PacketInput(desk.arp(for: desk.remoteAddress), port: OFPort(5))).isEmpty)
      let output = await desk.nextOutput()
      #expect(output.port == OFPort(5))
      let answer = try ARPPacket(parsing: output.bytes.span.bytes.extracting(14..<output.bytes.count))
      #expect(answer.operation == .reply && answer.senderMAC == desk.remote)
      #expect(answer.senderAddress == desk.remoteAddress)
    }
  }

  @Test("what nobody has is asked for once, and packets to it end here")
  func unknown() async throws {
    try await withDesk { desk in
      let nobody = MACAddress(2, 0, 0, 0, 9, 9)
      let frame = desk.frame(from: desk.guestA, to: nobody)
      _ = await desk.server.receive(PacketInput(frame, port: OFPort(5)))
      await until { await desk.desk.counters.notFound == 1 }
      _ = await desk.server.receive(PacketInput(frame, port: OFPort(5)))
      await until { await desk.desk.counters.received == [.unknownDestination: 2] }
      let asked = await desk.desk.counters
      #expect(asked.asked == 1 && asked.released == 0)
    }
  }

  @Test(
    "a guest that scans thousands of addresses costs a bounded number of questions, and another guest has its answer")
  func scan() async throws {
    try await withDesk { desk in
      for number in 0..<3000 {
        let target = MACAddress(rawValue: 0x0200_0001_0000 + UInt64(number))
        _ = await desk.server.receive(PacketInput(desk.frame(from: desk.guestA, to: target), port: OFPort(5)))
      }
      let frame = desk.frame(from: desk.guestB, to: desk.remote)
      _ = await desk.server.receive(PacketInput(frame, port: OFPort(6)))
      let output = await desk.nextOutput()
      #expect(output.port == OFPort(1) && output.bytes == frame)
      let counters = await desk.desk.counters
      let seen = counters.received.values.reduce(0, +)
      // The switch itself lets only the port's ration through: what it saves up, and a second's worth a second.
      #expect(seen < 3000, "\(counters)")
      #expect(counters.asked < 500, "\(counters)")
    }
  }

  @Test("a neighbor that nobody sends to is forgotten, here and by the controller")
  func idle() async throws {
    try await withDesk(idleTime: .milliseconds(300)) { desk in
      _ = await desk.server.receive(PacketInput(desk.frame(from: desk.guestA, to: desk.remote), port: OFPort(5)))
      _ = await desk.nextOutput()
      await until { desk.controller.forgotten == [NeighborID("remote")] }
      #expect(await desk.agent.goal.neighbors.isEmpty)
      await until { await desk.agent.isInForce }
      // It is asked for again by the next packet.
      let frame = desk.frame(from: desk.guestA, to: desk.remote)
      _ = await desk.server.receive(PacketInput(frame, port: OFPort(5)))
      #expect(await desk.nextOutput().bytes == frame)
    }
  }

  @Test("what is asked while there is no session is asked when one begins")
  func noSession() async throws {
    try await withDesk(isConnected: false) { desk in
      let frame = desk.frame(from: desk.guestA, to: desk.remote)
      _ = await desk.server.receive(PacketInput(frame, port: OFPort(5)))
      await until { await desk.desk.counters.asked == 1 }
      await desk.desk.beginSession()
      let serving = Task { await desk.controller.serve(desk.desk, desk.agent) }
      #expect(await desk.nextOutput().bytes == frame)
      serving.cancel()
    }
  }
}

/// A controller that knows one neighbor.
final class AnsweringController: Sendable {
  private let neighbor: Neighbor
  private let forgottenIDs = Mutex<[NeighborID]>([])

  init(_ neighbor: Neighbor) { self.neighbor = neighbor }

  var forgotten: [NeighborID] { forgottenIDs.withLock { $0 } }

  /// Answers questions until the session is over.
  func serve(_ desk: PuntDesk, _ agent: Agent) async {
    while let question = await desk.nextQuestion() {
      switch question {
      case .forget(let ids): forgottenIDs.withLock { $0 += ids }
      case .ask(let ask):
        let isFound =
          switch ask.target {
          case .mac(let mac): mac == neighbor.mac
          case .address(let address): neighbor.fixedIPs.contains { $0.address == address }
          }
        if isFound {
          let version = await agent.goal.version
          await agent.received(
            GoalStateUpdate(
              scope: .delta(from: version.revision), version: version,
              upserts: [VersionedResource(.neighbor(neighbor), revision: 1)]))
        }
        await desk.answered(NeighborAnswer(number: ask.number, isFound: isFound, rememberSeconds: 60))
      }
    }
  }
}

/// An agent with two guests, on a switch in memory.
struct DeskBench: Sendable {
  let agent: Agent
  let desk: PuntDesk
  let server: ModelSwitchServer
  let controller: AnsweringController
  let guestA = MACAddress(2, 0, 0, 0, 0, 0x0a)
  let guestB = MACAddress(2, 0, 0, 0, 0, 0x0b)
  let remote = MACAddress(2, 0, 0, 0, 0, 0x77)
  let remoteAddress = IPv4Address(10, 0, 0, 77)

  func frame(from source: MACAddress, to destination: MACAddress) -> [UInt8] {
    var frame: [UInt8] = []
    EthernetHeader(destination: destination, source: source, etherType: .ipv4).write(to: &frame)
    let address = source == guestA ? IPv4Address(10, 0, 0, 10) : IPv4Address(10, 0, 0, 11)
    IPv4Header(source: address, destination: remoteAddress, protocol: .udp).write(to: &frame, payloadLength: 26)
    return frame + [0, 9, 0, 9, 0, 26, 0, 0] + (0..<18).map { UInt8($0) }
  }

  func arp(for address: IPv4Address) -> [UInt8] {
    var frame: [UInt8] = []
    EthernetHeader(destination: .broadcast, source: guestA, etherType: .arp).write(to: &frame)
    ARPPacket(
      operation: .request, senderMAC: guestA, senderAddress: IPv4Address(10, 0, 0, 10), targetMAC: .zero,
      targetAddress: address
    ).write(to: &frame)
    return frame
  }

  /// Waits for the next packet that leaves the switch; a test that waits in vain fails by its time limit.
  func nextOutput() async -> PacketOutput {
    while true {
      if let output = await server.takeOutputs().first { return output }
      try? await Task.sleep(for: .milliseconds(1))
    }
  }
}

private func until(_ condition: () async -> Bool) async {
  while await !condition() { try? await Task.sleep(for: .milliseconds(1)) }
}

private func withDesk(
  idleTime: Duration = .seconds(300), isConnected: Bool = true, _ body: (DeskBench) async throws -> Void
) async throws {
  let path = "/tmp/alioth-desk-\(UInt64.random(in: 0...(.max)))"
  let ports = [(1, true), (2, false), (5, false), (6, false)].map { number, isTunnel in
    ModelPort(OFPort(UInt32(number)), name: "p\(number)", isTunnel: isTunnel)
  }
  let server = try await ModelSwitchServer.start(ModelSwitch(ports: ports), at: .unix(path))
  let engine = SwitchEngine<Pipeline.Unit>(
    ownership: Agent.ownership, eventLoop: MultiThreadedEventLoopGroup.singleton.next()
  ) { loop in
    try await SwitchConnection.connect(
      to: .unix(path), options: SwitchSessionOptions(purpose: .programming), group: loop)
  }
  let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  let agent = Agent(dhcpTable: DHCPTable(key: .destination), engine: engine, logger: quiet)
  let packets = SwitchPackets(controllerID: Punt.controllerID) { options in
    try await SwitchConnection.connect(to: .unix(path), options: options)
  }
  let desk = PuntDesk(agent: agent, packets: packets, idleTime: idleTime, logger: quiet)
  let network = NetworkID("net")
  let subnet = SubnetID("sub")
  let remote = Neighbor(
    id: NeighborID("remote"), networkID: network, mac: MACAddress(2, 0, 0, 0, 0, 0x77),
    hostAddress: .v4(IPv4Address(192, 0, 2, 12)),
    fixedIPs: [FixedIP(subnetID: subnet, address: .v4(IPv4Address(10, 0, 0, 77)))])
  let bench = DeskBench(agent: agent, desk: desk, server: server, controller: AnsweringController(remote))
  let guests = [("a", bench.guestA, UInt8(10)), ("b", bench.guestB, 11)].map { id, mac, last in
    Port(
      id: PortID(id), networkID: network, mac: mac,
      fixedIPs: [FixedIP(subnetID: subnet, address: .v4(IPv4Address(10, 0, 0, last)))])
  }
  let resources: [Resource] =
    [
      .network(Network(id: network, vni: try #require(VNI(100)), neighborsOnDemand: true)),
      .subnet(
        Subnet(id: subnet, networkID: network, prefix: try #require(IPPrefix("10.0.0.0/24")), dhcpEnabled: false)),
    ] + guests.map { .port($0) }
  let running = Task {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await agent.run() }
      group.addTask { await desk.run() }
    }
  }
  if isConnected { await desk.beginSession() }
  let serving = isConnected ? Task { await bench.controller.serve(desk, agent) } : nil
  await agent.hostConfigured(true)
  await agent.viewChanged(
    FakePorts(
      ports: HostPorts(
        tunnel: OFPort(1), dhcp: OFPort(2),
        guests: [
          PortID("a"): .attached(OFPort(5), interface: "a"), PortID("b"): .attached(OFPort(6), interface: "b"),
        ])))
  await agent.received(
    GoalStateUpdate(
      scope: .snapshot, version: GoalStateVersion(epoch: "e", revision: 1),
      upserts: resources.map { VersionedResource($0, revision: 1) }))
  await until { await agent.isInForce && packets.problem == nil }
  let outcome: Result<Void, any Error>
  do {
    outcome = .success(try await body(bench))
  } catch {
    outcome = .failure(error)
  }
  running.cancel()
  serving?.cancel()
  await running.value
  await server.stop()
  try outcome.get()
}
