import NetworkTypes
import Testing

@testable import OpenFlow

@Suite("Flows as Open vSwitch writes them")
struct GoldenFlowTests {
  private static let guest = MACAddress(0xfa, 0x16, 0x3e, 0, 0, 3)

  private static func decode(_ bytes: [UInt8]) throws -> FlowMod {
    var reader = WireReader(bytes, structure: "flow mod")
    _ = try MessageHeader(&reader)
    return try FlowMod(&reader)
  }

  private static func encode(_ mod: FlowMod, xid: UInt32) -> [UInt8] {
    var bytes: [UInt8] = []
    mod.encode(to: &bytes, xid: xid)
    return bytes
  }

  @Test("every recorded flow is decoded and encoded to the same bytes", arguments: GoldenFlow.all.map(\.name))
  func roundTrip(name: String) throws {
    let golden = try #require(GoldenFlow.all.first { $0.name == name })
    let mod = try Self.decode(golden.bytes)
    var reader = WireReader(golden.bytes, structure: "header")
    #expect(Self.encode(mod, xid: try MessageHeader(&reader).xid) == golden.bytes)
    let flow = mod.flow
    guard mod.command == .add else {
      Issue.record("not an addition: \(mod)")
      return
    }
    let again = Flow(
      table: flow.table, priority: flow.priority, cookie: flow.cookie, match: Match(flow.match.fields),
      instructions: flow.instructions, idleTimeout: flow.idleTimeout, hardTimeout: flow.hardTimeout, flags: flow.flags)
    #expect(again == flow)
    #expect(again.hashValue == flow.hashValue)
  }

  @Test("a flow's text is that of ovs-ofctl")
  func text() throws {
    for golden in GoldenFlow.all {
      let flow = try Self.decode(golden.bytes).flow
      // Of these, only the actions: names of connection states and flags before the timeouts are not written here.
      if ["conntrack", "learn"].contains(golden.name) {
        #expect(golden.text.hasSuffix(" actions=" + Action.text(flow.appliedActions)))
        continue
      }
      var expected = golden.text.split(separator: " ").joined(separator: " ")
      if !expected.contains("table=") || golden.name.hasPrefix("classify") {
        expected = expected.replacing("priority=", with: "table=0, priority=", maxReplacements: 1)
      }
      #expect(flow.description == expected.replacing(", ", with: ","))
    }
  }

  @Test("an ARP responder that is built here has the recorded bytes")
  func arpResponder() throws {
    let address = IPv4Address(10, 0, 0, 3)
    let flow = Flow(
      table: TableID(20), priority: 100, cookie: 0xa110_0000_0000_0002,
      match: Match([.arpTPA(address), .arpOp(1), .reg(1, 0x64), .metadata(0x64), .ethType(0x0806)]),
      instructions: [
        .applyActions([
          .move(from: FieldSlice(.ethSrc), to: FieldSlice(.ethDst)), .setField(.ethSrc(Self.guest)),
          .setField(.arpOp(2)), .move(from: FieldSlice(.arpSHA), to: FieldSlice(.arpTHA)),
          .move(from: FieldSlice(.arpSPA), to: FieldSlice(.arpTPA)), .setField(.arpSHA(Self.guest)),
          .setField(.arpSPA(address)), .output(.inPort),
        ])
      ])
    #expect(Self.encode(.add(flow), xid: 8) == GoldenFlow.arpResponder.bytes)
  }

  @Test("flooding to tunnels and ports that is built here has the recorded bytes")
  func flood() throws {
    let group = MACAddress(1, 0, 0, 0, 0, 0)
    let flow = Flow(
      table: TableID(30), priority: 40, cookie: 0xa110_0000_0000_0003,
      match: Match([.metadata(0x64), .ethDst(group, mask: group)]),
      instructions: [
        .applyActions([
          .setField(.tunnelID(100)), .setField(.tunnelDst(IPv4Address(192, 0, 2, 12))), .output(OFPort(1)),
          .setField(.tunnelDst(IPv4Address(192, 0, 2, 13))), .output(OFPort(1)), .output(OFPort(3)), .output(OFPort(4)),
        ])
      ])
    #expect(Self.encode(.add(flow), xid: 10) == GoldenFlow.flood.bytes)
  }

