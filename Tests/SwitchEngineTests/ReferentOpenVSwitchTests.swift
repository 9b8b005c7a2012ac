import Glibc
import NIOPosix
import NetworkTypes
import OpenFlow
import OpenFlowNIO
import Reconciler
import SwitchEngine
import SwitchTestSupport
import Testing

@Suite(
  "The engine's groups and meters and a real Open vSwitch", .enabled(if: OpenVSwitch.isAvailable), .serialized,
  .timeLimit(.minutes(5)))
struct ReferentOpenVSwitchTests {
  @Test("a switch gets meters, groups and flows, and a second engine with the same sends nothing, whatever their kind")
  func zeroChurn() async throws {
    try await withReferentBench { bench in
      let states = (0..<200).map(unit) + [everyKind]
      try await bench.run(states) { engine in
        let state = await engine.waitForSync()
        #expect(state.groups.installed == 400 + 9 && state.meters.installed == 200 + 5, "\(state)")
        #expect(state.flowsInstalled == 600 && state.quarantined.isEmpty, "\(state.quarantined)")
      }
      try await bench.run(states) { engine in
        let state = await engine.waitForSync()
        #expect(state.counters == FlowCounters(), "\(state.counters)")
        #expect(state.history.lastReadBack?.differences == 0 && state.history.lastReadBack?.intact == 1214)
        #expect(state.desiredDigest == state.observedDigest)
      }
      try await bench.run([]) { engine in _ = await engine.waitForSync() }
      #expect(try bench.ovs.flowCount() == 0)
      #expect(try bench.dump("groups").isEmpty)
      #expect(try bench.dump("meters").isEmpty)
    }
  }

  @Test("a group and a meter that change are replaced under their flows, which stay as old as they are")
  func replaced() async throws {
    try await withReferentBench { bench in
      try await bench.run([unit(0)]) { engine in
        _ = await engine.waitForSync()
        await engine.update(states: [unit(0, rate: 777, port: 7)])
        let state = await engine.waitForSync()
        #expect(state.counters.flowsAdded == 3 && state.counters.flowsDeleted == 0)
        let groups = try bench.dump("groups")
        #expect(groups.contains { $0.contains("output:7") })
        let meters = try bench.ovs.ofctl("dump-meters \(bench.ovs.managementAddress)")
        #expect(meters.contains("rate=777"))
        #expect(try bench.ovs.flowCount() == 3)
      }
    }
  }

  @Test("a refused group and a refused meter take their owners out, each with what it was, and no other")
  func refused() async throws {
    try await withReferentBench { bench in
      var badGroup = unit(1)
      badGroup.desired.groups.append(Group(id: GroupID(1900), type: .indirect, buckets: []))
      var badMeter = unit(2)
      badMeter.desired.meters.append(Meter(id: MeterID(190), flags: [.kbps, .packets], bands: [MeterBand(rate: 1)]))
      let user = (
        owner: "user",
        desired: DesiredState(flows: [flow(9, table: 3, [.meter(190), .applyActions([.output(OFPort(1))])])])
      )
      try await bench.run([unit(0), badGroup, badMeter, user, unit(3)]) { engine in
        let state = await engine.waitForSync()
        #expect(state.quarantined.keys.sorted() == ["unit 1", "unit 2", "user"])
        let group = state.quarantined["unit 1"]?.reason ?? ""
        #expect(group.contains("OFPGMFC_INVALID_GROUP") && group.contains("group_id=1900,type=indirect"), "\(group)")
        let meter = state.quarantined["unit 2"]?.reason ?? ""
        #expect(meter.contains("OFPMMFC_BAD_FLAGS") && meter.contains("meter=190 kbps pktps"), "\(meter)")
        #expect(state.quarantined["user"]?.reason.contains("meter 190, which is withdrawn with unit 2") == true)
        #expect(state.flowsInstalled == 6 && state.groups.installed == 4 && state.meters.installed == 2)
        #expect(state.history.connections == 1)

        await engine.update(states: [unit(1), unit(2)])
        let mended = await engine.waitForSync()
        #expect(mended.flowsInstalled == 12 && mended.quarantined.keys.sorted() == ["user"])
        #expect(mended.groups.installed == 8 && mended.meters.installed == 4)
      }
    }
  }

