import OpenFlow
import SwitchModel
import Testing

/// What the switch tells whom, and what it lets whom do.
@Suite("Connections of the model")
struct ConnectionTests {
  private var harness = SwitchHarness()
  private let other = ConnectionID(2)

  private func flow(_ actions: [Action], priority: UInt16 = 1, match: [MatchField] = []) -> OpenFlowMessage {
    .flowMod(
      .add(
        Flow(
          table: TableID(0), priority: priority, cookie: 0x55, match: Match(match),
          instructions: [.applyActions(actions)])))
  }

  private var packetIns: [PacketIn] {
    harness.sent.compactMap { if case .packetIn(let packet) = $0.message { packet } else { nil } }
  }

  private var packetIns2: [PacketIn2] {
    harness.sent.compactMap { if case .packetIn2(let packet) = $0.message { packet } else { nil } }
  }

  @Test("a management connection is told nothing until it asks")
  mutating func packetIn() {
    #expect(harness.send(flow([.controller(ControllerAction(userdata: [1, 2]))])) == [])
    harness.receive(port: 2)
    #expect(packetIns.isEmpty)
    harness.listen()
    harness.receive(port: 2)
    #expect(packetIns.map(\.inPort) == [OFPort(2)])
    #expect(packetIns.map(\.cookie) == [0x55])
    #expect(packetIns.map(\.reason) == [1])
    harness.send(.setPacketInFormat(.nicira2))
    harness.receive(port: 2)
    #expect(packetIns2.map(\.userdata) == [[1, 2]])
    #expect(packetIns2.map(\.inPort) == [OFPort(2)])
  }

  @Test("a packet goes to the controllers whose number its action names")
  mutating func controllerID() {
    harness.open(other, .controller)
    harness.send(.setControllerID(9), on: other)
    harness.listen()
    #expect(harness.send(flow([.controller(ControllerAction(controllerID: 9))])) == [])
    harness.clear()
    harness.receive(port: 1)
    #expect(harness.sent.map(\.connection) == [other])
  }

  @Test("a paused packet goes on when it is resumed, once")
  mutating func pause() throws {
    harness.listen()
    harness.send(.setPacketInFormat(.nicira2))
    #expect(harness.send(flow([.controller(ControllerAction(userdata: [7], pause: true)), .output(OFPort(3))])) == [])
    harness.receive(port: 1)
    let packet = try #require(packetIns2.first)
    #expect(packet.continuation != nil)
    #expect(harness.outputs.isEmpty)
    #expect(harness.send(.resume(packet)) == [])
    #expect(harness.outputs.map(\.port) == [OFPort(3)])
    #expect(harness.send(.resume(packet)) == ["NXR_STALE"])
  }

