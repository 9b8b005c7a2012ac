import OpenFlow
import SwitchModel
import Testing

@Suite("Bundles of the model")
struct BundleTests {
  private var harness = SwitchHarness()

  private func flow(_ priority: UInt16, _ match: [MatchField] = [], group: UInt32? = nil) -> OpenFlowMessage {
    let instructions: [Instruction] = group.map { [.applyActions([.group($0)])] } ?? []
    return .flowMod(
      .add(
        Flow(
          table: TableID(0), priority: priority, cookie: 0, match: Match(match), instructions: instructions)))
  }

  private mutating func control(_ kind: BundleControl.Kind, _ bundle: UInt32 = 7, flags: UInt16 = 3) -> [String] {
    harness.send(.bundleControl(BundleControl(bundle: bundle, kind: kind, flags: flags)))
  }

  @Test("what is in a bundle happens at the commit, in order")
  mutating func commit() {
    #expect(control(.openRequest) == [])
    let group = Group(id: GroupID(1), type: .all, buckets: [])
    #expect(harness.add(.groupMod(GroupMod(.add, group)), to: 7) == [])
    #expect(harness.add(flow(5, group: 1), to: 7) == [])
    #expect(harness.add(.flowMod(.delete(table: nil, cookie: .any, match: .any)), to: 7) == [])
    #expect(harness.add(flow(6, group: 1), to: 7) == [])
    #expect(harness.model.flowCount == 0)
    #expect(control(.closeRequest) == [])
    #expect(control(.commitRequest) == [])
    #expect(harness.model.flows.map(\.priority) == [6])
    #expect(control(.commitRequest) == ["OFPBFC_BAD_ID"])
  }

  @Test("of a bundle that fails nothing is there, and both the message and the commit are answered with an error")
  mutating func failure() {
    #expect(harness.send(flow(1)) == [])
    #expect(harness.add(.flowMod(.delete(table: nil, cookie: .any, match: .any)), to: 7) == [])
    #expect(harness.add(flow(5), to: 7) == [])
    #expect(harness.add(flow(6, group: 9), to: 7) == [])
    harness.clear()
    #expect(control(.commitRequest) == ["OFPBFC_MSG_FAILED"])
    let errors = harness.sent.compactMap { if case .error(let error) = $0.message { error.codeName } else { nil } }
    #expect(errors == ["OFPBAC_BAD_OUT_GROUP", "OFPBFC_MSG_FAILED"])
    #expect(harness.model.flows.map(\.priority) == [1])
  }

  @Test("a message that cannot be read is not in the bundle, and the commit carries out the rest")
  mutating func refusedWhenAdded() {
    #expect(harness.add(flow(5), to: 7) == [])
    #expect(harness.add(flow(6, [.tcpDst(80)]), to: 7) == ["OFPBMC_BAD_PREREQ"])
    #expect(harness.add(.barrierRequest, to: 7) == ["OFPBFC_MSG_UNSUP"])
    #expect(harness.add(.meterMod(.delete(MeterID(1))), to: 7) == ["OFPBFC_MSG_UNSUP"])
    #expect(control(.commitRequest) == [])
    #expect(harness.model.flows.map(\.priority) == [5])
  }

  @Test("a bundle that is used wrongly is gone")
  mutating func mistakes() {
    #expect(control(.openRequest) == [])
    #expect(control(.openRequest) == ["OFPBFC_BAD_ID"])
    #expect(control(.closeRequest) == ["OFPBFC_BAD_ID"])
    #expect(control(.openRequest) == [])
    #expect(control(.closeRequest) == [])
    #expect(harness.add(flow(5), to: 7) == ["OFPBFC_BUNDLE_CLOSED"])
    #expect(control(.commitRequest) == ["OFPBFC_BAD_ID"])
    #expect(control(.openRequest) == [])
    #expect(control(.commitRequest, flags: 1) == ["OFPBFC_BAD_FLAGS"])
    #expect(control(.discardRequest) == ["OFPBFC_BAD_ID"])
    #expect(control(.openReply) == ["OFPBFC_BAD_TYPE"])
  }

  @Test("a bundle without a message for ten seconds is dropped, and the one who opened it is told")
  mutating func idle() {
    #expect(control(.openRequest) == [])
    harness.pass(milliseconds: 9_000)
    #expect(harness.add(flow(5), to: 7) == [])
    harness.pass(milliseconds: 10_000)
    harness.clear()
    harness.pass(milliseconds: 1)
    let errors = harness.sent.compactMap { if case .error(let error) = $0.message { error.codeName } else { nil } }
    #expect(errors == ["OFPBFC_TIMEOUT"])
    #expect(control(.commitRequest) == ["OFPBFC_BAD_ID"])
  }

  @Test("bundles are their connection's: another's has the same number and other messages, and ends with it")
  mutating func perConnection() {
    let other = ConnectionID(2)
    harness.open(other)
    #expect(harness.add(flow(5), to: 7) == [])
    #expect(harness.add(flow(6), to: 7, on: other) == [])
    harness.handle(.closed(other))
    #expect(control(.commitRequest) == [])
    #expect(harness.model.flows.map(\.priority) == [5])
  }
}
