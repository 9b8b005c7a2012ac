import GoalState
import NetworkTypes
import OpenFlow
import PacketFormats
import Pipeline
import SwitchModel
import SwitchModelNIO
import Testing

@testable import AgentCore

/// The agent with a switch in memory that speaks the wire, and a controller that answers what it is asked.
@Suite("A network with neighbors on demand", .timeLimit(.minutes(5)))
struct PuntDeskTests {
  @Test("the packet that asks for a neighbor is kept, and goes to it whole once its flows are in force")
  func released() async throws {
    try await withModel { desk, server in
      let frame = desk.frame(from: desk.guestA, to: desk.remote)
      #expect(await server.receive(PacketInput(frame, port: OFPort(5))).isEmpty)
      let output = try await server.nextOutput()
      #expect(output.port == OFPort(1) && output.bytes == frame)
      #expect(output.tunnel?.id == 100 && output.tunnel?.destination == 0xc612_0006)
      #expect(await desk.desk.counters.asked == 1)
      // From now on nobody is asked.
      #expect(await server.receive(PacketInput(frame, port: OFPort(5))).map(\.port) == [OFPort(1)])
      #expect(await desk.desk.counters.received == [.unknownDestination: 1])
    }
  }

  @Test("who has an address is answered by the flows of the neighbor that was asked for")
  func addressResolution() async throws {
    try await withModel { desk, server in
      #expect(await server.receive(PacketInput(desk.arp(for: desk.remoteAddress), port: OFPort(5))).isEmpty)
      let output = try await server.nextOutput()
      #expect(output.port == OFPort(5))
      let answer = try ARPPacket(parsing: output.bytes.span.bytes.extracting(14..<output.bytes.count))
      #expect(answer.operation == .reply && answer.senderMAC == desk.remote)
      #expect(answer.senderAddress == desk.remoteAddress)
    }
  }

  @Test("what nobody has is asked for once, and packets to it end here")
  func unknown() async throws {
    try await withModel { desk, server in
      let nobody = MACAddress(2, 0, 0, 0, 9, 9)
      let frame = desk.frame(from: desk.guestA, to: nobody)
      _ = await server.receive(PacketInput(frame, port: OFPort(5)))
      await eventually { await desk.desk.counters.notFound == 1 }
      _ = await server.receive(PacketInput(frame, port: OFPort(5)))
      await eventually { await desk.desk.counters.received == [.unknownDestination: 2] }
      let asked = await desk.desk.counters
      #expect(asked.asked == 1 && asked.released == 0)
    }
  }

  @Test(
    "a guest that scans thousands of addresses costs a bounded number of questions, and another guest has its answer")
  func scan() async throws {
    try await withModel { desk, server in
      let start = ContinuousClock.now
      for number in 0..<1500 {
        let target = MACAddress(rawValue: 0x0200_0100_0000 + UInt64(number) << 8)
        _ = await server.receive(PacketInput(desk.frame(from: desk.guestA, to: target), port: OFPort(5)))
      }
      let frame = desk.frame(from: desk.guestB, to: desk.remote)
      let output = try await server.output(of: frame, from: OFPort(6))
      #expect(output.port == OFPort(1) && output.bytes == frame)
      let counters = await desk.desk.counters
      #expect(Double(counters.asked) <= allowedAsks(since: start), "\(counters)")
    }
  }

  @Test("a neighbor that nobody sends to is idle, and goes when the controller takes it away, not before")
  func idle() async throws {
    try await withModel(idleTime: .milliseconds(300)) { desk, server in
      desk.controller.keepIdle(true)
      _ = await server.receive(PacketInput(desk.frame(from: desk.guestA, to: desk.remote), port: OFPort(5)))
      _ = try await server.nextOutput()
      let id = NeighborID("n5")
      await eventually { desk.controller.idle.starts(with: [id, id]) }
      #expect(await desk.agent.goal.neighbors.keys.elementsEqual([id]))
      desk.controller.keepIdle(false)
      await eventually { await desk.agent.goal.neighbors.isEmpty }
      await eventually { await desk.desk.counters.forgotten == 1 }
      await eventually { await desk.agent.isInForce }
      // It is asked for again by the next packet.
      let frame = desk.frame(from: desk.guestA, to: desk.remote)
      let again = try await server.output(of: frame, from: OFPort(5))
      #expect(again.bytes == frame)
    }
  }

  @Test("what is asked while there is no session is asked when one begins")
  func noSession() async throws {
    try await withModel(isConnected: false) { desk, server in
      let frame = desk.frame(from: desk.guestA, to: desk.remote)
      _ = await server.receive(PacketInput(frame, port: OFPort(5)))
      await eventually { await desk.desk.counters.asked == 1 }
      await desk.desk.beginSession()
      let serving = Task { await desk.controller.serve(desk.desk, desk.agent) }
      let output = try await server.nextOutput()
      #expect(output.bytes == frame)
      serving.cancel()
    }
  }
}

extension ModelSwitchServer {
  /// Waits for the next packet that leaves the switch.
  fileprivate func nextOutput() async throws -> PacketOutput {
    for _ in 0..<30_000 {
      if let output = await takeOutputs().first { return output }
      try await Task.sleep(for: .milliseconds(1))
    }
    throw NothingLeft()
  }

  /// Sends a guest's packet until one leaves the switch, as guests do that have no answer.
  fileprivate func output(of frame: [UInt8], from port: OFPort) async throws -> PacketOutput {
    for attempt in 0..<30_000 {
      if attempt.isMultiple(of: 1000) { _ = await receive(PacketInput(frame, port: port)) }
      if let output = await takeOutputs().first { return output }
      try await Task.sleep(for: .milliseconds(1))
    }
    throw NothingLeft()
  }
}

private struct NothingLeft: Error {}

private func withModel(
  idleTime: Duration = .seconds(300), isConnected: Bool = true,
  _ body: (DeskBench, ModelSwitchServer) async throws -> Void
) async throws {
  let path = "/tmp/alioth-desk-\(UInt64.random(in: 0...(.max)))"
  let ports = [(1, true), (2, false), (5, false), (6, false)].map { number, isTunnel in
    ModelPort(OFPort(UInt32(number)), name: "p\(number)", isTunnel: isTunnel)
  }
  let server = try await ModelSwitchServer.start(ModelSwitch(ports: ports), at: .unix(path))
  let bench = DeskBench(path: path, idleTime: idleTime)
  let outcome: Result<Void, any Error>
  do {
    outcome = .success(try await bench.run(isConnected: isConnected) { try await body(bench, server) })
  } catch {
    outcome = .failure(error)
  }
  await server.stop()
  try outcome.get()
}
