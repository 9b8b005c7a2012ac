import NIOPosix
import NetworkTypes
import OpenFlow
import OpenFlowNIO
import Reconciler
import SwitchEngine
import SwitchModel
import SwitchModelNIO
import Testing

/// Faults at places of the conversation that a real switch cannot be made to fail at.
@Suite("The engine and a switch that fails on command", .timeLimit(.minutes(2)))
struct ModelFaultTests {
  private static let cookie: UInt64 = 0xa110_0000_0000_0001

  private static let bundleAdd = MessageKind(ExtensionNumber(experimenter: 0x4f4e_4600, subtype: 2301))

  private static func flows(_ unit: Int, version: UInt32 = 0) -> [Flow] {
    (0..<5 as Range<UInt8>).map { table in
      Flow(
        table: TableID(rawValue: table), priority: 100, cookie: cookie,
        match: Match([.ethDst(MACAddress(rawValue: UInt64(unit)))]),
        instructions: [.applyActions([.setField(.reg(0, version)), .output(.inPort)])])
    }
  }

  private func withEngine(
    session: SwitchSessionOptions = SwitchSessionOptions(purpose: .programming),
    engine options: SwitchEngineOptions = SwitchEngineOptions(auditPause: nil),
    units: Int = 40, _ body: (SwitchEngine<Int>, ModelSwitchServer) async throws -> Void
  ) async throws {
    let path = "/tmp/alioth-model-\(UInt64.random(in: 0...(.max)))"
    let server = try await ModelSwitchServer.start(at: .unix(path))
    let engine = SwitchEngine<Int>(
      ownership: CookieFilter(0xa110 << 48, mask: 0xffff << 48), options: options,
      eventLoop: MultiThreadedEventLoopGroup.singleton.next()
    ) { loop in
      try await SwitchConnection.connect(to: .unix(path), options: session, group: loop)
    }
    let running = Task { await engine.run() }
    await engine.update((0..<units).map { ($0, Self.flows($0)) }, input: .complete)
    _ = await engine.waitForSync()
    do {
      try await body(engine, server)
    } catch {
      running.cancel()
      await server.stop()
      throw error
    }
    running.cancel()
    await running.value
    await server.stop()
  }

  /// What the switch has is what is desired, and the engine says so.
  private func expectExact(_ desired: [Flow], _ engine: SwitchEngine<Int>, _ server: ModelSwitchServer) async {
    let state = await engine.waitForSync()
    #expect(state.desiredDigest == state.observedDigest && state.flowsInstalled == desired.count)
    #expect(Set(await server.model.flows) == Set(desired))
  }

  private static func desired(_ units: Range<Int>, changed: Int? = nil) -> [Flow] {
    units.flatMap { flows($0, version: $0 == changed ? 1 : 0) }
  }

  @Test("a commit that is lost before it is carried out is made again, and one whose answer is lost is found there")
  func lostCommits() async throws {
    for fault in [Fault.loseCommit, .loseCommitReply] {
      try await withEngine { engine, server in
        let before = await engine.state.counters
        await server.arm(fault)
        await engine.update([(3, Self.flows(3, version: 1))])
        await engine.wait { $0.history.connections == 2 && $0.isInSync }
        await expectExact(Self.desired(0..<40, changed: 3), engine, server)
        let sent = await engine.state.counters.flowsAdded - before.flowsAdded
        #expect(sent == (fault == .loseCommit ? 5 : 0), "\(fault)")
      }
    }
  }

  @Test("a connection that is cut in the middle of any answer, half a message included, costs nothing but a new one")
  func cuts() async throws {
    try await withEngine { engine, server in
      for offset in stride(from: 1, through: 400, by: 19) {
        await server.arm(.cutAfterSending(bytes: offset))
        await engine.update([(offset % 40, Self.flows(offset % 40, version: UInt32(offset)))])
        await engine.update([(offset % 40, Self.flows(offset % 40))])
        _ = await engine.waitForSync()
      }
      await server.disarm()
      await server.arm(.cutWithin(message: 0, bytes: 3))
      await engine.update([(7, Self.flows(7, version: 1))])
      await engine.wait { $0.isInSync }
      await expectExact(Self.desired(0..<40, changed: 7), engine, server)
      #expect(await engine.state.quarantined.isEmpty)
    }
  }

  @Test(
    "bytes that are no message, and lengths that lie, end the connection with the reason; the next one goes on",
    arguments: [
      [4, 1, 0, 7, 0, 0, 0, 0],  // shorter than a header
      [4, 19, 0, 0, 0, 0, 0, 9],  // no length at all
      [4, 19, 0xff, 0xff, 0, 0, 0, 9],  // longer than what follows: silence in the end
      [0x53, 0x53, 0x48, 0x2d, 0x32, 0x2e, 0x30, 0x2d],  // another protocol
    ] as [[UInt8]])
  func hostile(bytes: [UInt8]) async throws {
    let session = SwitchSessionOptions(
      probeInterval: .milliseconds(200), silenceLimit: .seconds(2), answerLimit: .seconds(2), purpose: .programming)
    try await withEngine(session: session) { engine, server in
      await server.arm(.garbage(bytes, afterMessages: 0))
      await engine.update([(5, Self.flows(5, version: 1))])
      await engine.wait { $0.isInSync && $0.history.connections >= 2 }
      await expectExact(Self.desired(0..<40, changed: 5), engine, server)
    }
  }

