import Testing

@testable import OpenFlow

@Suite("Hostile messages")
struct MessageHostileTests {
  @Test(
    "a message cut at any byte is an error, and with a length that owns up to it a message or an error",
    arguments: GoldenMessage.encoded + GoldenMessage.recorded)
  func truncation(golden: GoldenMessage) {
    for length in 0..<golden.bytes.count {
      let cut = Array(golden.bytes.prefix(length))
      #expect(throws: MalformedMessage.self, "cut at \(length)") { try OpenFlowMessage.decode(cut) }
      guard length >= MessageHeader.size else { continue }
      var honest = cut
      honest.setLength(length, at: 2)
      MessageStability.check(honest, "cut at \(length)")
    }
  }

  @Test("a length within a message that is too long, too short or zero is an error and never a trap")
  func lengths() {
    for golden in GoldenMessage.encoded + GoldenMessage.recorded where golden.bytes.count < 400 {
      for offset in stride(from: 8, to: golden.bytes.count - 1, by: 2) {
        for length in [0, 1, 3, 4, 7, 8, 9, 0x7fff, 0xfff8, 0xffff] {
          var bytes = golden.bytes
          bytes.setLength(length, at: offset)
          MessageStability.check(bytes, "\(golden.name) with \(length) at \(offset)")
        }
      }
    }
  }

  @Test("a message with bytes behind its end is an error")
  func trailingBytes() throws {
    for kind in [MessageType.barrierRequest, .featuresRequest, .getConfigRequest, .getAsyncRequest] {
      let bytes = PlainMessage.encode(kind, xid: 1, body: [0])
      #expect(throws: MalformedMessage.self, "\(kind)") { try OpenFlowMessage.decode(bytes) }
    }
  }

  @Test("numbers that have no meaning are errors that say what was expected")
  func unknownNumbers() throws {
    let error = try #require(throws: MalformedMessage.self) {
      try OpenFlowMessage.decode(hex("040f0010 00000001 0003 00 00 00000001"))
    }
    #expect(error.description == "malformed groupMod at byte 8: expected a group_mod command of 0 to 2, or 0x8000")
    for text in [
      "040f0010 00000001 0000 04 00 00000001",  // group type 4
      "041d0010 00000001 0003 0000 00000001",  // meter command 3
      "04180018 00000001 00000004 00000000 0000000000000000",  // role 4
      "04040014 00000001 00002320 00000010 00000003",  // packet-in format 3
      "04120010 00000001 000d 0001 00000000",  // a request in parts
      "0404000c 00000001 00002320",  // no number of the extension
    ] {
      #expect(throws: MalformedMessage.self, "\(text)") { try OpenFlowMessage.decode(hex(text)) }
    }
  }

  @Test("an assembly takes no more bytes than it may, and no empty parts for ever")
  func boundedAssembly() throws {
    var assembly = MultipartAssembly(to: .ports, limit: 1000)
    let empty = MultipartReply(kind: .ports, hasMore: true, body: [])
    for _ in 0..<62 { _ = try assembly.append(empty) }
    #expect(throws: MultipartAssembly.Failure.tooLong(limit: 1000)) { try assembly.append(empty) }
    #expect(throws: MultipartAssembly.Failure.ended) { try assembly.append(empty) }
  }

  @Test("an assembly refuses parts of another answer, parts after the last one, and answers without a value")
  func strangeParts() throws {
    var ports = MultipartAssembly(to: .ports, limit: 1000)
    #expect(throws: MultipartAssembly.Failure.self) { try ports.append(MultipartReply(kind: .groups, body: [])) }
    var ended = MultipartAssembly(to: .ports, limit: 1000)
    #expect(try ended.append(MultipartReply(kind: .ports, body: [])) == .ports([]))
    #expect(throws: MultipartAssembly.Failure.ended) { try ended.append(MultipartReply(kind: .ports, body: [])) }
    var description = MultipartAssembly(to: .description, limit: 1000)
    #expect(throws: MultipartAssembly.Failure.self) {
      try description.append(MultipartReply(kind: .description, body: []))
    }
  }

  @Test("texts that are not UTF-8 are read with question marks, and are written back in the same room")
  func badText() throws {
    var bytes = GoldenMessages.portStatus
    for index in 32..<48 { bytes[index] = 0xff }
    guard case .portStatus(let status) = try OpenFlowMessage.decode(bytes).message else { return }
    #expect(status.description.name == String(repeating: "?", count: 15))
    MessageStability.check(bytes, "bad name")
  }
}
