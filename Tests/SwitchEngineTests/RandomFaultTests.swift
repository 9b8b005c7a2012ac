import Glibc
import NIOPosix
import NetworkTypes
import OpenFlow
import OpenFlowNIO
import SwitchEngine
import SwitchTestSupport
import Testing

/// Faults of a real Open vSwitch at moments that nobody chose.
@Suite("Open vSwitch fails at random moments", .enabled(if: OpenVSwitch.isAvailable), .serialized)
struct RandomFaultTests {
  private static let cookie: UInt64 = 0xa110_0000_0000_0001
  private static let ownership = CookieFilter(0xa110 << 48, mask: 0xffff << 48)

  private static func flows(_ unit: Int, version: UInt32) -> [Flow] {
    (0..<5 as Range<UInt8>).map { table in
      Flow(
        table: TableID(rawValue: table), priority: 100, cookie: cookie,
        match: Match([.ethDst(MACAddress(rawValue: UInt64(unit)))]),
        instructions: [.applyActions([.setField(.reg(0, version)), .output(.inPort)])])
    }
  }

  private func withEngine(_ ovs: OpenVSwitch, _ body: (SwitchEngine<Int>) async throws -> Void) async throws {
    let path = ovs.managementSocket
    let engine = SwitchEngine<Int>(
      ownership: Self.ownership, eventLoop: MultiThreadedEventLoopGroup.singleton.next()
    ) { loop in
      try await SwitchConnection.connect(
        to: .unix(path), options: SwitchSessionOptions(purpose: .programming), group: loop)
    }
    try await engine.whileRunning { try await body(engine) }
  }

  @Test(
    "stopped and killed in the middle of changes, the switch ends with exactly what is desired",
    arguments: [UInt64.random(in: 0...(.max))])
  func storms(seed: UInt64) async throws {
    var random = Random(seed: seed)
    let ovs = try OpenVSwitch()
    defer { ovs.stop() }
    var desired: [Int: UInt32] = [:]
    try await withEngine(ovs) { engine in
      await engine.update([], input: .complete)
      for round in 0..<10 as Range<UInt32> {
        for _ in 0..<3 {
          let units = (0..<Int.random(in: 1...400, using: &random)).map { _ in Int.random(in: 0..<1000, using: &random)
          }
          let removed = Bool.random(using: &random)
          for unit in units { desired[unit] = removed ? nil : round }
          await engine.update(units.map { ($0, removed ? [] : Self.flows($0, version: round)) })
          try await Task.sleep(for: .milliseconds(Int.random(in: 0...8, using: &random)))
        }
        if Bool.random(using: &random) {
          ovs.signalSwitch(SIGSTOP)
          try await Task.sleep(for: .milliseconds(Int.random(in: 0...200, using: &random)))
          ovs.signalSwitch(SIGCONT)
        } else {
          ovs.signalSwitch(SIGKILL)
          try ovs.startSwitch()
        }
      }
      let state = await engine.waitForSync()
      #expect(state.flowsInstalled == desired.count * 5, "seed \(seed)")
      #expect(state.desiredDigest == state.observedDigest, "seed \(seed)")
    }
    let check = try await SwitchConnection.connect(to: .unix(ovs.managementSocket))
    let found = Set(try await check.flows())
    #expect(found == Set(desired.flatMap { Self.flows($0, version: $1) }), "seed \(seed)")
    await check.close()
  }

  @Test("the database's server is killed and comes back: no flow is lost, and what was asked for meanwhile is in force")
  func database() async throws {
    let ovs = try OpenVSwitch()
    defer { ovs.stop() }
    try await withEngine(ovs) { engine in
      await engine.update((0..<100).map { ($0, Self.flows($0, version: 1)) }, input: .complete)
      _ = await engine.waitForSync()
      ovs.signalDatabase(SIGKILL)
      // Open vSwitch serves no OpenFlow while it has lost its database, so this waits.
      await engine.update([(200, Self.flows(200, version: 1))])
      try ovs.startDatabase()
      let state = await engine.waitForSync()
      #expect(state.flowsInstalled == 505 && state.history.foundGone == 0)
      #expect(try ovs.flowCount() == 505)
    }
  }
}

/// SplitMix64: the same numbers for the same seed.
private struct Random: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}
