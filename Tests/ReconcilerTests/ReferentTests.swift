import NetworkTypes
import OpenFlow
import Testing

@testable import Reconciler

@Suite("Groups and meters")
struct ReferentTests {
  @Test("meters come first, then groups with the inner ones in front, then flows; and the other way round to the end")
  func order() {
    var (reconciler, target) = connected()
    reconciler.setDesired(webState, for: "web")
    let made = target.settle(&reconciler).map { $0.map(\.outline) }
    #expect(made == [["add meter 100"], ["put group 1001", "put group 1000", "add flow"]])
    #expect(reconciler.isSettled && reconciler.desiredDigest == reconciler.installedDigest)

    reconciler.setDesired(DesiredState(), for: "web")
    let unmade = target.settle(&reconciler).map { $0.map(\.outline) }
    #expect(unmade == [["delete flow"], ["delete group 1000", "delete group 1001"], ["delete meter 100"]])
    #expect(reconciler.isSettled && reconciler.installedDigest == 0)
    #expect(reconciler.counters.groupsPut == 2 && reconciler.counters.groupsDeleted == 2)
    #expect(reconciler.counters.metersPut == 1 && reconciler.counters.metersDeleted == 1)
  }

  @Test("a group or a meter that changes is replaced in place, and its flows stay untouched")
  func replaced() {
    var (reconciler, target) = settledWeb()
    var state = webState
    state.groups[0] = group(1000, to: [.output(OFPort(9))])
    state.meters[0] = meter(100, rate: 9)
    reconciler.setDesired(state, for: "web")
    #expect(target.settle(&reconciler).map { $0.map(\.outline) } == [["modify meter 100"], ["put group 1000"]])
    #expect(target.groups[GroupID(1000)] == state.groups[0] && target.meters[MeterID(100)] == state.meters[0])
  }

  @Test("a change is in force when its groups and meters are")
  func changeInForce() throws {
    var (reconciler, target) = settledWeb()
    let before = reconciler.changeNumber
    var state = webState
    state.meters[0] = meter(100, rate: 9)
    reconciler.setDesired(state, for: "web")
    #expect(reconciler.changeInForce == before && !reconciler.isSettled)
    let next = reconciler.nextMeters(limit: 10)
    let batch = try #require(next)
    #expect(reconciler.changeInForce == before && reconciler.differenceCount == 1)
    reconciler.finish(batch, target.apply(batch.mods.map(OpenFlowMessage.meterMod)))
    #expect(reconciler.changeInForce == before + 1 && reconciler.isSettled)
  }

  @Test("flows go out behind the meter that they name, without waiting for its answer")
  func meterUnderWay() throws {
    var (reconciler, target) = connected()
    let (meters, flows) = try sendTogether(&reconciler, &target)
    #expect(meters.isEmpty && flows.isEmpty)
    #expect(reconciler.isSettled && target.flows.count == 1 && target.meters.count == 1)
  }

  @Test("when the switch refuses a meter, the flows behind it are refused with it, and go out with it when it is taken")
  func refusedMeterUnderWay() throws {
    var (reconciler, target) = connected()
    target.dislikes = { $0.outline == "add meter 100" }
    let (meters, flows) = try sendTogether(&reconciler, &target)
    #expect(meters.count == 1 && flows.count == 1)
    #expect(reconciler.quarantined["port"]?.reason.contains("meter=100") == true && target.flows.isEmpty)
    target.dislikes = { _ in false }
    reconciler.retryQuarantined("port")
    target.settle(&reconciler)
    #expect(reconciler.quarantined.isEmpty && target.flows.count == 1)
  }

  @Test("a meter that somebody deleted is put back before flows that went out behind its change, and nobody is refused")
  func lostMeterUnderWay() throws {
    var (reconciler, target) = connected()
    reconciler.setDesired(DesiredState(flows: [flow(1, meter: 100)], meters: [meter(100, rate: 5)]), for: "port")
    target.settle(&reconciler)
    target.delete(.meter(MeterID(100)))
    reconciler.setDesired(
      DesiredState(flows: [flow(1, meter: 100), flow(2, meter: 100)], meters: [meter(100, rate: 6)]), for: "port")
    let (meters, flows) = try send(&reconciler, &target)
    #expect(meters.count == 1 && flows.count == 1 && reconciler.quarantined.isEmpty)
    target.settle(&reconciler)
    #expect(reconciler.quarantined.isEmpty && target.meters[MeterID(100)] == meter(100, rate: 6))
    #expect(target.flows.keys.contains(flow(2, meter: 100).key))
  }