  @Test("a killed switch gets meters, groups and flows again, with nothing refused on the way")
  func killed() async throws {
    try await withReferentBench { bench in
      try await bench.run((0..<50).map { unit($0) }) { engine in
        _ = await engine.waitForSync()
        bench.ovs.signalSwitch(SIGKILL)
        await engine.wait { $0.features == nil }
        try bench.ovs.startSwitch()
        await engine.wait { $0.isInSync && $0.history.connections == 2 }
        let state = await engine.state
        #expect(state.history.foundGone == 1 && state.counters.batchesRefused == 0 && state.quarantined.isEmpty)
        #expect(try bench.ovs.flowCount() == 150)
        #expect(try bench.dump("groups").count == 100)
        #expect(try bench.dump("meters").count == 50)
      }
    }
  }

  @Test("groups and meters of others are neither counted nor touched")
  func foreign() async throws {
    try await withReferentBench { bench in
      try bench.ovs.ofctl("add-group \(bench.ovs.managementAddress) group_id=5,type=all,bucket=output:1")
      try bench.ovs.ofctl("add-meter \(bench.ovs.managementAddress) meter=5,kbps,band=type=drop,rate=1")
      try await bench.run([unit(0)]) { engine in
        #expect(await engine.waitForSync().groups.installed == 2)
        await engine.update(states: [(owner: "unit 0", desired: DesiredState())])
        let state = await engine.waitForSync()
        #expect(state.groups.installed == 0 && state.meters.installed == 0)
      }
      #expect(try bench.dump("groups").count == 1)
      #expect(try bench.dump("meters").count == 1)
    }
  }

  @Test("what somebody does to groups and meters, and to flows thereby, is found by the audit, counted, and repaired")
  func drift() async throws {
    try await withReferentBench(SwitchEngineOptions(auditPause: .milliseconds(20))) { bench in
      try await bench.run((0..<20).map { unit($0) }) { engine in
        let before = await engine.waitForSync()
        let address = bench.ovs.managementAddress
        try bench.ovs.ofctl("mod-group \(address) group_id=1000,type=all,bucket=output:66")
        try bench.ovs.ofctl("del-groups \(address) group_id=1003")
        try bench.ovs.ofctl("add-group \(address) group_id=1999,type=all")
        try bench.ovs.ofctl("del-meter \(address) meter=107")
        await engine.wait {
          $0.counters.referentsDrifted >= 4 && $0.counters.flowsDrifted >= 2 && $0.isInSync
            && $0.history.auditRounds > before.history.auditRounds + 1
        }
        #expect(try bench.ovs.flowCount() == 60)
        let groups = try bench.dump("groups")
        #expect(groups.count == 40 && !groups.contains { $0.contains("output:66") })
        #expect(try bench.dump("meters").count == 20)
        let state = await engine.state
        #expect(state.desiredDigest == state.observedDigest && state.quarantined.isEmpty)
      }
    }
  }
}

private typealias Engine = SwitchEngine<String>
private typealias Unit = (owner: String, desired: DesiredState)

private let cookie: UInt64 = 0xa110_0000_0000_0001

/// A meter, two groups of which one names the other, and three flows that need them.
private func unit(_ number: Int) -> Unit { unit(number, rate: 1000 + UInt32(number), port: 1) }

