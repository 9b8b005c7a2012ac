import Testing

@testable import OpenFlow

@Suite("Messages of both directions")
struct MessageRoundTripTests {
  @Test("every sample is encoded to its golden bytes and decoded from them")
  func samples() throws {
    #expect(MessageSamples.all.map(\.name) == GoldenMessage.encoded.map(\.name))
    for (sample, golden) in zip(MessageSamples.all, GoldenMessage.encoded) {
      let encoded = try sample.message.encode(xid: 9)
      #expect(encoded == golden.bytes, "\(sample.name)")
      let (header, decoded) = try OpenFlowMessage.decode(golden.bytes)
      #expect(decoded == sample.message, "\(sample.name)")
      #expect(header.xid == 9)
    }
  }

  @Test("the samples hold every type of message and every kind of answer")
  func completeness() {
    let kinds = Set(MessageSamples.all.map(\.message.kind))
    for type in MessageType.allCases where type != .experimenter {
      #expect(kinds.contains(MessageKind(type)), "\(type)")
    }
    let requests = Set(MessageSamples.requests.map(\.request.kind))
    let answers = Set(MessageSamples.answers.map(\.answer.kind))
    for number in UInt16(0)...13 {
      #expect(requests.contains(MultipartKind(number: number)), "request \(number)")
      #expect(answers.contains(MultipartKind(number: number)), "answer \(number)")
    }
    #expect(requests.contains(.flowMonitor) && answers.contains(.flowMonitor))
  }

  @Test("what Open vSwitch sent is understood, and encoded to the same bytes", arguments: GoldenMessage.recorded)
  func recorded(golden: GoldenMessage) throws {
    let (header, message) = try OpenFlowMessage.decode(golden.bytes)
    if case .unknown = message { Issue.record("unknown") }
    if case .experimenter = message { Issue.record("unknown extension") }
    let encoded = try message.encode(xid: header.xid)
    #expect(encoded == golden.bytes)
    guard case .multipartReply(let reply) = message else { return }
    let answer = try reply.answer()
    if case .other = answer { Issue.record("unknown answer") }
    #expect(MultipartReply.parts(of: answer) == [reply])
  }

  @Test("every answer is taken apart and put together again", arguments: [1, 64, 200, 100_000])
  func parts(limit: Int) throws {
    for (name, answer) in MessageSamples.answers {
      let parts = MultipartReply.parts(of: answer, limit: limit)
      var assembly = MultipartAssembly(to: .other(answer.kind, []), limit: 1 << 20)
      var result: MultipartAnswer?
      for part in parts {
        #expect(result == nil, "\(name) ends before its last part")
        result = try assembly.append(part)
      }
      #expect(result == answer, "\(name)")
    }
  }

  @Test("a message that is too long for its header is not encoded")
  func tooLong() {
    #expect(throws: MessageTooLong(kind: MessageKind(.echoRequest), length: 65536)) {
      try OpenFlowMessage.echoRequest(Array(repeating: 0, count: 65528)).encode(xid: 1)
    }
    let action = Action.note(Array(repeating: 1, count: 65000))
    let group = Group(id: GroupID(1), type: .all, buckets: [Bucket(actions: [action]), Bucket(actions: [action])])
    #expect(throws: MessageTooLong.self) { try OpenFlowMessage.groupMod(GroupMod(.add, group)).encode(xid: 1) }
  }
}