  @Test("there is one primary; the one before only looks on, and old generations are refused")
  mutating func roles() {
    harness.open(other)
    #expect(harness.send(.roleRequest(RoleMessage(role: .primary, generation: 5))) == [])
    #expect(harness.send(.roleRequest(RoleMessage(role: .primary, generation: 4)), on: other) == ["OFPRRFC_STALE"])
    #expect(harness.send(.roleRequest(RoleMessage(role: .primary, generation: 6)), on: other) == [])
    #expect(harness.send(flow([])) == ["OFPBRC_IS_SECONDARY"])
    #expect(harness.send(flow([]), on: other) == [])
    #expect(harness.send(.roleRequest(RoleMessage(role: .equal))) == [])
    #expect(harness.send(flow([])) == [])
    #expect(
      harness.ask(.roleRequest(RoleMessage(role: .noChange)))
        == [.roleReply(RoleMessage(role: .equal, generation: 6))])
  }

  @Test("set-async says what is told")
  mutating func asynchronous() {
    harness.listen()
    #expect(harness.send(.setAsync2([AsyncProperty(type: 1, mask: 0x4)])) == [])
    #expect(harness.send(flow([.controller(ControllerAction())])) == [])
    harness.receive(port: 1)
    #expect(packetIns.isEmpty)
    #expect(harness.send(.setAsync2([AsyncProperty(type: 1, mask: 0x100)])) == ["OFPACFC_INVALID"])
    harness.clear()
    harness.handle(.port(ModelPort(OFPort(9), name: "p9")))
    harness.handle(.portRemoved(OFPort(9)))
    let reasons = harness.sent.compactMap {
      if case .portStatus(let status) = $0.message { status.reason } else { nil }
    }
    #expect(reasons == [.added, .deleted])
  }

  @Test("a learned flow is there for the next packet")
  mutating func learning() throws {
    // learn(table=1,priority=9,NXM_OF_IN_PORT[],output:NXM_OF_IN_PORT[])
    var learn =
      Raw.number(0, 4) + Raw.number(9, 2) + Raw.number(0x77, 8) + Raw.number(0, 2) + [1, 0] + Raw.number(0, 4)
    learn += [0x00, 16] + [0, 0, 0, 2] + [0, 0] + [0, 0, 0, 2] + [0, 0]
    learn += [0x10, 16] + [0, 0, 0, 2] + [0, 0]
    let match = Raw.match([])
    let body =
      Raw.number(0, 16) + [0, 0] + Raw.number(0, 4) + Raw.number(3, 2) + Raw.number(UInt32.max, 4)
      + Raw.number(UInt32.max, 8).map { _ in 0xff } + Raw.number(0, 4) + match
      + Raw.element(4, Raw.number(0, 4) + Raw.niciraAction(16, learn))
    harness.handle(.received(SwitchHarness.main, Raw.message(14, xid: 1, body)))
    #expect(harness.sent.isEmpty)
    harness.receive(port: 2)
    #expect(harness.model.flows.map(\.cookie) == [0, 0x77])
    #expect(harness.model.flows.last?.table == TableID(1))
  }

  @Test("whoever does not begin with a hello, or speaks another version, is cut off")
  mutating func greeting() {
    let loud = ConnectionID(3)
    harness.handle(.opened(loud, .service))
    harness.handle(.received(loud, Raw.message(20, xid: 1, [])))
    #expect(!harness.model.openConnections.contains(loud))
    let old = ConnectionID(4)
    harness.handle(.opened(old, .service))
    harness.clear()
    harness.handle(.received(old, [1, 0, 0, 8, 0, 0, 0, 0]))
    let errors = harness.sent.compactMap { if case .error(let error) = $0.message { error.codeName } else { nil } }
    #expect(errors == ["OFPHFC_INCOMPATIBLE"])
    #expect(!harness.model.openConnections.contains(old))
  }

  @Test("a monitor is told of changes by others in full, and of its own by their number")
  mutating func monitor() {
    harness.open(other)
    #expect(harness.send(flow([], priority: 1)) == [])
    let request = FlowMonitorRequest(id: 5, flags: [.initial, .add, .delete, .modify, .instructions])
    #expect(harness.ask(.multipartRequest(.flowMonitor([request]))).count == 1)
    harness.clear()
    #expect(harness.send(flow([.output(OFPort(1))], priority: 2), on: other) == [])
    #expect(harness.send(flow([], priority: 3)) == [])
    let updates = harness.sent.flatMap { sent -> [FlowUpdate] in
      guard case .multipartReply(let part) = sent.message, case .flowUpdates(let updates)? = try? part.answer() else {
        return []
      }
      return updates
    }
    #expect(updates.count == 2)
    guard case .change(.added, _, let added)? = updates.first, case .abbreviated? = updates.last else {
      Issue.record("\(updates)")
      return
    }
    #expect(added.instructions == [.applyActions([.output(OFPort(1))])])
    #expect(harness.send(.flowMonitorCancel(5)) == [])
    #expect(harness.send(.flowMonitorCancel(5)) == ["OFPMOFC_UNKNOWN_MONITOR"])
  }

  @Test("no bytes make it trap: every message cut at every byte, and with every byte changed")
  mutating func hostile() {
    harness.listen()
    for seed in 0..<6 as Range<UInt64> {
      var generator = MessageGenerator(seed: seed)
      for message in generator.sequence(20) {
        for length in 8..<message.count {
          var cut = Array(message.prefix(length))
          cut[2] = UInt8(length >> 8)
          cut[3] = UInt8(length & 0xff)
          harness.handle(.received(SwitchHarness.main, cut))
        }
        for index in message.indices.dropFirst(4).prefix(120) {
          var changed = message
          changed[index] ^= UInt8(truncatingIfNeeded: seed &* 37 &+ UInt64(index)) | 1
          harness.handle(.received(SwitchHarness.main, changed))
        }
      }
    }
    #expect(harness.ask(.echoRequest([1])) == [.echoReply([1])])
  }
}
