import Testing

@testable import OpenFlow

@Suite("Whether a switch takes a match")
struct MatchValidationTests {
  @Test("Open vSwitch's verdict over every recorded match is the verdict here")
  func verdicts() throws {
    let entries = try Corpus.read("verdicts")
    #expect(entries.count > 100)
    for entry in entries {
      #expect(verdict(entry.bytes) == entry.text, "\(entry.name)")
    }
  }

  @Test("matches of the corpus of flows are taken as they are sent")
  func taken() throws {
    for entry in try Corpus.read("flows") {
      let flow = try OpenFlowMessage.decode(entry.bytes).message.flowMod?.flow
      #expect(throws: Never.self, "\(entry.name)") { try flow?.match.validate() }
    }
  }

  @Test("an error names the field, what it needs and the code")
  func text() throws {
    let match = Match([.tcpDst(80)])
    let error = #expect(throws: MatchError.self) { try match.validate() }
    #expect(error == MatchError(.tcpDst, .missing(.tcp)))
    #expect(
      error?.description
        == "tcp_dst needs ip_proto=6 (tcp or tcp6) without nw_frag=later before it (OFPBMC_BAD_PREREQ)")
    let message = try #require(error?.message(xid: 7, data: [1, 2, 3]))
    #expect(message.type == 4 && message.code == 9 && message.codeName == "OFPBMC_BAD_PREREQ")
  }

  @Test("changed bytes get a verdict and never a trap", arguments: [1, 2, 3] as [UInt64])
  func mutations(seed: UInt64) throws {
    var generator = SeededGenerator(state: seed)
    for entry in try Corpus.read("verdicts") {
      for length in 0..<entry.bytes.count { _ = verdict(Array(entry.bytes.prefix(length))) }
      for _ in 0..<50 {
        var bytes = entry.bytes
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
        let first = verdict(bytes)
        guard first == "ok", var reader = Optional(WireReader(bytes, structure: "ofp_match")),
          let match = try? Match(&reader)
        else { continue }
        // Putting a match that is taken into order leaves it one that is taken.
        #expect(verdict(match.bytes) == "ok", "seed \(seed), \(entry.name): \(match)")
      }
    }
  }

  private func verdict(_ bytes: [UInt8]) -> String {
    do {
      try Match.validate(encoded: bytes[...])
      return "ok"
    } catch {
      return error.codeName
    }
  }
}

extension OpenFlowMessage {
  /// The flow_mod that it is.
  var flowMod: FlowMod? {
    if case .flowMod(let mod) = self { mod } else { nil }
  }
}
