import Glibc
import NIOPosix
import NetworkTypes
import OpenFlow
import OpenFlowNIO
import Reconciler
import SwitchEngine
import SwitchTestSupport
import Testing

@Suite("The engine and a real Open vSwitch", .enabled(if: OpenVSwitch.isAvailable), .serialized)
struct OpenVSwitchTests {
  @Test("a switch gets every flow, and a second engine with the same flows sends nothing")
  func zeroChurn() async throws {
    try await withBench { bench in
      try await bench.run(units(2000)) { engine in
        #expect(await engine.waitForSync().flowsInstalled == 10_000)
      }
      #expect(try bench.ovs.flowCount() == 10_000)
      try await bench.run(units(2000)) { engine in
        let state = await engine.waitForSync()
        #expect(state.counters.flowsAdded == 0 && state.counters.flowsDeleted == 0)
        #expect(state.history.lastReadBack?.intact == 10_000)
        #expect(state.desiredDigest == state.observedDigest)
      }
    }
  }

  @Test(
    "a refused flow in the middle of ten thousand takes its own unit out, with the flow and the error, and no other")
  func refused() async throws {
    try await withBench { bench in
      var units = units(2000)
      let bad = Flow(
        table: TableID(1), priority: 7, cookie: cookie, match: Match([.inPort(OFPort(7))]),
        instructions: [.applyActions([.group(4711)])])
      let good = units[1000]
      units[1000].flows.append(bad)
      try await bench.run(units) { engine in
        let state = await engine.waitForSync()
        #expect(state.flowsInstalled == 9995)
        #expect(state.quarantined.keys.sorted() == ["unit 1000"])
        let reason = try #require(state.quarantined["unit 1000"]?.reason)
        #expect(reason.contains("OFPBAC_BAD_OUT_GROUP") && reason.contains("group:4711"), "\(reason)")
        #expect(state.history.connections == 1)
        #expect(state.counters.batchesRefused == 1)

        await engine.update([good])
        let mended = await engine.waitForSync()
        #expect(mended.flowsInstalled == 10_000 && mended.quarantined.isEmpty)
      }
      #expect(try bench.ovs.flowCount() == 10_000)
    }
  }

  @Test("a killed switch gets everything again, and is told apart from a connection that was cut")
  func killed() async throws {
    try await withBench { bench in
      try await bench.run(units(200)) { engine in
        _ = await engine.waitForSync()
        bench.ovs.signalSwitch(SIGKILL)
        await engine.wait { $0.features == nil }
        try bench.ovs.startSwitch()
        await engine.wait { $0.isInSync && $0.history.connections == 2 }
        #expect(await engine.state.history.foundGone == 1)
        #expect(try bench.ovs.flowCount() == 1000)
      }
    }
  }

  @Test("a switch that is stopped in the middle of a change, and goes on, ends with what is desired")
  func stopped() async throws {
    try await withBench { bench in
      try await bench.run(units(200)) { engine in
        _ = await engine.waitForSync()
        bench.ovs.signalSwitch(SIGSTOP)
        await engine.update([(owner: "late", flows: unit(9000).flows)])
        try await Task.sleep(for: .milliseconds(300))
        #expect(await engine.state.isInSync == false)
        bench.ovs.signalSwitch(SIGCONT)
        let state = await engine.waitForSync()
        #expect(state.flowsInstalled == 1005 && state.history.connections == 1)
      }
    }
  }

  @Test("flows of another controller are neither counted nor touched")
  func foreign() async throws {
    try await withBench { bench in
      try bench.ovs.ofctl("add-flow \(bench.ovs.managementAddress) cookie=0x7,table=9,priority=9,ip,actions=drop")
      try await bench.run(units(10)) { engine in
        #expect(await engine.waitForSync().flowsInstalled == 50)
        await engine.update((0..<10).map { (owner: "unit \($0)", flows: []) })
        #expect(await engine.waitForSync().flowsInstalled == 0)
      }
      #expect(try bench.ovs.ofctl("dump-flows \(bench.ovs.managementAddress)").contains("cookie=0x7"))
    }
  }

  @Test("what somebody changes by hand is found by the audit, counted, and repaired")
  func drift() async throws {
    try await withBench(SwitchEngineOptions(auditPause: .milliseconds(20))) { bench in
      try await bench.run(units(20)) { engine in
        _ = await engine.waitForSync()
        try bench.ovs.ofctl("del-flows \(bench.ovs.managementAddress) table=2")
        try bench.ovs.ofctl(
          "add-flow \(bench.ovs.managementAddress) cookie=0xa110000000000001,table=2,priority=9,ip,actions=drop")
        await engine.wait { $0.counters.flowsDrifted == 21 && $0.isInSync }
        #expect(try bench.ovs.flowCount() == 100)
        let state = await engine.state
        #expect(state.desiredDigest == state.observedDigest)
      }
    }
  }

  @Test("stale flows stay until the input is complete, and go then")
  func sweep() async throws {
    try await withBench { bench in
      try await bench.run(units(4)) { engine in _ = await engine.waitForSync() }
      try await bench.run([]) { engine in
        _ = engine
      }
      #expect(try bench.ovs.flowCount() == 0)
      try await bench.run(units(4)) { engine in _ = await engine.waitForSync() }
      try await bench.run(units(2), input: .arriving) { engine in
        await engine.wait { $0.features != nil && $0.flowsDifferent == 0 }
        let kept = try bench.ovs.flowCount()
        #expect(kept == 20)
        await engine.update([], input: .complete)
        #expect(await engine.waitForSync().flowsInstalled == 10)
      }
    }
  }
}

private let cookie: UInt64 = 0xa110_0000_0000_0001

private typealias Engine = SwitchEngine<String>
private typealias TestUnit = (owner: String, flows: [Flow])

private func units(_ count: Int) -> [TestUnit] { (0..<count).map(unit) }

/// Five flows: one each in the tables 0 to 4.
private func unit(_ number: Int) -> TestUnit {
  let flows = (0..<5 as Range<UInt8>).map { table in
    Flow(
      table: TableID(rawValue: table), priority: 100, cookie: cookie,
      match: Match([.ethDst(MACAddress(rawValue: UInt64(number)))]),
      instructions: [.applyActions([.setField(.tunnelID(UInt64(number))), .output(.inPort)])])
  }
  return (owner: "unit \(number)", flows: flows)
}

private struct Workbench: Sendable {
  let ovs: OpenVSwitch
  let options: SwitchEngineOptions

  func run(
    _ units: [TestUnit], input: DesiredInput = .complete, _ body: @Sendable @escaping (Engine) async throws -> Void
  ) async throws {
    let path = ovs.managementSocket
    let engine = Engine(
      ownership: CookieFilter(0xa110 << 48, mask: 0xffff << 48), options: options,
      eventLoop: MultiThreadedEventLoopGroup.singleton.next()
    ) { loop in
      try await SwitchConnection.connect(to: .unix(path), group: loop)
    }
    try await engine.whileRunning {
      await engine.update(units, input: input)
      if units.isEmpty { _ = await engine.waitForSync() }
      try await body(engine)
    }
  }
}

private func withBench(
  _ options: SwitchEngineOptions = SwitchEngineOptions(), _ body: (Workbench) async throws -> Void
) async throws {
  let ovs = try OpenVSwitch()
  defer { ovs.stop() }
  try await body(Workbench(ovs: ovs, options: options))
}
