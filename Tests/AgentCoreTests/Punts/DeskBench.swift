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

/// A controller that knows the neighbors whose MAC address ends with 0x77, each on a host of its own.
final class AnsweringController: Sendable {
  static let networkID = NetworkID("net")
  static let subnetID = SubnetID("sub")
  private let idleIDs = Mutex<[NeighborID]>([])
  private let keepsIdle = Mutex(false)

  /// What the agent has said to be idle, in its order.
  var idle: [NeighborID] { idleIDs.withLock { $0 } }

  /// Whether neighbors stay that are idle here: their hosts need this one.
  func keepIdle(_ keeps: Bool) { keepsIdle.withLock { $0 = keeps } }

  static func neighbor(_ mac: MACAddress) -> Neighbor? {
    guard mac.rawValue & 0xff == 0x77 else { return nil }
    let number = UInt32(truncatingIfNeeded: mac.rawValue >> 8)
    return Neighbor(
      id: NeighborID("n\(number)"), networkID: networkID, mac: mac,
      hostAddress: .v4(IPv4Address(rawValue: 0xc612_0001 + number)),
      fixedIPs: [FixedIP(subnetID: subnetID, address: .v4(IPv4Address(rawValue: 0x0a00_4d00 + number)))])
  }

  private static func neighbor(_ target: NeighborAsk.Target) -> Neighbor? {
    switch target {
    case .mac(let mac): neighbor(mac)
    case .address(.v4(let address)) where address.rawValue >> 8 == 0x0a_004d:
      neighbor(MACAddress(rawValue: 0x0200_0000_0077 | UInt64(address.rawValue & 0xff) << 8))
    case .address: nil
    }
  }

  /// Answers questions until the session is over.
  func serve(_ questions: some NeighborQuestions, _ agent: Agent) async {
    while let question = await questions.nextQuestion() {
      switch question {
      case .idle(let ids):
        idleIDs.withLock { $0 += ids }
        guard !keepsIdle.withLock({ $0 }) else { break }
        let version = await agent.goal.version
        await agent.received(
          GoalStateUpdate(
            scope: .delta(from: version.revision), version: version, removals: ids.map { .neighbor($0) }))
      case .ask(let ask):
        let neighbor = AnsweringController.neighbor(ask.target)
        if let neighbor {
          let version = await agent.goal.version
          await agent.received(
            GoalStateUpdate(
              scope: .delta(from: version.revision), version: version,
              upserts: [VersionedResource(.neighbor(neighbor), revision: 1)]))
        }
        await questions.answered(
          NeighborAnswer(number: ask.number, isFound: neighbor != nil, rememberSeconds: 60))
      }
    }
  }
}

/// An agent with two guests of a network on demand, on ports 5 and 6 of a switch.
struct DeskBench: Sendable {
  let agent: Agent
  let desk: PuntDesk
  let controller = AnsweringController()
  let guestA = MACAddress(2, 0, 0, 0, 0, 0x0a)
  let guestB = MACAddress(2, 0, 0, 0, 0, 0x0b)
  let remote = MACAddress(2, 0, 0, 0, 5, 0x77)
  let remoteAddress = IPv4Address(10, 0, 77, 5)
  private let packets: SwitchPackets

  /// - Parameter path: The switch's management socket.
  init(path: String, idleTime: Duration = .seconds(300)) {
    let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    let engine = SwitchEngine<Pipeline.Unit>(ownership: Agent.ownership, eventLoop: eventLoop) { loop in
      try await SwitchConnection.connect(
        to: .unix(path), options: SwitchSessionOptions(purpose: .programming), group: loop)
    }
    let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    agent = Agent(dhcpTable: DHCPTable(key: .destination), engine: engine, logger: quiet)
    packets = SwitchPackets(controllerID: Punt.controllerID, eventLoop: eventLoop) { options, loop in
      try await SwitchConnection.connect(to: .unix(path), options: options, group: loop)
    }
    // Nothing is given up because a machine is busy.
    var limits = NeighborAsks.Limits()
    limits.patience = .seconds(120)
    desk = PuntDesk(agent: agent, packets: packets, idleTime: idleTime, limits: limits, logger: quiet)
  }

  /// Runs the agent while `body` does, with everything in force and a session when `isConnected` says so.
  func run(isConnected: Bool = true, _ body: () async throws -> Void) async throws {
    let running = Task {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await agent.run() }
        group.addTask { await desk.run() }
      }
    }
    if isConnected { await desk.beginSession() }
    let serving = isConnected ? Task { await controller.serve(desk, agent) } : nil
    await agent.hostConfigured(true)
    let guests: [PortID: HostPorts.Attachment] = [
      PortID("a"): .attached(OFPort(5), interface: "a"), PortID("b"): .attached(OFPort(6), interface: "b"),
    ]
    await agent.viewChanged(FakePorts(ports: HostPorts(tunnel: OFPort(1), dhcp: OFPort(2), guests: guests)))
    let resources = try resources()
    await agent.received(
      GoalStateUpdate(
        scope: .snapshot, version: GoalStateVersion(epoch: "e", revision: 1),
        upserts: resources.map { VersionedResource($0, revision: 1) }))
    await eventually { await agent.isInForce }
    await eventually { await packets.problem == nil }
    let outcome: Result<Void, any Error>
    do {
      outcome = .success(try await body())
    } catch {
      outcome = .failure(error)
    }
    running.cancel()
    serving?.cancel()
    await running.value
    try outcome.get()
  }

  private func resources() throws -> [Resource] {
    let network = AnsweringController.networkID
    let subnet = AnsweringController.subnetID
    let guests = [("a", guestA, UInt8(10)), ("b", guestB, 11)].map { id, mac, last in
      Port(
        id: PortID(id), networkID: network, mac: mac,
        fixedIPs: [FixedIP(subnetID: subnet, address: .v4(IPv4Address(10, 0, 0, last)))])
    }
    return [
      .network(Network(id: network, vni: try #require(VNI(100)), neighborsOnDemand: true)),
      .subnet(
        Subnet(id: subnet, networkID: network, prefix: try #require(IPPrefix("10.0.0.0/16")), dhcpEnabled: false)),
    ] + guests.map { .port($0) }
  }

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
}

/// Waits for what is under way; a test that waits in vain fails.
func eventually(_ condition: () async -> Bool) async {
  let deadline = ContinuousClock.now + .seconds(60)
  while await !condition() {
    guard ContinuousClock.now < deadline, !Task.isCancelled else {
      Issue.record("what was awaited did not come")
      return
    }
    try? await Task.sleep(for: .milliseconds(1))
  }
}

/// How many questions one port may have asked since then: what it saves up, and its rate.
func allowedAsks(since start: ContinuousClock.Instant) -> Double {
  let limits = NeighborAsks.Limits()
  return limits.asksAtOnce + limits.asksPerSecond * ((ContinuousClock.now - start) / .seconds(1)) + 2
}
