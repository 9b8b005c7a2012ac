import NetworkTypes
import Testing

@testable import OpenFlow

@Suite("Messages of a switch")
struct MessageTests {
  @Test("features, ports and events are read")
  func contents() throws {
    guard case .featuresReply(let features) = try OpenFlowMessage.decode(GoldenMessages.features).message,
      case .portStatus(let status) = try OpenFlowMessage.decode(GoldenMessages.portStatus).message,
      case .packetIn(let packet) = try OpenFlowMessage.decode(GoldenMessages.packetIn).message,
      case .flowRemoved(let removed) = try OpenFlowMessage.decode(GoldenMessages.flowRemoved).message,
      case .hello(let hello) = try OpenFlowMessage.decode(GoldenMessages.hello).message
    else {
      Issue.record("a message is taken for another one")
      return
    }
    #expect(features.datapathIDText == "0000bab6d91ce14e")
    #expect(features.tableCount == 254)
    #expect(status.reason == .deleted)
    #expect(status.description.name == "p9")
    #expect(status.description.port == OFPort(9))
    #expect(status.description.macAddress == MACAddress("0a:3d:78:9c:a6:38"))
    #expect(packet.inPort == OFPort(8))
    #expect(packet.cookie == 0x77)
    #expect(packet.data.count == 23)
    #expect(removed.key.description == "table=0,priority=60000,in_port=8")
    #expect(removed.packets == 1)
    #expect(removed.bytes == 23)
    #expect(hello.speaksVersion13)
    #expect(hello.versionsText == "1.0, 1.3, 1.4, 1.5")
  }

  @Test("a dump of flows holds the flows that were sent")
  func flowDump() throws {
    guard case .multipartReply(let reply) = try OpenFlowMessage.decode(GoldenMessages.flows).message else {
      Issue.record("not a multipart reply")
      return
    }
    var answer = MultipartAnswer(to: .flows(table: nil, cookie: .any))
    try answer.append(reply)
    guard case .flows(let entries) = answer else { return }
    let sent = try GoldenFlow.all.map { golden in
      var reader = WireReader(golden.bytes, structure: "flow mod")
      _ = try MessageHeader(&reader)
      return try FlowMod(&reader)
    }
    #expect(Set(entries.map { FlowMod.add($0.flow) }) == Set(sent))
  }

  @Test("errors have Open vSwitch's names")
  func errors() throws {
    guard case .error(let group) = try OpenFlowMessage.decode(GoldenMessages.badGroup).message,
      case .error(let failed) = try OpenFlowMessage.decode(GoldenMessages.messageFailed).message
    else {
      Issue.record("not errors")
      return
    }
    #expect(group.description == "OFPBAC_BAD_OUT_GROUP (OFPET_BAD_ACTION, type 2 code 9)")
    #expect(group.xid == 0xc)
    #expect(failed.codeName == "OFPBFC_MSG_FAILED")
    #expect(failed.typeName == "ONF extension")
    #expect(OpenFlowError(xid: 1, type: 99, code: 98).description == "error code 98 (error type 99, type 99 code 98)")
    #expect(OpenFlowError(xid: 1, type: 0xffff, code: 15, experimenter: 0x2320).codeName == "NXBAC_BAD_CONJUNCTION")
  }

  @Test("truncation at every byte of every message is an error and never a trap")
  func truncation() {
    for (name, bytes) in GoldenMessages.all {
      for length in 0..<bytes.count {
        #expect(throws: MalformedMessage.self, "\(name) cut at \(length)") {
          try OpenFlowMessage.decode(Array(bytes.prefix(length)))
        }
        // The same with a header that owns up to the shorter length: an error or another message, but no trap.
        guard length >= 8 else { continue }
        var shorter = Array(bytes.prefix(length))
        shorter.setLength(length, at: 2)
        guard case .multipartReply(let reply)? = try? OpenFlowMessage.decode(shorter).message else { continue }
        var answer = MultipartAnswer(to: reply.kind == .ports ? .ports : .flows(table: nil, cookie: .any))
        _ = try? answer.append(reply)
      }
    }
  }

  @Test("random bytes never trap", arguments: [11, 12, 13] as [UInt64])
  func randomBytes(seed: UInt64) {
    var generator = SeededGenerator(state: seed)
    for _ in 0..<3000 {
      var bytes = (0..<Int.random(in: 8...96, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      bytes[1] = .random(in: 0...26, using: &generator)
      bytes.setLength(bytes.count, at: 2)
      _ = try? OpenFlowMessage.decode(bytes)
    }
  }

  @Test("messages are found however the stream is cut", arguments: [1, 3, 7, 64, 5000])
  func framing(size: Int) throws {
    let stream = GoldenMessages.all.flatMap(\.bytes)
    var framing = MessageFraming()
    var messages: [[UInt8]] = []
    for start in stride(from: 0, to: stream.count, by: size) {
      framing.append(Array(stream[start..<min(start + size, stream.count)]))
      while let message = try framing.next() { messages.append(message) }
    }
    #expect(messages == GoldenMessages.all.map(\.bytes))
  }

  @Test("a header that cannot be one is an error", arguments: ["16030100", "04000007 00000000", "ff", "00000008"])
  func badHeaders(text: String) {
    var framing = MessageFraming()
    framing.append(hex(text))
    #expect(throws: MalformedMessage.self) { try framing.next() }
  }

  @Test("a change that is too long for a message is refused before anything is sent")
  func tooLong() {
    let flow = Flow(
      table: TableID(0), priority: 1, cookie: 0, match: .any,
      instructions: [.applyActions(Array(repeating: .output(OFPort(1)), count: 4096))])
    let bundle = EncodedBundle([.delete(table: nil, cookie: .any, match: .any), .add(flow)], firstXID: 100)
    #expect(bundle.refusals.map(\.index) == [1])
    #expect(bundle.refusals.first?.error.codeName == "OFPBRC_BAD_LEN")
  }

  @Test("a bundle is whole messages in pieces, each change with its own transaction id inside and out")
  func bundleBytes() throws {
    let mods = (0..<2000).map { index in
      FlowMod.add(
        Flow(
          table: TableID(1), priority: 5, cookie: 1, match: Match([.reg(0, UInt32(index))]),
          instructions: [.gotoTable(TableID(2))]))
    }
    let bundle = EncodedBundle(mods, firstXID: 0x1000_0000)
    #expect(bundle.pieces.count > 1)
    var xids: [UInt32] = []
    for piece in bundle.pieces {
      #expect(piece.count <= 64 * 1024)
      var framing = MessageFraming()
      framing.append(piece)
      var length = 0
      while let message = try framing.next() {
        length += message.count
        var reader = WireReader(message, structure: "bundle")
        let xid = try MessageHeader(&reader).xid
        xids.append(xid)
        if message.count > 24 { #expect(try reader.peek(UInt32.self, at: 20) == xid) }
      }
      #expect(length == piece.count)
    }
    #expect(xids == (0..<2002).map { 0x1000_0000 + $0 })
  }
}
