import OpenFlow
import OpenFlowNIO
import SwitchModel
import SwitchModelNIO
import Testing

/// Our own client against the model, and what the model breaks on command.
@Suite("SwitchConnection as a client of the model", .timeLimit(.minutes(5)))
struct ServerTests {
  private static func withSwitch(
    at address: ModelSwitchAddress? = nil, _ body: (ModelSwitchServer) async throws -> Void
  ) async throws {
    let path = "/tmp/alioth-model-\(UInt64.random(in: 0...(.max)))"
    let model = ModelSwitch(ports: [ModelPort(OFPort(1), name: "p1"), ModelPort(OFPort(2), name: "p2")])
    let server = try await ModelSwitchServer.start(model, at: address ?? .unix(path))
    do {
      try await body(server)
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }

  private static func connect(_ server: ModelSwitchServer) async throws -> SwitchConnection {
    switch server.address {
    case .unix(let path): try await SwitchConnection.connect(to: .unix(path))
    case .loopback(let port): try await SwitchConnection.connect(to: .tcp(host: "127.0.0.1", port: port))
    }
  }

  private static func flow(_ priority: UInt16, group: UInt32? = nil) -> Flow {
    Flow(
      table: TableID(1), priority: priority, cookie: UInt64(priority), match: Match([.inPort(OFPort(1))]),
      instructions: [.applyActions([group.map(Action.group) ?? .output(OFPort(2))])])
  }

  @Test("flows that are committed are read back, and nothing of a refused bundle is there")
  func commits() async throws {
    try await Self.withSwitch { server in
      let connection = try await Self.connect(server)
      let flows = (1..<3000).map { Self.flow(UInt16($0)) }
      #expect(try await connection.commit(flows.map(FlowMod.add)).isEmpty)
      let read = try await connection.flows()
      #expect(Set(read) == Set(flows))
      let refusals = try await connection.commit([.add(Self.flow(9000)), .add(Self.flow(9001, group: 7))])
      #expect(refusals.map(\.index) == [1])
      #expect(refusals.map(\.error.codeName) == ["OFPBAC_BAD_OUT_GROUP"])
      #expect(await server.model.flowCount == flows.count)
      #expect(try await connection.aggregateStatistics(FlowFilter()).flows == UInt32(flows.count))
      try await connection.barrier()
      #expect(try await connection.ports().map(\.name) == ["p1", "p2"])
      await connection.close()
    }
  }

  @Test("several connections over TCP see one switch")
  func severalConnections() async throws {
    try await Self.withSwitch(at: .loopback(port: 0)) { server in
      let first = try await Self.connect(server)
      let second = try await Self.connect(server)
      #expect(try await first.commit([.add(Self.flow(1))]).isEmpty)
      #expect(try await second.flows() == [Self.flow(1)])
      await first.close()
      await second.close()
    }
  }

  @Test("a message that the test wants refused is refused, when it comes or at the commit")
  func refusal() async throws {
    try await Self.withSwitch { server in
      let connection = try await Self.connect(server)
      for moment in [ModelSwitch.Moment.received, .committed] {
        await server.refuse { message, asked in
          guard asked == moment, case .flowMod(let mod) = message, mod.flow.priority == 5 else { return nil }
          return Refusal(type: 5, code: 1)
        }
        let refusals = try await connection.commit([.add(Self.flow(4)), .add(Self.flow(5)), .add(Self.flow(6))])
        #expect(refusals.map(\.index) == [1])
        #expect(refusals.map(\.error.codeName) == ["OFPFMFC_TABLE_FULL"])
        #expect(await server.model.flowCount == 0)
      }
      await server.refuse(nil)
      #expect(try await connection.commit([.add(Self.flow(5))]).isEmpty)
      await connection.close()
    }
  }

  @Test(
    "a commit is lost before or after it is carried out, and the connection with it",
    arguments: [(Fault.loseCommit, 0), (.loseCommitReply, 1)])
  func lostCommit(_ fault: Fault, flows: Int) async throws {
    try await Self.withSwitch { server in
      let connection = try await Self.connect(server)
      await server.arm(fault)
      await #expect(throws: ConnectionFailure.self) {
        try await connection.commit([.add(Self.flow(5))])
      }
      _ = await connection.closed
      #expect(await server.model.flowCount == flows)
      let again = try await Self.connect(server)
      #expect(try await again.commit([.add(Self.flow(5))]).isEmpty)
      await again.close()
    }
  }

  @Test(
    "the connection ends in the middle of an answer, or at a message",
    arguments: [
      Fault.cutAfterSending(bytes: 1000), .cutWithin(message: 0, bytes: 3), .cutWithin(message: 0, bytes: 20),
      .cutAfterReceiving(messages: 1), .garbage([9, 9, 9, 9, 9, 9, 9, 9], afterMessages: 0),
    ])
  func cut(_ fault: Fault) async throws {
    try await Self.withSwitch { server in
      let connection = try await Self.connect(server)
      #expect(try await connection.commit((1..<100).map { .add(Self.flow(UInt16($0))) }).isEmpty)
      await server.arm(fault)
      await #expect(throws: ConnectionFailure.self) {
        _ = try await connection.flows()
        _ = try await connection.flows()
      }
      _ = await connection.closed
      let again = try await Self.connect(server)
      #expect(try await again.flows().count == 99)
      await again.close()
    }
  }

  @Test("answers that are held come later, and so do those to a switch that does not read")
  func stalls() async throws {
    try await Self.withSwitch { server in
      let connection = try await Self.connect(server)
      await server.holdAnswers(for: .milliseconds(100))
      try await connection.barrier()
      await server.stallReading(for: .milliseconds(100))
      try await connection.barrier()
      await server.delayAnswers(by: .milliseconds(20))
      async let first: Void = connection.barrier()
      async let second: Void = connection.barrier()
      _ = try await (first, second)
      await connection.close()
    }
  }

  @Test("a restart ends connections and forgets flows, or keeps them")
  func restart() async throws {
    try await Self.withSwitch { server in
      for (isKept, count) in [(true, 1), (false, 0)] {
        let connection = try await Self.connect(server)
        #expect(try await connection.commit([.add(Self.flow(5))]).isEmpty)
        await server.stopListening()
        await server.restart(keepingFlows: isKept)
        _ = await connection.closed
        await #expect(throws: ConnectionFailure.self) { try await Self.connect(server) }
        try await server.listen()
        let again = try await Self.connect(server)
        #expect(try await again.flows().count == count)
        await again.close()
      }
    }
  }

  @Test("flows time out when time passes, and whoever listens is told")
  func timeouts() async throws {
    try await Self.withSwitch { server in
      let connection = try await Self.connect(server)
      let flow = Flow(
        table: TableID(0), priority: 3, cookie: 7, match: .any, instructions: [], hardTimeout: 600,
        flags: .sendFlowRemoved)
      #expect(try await connection.commit([.add(flow)]).isEmpty)
      await server.advance(milliseconds: 300_000)
      #expect(await server.model.flowCount == 1)
      await server.advance(milliseconds: 600_000)
      #expect(await server.model.flowCount == 0)
      await connection.close()
    }
  }
}
