import Testing

@testable import OpenFlow

@Suite("Random messages")
struct MessageRandomTests {
  private static let seed = UInt64.random(in: 0...(.max))

  @Test("a message of any kind is decoded as it was encoded", arguments: [1, 2, 3, seed])
  func messages(seed: UInt64) throws {
    var generator = MessageGenerator(seed: seed)
    for round in 0..<40 {
      for kind in 0..<MessageGenerator.kinds {
        let xid = generator.number() as UInt32
        let message = generator.message(kind: kind, xid: xid)
        let bytes = try message.encode(xid: xid)
        let (header, decoded) = try OpenFlowMessage.decode(bytes)
        #expect(decoded == message, "seed \(seed), round \(round), kind \(kind)")
        #expect(header.xid == xid && Int(header.length) == bytes.count)
      }
    }
  }

  @Test("an answer of any kind is put together as it was taken apart", arguments: [1, 2, 3, seed])
  func answers(seed: UInt64) throws {
    var generator = MessageGenerator(seed: seed)
    for round in 0..<40 {
      for kind in 0..<MessageGenerator.answerKinds {
        let answer = generator.answer(kind: kind)
        var assembly = MultipartAssembly(to: .other(answer.kind, []), limit: 1 << 20)
        var result: MultipartAnswer?
        for part in MultipartReply.parts(of: answer, limit: generator.count(300) + 1) {
          let bytes = try OpenFlowMessage.multipartReply(part).encode(xid: 1)
          guard case .multipartReply(let decoded) = try OpenFlowMessage.decode(bytes).message else {
            Issue.record("not a multipart reply")
            return
          }
          result = try assembly.append(decoded)
        }
        #expect(result == answer, "seed \(seed), round \(round), kind \(kind)")
      }
    }
  }

  @Test("bytes changed at random never trap, and what is decoded stays as it is", arguments: [1, 2, 3, seed])
  func mutations(seed: UInt64) throws {
    var generator = MessageGenerator(seed: seed)
    let messages = (GoldenMessage.encoded + GoldenMessage.recorded).map(\.bytes).filter { $0.count < 1000 }
    for _ in 0..<4000 {
      var bytes = generator.pick(messages, else: [])
      for _ in 0...generator.count(3) {
        let index = Int.random(in: 0..<bytes.count, using: &generator.random)
        bytes[index] = generator.pick([0, 1, 4, 8, 0x7f, 0xff, generator.number()], else: 0)
      }
      bytes.setLength(bytes.count, at: 2)
      MessageStability.check(bytes, "seed \(seed)")
    }
  }
}

/// What holds of any bytes.
enum MessageStability {
  /// Decoding gives a message or an error; what was decoded is encoded to bytes that are decoded to the same.
  static func check(_ bytes: [UInt8], _ comment: String) {
    guard let (header, message) = try? OpenFlowMessage.decode(bytes) else { return }
    guard let again = try? message.encode(xid: header.xid) else {
      // Only what grows can become too long: raw texts cannot.
      #expect(bytes.count > 60_000, "\(comment): \(hexDigits(bytes)) cannot be encoded again")
      return
    }
    let decoded = try? OpenFlowMessage.decode(again).message
    #expect(decoded == message, "\(comment): \(hexDigits(bytes)) is not stable")
    guard case .multipartReply(let reply) = message, let answer = try? reply.answer() else { return }
    var assembly = MultipartAssembly(to: .other(reply.kind, []), limit: .max)
    var result: MultipartAnswer?
    for part in MultipartReply.parts(of: answer) { result = try? assembly.append(part) }
    #expect(result == answer, "\(comment): the answer in \(hexDigits(bytes)) is not stable")
  }

  static func hexDigits(_ bytes: [UInt8]) -> String {
    bytes.prefix(200).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