  private func sendTogether(
    _ reconciler: inout FlowReconciler<String>, _ target: inout StrictSwitch
  ) throws -> (meters: [BundleRefusal], flows: [BundleRefusal]) {
    reconciler.setDesired(DesiredState(flows: [flow(1, meter: 100)], meters: [meter(100, rate: 5)]), for: "port")
    return try send(&reconciler, &target)
  }

  /// Sends meters, and flows before their answer, as an engine does.
  private func send(
    _ reconciler: inout FlowReconciler<String>, _ target: inout StrictSwitch
  ) throws -> (meters: [BundleRefusal], flows: [BundleRefusal]) {
    let (first, second) = (reconciler.nextMeters(limit: 8), reconciler.nextBatch(limit: 8))
    let (meters, batch) = (try #require(first), try #require(second))
    let messages = reconciler.messages(in: batch)
    let refusedMeters = target.apply(meters.mods.map(OpenFlowMessage.meterMod))
    let refusedFlows = target.commit(messages)
    reconciler.finish(meters, refusedMeters)
    if refusedFlows.isEmpty { reconciler.committed(batch) } else { reconciler.refused(batch, refusedFlows) }
    return (refusedMeters, refusedFlows)
  }

  @Test("a refused meter takes its owner out, and whoever needs it, with the meter and the error; the others go on")
  func refusedMeter() {
    var (reconciler, target) = connected()
    target.dislikes = { $0.outline == "add meter 100" }
    reconciler.setDesired(webState, for: "web")
    reconciler.setDesired([flow(3, meter: 100)], for: "user")
    reconciler.setDesired([flow(4, out: 4)], for: "other")
    target.settle(&reconciler)
    #expect(target.flows.count == 1 && target.groups.isEmpty && target.meters.isEmpty && reconciler.isSettled)
    #expect(reconciler.quarantined.keys.sorted() == ["user", "web"])
    let reason = reconciler.quarantined["web"]?.reason ?? ""
    #expect(
      reason.contains("meter=100 kbps bands= type=drop rate=5") && reason.contains("OFPBAC_BAD_OUT_PORT"), "\(reason)")
    #expect(reconciler.quarantined["user"]?.reason.contains("meter 100, which is withdrawn with web") == true)

    target.dislikes = { _ in false }
    reconciler.retryQuarantined("web")
    target.settle(&reconciler)
    #expect(reconciler.quarantined.isEmpty && target.flows.count == 3)
  }

  @Test("a refused group takes its owner out, and what the same bundle had besides goes on")
  func refusedGroup() {
    var (reconciler, target) = connected()
    target.dislikes = { $0.outline == "put group 1001" }
    reconciler.setDesired(webState, for: "web")
    reconciler.setDesired(
      DesiredState(flows: [flow(4, group: 1005)], groups: [group(1005, to: [])]), for: "other")
    target.settle(&reconciler)
    #expect(reconciler.quarantined.keys.sorted() == ["web"])
    #expect(reconciler.quarantined["web"]?.reason.contains("for group group_id=1001") == true)
    #expect(target.flows.count == 1 && target.groups.keys.map(\.rawValue) == [1005] && target.meters.isEmpty)
    reconciler.setDesired(webState, for: "web")
    #expect(reconciler.isSettled, "the same again is not tried again")
    #expect(reconciler.counters.batchesRefused == 1)
  }

  @Test("flows wait for a group that nobody has told of yet, and are refused once everything has been told")
  func notToldYet() {
    var reconciler = FlowReconciler<String>(ownership: referentOwnership)
    var target = StrictSwitch()
    _ = target.load(into: &reconciler)
    reconciler.setDesired([flow(1, table: 1, group: 1000)], for: "early")
    reconciler.setDesired([flow(2, table: 1, group: 1001)], for: "lost")
    #expect(target.settle(&reconciler).isEmpty && reconciler.quarantined.isEmpty)
    reconciler.setDesired(DesiredState(groups: [group(1000, to: [])]), for: "late")
    target.settle(&reconciler)
    #expect(target.flows.count == 1)
    reconciler.sweeps = true
    target.settle(&reconciler)
    #expect(reconciler.quarantined.mapValues(\.reason) == ["lost": "it needs group 1001, which nobody wants"])
    #expect(reconciler.isSettled)
    reconciler.setDesired(DesiredState(groups: [group(1001, to: [])]), for: "last")
    target.settle(&reconciler)
    #expect(target.flows.count == 2 && reconciler.quarantined.isEmpty)
  }

