import NIOCore
import NetworkTypes
import OpenFlow
import OpenFlowNIO
import SwitchTestSupport
import Testing

@Suite("Against Open vSwitch", .enabled(if: OpenVSwitch.isAvailable), .serialized, .timeLimit(.minutes(3)))
struct OpenVSwitchTests {
  private static let guest = MACAddress(0xfa, 0x16, 0x3e, 0, 0, 3)
  private static let group = MACAddress(1, 0, 0, 0, 0, 0)
  private static let ours: UInt64 = 0xa110_0000_0000_0000
  private static let oursMask: UInt64 = 0xffff_0000_0000_0000

  /// One flow of each shape that has to come back as it was sent.
  private static func flows() throws -> [Flow] {
    let prefix = try #require(IPv4Prefix("10.0.0.0/24"))
    let multicast = try #require(IPv6Prefix("ff00::/8"))
    let address = IPv4Address(10, 0, 0, 3)
    let remote = IPv4Address(192, 0, 2, 12)
    let reg = { (index: Int) in FieldSlice(.reg(index)) }
    let shapes: [([MatchField], [Instruction])] = [
      ([.tunnelID(100), .inPort(OFPort(1))], [.writeMetadata(100, mask: .max), .gotoTable(TableID(10))]),
      (
        [.inPort(OFPort(7))],
        [.applyActions([.setField(.reg(0, 7)), .setField(.metadata(9))]), .gotoTable(TableID(10))]
      ),
      ([.metadata(1, mask: 0xffff_ffff), .reg(1, 3), .reg(15, 1, mask: 0xff)], [.gotoTable(TableID(30))]),
      (
        [.ethType(0x0806), .arpOp(1), .arpTPA(address), .metadata(100)],
        [
          .applyActions([
            .move(from: FieldSlice(.ethSrc), to: FieldSlice(.ethDst)), .setField(.ethSrc(guest)), .setField(.arpOp(2)),
            .move(from: FieldSlice(.arpSHA), to: FieldSlice(.arpTHA)),
            .move(from: FieldSlice(.arpSPA), to: FieldSlice(.arpTPA)), .setField(.arpSHA(guest)),
            .setField(.arpSPA(address)), .output(.inPort),
          ])
        ]
      ),
      (
        [.ethDst(group, mask: group), .metadata(100)],
        [
          .applyActions([
            .setField(.tunnelID(100)), .setField(.tunnelDst(remote)), .output(OFPort(1)),
            .setField(.tunnelDst(address)), .output(OFPort(1)), .output(OFPort(3)), .output(.local),
          ])
        ]
      ),
      ([.ethSrc(guest), .inPort(OFPort(7))], [.applyActions([.outputField(reg(0))])]),
      ([.reg(0, 5)], [.applyActions([.outputField(FieldSlice(.reg(0), offset: 0, count: 16))])]),
      (
        [.ethType(0x0800), .ipProto(17), .udpSrc(68), .udpDst(67), .inPort(OFPort(7)), .ethSrc(guest)],
        [.applyActions([.pushVLAN(0x8100), .setField(.vlanVID(7)), .output(OFPort(9))])]
      ),
      ([.inPort(OFPort(9)), .vlanVID(7)], [.applyActions([.popVLAN, .output(OFPort(7))])]),
      ([.vlanTagged], []),
      ([.vlanUntagged, .ethType(0x88cc)], [.applyActions([.controller(ControllerAction())])]),
      (
        [.ethType(0x0800), .ipv4Dst(prefix), .ipv4Src(address)],
        [.applyActions([.decrementTTL, .load(5, FieldSlice(.reg(3), offset: 4, count: 8))]), .gotoTable(TableID(250))]
      ),
      ([.ethType(0x86dd), .ipv6Dst(multicast), .ipProto(6), .tcpDst(80, mask: 0xfff0)], []),
      (
        [.ethType(0x86dd), .ipProto(58), .icmpv6Type(135), .icmpv6Code(0), .ndSLL(guest)],
        [.applyActions([.resubmit(port: .inPort, table: TableID(41)), .setTTL(64), .setQueue(1)])]
      ),
      (
        [.ethType(0x0800), .ipProto(1), .icmpv4Type(8), .icmpv4Code(0), .ipTTL(1), .ipFrag(0, mask: 1)],
        [
          .applyActions([
            .setField(.reg(4, 1, mask: 0xf)), .setField(.ethDst(group, mask: group)),
            .controller(
              ControllerAction(maxLength: 128, controllerID: 7, reason: 2, userdata: [1, 2, 3, 4, 5], pause: true)),
            .note([1, 2, 3, 4, 5, 6]), .clone([.setField(.reg(5, 1)), .output(OFPort(3))]), .ctClear, .exit,
          ])
        ]
      ),
      (
        [.tunnelSrc(remote), .tunnelDst(address), .ethType(0x0806), .arpSHA(guest), .arpTHA(.zero), .arpSPA(address)],
        []
      ),
      ([.ethType(0x0800), .ctState(0x22, mask: 0x33), .ctZone(5), .ctMark(1, mask: 1), .tcpFlags(2), .ipProto(6)], []),
      ([.conjunctionID(9), .ethType(0x0800)], [.clearActions, .writeActions([.output(OFPort(2))])]),
      ([.reg(9, 9), .ethType(0x0800)], [.applyActions([.conjunction(id: 9, clause: 1, of: 2)])]),
      ([], []),
    ]
    return shapes.enumerated().map { index, shape in
      Flow(
        table: TableID(5), priority: UInt16(100 + index), cookie: ours | UInt64(index), match: Match(shape.0),
        instructions: shape.1)
    }
  }

