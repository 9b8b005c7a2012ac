import Testing

@testable import OpenFlow

@Suite("A session with a hostile or broken switch")
struct SwitchSessionHostileTests {
  private typealias ID = SessionSupport.ID
  private typealias Support = SessionSupport

  @Test("messages that come byte by byte do what whole ones do")
  func byteByByte() {
    let bytes =
      GoldenMessages.portStatus + GoldenMessages.packetIn + GoldenMessages.echoRequest + GoldenMessages.flowRemoved
    var whole = Support.ready()
    var split = Support.ready()
    let expected = whole.handle(.received(bytes), at: .zero)
    var actions: [SwitchSession.Action] = []
    for byte in bytes { actions += split.handle(.received([byte]), at: .zero) }
    #expect(expected.count == 4)
    #expect(actions == expected)
  }

  @Test("a message that is never finished is waited for, and then the switch is silent")
  func halfMessage() {
    var session = Support.ready()
    let half = Array(GoldenMessages.portStatus.prefix(40))
    #expect(session.handle(.received(half), at: .seconds(1)).isEmpty)
    #expect(session.handle(.tick, at: .seconds(6)).count == 1)
    #expect(session.handle(.tick, at: .seconds(16)) == [.close(.silent(.seconds(15)))])
  }

  @Test(
    "a header with an impossible length or version closes the connection",
    arguments: [
      "04020007 00000000", "04020000 00000000", "00020008 00000000", "07020008 00000000", "ff",
    ])
  func impossibleHeader(_ text: String) {
    var session = Support.ready()
    let actions = session.handle(.received(hex(text)), at: .zero)
    guard case .close(.notOpenFlow)? = actions.last else {
      Issue.record("not closed: \(actions)")
      return
    }
    #expect(actions.count == 1)
  }

  @Test("the longest message there can be is taken, in any pieces")
  func longest() {
    var session = Support.ready()
    var echo = hex("0402ffff 00000005") + Array(repeating: 0x61, count: 65535 - 8)
    var actions: [SwitchSession.Action] = []
    while !echo.isEmpty {
      let count = min(echo.count, 1000)
      actions += session.handle(.received(Array(echo.prefix(count))), at: .zero)
      echo.removeFirst(count)
    }
    guard case .send(let reply)? = actions.first else {
      Issue.record("no reply")
      return
    }
    #expect(reply.count == 65535)
  }

  @Test("an answer that cannot be read fails its request, and discards its bundle")
  func malformedAnswer() {
    var session = Support.ready()
    let base = SwitchSession.firstBundleXID
    _ = session.handle(.request(ID(1), .commit(EncodedBundle(Support.mods(2), firstXID: base))), at: .zero)
    var reply = Support.control(.closeReply, xid: base + 3)
    reply[21] = 9  // no such kind of control
    let actions = session.handle(.received(reply), at: .zero)
    #expect(actions.count == 3)
    #expect(actions.dropFirst().first == .send(Support.control(.discardRequest, xid: base + 4)))
    guard case .fail(ID(1), .malformedAnswer)? = actions.last else {
      Issue.record("not failed: \(actions)")
      return
    }
  }

