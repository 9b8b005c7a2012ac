import NetworkTypes
import OpenFlow
import Testing

@testable import Reconciler

/// The reconciler against a switch in memory that refuses what is sent too early and drops what is deleted too early.
@Suite("Random sequences with groups and meters")
struct RandomReferentTests {
  @Test(
    "whatever happens, no flow that stays wanted goes, and in the end the switch has exactly what is desired",
    arguments: 0..<100)
  func converges(seed: Int) throws {
    var run = Run(seed: seed)
    for _ in 0..<400 { run.step() }
    run.finish()
    let (flows, groups, meters) = run.specification
    #expect(run.holes == [] && run.refusedEarly == [], "seed \(seed)")
    #expect(run.target.flows == flows, "seed \(seed)")
    #expect(run.target.groups.filter { $0.key.rawValue >= 1000 } == groups, "seed \(seed)")
    #expect(run.target.meters.filter { $0.key.rawValue >= 100 } == meters, "seed \(seed)")
    #expect(run.target.groups[foreignGroup.id] == foreignGroup && run.target.meters[foreignMeter.id] == foreignMeter)
    #expect(run.reconciler.isSettled && run.reconciler.differenceCount == 0, "seed \(seed)")
    #expect(run.reconciler.desiredDigest == run.reconciler.installedDigest, "seed \(seed)")
    #expect(run.reconciler.changeInForce == run.reconciler.changeNumber, "seed \(seed)")

    for owner in run.desired.keys { run.reconciler.setDesired(DesiredState(), for: owner) }
    run.target.settle(&run.reconciler)
    #expect(run.target.flows.isEmpty && run.target.groups.count == 1 && run.target.meters.count == 1, "seed \(seed)")
    #expect(run.reconciler.desiredDigest == 0 && run.reconciler.installedDigest == 0, "seed \(seed)")
    #expect(run.reconciler.ledger.referents.entries.isEmpty, "nothing is left behind, seed \(seed)")
  }
}

private let foreignGroup = Group(id: GroupID(7), type: .all, buckets: [])
private let foreignMeter = Meter(id: MeterID(7), flags: .kbps, bands: [MeterBand(rate: 1)])

private struct Run {
  var random: SplitMix
  var reconciler = FlowReconciler<Int>(ownership: referentOwnership)
  var target = StrictSwitch()
  var desired: [Int: DesiredState] = [:]
  /// What is on its way to the switch, in order.
  var wire: [(sent: Sent, step: Int)] = []
  var stepNumber = 0
  /// Since which step each flow is desired as it is, and since which one there is any desired of its key.
  var since: [FlowKey: (flow: Flow, step: Int, any: Int)] = [:]
  /// Flows that one of this side's own messages took away, or put nothing in the place of, although they were wanted
  /// when it was made.
  var holes: [String] = []
  /// Whether somebody else meddles, and the switch dislikes what could be carried out.
  let isTroubled: Bool
  /// What the switch refused although there is no trouble: it came too early.
  var refusedEarly: [String] = []

  enum Sent {
    case bundle(FlowBatch, [OpenFlowMessage])
    case meters(MeterBatch)
  }

  init(seed: Int) {
    random = SplitMix(state: UInt64(seed) &* 7919)
    reconciler.sweeps = seed % 3 != 0
    isTroubled = seed % 2 == 0
    target.groups[foreignGroup.id] = foreignGroup
    target.meters[foreignMeter.id] = foreignMeter
  }

  mutating func step() {
    stepNumber += 1
    switch random.below(24) {
    case 0..<7: change()
    case 7..<12: send()
    case 12..<18: deliver()
    case 18: disconnect()
    case 19: reconnect()
    case 20 where isTroubled: drift()
    case 21 where isTroubled:
      let bad = UInt32(random.below(5))
      target.dislikes = random.below(2) == 0 ? { $0.mentions(bad) } : { _ in false }
    case 22: reconciler.retryQuarantined()
    case 23: if reconciler.installedCount != nil, wire.isEmpty { audit() }
    default: break
    }
    note()
  }

  /// Ends all trouble, and lets everything take its course.
  mutating func finish() {
    target.dislikes = { _ in false }
    reconciler.sweeps = true
    if reconciler.installedCount == nil { reconnect() }
    while !wire.isEmpty { deliver() }
    audit()
    reconciler.retryQuarantined()
    target.settle(&reconciler)
    reconciler.retryQuarantined()
    target.settle(&reconciler)
  }

  /// Owners that need what nobody has are out, and so are those that need what these have. Of those who want a key or a
  /// number the lowest has it.
  var specification: (flows: [FlowKey: Flow], groups: [GroupID: Group], meters: [MeterID: Meter]) {
    var left = desired
    while true {
      let there = Set(left.values.flatMap(\.referents))
      let out = left.filter { !$0.value.needs.isSubset(of: there) }
      if out.isEmpty { break }
      for owner in out.keys { left[owner] = nil }
    }
    var result: (flows: [FlowKey: Flow], groups: [GroupID: Group], meters: [MeterID: Meter]) = ([:], [:], [:])
    for (_, state) in left.sorted(by: { $0.key > $1.key }) {
      for flow in state.flows { result.flows[flow.key] = flow }
      for group in state.groups { result.groups[group.id] = group }
      for meter in state.meters { result.meters[meter.id] = meter }
    }
    return result
  }

