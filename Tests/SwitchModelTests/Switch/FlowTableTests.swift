import OpenFlow
import SwitchModel
import Testing

/// What happens to flows, groups and meters, message by message.
@Suite("Flow tables of the model")
struct FlowTableTests {
  private var harness = SwitchHarness()

  private func flow(
    _ priority: UInt16, _ match: [MatchField] = [], cookie: UInt64 = 0, _ actions: [Action] = [], table: UInt8 = 0,
    idle: UInt16 = 0, hard: UInt16 = 0, flags: FlowFlags = []
  ) -> Flow {
    Flow(
      table: TableID(table), priority: priority, cookie: cookie, match: Match(match),
      instructions: actions.isEmpty ? [] : [.applyActions(actions)], idleTimeout: idle, hardTimeout: hard, flags: flags)
  }

  private let tcp: [MatchField] = [.ethType(0x0800), .ipProto(6)]
  private let web: [MatchField] = [.ethType(0x0800), .ipProto(6), .tcpDst(80)]

  @Test("an added flow takes the place of the one of its key, and goes on counting unless it is told not to")
  mutating func replace() {
    #expect(harness.send(.flowMod(.add(flow(5, [], cookie: 1)))) == [])
    harness.receive(port: 1)
    #expect(harness.send(.flowMod(.add(flow(5, [], cookie: 2, [.output(OFPort(2))])))) == [])
    #expect(harness.counts() == [1])
    #expect(harness.model.flows == [flow(5, [], cookie: 2, [.output(OFPort(2))])])
    #expect(harness.send(.flowMod(.add(flow(5, [], cookie: 3, flags: .resetCounts)))) == [])
    #expect(harness.counts() == [0])
  }

  @Test(
    "a flow that overlaps another of its priority is refused when it asks for the check, one of the same key is not")
  mutating func overlap() {
    #expect(harness.send(.flowMod(.add(flow(5, tcp)))) == [])
    #expect(harness.send(.flowMod(.add(flow(5, web, flags: .checkOverlap)))) == ["OFPFMFC_OVERLAP"])
    #expect(harness.send(.flowMod(.add(flow(6, web, flags: .checkOverlap)))) == [])
    #expect(harness.send(.flowMod(.add(flow(5, [.ethType(0x0806)], flags: .checkOverlap)))) == [])
    #expect(harness.send(.flowMod(.add(flow(5, tcp, flags: .checkOverlap)))) == [])
    #expect(harness.model.flowCount == 3)
  }

  @Test(
    "a modification changes what flows do and nothing else; a loose one those within its match, whatever their priority"
  )
  mutating func modify() {
    let added = [flow(5, web, cookie: 1, hard: 9), flow(6, tcp, cookie: 2), flow(7, [.ethType(0x0806)], cookie: 3)]
    for flow in added { #expect(harness.send(.flowMod(.add(flow))) == []) }
    let change = flow(1, tcp, cookie: 99, [.output(OFPort(2))], hard: 100)
    #expect(harness.send(.flowMod(FlowMod(.modify, change))) == [])
    #expect(
      Set(harness.model.flows)
        == [
          flow(5, web, cookie: 1, [.output(OFPort(2))], hard: 9), flow(6, tcp, cookie: 2, [.output(OFPort(2))]),
          flow(7, [.ethType(0x0806)], cookie: 3),
        ])
    #expect(harness.send(.flowMod(FlowMod(.modifyStrict, flow(6, tcp, [.output(OFPort(3))])))) == [])
    #expect(harness.model.flows.filter { $0.instructions == [.applyActions([.output(OFPort(3))])] }.count == 1)
    // There is no such flow: nothing happens, and what it names is not looked at.
    #expect(harness.send(.flowMod(FlowMod(.modifyStrict, flow(9, tcp, [.group(77)])))) == [])
    #expect(harness.send(.flowMod(FlowMod(.modify, change, cookieMask: .max))) == [])
    #expect(harness.model.flowCount == 3)
  }