  @Test("groups and meters with numbers that are not this side's are neither touched nor sent")
  func foreign() {
    var (reconciler, target) = connected()
    target.groups[GroupID(5)] = group(5, to: [])
    target.meters[MeterID(5)] = meter(5, rate: 1)
    let before = target.groups
    reconciler.disconnected()
    _ = target.load(into: &reconciler)
    #expect(target.settle(&reconciler).isEmpty && reconciler.installedDigest == 0)
    reconciler.setDesired(DesiredState(flows: [flow(1, out: 1)], groups: [group(6, to: [])]), for: "a")
    #expect(target.settle(&reconciler).isEmpty && target.groups == before && target.meters.count == 1)
    #expect(reconciler.quarantined["a"]?.reason == "the number of group 6 is not one of this side's")
    // Another's group may be named: whether it is there is the switch's to say.
    reconciler.setDesired([flow(1, group: 5)], for: "b")
    target.settle(&reconciler)
    #expect(target.flows.count == 1)
  }

  @Test("of two owners of one number the lower has it, and the other is named")
  func conflict() {
    var (reconciler, target) = connected()
    reconciler.setDesired(DesiredState(groups: [group(1000, to: [.output(OFPort(2))])]), for: "b")
    reconciler.setDesired(DesiredState(groups: [group(1000, to: [.output(OFPort(1))])]), for: "a")
    target.settle(&reconciler)
    #expect(target.groups[GroupID(1000)] == group(1000, to: [.output(OFPort(1))]))
    #expect(reconciler.referentConflicts.map { "\($0.owner) \($0.holder) \($0.referent)" } == ["b a group 1000"])
    reconciler.setDesired(DesiredState(), for: "a")
    target.settle(&reconciler)
    #expect(target.groups[GroupID(1000)] == group(1000, to: [.output(OFPort(2))]))
    #expect(reconciler.referentConflicts.isEmpty && reconciler.isSettled)
  }

  private func settledWeb() -> (FlowReconciler<String>, StrictSwitch) {
    var (reconciler, target) = connected()
    reconciler.setDesired(webState, for: "web")
    target.settle(&reconciler)
    return (reconciler, target)
  }
}

@Suite("Groups and meters that the switch has")
struct ReferentReadBackTests {
  @Test("a switch that has exactly what is desired gets nothing sent, and one that lost it everything, in order")
  func restarts() {
    var (reconciler, target) = connected()
    reconciler.setDesired(webState, for: "web")
    target.settle(&reconciler)
    reconciler.disconnected()
    var summary = target.load(into: &reconciler)
    #expect(summary.verdict == .intact && summary.intact == 4)
    #expect(target.settle(&reconciler).isEmpty && reconciler.isSettled)

    reconciler.disconnected()
    target = StrictSwitch()
    summary = target.load(into: &reconciler)
    #expect(summary.verdict == .gone && summary.missing == 4)
    let sent = target.settle(&reconciler).map { $0.map(\.outline) }
    #expect(sent == [["add meter 100"], ["put group 1001", "put group 1000", "add flow"]])
    #expect(reconciler.isSettled)
  }

  @Test("what an earlier run left stays until the input is complete, and goes then")
  func stale() {
    var reconciler = FlowReconciler<String>(ownership: referentOwnership)
    var target = StrictSwitch()
    target.groups = [GroupID(1000): group(1000, to: []), GroupID(1001): group(1001, to: [.group(1000)])]
    target.meters = [MeterID(100): meter(100, rate: 1)]
    target.flows = [flow(1, group: 1001).key: flow(1, group: 1001)]
    _ = target.load(into: &reconciler)
    #expect(target.settle(&reconciler).isEmpty)
    reconciler.sweeps = true
    let sent = target.settle(&reconciler).map { $0.map(\.outline) }
    #expect(sent == [["delete flow"], ["delete group 1001", "delete group 1000"], ["delete meter 100"]])
  }

  @Test("an audit finds what somebody changed, counts it and has it repaired")
  func drift() {
    var (reconciler, target) = connected()
    reconciler.setDesired(webState, for: "web")
    target.settle(&reconciler)
    target.groups[GroupID(1001)] = group(1001, to: [.output(OFPort(66))])
    target.groups[GroupID(1050)] = group(1050, to: [])
    target.delete(.meter(MeterID(100)))
    reconciler.beginReferentAudit()
    let summary = reconciler.readBack(groups: Array(target.groups.values), meters: Array(target.meters.values))
    #expect(summary == ReadBackSummary(intact: 1, changed: 1, missing: 1, unexpected: 1))
    #expect(reconciler.counters.referentsDrifted == 3 && reconciler.desiredDigest != reconciler.installedDigest)
    target.settle(&reconciler)
    #expect(target.groups.values.sorted { $0.id < $1.id } == webState.groups && target.meters.count == 1)
  }

  @Test("a flow that is refused since somebody deleted its group gets the group again, and is not quarantined for it")
  func deletedUnderneath() {
    var (reconciler, target) = connected()
    reconciler.setDesired(webState, for: "web")
    target.settle(&reconciler)
    target.delete(.group(GroupID(1000)))
    var state = webState
    state.flows.append(flow(8, group: 1000))
    reconciler.setDesired(state, for: "web")
    target.settle(&reconciler)
    #expect(reconciler.quarantined.isEmpty && target.groups.count == 2)
    #expect(target.flows[flow(8, group: 1000).key] != nil)
    #expect(reconciler.takeSuspicion() && !reconciler.takeSuspicion())
  }