  @Test("instructions are put into the order of execution")
  func instructionOrder() throws {
    let flow = Flow(
      table: TableID(0), priority: 90, cookie: 0xa110_0000_0000_0001, match: Match([.inPort(OFPort(7))]),
      instructions: [
        .gotoTable(TableID(10)), .writeMetadata(0x64, mask: 0xffff), .applyActions([.setField(.reg(1, 5))]),
      ])
    #expect(Self.encode(.add(flow), xid: 7) == GoldenFlow.classifyPort.bytes)
  }

  @Test("DHCP to a tagged port, a punt with userdata, and output by register have the recorded bytes")
  func extensions() throws {
    let dhcp = Flow(
      table: TableID(15), priority: 300, cookie: 0xa110_0000_0000_0005,
      match: Match([.udpDst(67), .udpSrc(68), .ipProto(17), .ethType(0x0800), .ethSrc(Self.guest), .inPort(OFPort(7))]),
      instructions: [.applyActions([.pushVLAN(0x8100), .setField(.vlanVID(7)), .output(OFPort(9))])])
    #expect(Self.encode(.add(dhcp), xid: 13) == GoldenFlow.dhcp.bytes)
    let punt = Flow(
      table: TableID(17), priority: 6, cookie: 0xa110_0000_0000_0007, match: Match([.ethType(0x88cc), .vlanTagged]),
      instructions: [
        .applyActions([.controller(ControllerAction(maxLength: 128, controllerID: 7, userdata: [1, 2, 3]))])
      ])
    #expect(Self.encode(.add(punt), xid: 19) == GoldenFlow.punt.bytes)
    let output = Flow(
      table: TableID(40), priority: 10, cookie: 0xa110_0000_0000_0004, match: Match([.reg(2, 1)]),
      instructions: [
        .applyActions([
          .outputField(FieldSlice(.reg(0), offset: 0, count: 16)), .resubmit(port: .inPort, table: TableID(41)),
        ])
      ])
    #expect(Self.encode(.add(output), xid: 12) == GoldenFlow.outputRegisterBits.bytes)
  }

  @Test("truncation at every byte of every recorded flow is an error, or leaves a shorter list of instructions")
  func truncation() {
    for golden in GoldenFlow.all {
      let bytes = golden.bytes
      let instructionsStart = bytes.count - hex(golden.instructions).count
      for length in 0..<instructionsStart {
        #expect(throws: MalformedMessage.self) { try Self.decode(Array(bytes.prefix(length))) }
      }
      for length in instructionsStart..<bytes.count {
        guard let flow = try? Self.decode(Array(bytes.prefix(length))).flow else { continue }
        #expect(Instruction.encode(flow.instructions) == Array(bytes[instructionsStart..<length]))
      }
    }
  }

  @Test(
    "random changes of recorded flows neither trap nor change on the way back", arguments: [1, 2, 3, 4] as [UInt64])
  func mutations(seed: UInt64) {
    var generator = SeededGenerator(state: seed)
    for golden in GoldenFlow.all {
      for _ in 0..<300 {
        var bytes = golden.bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
          bytes[Int.random(in: 8..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
        }
        guard let flow = try? Self.decode(bytes).flow else { continue }
        #expect(Instruction.encode(flow.instructions).count <= flow.instructionBytes.count)
        #expect(Match(flow.match.fields) == flow.match, "seed \(seed), \(golden.name)")
        _ = flow.description
      }
    }
  }
}

extension Flow {
  /// The actions that are applied at once.
  fileprivate var appliedActions: [Action] {
    for case .applyActions(let actions) in instructions { return actions }
    return []
  }
}