private func unit(_ number: Int, rate: UInt32, port: UInt32) -> Unit {
  let outer = UInt32(1000 + 2 * number)
  let meter = UInt32(100 + number)
  let inner = Bucket(weight: 3, actions: [.setField(.tunnelID(UInt64(number))), .output(OFPort(port))])
  return (
    owner: "unit \(number)",
    desired: DesiredState(
      flows: [
        flow(number, table: 0, [.gotoTable(TableID(1))]),
        flow(number, table: 1, [.meter(meter), .applyActions([.group(outer)])]),
        flow(number, table: 2, [.applyActions([.clone([.group(outer + 1)])])]),
      ],
      groups: [
        Group(id: GroupID(outer), type: .all, buckets: [Bucket(actions: [.group(outer + 1)])]),
        Group(id: GroupID(outer + 1), type: .select, buckets: [inner, inner]),
      ], meters: [Meter(id: MeterID(meter), flags: [.kbps], bands: [MeterBand(rate: rate)])])
  )
}

/// Groups and meters of every kind that Open vSwitch takes, in the words in which somebody may ask for them.
private let everyKind: Unit = {
  let one = Bucket(actions: [.output(OFPort(1))])
  let groups: [(Group.Kind, [Bucket])] = [
    (.all, []), (.all, [one, one]), (.select, [one]), (.select, [Bucket(weight: 0, actions: [])]),
    (.indirect, [Bucket(weight: 9, actions: [.decrementTTL, .output(.inPort)])]),
    (.fastFailover, [Bucket(watchPort: OFPort(1), actions: [.output(OFPort(1))])]),
    (.fastFailover, [Bucket(watchGroup: GroupID(1800), actions: [.output(OFPort(2))])]),
    (.all, [Bucket(actions: [.resubmit(port: .inPort, table: TableID(3))])]),
    (.all, [Bucket(actions: [.controller(ControllerAction(userdata: [1, 2, 3], meter: 400)), .popVLAN])]),
  ]
  let meters: [(Meter.Flags, [MeterBand])] = [
    ([.packets, .statistics], [MeterBand(rate: 5)]), ([.kbps, .burst], [MeterBand(rate: 5, burst: 50)]),
    ([.kbps, .burst], [MeterBand(rate: 5)]), ([.kbps], [MeterBand(rate: 5, burst: 50)]),
    ([.kbps], [MeterBand(rate: 9), MeterBand(rate: 3)]),
  ]
  return (
    owner: "every kind",
    desired: DesiredState(
      groups: groups.enumerated().map { Group(id: GroupID(UInt32(1800 + $0)), type: $1.0, buckets: $1.1) },
      meters: meters.enumerated().map { Meter(id: MeterID(UInt32(400 + $0)), flags: $1.0, bands: $1.1) })
  )
}()

private func flow(_ number: Int, table: UInt8, _ instructions: [Instruction]) -> Flow {
  Flow(
    table: TableID(rawValue: table), priority: 100, cookie: cookie,
    match: Match([.ethDst(MACAddress(rawValue: UInt64(number)))]), instructions: instructions)
}

private struct Workbench: Sendable {
  let ovs: OpenVSwitch
  let options: SwitchEngineOptions

  /// The lines that ovs-ofctl has for groups or meters.
  func dump(_ what: String) throws -> [Substring] {
    try ovs.ofctl("dump-\(what) \(ovs.managementAddress)").split(separator: "\n").filter {
      $0.contains(what == "groups" ? "group_id=" : "meter=")
    }
  }

  func run(_ states: [Unit], _ body: @Sendable @escaping (Engine) async throws -> Void) async throws {
    let path = ovs.managementSocket
    let ownership = Ownership(
      cookies: CookieFilter(0xa110 << 48, mask: 0xffff << 48), groups: GroupID(1000)...GroupID(1999),
      meters: MeterID(100)...MeterID(499))
    let engine = Engine(
      ownership: ownership, options: options, eventLoop: MultiThreadedEventLoopGroup.singleton.next()
    ) { loop in
      try await SwitchConnection.connect(to: .unix(path), group: loop)
    }
    try await engine.whileRunning {
      await engine.update(states: states, input: .complete)
      try await body(engine)
    }
  }
}

private func withReferentBench(
  _ options: SwitchEngineOptions = SwitchEngineOptions(), _ body: (Workbench) async throws -> Void
) async throws {
  let ovs = try OpenVSwitch()
  defer { ovs.stop() }
  try await body(Workbench(ovs: ovs, options: options))
}