  @Test("a meter that is there or not there against what is known is sent the other way, once")
  func meterKnownWrongly() throws {
    var (reconciler, target) = connected()
    target.meters[MeterID(100)] = meter(100, rate: 77)
    reconciler.setDesired(DesiredState(meters: [meter(100, rate: 5)]), for: "a")
    #expect(target.settle(&reconciler).map { $0.map(\.outline) } == [["add meter 100"], ["modify meter 100"]])
    target.meters = [:]
    reconciler.setDesired(DesiredState(meters: [meter(100, rate: 6)]), for: "a")
    #expect(target.settle(&reconciler).map { $0.map(\.outline) } == [["modify meter 100"], ["add meter 100"]])
    #expect(reconciler.counters.referentsDrifted == 2 && reconciler.isSettled)

    // A switch that says both in turn does not keep this side busy.
    reconciler.setDesired(DesiredState(meters: [meter(100, rate: 7)]), for: "a")
    for code: UInt16 in [3, 1] {
      let next = reconciler.nextMeters(limit: 1)
      let batch = try #require(next)
      let error = OpenFlowError(xid: 0, type: 12, code: code)
      reconciler.finish(batch, [BundleRefusal(index: 0, error: error)])
    }
    #expect(reconciler.quarantined["a"]?.error?.code == 1)
  }

  @Test("a meter without a burst size is the one that the switch reports with the rate for it")
  func otherWords() {
    var (reconciler, target) = connected()
    let wanted = Meter(id: MeterID(100), flags: .kbps, bands: [MeterBand(rate: 8), MeterBand(rate: 9, burst: 1)])
    reconciler.setDesired(DesiredState(meters: [wanted]), for: "a")
    target.settle(&reconciler)
    target.meters[MeterID(100)]?.bands[0].burst = 8
    reconciler.disconnected()
    #expect(target.load(into: &reconciler).verdict == .intact)
    #expect(target.settle(&reconciler).isEmpty)
  }

  @Test("what is sent while an audit reads is not taken for drift")
  func auditWhileSending() {
    var (reconciler, target) = connected()
    reconciler.setDesired(webState, for: "web")
    target.settle(&reconciler)
    let old = target
    reconciler.beginReferentAudit()
    reconciler.setDesired(DesiredState(groups: [group(1002, to: [])]), for: "web")
    target.settle(&reconciler)
    let summary = reconciler.readBack(groups: Array(old.groups.values), meters: Array(old.meters.values))
    #expect(summary.differences == 0 && reconciler.isSettled && reconciler.counters.referentsDrifted == 0)
  }
}

/// A flow through a meter and to a group, which names another group.
private let webState = DesiredState(
  flows: [flow(1, meter: 100, group: 1000)],
  groups: [group(1000, to: [.group(1001)]), group(1001, to: [.output(OFPort(2))])], meters: [meter(100, rate: 5)])

private func connected() -> (FlowReconciler<String>, StrictSwitch) {
  var reconciler = FlowReconciler<String>(ownership: referentOwnership)
  reconciler.sweeps = true
  let target = StrictSwitch()
  _ = target.load(into: &reconciler)
  return (reconciler, target)
}

private func meter(_ id: UInt32, rate: UInt32) -> Meter {
  Meter(id: MeterID(id), flags: .kbps, bands: [MeterBand(rate: rate, burst: rate)])
}

private func group(_ id: UInt32, to actions: [Action]) -> Group {
  Group(id: GroupID(id), type: .all, buckets: [Bucket(actions: actions)])
}

private func flow(_ number: Int, table: UInt8 = 1, meter: UInt32? = nil, group: UInt32? = nil) -> Flow {
  let meters = meter.map { [Instruction.meter($0)] } ?? []
  let actions = group.map { [Action.group($0)] } ?? []
  return Flow(
    table: TableID(rawValue: table), priority: 100, cookie: ours.value,
    match: Match([.inPort(OFPort(UInt32(number)))]), instructions: meters + [.applyActions(actions)])
}

extension OpenFlowMessage {
  fileprivate var outline: String {
    switch self {
    case .flowMod(let mod): mod.command == .add ? "add flow" : "delete flow"
    case .groupMod(let mod): mod.command == .delete ? "delete group \(mod.group.id)" : "put group \(mod.group.id)"
    case .meterMod(let mod): "\(mod.command) meter \(mod.meter.id)"
    default: "\(self)"
    }
  }
}