  private mutating func change() {
    let owner = random.below(6)
    var state = DesiredState()
    // One owner has most of the groups and meters, the others few; many name one.
    let isProvider = owner == 0
    for id in 0..<6 where isProvider ? random.below(8) != 0 : random.below(8) == 0 {
      let inner = id > 0 && random.below(3) == 0 ? Action.group(UInt32(1000 + random.below(id))) : nil
      let actions = [inner, .output(OFPort(UInt32(random.below(5))))].compactMap(\.self)
      state.groups.append(Group(id: GroupID(UInt32(1000 + id)), type: .all, buckets: [Bucket(actions: actions)]))
    }
    for id in 0..<3 where isProvider ? random.below(8) != 0 : random.below(8) == 0 {
      let band = MeterBand(rate: UInt32(random.below(5)), burst: 1)
      state.meters.append(Meter(id: MeterID(UInt32(100 + id)), flags: .kbps, bands: [band]))
    }
    for number in 0..<12 where random.below(4) == 0 {
      var instructions: [Instruction] = []
      if random.below(4) == 0 { instructions.append(.meter(UInt32(100 + random.below(3)))) }
      let group = random.below(3) == 0 ? Action.group(UInt32(1000 + random.below(6))) : nil
      instructions.append(.applyActions([group, .output(OFPort(UInt32(random.below(5))))].compactMap(\.self)))
      state.flows.append(
        Flow(
          table: TableID(rawValue: UInt8(random.below(2))), priority: 100, cookie: ours.value,
          match: Match([.inPort(OFPort(UInt32(number)))]), instructions: instructions))
    }
    if random.below(8) == 0 { state = DesiredState() }
    desired[owner] = state
    reconciler.setDesired(state, for: owner)
  }

  private mutating func send() {
    if let batch = reconciler.nextMeters(limit: 1 + random.below(3)) { wire.append((.meters(batch), stepNumber)) }
    if let batch = reconciler.nextBatch(limit: 1 + random.below(6)) {
      wire.append((.bundle(batch, reconciler.messages(in: batch)), stepNumber))
    }
  }

  private mutating func deliver() {
    guard !wire.isEmpty else { return }
    let (sent, step) = wire.removeFirst()
    let refusals = execute(sent, step)
    switch sent {
    case .bundle(let batch, _) where refusals.isEmpty: reconciler.committed(batch)
    case .bundle(let batch, _): reconciler.refused(batch, refusals)
    case .meters(let batch): reconciler.finish(batch, refusals)
    }
  }

  private mutating func execute(_ sent: Sent, _ step: Int) -> [BundleRefusal] {
    let before = target.flows
    let refusals: [BundleRefusal]
    switch sent {
    case .bundle(_, let messages): refusals = target.commit(messages)
    case .meters(let batch): refusals = target.apply(batch.mods.map(OpenFlowMessage.meterMod))
    }
    if !isTroubled { refusedEarly += refusals.map { "step \(stepNumber): \($0)" } }
    for (key, flow) in before where target.flows[key] != flow {
      guard let wanted = since[key] else { continue }
      if wanted.flow == flow && wanted.step < step || target.flows[key] == nil && wanted.any < step {
        holes.append("step \(stepNumber): \(flow)")
      }
    }
    return refusals
  }

  private mutating func disconnect() {
    // Some of what is on its way may still arrive.
    for _ in 0..<random.below(3) where !wire.isEmpty {
      let (sent, step) = wire.removeFirst()
      _ = execute(sent, step)
    }
    wire = []
    reconciler.disconnected()
  }

  private mutating func reconnect() {
    disconnect()
    if random.below(4) == 0 {
      // It restarted.
      target.flows = [:]
      target.groups = [foreignGroup.id: foreignGroup]
      target.meters = [foreignMeter.id: foreignMeter]
    }
    _ = target.load(into: &reconciler)
  }

  private mutating func drift() {
    let group = GroupID(UInt32(1000 + random.below(6)))
    let meter = MeterID(UInt32(100 + random.below(3)))
    switch random.below(5) {
    case 0: target.delete(.group(group))
    case 1: target.delete(.meter(meter))
    case 2: target.groups[group] = Group(id: group, type: .select, buckets: [])
    case 3: target.meters[meter] = Meter(id: meter, flags: .packets, bands: [])
    default: for key in target.flows.keys.sorted() where random.below(4) == 0 { target.flows[key] = nil }
    }
  }

  private mutating func audit() {
    reconciler.beginReferentAudit()
    reconciler.readBack(groups: Array(target.groups.values), meters: Array(target.meters.values))
    for table in 0..<2 {
      reconciler.beginReadBack(AuditScope(table: TableID(rawValue: UInt8(table)), cookies: ours))
      for flow in target.flows.values where flow.table.rawValue == table { reconciler.readBack(flow) }
      reconciler.endReadBack()
    }
  }

  /// Notes since when each flow is wanted as it is: what is quarantined is not.
  private mutating func note() {
    var now: [FlowKey: Flow] = [:]
    for owner in desired.keys.sorted(by: >) {
      for flow in reconciler.desired(of: owner).flows { now[flow.key] = flow }
    }
    since = since.filter { now[$0.key] != nil }
    for (key, flow) in now where since[key]?.flow != flow {
      since[key] = (flow, stepNumber, since[key]?.any ?? stepNumber)
    }
  }
}

extension DesiredState {
  /// What its flows and groups name.
  fileprivate var needs: Set<ReferentID> {
    groups.reduce(into: flows.reduce(into: []) { $0.formUnion($1.references) }) { $0.formUnion($1.references) }
  }
}

extension OpenFlowMessage {
  /// Whether it sends to this port, or has this rate.
  fileprivate func mentions(_ number: UInt32) -> Bool {
    switch self {
    case .flowMod(let mod):
      mod.command == .add && mod.flow.instructions.contains { $0.description.contains("output:\(number)") }
    case .groupMod(let mod): mod.group.buckets.contains { $0.actions.contains(.output(OFPort(number))) }
    case .meterMod(let mod): mod.meter.bands.contains { $0.rate == number }
    default: false
    }
  }
}