  @Test("a deletion selects by match, cookie, port and group; a strict one by the key")
  mutating func delete() {
    let flows = [
      flow(5, web, cookie: 0x11, [.output(OFPort(2))]), flow(6, tcp, cookie: 0x12, [.output(OFPort(3))]),
      flow(7, tcp, cookie: 0x21, table: 1), flow(8, [], cookie: 0x22),
    ]
    for flow in flows { #expect(harness.send(.flowMod(.add(flow))) == []) }
    let before = harness
    #expect(harness.send(.flowMod(.delete(table: nil, cookie: CookieFilter(0x10, mask: 0xf0), match: .any))) == [])
    #expect(harness.model.flowCount == 2)
    harness = before
    #expect(harness.send(.flowMod(.delete(table: TableID(0), cookie: .any, match: Match(tcp)))) == [])
    #expect(Set(harness.model.flows) == Set(flows.suffix(2)))
    harness = before
    #expect(harness.send(.flowMod(FlowMod(.delete, flow(0, table: 255), outPort: OFPort(3)))) == [])
    #expect(harness.model.flowCount == 3)
    #expect(harness.send(.flowMod(.deleteStrict(flow(5, tcp).key, cookie: .any))) == [])
    #expect(harness.model.flowCount == 3)
    #expect(harness.send(.flowMod(.deleteStrict(flow(5, web).key, cookie: .exactly(0x12)))) == [])
    #expect(harness.model.flowCount == 3)
    #expect(harness.send(.flowMod(.deleteStrict(flow(5, web).key, cookie: .exactly(0x11)))) == [])
    #expect(harness.model.flowCount == 2)
  }

  @Test(
    "a flow that wants it is told of when it goes: when it is idle, when its time is over, when it or its group is deleted"
  )
  mutating func removal() {
    harness.listen()
    #expect(harness.send(.groupMod(GroupMod(.add, Group(id: GroupID(1), type: .all, buckets: [])))) == [])
    for flow in [
      flow(1, tcp, idle: 5, flags: .sendFlowRemoved), flow(2, [], hard: 7, flags: .sendFlowRemoved),
      flow(3, web, flags: .sendFlowRemoved), flow(4, tcp, [.group(1)], flags: .sendFlowRemoved), flow(5, web),
    ] {
      #expect(harness.send(.flowMod(.add(flow))) == [])
    }
    #expect(harness.model.nextDeadline == ModelTime(milliseconds: 5001))
    harness.pass(milliseconds: 5001)
    harness.receive(port: 1)
    harness.pass(milliseconds: 2000)
    #expect(harness.send(.flowMod(.delete(table: nil, cookie: .any, match: Match(web)))) == [])
    #expect(harness.send(.groupMod(.delete(GroupID(1)))) == [])
    #expect(harness.removed.map(\.key.priority) == [1, 2, 3, 4])
    #expect(harness.removed.map(\.reason) == [0, 1, 2, 3])
    #expect(harness.removed.map(\.packets) == [0, 1, 0, 0])
    #expect(
      harness.removed.map(\.age) == [
        .milliseconds(5001), .milliseconds(7001), .milliseconds(7001), .milliseconds(7001),
      ])
    #expect(harness.model.flowCount == 0)
  }

  @Test("groups and meters that flows name have to be there, and take the flows with them")
  mutating func references() {
    #expect(harness.send(.flowMod(.add(flow(1, [], [.group(1)])))) == ["OFPBAC_BAD_OUT_GROUP"])
    let metered = Flow(table: TableID(0), priority: 1, cookie: 0, match: .any, instructions: [.meter(4)])
    #expect(harness.send(.flowMod(.add(metered))) == ["OFPMMFC_INVALID_METER"])
    let meter = Meter(id: MeterID(4), flags: .packets, bands: [MeterBand(rate: 10)])
    #expect(harness.send(.meterMod(MeterMod(.add, meter))) == [])
    #expect(harness.send(.meterMod(MeterMod(.add, meter))) == ["OFPMMFC_METER_EXISTS"])
    #expect(harness.send(.flowMod(.add(metered))) == [])
    #expect(harness.send(.meterMod(.delete(MeterID(4)))) == [])
    #expect(harness.model.flowCount == 0)
    #expect(harness.send(.meterMod(MeterMod(.modify, meter))) == ["OFPMMFC_UNKNOWN_METER"])
    let group = Group(id: GroupID(1), type: .indirect, buckets: [Bucket(actions: [.output(OFPort(1))])])
    #expect(harness.send(.groupMod(GroupMod(.modify, group))) == ["OFPGMFC_UNKNOWN_GROUP"])
    #expect(harness.send(.groupMod(GroupMod(.add, group))) == [])
    #expect(harness.send(.groupMod(GroupMod(.add, group))) == ["OFPGMFC_GROUP_EXISTS"])
  }
}
