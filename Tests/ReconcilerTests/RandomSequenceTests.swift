import NetworkTypes
import OpenFlow
import Testing

@testable import Reconciler

/// The reconciler against a switch that is a dictionary: whatever happens in whatever order, in the end the switch has
/// what a specification of three lines says, and the books agree with it.
@Suite("Random sequences")
struct RandomSequenceTests {
  @Test(
    "after any sequence of changes, refusals, losses and drift the switch has exactly what is desired",
    arguments: 0..<60)
  func converges(seed: Int) throws {
    var random = SplitMix(state: UInt64(seed))
    var reconciler = FlowReconciler<Int>(ownership: ours)
    var world = World()
    reconciler.sweeps = true
    for _ in 0..<400 { step(&reconciler, &world, &random) }
    world.refused = []
    reconciler.retryQuarantined()
    if reconciler.installedCount == nil { reconnect(&reconciler, world) }
    audit(&reconciler, world)
    while let batch = reconciler.nextBatch(limit: 8) { deliver(batch, &reconciler, &world) }
    #expect(world.installed == world.specification, "seed \(seed)")
    #expect(reconciler.isSettled && reconciler.quarantined.isEmpty, "seed \(seed)")
    #expect(reconciler.installedCount == world.installed.count && reconciler.desiredCount == world.installed.count)
    #expect(reconciler.desiredDigest == reconciler.installedDigest)
    #expect(reconciler.changeInForce == reconciler.changeNumber)
    for owner in world.desired.keys { reconciler.setDesired([], for: owner) }
    while let batch = reconciler.nextBatch(limit: 8) { deliver(batch, &reconciler, &world) }
    #expect(world.installed.isEmpty && reconciler.desiredDigest == 0 && reconciler.installedDigest == 0)
    #expect(reconciler.ledger.store.slots.allSatisfy { $0.state.isEmpty }, "nothing is left behind")
  }

  private struct World {
    var desired: [Int: [Flow]] = [:]
    var installed: [FlowKey: Flow] = [:]
    /// Ports that the switch refuses to send to.
    var refused: Set<UInt32> = []

    /// Of those who want a key the lowest has it; of one owner's flows of a key the last counts.
    var specification: [FlowKey: Flow] {
      var result: [FlowKey: Flow] = [:]
      for (_, flows) in desired.sorted(by: { $0.key > $1.key }) {
        for flow in flows { result[flow.key] = flow }
      }
      return result
    }
  }

  private func step(_ reconciler: inout FlowReconciler<Int>, _ world: inout World, _ random: inout SplitMix) {
    switch random.below(20) {
    case 0..<8:
      let owner = random.below(6)
      let flows = (0..<random.below(6)).map { _ in
        flow(random.below(12), table: UInt8(random.below(2)), out: UInt32(random.below(5)))
      }
      world.desired[owner] = flows
      reconciler.setDesired(flows, for: owner)
    case 8..<14:
      if let batch = reconciler.nextBatch(limit: 1 + random.below(6)) { deliver(batch, &reconciler, &world) }
    case 14:
      if let batch = reconciler.nextBatch(limit: 5) {
        // The connection dies with the batch: it may have been applied.
        if random.below(2) == 0 { apply(reconciler.changes(in: batch), to: &world) }
        reconciler.disconnected()
      }
    case 15: reconciler.disconnected()
    case 16: reconnect(&reconciler, world)
    case 17:
      for key in world.installed.keys.sorted() where random.below(4) == 0 { world.installed[key] = nil }
      if reconciler.installedCount != nil { audit(&reconciler, world) }
    case 18: world.refused = random.below(2) == 0 ? [UInt32(random.below(5))] : []
    default: reconciler.retryQuarantined()
    }
  }

  private func deliver(
    _ batch: FlowBatch, _ reconciler: inout FlowReconciler<Int>, _ world: inout World
  ) {
    let mods = reconciler.changes(in: batch)
    let refused = mods.firstIndex { mod in
      mod.command == .add
        && world.refused.contains { mod.flow.instructions == [.applyActions([.output(OFPort($0))])] }
    }
    if let refused {
      reconciler.refused(batch, [refusal(refused)])
    } else {
      apply(mods, to: &world)
      reconciler.committed(batch)
    }
  }

  private func apply(_ mods: [FlowMod], to world: inout World) {
    for mod in mods { world.installed[mod.flow.key] = mod.command == .add ? mod.flow : nil }
  }

  private func reconnect(_ reconciler: inout FlowReconciler<Int>, _ world: World) {
    reconciler.disconnected()
    reconciler.loadInstalled(Array(world.installed.values))
  }

  private func audit(_ reconciler: inout FlowReconciler<Int>, _ world: World) {
    for table in 0..<2 {
      reconciler.beginReadBack(AuditScope(table: TableID(rawValue: UInt8(table)), cookies: ours))
      for flow in world.installed.values where flow.table.rawValue == table { reconciler.readBack(flow) }
      reconciler.endReadBack()
    }
  }
}

/// Numbers that look random and are the same on every run.
struct SplitMix {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return Int((value ^ value >> 31) % UInt64(bound))
  }
}