  @Test("flows come back as they were sent, refusals are exact, and nothing of a refused bundle is applied")
  func commit() async throws {
    let openVSwitch = try OpenVSwitch()
    defer { openVSwitch.stop() }
    let connection = try await SwitchConnection.connect(to: .unix(openVSwitch.managementSocket))
    let flows = try Self.flows()
    let refusals = try await connection.commit(flows.map(FlowMod.add))
    #expect(refusals.isEmpty, "\(refusals.map { "\(flows[$0.index]): \($0)" })")
    let reported = try await connection.flows(cookie: Self.ours, mask: Self.oursMask)
    let byKey = Dictionary(uniqueKeysWithValues: reported.map { ($0.key, $0) })
    for flow in flows { #expect(byKey[flow.key] == flow, "\(flow)") }
    #expect(reported.count == flows.count)

    // A change that cannot be read, and one that fails when it is made: neither lets its neighbours through.
    let good = Flow(table: TableID(6), priority: 1, cookie: Self.ours, match: .any, instructions: [])
    let unreadable = Flow(
      table: TableID(6), priority: 2, cookie: Self.ours, match: Match([.tcpDst(80)]), instructions: [])
    let impossible = Flow(
      table: TableID(6), priority: 3, cookie: Self.ours, match: .any, instructions: [.applyActions([.group(77)])])
    let first = try await connection.commit([.add(good), .add(unreadable), .add(impossible)])
    #expect(first.map(\.index) == [1])
    #expect(first.map(\.error.codeName) == ["OFPBMC_BAD_PREREQ"])
    let second = try await connection.commit([.add(good), .add(impossible)])
    #expect(second.map(\.index) == [1])
    #expect(second.map(\.error.codeName) == ["OFPBAC_BAD_OUT_GROUP"])
    // One change alone goes with its commit.
    #expect(try await connection.commit([.add(unreadable)]).map(\.error.codeName) == ["OFPBMC_BAD_PREREQ"])
    #expect(try await connection.commit([.add(impossible)]).map(\.error.codeName) == ["OFPBAC_BAD_OUT_GROUP"])
    #expect(try await connection.flows(cookie: Self.ours, mask: Self.oursMask).count == flows.count)

    // Deleting one by its key, and the rest by cookie; what has another cookie stays.
    let foreign = Flow(table: TableID(7), priority: 1, cookie: 0x77, match: .any, instructions: [])
    let kept = try #require(flows.first)
    #expect(
      try await connection.commit([.add(foreign), .deleteStrict(kept.key, cookie: .exactly(kept.cookie))]).isEmpty)
    #expect(try await connection.flows(cookie: Self.ours, mask: Self.oursMask).count == flows.count - 1)
    let all = CookieFilter(Self.ours, mask: Self.oursMask)
    #expect(try await connection.commit([.delete(table: nil, cookie: all, match: .any)]).isEmpty)
    #expect(try await connection.flows() == [foreign])

    // Ten thousand flows come back in many parts.
    let many = (0..<10_000).map { index in
      Flow(
        table: TableID(8), priority: 5, cookie: Self.ours | 0xff, match: Match([.reg(0, UInt32(index))]),
        instructions: [.gotoTable(TableID(9))])
    }
    #expect(try await connection.commit(many.map(FlowMod.add)).isEmpty)
    #expect(Set(try await connection.flows(cookie: Self.ours, mask: Self.oursMask)) == Set(many))

    // A port that comes is told of.
    #expect(try await connection.ports().map(\.port) == [.local])
    _ = try openVSwitch.vsctl("add-port br-test ofx-p1 -- set interface ofx-p1 type=internal ofport_request=9")
    var names: [String] = []
    for await case .portStatus(let status) in connection.events {
      names.append(status.description.name)
      if status.description.port == OFPort(9) { break }
    }
    #expect(names.last == "ofx-p1")
    #expect(await connection.undecodableMessages == 0)
    await connection.close()
  }
}
