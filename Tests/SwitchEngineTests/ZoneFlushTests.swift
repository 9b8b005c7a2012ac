import NIOPosix
import NetworkTypes
import OpenFlow
import OpenFlowNIO
import Reconciler
import SwitchEngine
import Testing

@Suite("The engine flushes zones between owners", .timeLimit(.minutes(5)))
struct ZoneFlushTests {
  private static let owner: UInt64 = 0xa110 << 48

  private static func flows(_ unit: Int, port: UInt32) -> [Flow] {
    [TableID(0), TableID(40)].map { table in
      Flow(
        table: table, priority: 100, cookie: owner | UInt64(unit), match: Match([.inPort(OFPort(port))]),
        instructions: [.applyActions([.output(.inPort)])])
    }
  }

  private func withEngine(
    _ wire: RecordingSwitch, _ body: (SwitchEngine<Int>) async throws -> Void
  ) async throws {
    let engine = SwitchEngine<Int>(
      ownership: CookieFilter(Self.owner, mask: 0xffff << 48), options: SwitchEngineOptions(auditPause: nil),
      eventLoop: MultiThreadedEventLoopGroup.singleton.next()
    ) { _ in await wire.dial() }
    try await engine.whileRunning { try await body(engine) }
  }

  @Test("the flows of the one go, the zone is flushed, the flows of the next come")
  func handOver() async throws {
    let wire = RecordingSwitch()
    try await withEngine(wire) { engine in
      await engine.update([(1, Self.flows(1, port: 5))], zones: [1: 5], input: .complete)
      _ = await engine.waitForSync()
      await wire.clear()
      // The next one is told of first, as it may be.
      let change = await engine.update([(2, Self.flows(2, port: 5))], zones: [2: 5])
      #expect(await engine.state.changeInForce < change)
      await engine.update([(1, [])])
      _ = await engine.waitForSync()
      #expect(await wire.log == ["delete 1", "delete 1", "flush 5", "add 2", "add 2"])
      #expect(await engine.state.changeInForce >= change)
    }
  }

  @Test("on an empty switch zones are flushed before their first flows")
  func empty() async throws {
    let wire = RecordingSwitch()
    try await withEngine(wire) { engine in
      await engine.update([(1, Self.flows(1, port: 5)), (3, Self.flows(3, port: 6))], zones: [1: 5], input: .complete)
      _ = await engine.waitForSync()
      let log = await wire.log
      let flush = try #require(log.firstIndex(of: "flush 5"))
      let add = try #require(log.firstIndex(of: "add 1"))
      #expect(flush < add)
      #expect(!log.contains("flush 6"), "flows that track nothing wait for nothing")
    }
  }

  @Test("an agent that starts again sends and flushes nothing where it finds its flows, and flushes where it does not")
  func restart() async throws {
    let wire = RecordingSwitch()
    let wanted = [(owner: 1, flows: Self.flows(1, port: 5)), (owner: 2, flows: Self.flows(2, port: 6))]
    try await withEngine(wire) { engine in
      await engine.update(wanted, zones: [1: 5, 2: 6], input: .complete)
      _ = await engine.waitForSync()
    }
    await wire.clear()
    try await withEngine(wire) { engine in
      await engine.update(wanted, zones: [1: 5, 2: 6], input: .complete)
      _ = await engine.waitForSync()
    }
    #expect(await wire.log == [])
    // While nobody looked, port 6 became another's.
    try await withEngine(wire) { engine in
      await engine.wait { $0.flowsInstalled == 4 }
      await engine.update([wanted[0], (3, Self.flows(3, port: 6))], zones: [1: 5, 3: 6], input: .complete)
      _ = await engine.waitForSync()
    }
    #expect(await wire.log == ["delete 2", "delete 2", "flush 6", "add 3", "add 3"])
  }

  @Test("a flush whose answer is lost with the connection is made again before the flows come")
  func lostFlush() async throws {
    let wire = RecordingSwitch()
    await wire.loseNextFlush()
    try await withEngine(wire) { engine in
      await engine.update([(1, Self.flows(1, port: 5))], zones: [1: 5], input: .complete)
      _ = await engine.waitForSync()
      #expect(await wire.log == ["flush 5", "flush 5", "add 1", "add 1"])
      #expect(await engine.state.history.connections == 2)
    }
  }
}

/// A switch that keeps flows, and what it was told in its order.
private actor RecordingSwitch {
  private(set) var log: [String] = []
  private var table: [FlowKey: Flow] = [:]
  private var losesFlush = false

  func clear() { log = [] }
  func loseNextFlush() { losesFlush = true }
  func dial() -> any ProgrammableSwitch { Connection(self) }

  private func commit(_ mods: [FlowMod]) -> [BundleRefusal] {
    for mod in mods {
      let isAdded = mod.command == .add
      let cookie = isAdded ? mod.flow.cookie : table[mod.flow.key]?.cookie ?? 0
      log.append("\(isAdded ? "add" : "delete") \(cookie & 0xff)")
      table[mod.flow.key] = isAdded ? mod.flow : nil
    }
    return []
  }

  private func flush(_ messages: [[UInt8]]) throws -> [BundleRefusal] {
    for message in messages {
      guard case .conntrackFlushZone(let zone) = try OpenFlowMessage.decode(message).message else { continue }
      log.append("flush \(zone)")
    }
    defer { losesFlush = false }
    if losesFlush { throw ConnectionFailure.closedByPeer }
    return []
  }

  private func flows(_ cookies: CookieFilter) -> [Flow] { table.values.filter { cookies.contains($0.cookie) } }

  private final class Connection: ProgrammableSwitch {
    let features = SwitchFeatures(datapathID: 0x2a)
    private let owner: RecordingSwitch
    private let ends: AsyncStream<Void>
    private let ending: AsyncStream<Void>.Continuation

    init(_ owner: RecordingSwitch) {
      self.owner = owner
      (ends, ending) = AsyncStream.makeStream()
    }

    func reserveTransactionIDs(_ count: Int) -> UInt32 { 1 }

    func commit(_ bundle: EncodedBundle, completion: @escaping @Sendable (Result<[BundleRefusal], any Error>) -> Void) {
      Task { [owner] in
        do {
          completion(.success(await owner.commit(try bundle.flowMods())))
        } catch {
          completion(.failure(error))
        }
      }
    }

    func apply(_ messages: [[UInt8]], completion: @escaping @Sendable (Result<[BundleRefusal], any Error>) -> Void) {
      Task { [owner] in
        do {
          completion(.success(try await owner.flush(messages)))
        } catch {
          completion(.failure(error))
        }
      }
    }
    func groups() async -> [Group] { [] }
    func meters() async -> [Meter] { [] }
    func tableSizes() async -> [TableID: Int] {
      Dictionary(await owner.flows(.any).map { ($0.table, 1) }, uniquingKeysWith: +)
    }

    func readFlows(
      table: TableID?, cookies: CookieFilter, part: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws {
      let flows = await owner.flows(cookies).filter { table == nil || $0.table == table }
      try await part(FlowStatisticsEntry.encode(flows))
    }

    var closed: ConnectionFailure {
      get async {
        for await _ in ends {}
        return .closedLocally
      }
    }

    func disconnect() { ending.finish() }
  }
}