  @Test("whatever comes, every request ends exactly once", arguments: 0..<200 as Range<UInt64>)
  func anything(seed: UInt64) {
    var random = SeededGenerator(state: seed)
    var session = Support.ready(SwitchSessionOptions(answerByteLimit: 10_000))
    var now = Duration.zero
    var open: Set<SwitchSession.RequestID> = []
    var nextXID = SwitchSession.firstBundleXID
    var problems: [String] = []
    let seeds = [
      GoldenMessages.ports, GoldenMessages.flows, GoldenMessages.messageFailed, GoldenMessages.barrierReply,
      GoldenMessages.bundleClosed, GoldenMessages.bundleCommitted, GoldenMessages.badGroup,
      GoldenMessages.echoRequest, GoldenMessages.packetIn,
    ]
    for step in 0..<200 as Range<UInt64> {
      now += .milliseconds(Int.random(in: 0...4000, using: &random))
      let event: SwitchSession.Event
      switch Int.random(in: 0..<6, using: &random) {
      case 0, 1:
        let id = ID(step)
        open.insert(id)
        let count = Int.random(in: 1...4, using: &random)
        let requests: [SwitchRequest] = [
          .barrier, .multipart(.ports), .parts(.ports), .message(GoldenMessages.echoRequest),
          .commit(EncodedBundle(Support.mods(count), firstXID: nextXID)),
          .apply(EncodedSequence(Array(repeating: GoldenMessages.echoRequest, count: count), firstXID: nextXID)),
        ]
        nextXID += 8
        event = .request(id, requests.randomElement(using: &random) ?? .barrier)
      case 2:
        event = .tick
      default:
        var bytes = seeds.randomElement(using: &random) ?? []
        // About something that is likely to be asked, and sometimes broken.
        let low = Bool.random(using: &random)
        let xid = low ? UInt32.random(in: 1...60, using: &random) : nextXID - UInt32.random(in: 1...40, using: &random)
        bytes.replaceSubrange(4..<8, with: (0..<4).map { UInt8(truncatingIfNeeded: xid >> (24 - 8 * $0)) })
        if Int.random(in: 0..<8, using: &random) == 0 {
          let position = Int.random(in: 8..<bytes.count + 8, using: &random)
          if position < bytes.count { bytes[position] = UInt8.random(in: 0...255, using: &random) }
        }
        event = .received(bytes)
      }
      for action in session.handle(event, at: now) {
        switch action {
        case .answer(let id, _), .fail(let id, _):
          if open.remove(id) == nil { problems.append("step \(step): request \(id) ended twice") }
        case .part(let id, _):
          if !open.contains(id) { problems.append("step \(step): a part of request \(id) after its end") }
        default: break
        }
      }
    }
    let ends = session.handle(.disconnected(.closedByPeer), at: now)
    for case .fail(let id, _) in ends { open.remove(id) }
    #expect(problems.isEmpty)
    #expect(open.isEmpty)
  }
}

@Suite("The table of requests")
struct SwitchSessionRequestTableTests {
  @Test("finds by transaction id what a plain search finds", arguments: 0..<20 as Range<UInt64>)
  func againstPlainSearch(seed: UInt64) {
    var random = SeededGenerator(state: seed)
    var table = RequestTable()
    var plain: [ClosedRange<UInt32>: Duration] = [:]
    var now = Duration.zero
    for step in 0..<300 as Range<UInt64> {
      now += .milliseconds(Int.random(in: 0...100, using: &random))
      let first = UInt32.random(in: 0...2000, using: &random)
      let xids = first...(first + UInt32.random(in: 0...9, using: &random) / 2)
      let overlaps = plain.keys.contains { $0.overlaps(xids) }
      switch Int.random(in: 0..<3, using: &random) {
      case 0, 1:
        // A single id is only ever looked for among single ones.
        guard !overlaps else { continue }
        table.insert(.init(step), xids: xids, deadline: now + .seconds(3), .barrier)
        plain[xids] = now + .seconds(3)
      default:
        guard let victim = plain.keys.min(by: { $0.lowerBound < $1.lowerBound }) else { continue }
        if Bool.random(using: &random) {
          table.extend(victim.lowerBound, to: now + .seconds(3), atLeastBy: .zero)
          plain[victim] = now + .seconds(3)
        } else {
          table.remove(victim.lowerBound)
          plain[victim] = nil
        }
      }
      #expect(table.earliestDeadline == plain.values.min())
      let asked = UInt32.random(in: 0...2010, using: &random)
      #expect(table.key(of: asked) == plain.keys.first { $0.contains(asked) }?.lowerBound)
    }
    var expired = 0
    while table.removeExpired(at: now + .seconds(4)) != nil { expired += 1 }
    #expect(expired == plain.count)
    #expect(table.earliestDeadline == nil)
  }
}