  @Test("an answer that is late is waited for, on the same connection, and nothing is sent twice")
  func late() async throws {
    try await withEngine { engine, server in
      let before = await server.receivedMessages[Self.bundleAdd] ?? 0
      await server.holdAnswers(for: .seconds(2))
      await engine.update([(9, Self.flows(9, version: 1))])
      try await Task.sleep(for: .milliseconds(300))
      #expect(await !engine.state.isInSync)
      await expectExact(Self.desired(0..<40, changed: 9), engine, server)
      #expect(await engine.state.history.connections == 1)
      #expect(await (server.receivedMessages[Self.bundleAdd] ?? 0) - before == 5)
    }
  }

  @Test("an answer that is later than the limit is given up with its connection, and what came of it is read")
  func tooLate() async throws {
    let session = SwitchSessionOptions(answerLimit: .milliseconds(300), purpose: .programming)
    try await withEngine(session: session) { engine, server in
      await server.holdAnswers(for: .seconds(1))
      await engine.update([(9, Self.flows(9, version: 1))])
      await engine.wait { $0.isInSync && $0.history.connections >= 2 }
      await expectExact(Self.desired(0..<40, changed: 9), engine, server)
    }
  }

  @Test("a switch that reads nothing for a while gets what is desired by then, not every step on the way")
  func stalled() async throws {
    try await withEngine(engine: SwitchEngineOptions(bundlesInFlight: 1, auditPause: nil)) { engine, server in
      let before = await server.receivedMessages[Self.bundleAdd] ?? 0
      await server.stallReading(for: .milliseconds(500))
      for version in 1...100 as ClosedRange<UInt32> { await engine.update([(1, Self.flows(1, version: version))]) }
      await engine.update([(1, Self.flows(1, version: 1))])
      await expectExact(Self.desired(0..<40, changed: 1), engine, server)
      #expect(await (server.receivedMessages[Self.bundleAdd] ?? 0) - before <= 10)
    }
  }

  /// Of flows of version 1 in table 3.
  @Sendable private static func refusal(of message: OpenFlowMessage, _ moment: ModelSwitch.Moment) -> Refusal? {
    guard case .flowMod(let mod) = message, mod.command == .add, mod.flow.table == TableID(rawValue: 3),
      "\(mod.flow)".contains("0x1->reg0")
    else { return nil }
    return Refusal(type: 5, code: 1)  // OFPFMFC_TABLE_FULL
  }

  @Test("a refused unit is tried again ever more rarely, on the same connection, until the switch takes it")
  func quarantine() async throws {
    let options = SwitchEngineOptions(
      quarantineDelay: .milliseconds(50), longestQuarantineDelay: .seconds(1), auditPause: nil)
    try await withEngine(engine: options) { engine, server in
      await server.refuse(Self.refusal)
      await engine.update([(2, Self.flows(2, version: 1)), (4, Self.flows(4, version: 2))])
      await engine.wait { $0.isInSync && !$0.quarantined.isEmpty }
      let state = await engine.state
      #expect(state.quarantined.keys.sorted() == [2])
      #expect(state.quarantined[2]?.reason.contains("OFPFMFC_TABLE_FULL") == true)
      #expect(state.quarantined[2]?.reason.contains("table=3") == true)
      // Fail closed: nothing of the unit is left, and the rest is in force.
      #expect(await server.model.flowCount == 195)
      await engine.wait { $0.counters.batchesRefused >= 3 }
      #expect(await engine.state.quarantined.keys.sorted() == [2])
      await server.refuse(nil)
      await engine.wait { $0.quarantined.isEmpty && $0.isInSync }
      #expect(await server.model.flowCount == 200)
      #expect(await engine.state.history.connections == 1)
    }
  }

  @Test("a refused unit that wants the same again, as one that is compiled anew, is still tried again")
  func quarantineOfTheSame() async throws {
    let options = SwitchEngineOptions(
      quarantineDelay: .milliseconds(200), longestQuarantineDelay: .seconds(1), auditPause: nil)
    try await withEngine(engine: options) { engine, server in
      await server.refuse(Self.refusal)
      await engine.update([(2, Self.flows(2, version: 1))])
      await engine.wait { $0.isInSync && !$0.quarantined.isEmpty }
      await engine.update([(2, Self.flows(2, version: 1))])
      #expect(await engine.state.quarantined.keys.sorted() == [2])
      await server.refuse(nil)
      await engine.wait { $0.quarantined.isEmpty && $0.isInSync }
      #expect(await server.model.flowCount == 200)
    }
  }

  @Test("a connection that blinks and a switch that has lost its flows are told apart")
  func restarts() async throws {
    try await withEngine { engine, server in
      let added = await engine.state.counters.flowsAdded
      await server.restart(keepingFlows: true)
      await engine.wait { $0.isInSync && $0.history.connections == 2 }
      #expect(await engine.state.history.foundIntact == 1)
      #expect(await engine.state.counters.flowsAdded == added)
      await server.restart(keepingFlows: false)
      await engine.wait { $0.isInSync && $0.history.connections == 3 }
      #expect(await engine.state.history.foundGone == 1)
      await expectExact(Self.desired(0..<40), engine, server)
    }
  }
}
