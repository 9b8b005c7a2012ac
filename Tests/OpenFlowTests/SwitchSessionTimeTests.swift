import Testing

@testable import OpenFlow

@Suite("A session with a slow or lost answer")
struct SwitchSessionTimeTests {
  private typealias ID = SessionSupport.ID
  private typealias Support = SessionSupport

  private let base = SwitchSession.firstBundleXID

  @Test("an answer that is thirty seconds late is taken while its limit lasts, and echoes keep the connection")
  func late() {
    var session = Support.ready(SwitchSessionOptions(answerLimit: .seconds(60)))
    let bundle = EncodedBundle(Support.mods(1), firstXID: base)
    _ = session.handle(.request(ID(1), .commit(bundle)), at: .zero)
    for second in stride(from: 5, through: 30, by: 5) {
      let probe = session.handle(.tick, at: .seconds(second))
      #expect(probe.count == 1)
      #expect(session.handle(.received(Support.echoReply), at: .seconds(second)).isEmpty)
    }
    let late = session.handle(.received(Support.control(.commitReply, xid: base + 3)), at: .seconds(30))
    #expect(late == [.answer(ID(1), .committed([]))])
  }

  @Test(
    "a bundle that is never closed by the switch is discarded, what is unsent of it dropped, and late words ignored")
  func neverFilled() {
    var session = Support.ready(SwitchSessionOptions(silenceLimit: .seconds(1000)))
    let bundle = EncodedBundle(Support.mods(3), firstXID: base)
    _ = session.handle(.request(ID(1), .commit(bundle)), at: .zero)
    _ = session.handle(.tick, at: .seconds(5))
    let actions = session.handle(.tick, at: .seconds(30))
    let discard = Support.control(.discardRequest, xid: base + 5)
    #expect(actions == [.dropBulk(ID(1)), .send(discard), .fail(ID(1), .noAnswer(.seconds(30)))])
    // Late answers do nothing: no commit follows a close, and no error is told of.
    #expect(session.handle(.received(Support.control(.closeReply, xid: base + 4)), at: .seconds(31)).isEmpty)
    #expect(session.handle(.received(Support.error(type: 4, code: 9, xid: base + 2)), at: .seconds(31)).isEmpty)
    #expect(session.handle(.received(Support.control(.discardReply, xid: base + 5)), at: .seconds(31)).isEmpty)
    // Its transaction ids are free again after a while.
    let again = session.handle(.request(ID(2), .commit(bundle)), at: .seconds(32))
    #expect(again == [.fail(ID(2), .transactionIDsInUse)])
    _ = session.handle(.received(Support.echoReply), at: .seconds(60))
    #expect(session.handle(.request(ID(3), .commit(bundle)), at: .seconds(60)).count == 1)
  }

  @Test("a commit whose answer is lost fails, and is not discarded: it may have been carried out")
  func commitLost() {
    var session = Support.ready(SwitchSessionOptions(silenceLimit: .seconds(1000)))
    let bundle = EncodedBundle(Support.mods(2), firstXID: base)
    _ = session.handle(.request(ID(1), .commit(bundle)), at: .zero)
    _ = session.handle(.received(Support.control(.closeReply, xid: base + 3)), at: .seconds(29))
    let actions = session.handle(.tick, at: .seconds(30))
    #expect(actions == [.dropBulk(ID(1)), .fail(ID(1), .noAnswer(.seconds(30)))])
    #expect(session.handle(.received(Support.control(.commitReply, xid: base + 4)), at: .seconds(31)).isEmpty)
  }

  @Test("an answer in parts has its limit from the last part on")
  func slowParts() throws {
    var session = Support.ready(SwitchSessionOptions(silenceLimit: .seconds(1000)))
    let sent = session.handle(.request(ID(1), .parts(.ports)), at: .zero)
    guard case .sendBulk(_, let pieces)? = sent.first, let request = pieces.first else { return }
    var more = GoldenMessages.ports
    more.replaceSubrange(4..<8, with: request[4..<8])
    more[11] = 1  // OFPMPF_REPLY_MORE
    for second in stride(from: 20, through: 100, by: 20) {
      let actions = session.handle(.received(more), at: .seconds(second))
      #expect(actions == [.part(ID(1), Array(more.dropFirst(16)))])
    }
    _ = session.handle(.tick, at: .seconds(129))
    let failed = session.handle(.tick, at: .seconds(130))
    #expect(failed == [.dropBulk(ID(1)), .fail(ID(1), .noAnswer(.seconds(30)))])
  }

  @Test("while nothing happens there are two deadlines in the silence limit, and none before the probe")
  func idle() {
    var session = Support.ready()
    var now = Duration.zero
    var wakes = 0
    while let deadline = session.nextDeadline, deadline <= .seconds(3600) {
      #expect(deadline > now)
      now = deadline
      wakes += 1
      let actions = session.handle(.tick, at: now)
      if actions.contains(where: { if case .send = $0 { true } else { false } }) {
        _ = session.handle(.received(Support.echoReply), at: now)
      }
    }
    #expect(wakes == 720)  // one probe in five seconds
  }

  @Test("the next deadline is that of the oldest of many requests, and goes on to the next when that is answered")
  func deadlines() {
    var session = Support.ready(
      SwitchSessionOptions(probeInterval: .seconds(1000), silenceLimit: .seconds(2000)))
    var xids: [UInt32] = []
    for index in 0..<100 {
      let actions = session.handle(.request(ID(UInt64(index)), .barrier), at: .seconds(index) / 10)
      if case .sendBulk(_, let pieces)? = actions.last, let piece = pieces.first { xids.append(Support.xid(of: piece)) }
    }
    #expect(session.nextDeadline == .seconds(30))
    for (index, xid) in xids.enumerated().dropLast() {
      _ = session.handle(.received(Support.barrierReply(xid: xid)), at: .seconds(10))
      let expected: Duration = .seconds(30) + .milliseconds((index + 1) * 100)
      #expect(session.nextDeadline == expected)
    }
  }
}

@Suite("The wait before another try to connect")
struct SwitchSessionBackoffTests {
  @Test("doubles up to a limit while there is no connection")
  func doubles() {
    var backoff = ReconnectionBackoff(shortest: .milliseconds(100), longest: .seconds(1))
    let waits = (0..<6).map { _ in backoff.lost(at: .zero) }
    let expected: [Duration] = [100, 200, 400, 800, 1000, 1000].map { .milliseconds($0) }
    #expect(waits == expected)
  }

  @Test("goes on doubling over connections that are lost right away, and begins anew after a long one")
  func shortConnections() {
    var backoff = ReconnectionBackoff(shortest: .seconds(1), longest: .seconds(8), usefulAfter: .seconds(10))
    var waits: [Duration] = []
    for lifetime in [1, 9, 3, 10, 2] {
      backoff.connected(at: .seconds(100))
      waits.append(backoff.lost(at: .seconds(100 + lifetime)))
    }
    let expected: [Duration] = [1, 2, 4, 1, 2].map { .seconds($0) }
    #expect(waits == expected)
  }

  @Test("begins anew after a short connection that was of use, once")
  func useful() {
    var backoff = ReconnectionBackoff(shortest: .seconds(1), longest: .seconds(8))
    let first = [backoff.lost(at: .zero), backoff.lost(at: .zero)]
    backoff.connected(at: .zero)
    backoff.wasUseful()
    let second = [backoff.lost(at: .zero), backoff.lost(at: .zero)]
    #expect(first == [.seconds(1), .seconds(2)])
    #expect(second == [.seconds(1), .seconds(2)])
  }
}
