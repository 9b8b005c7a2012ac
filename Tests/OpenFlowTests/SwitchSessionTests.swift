import Testing

@testable import OpenFlow

@Suite("A session with a switch")
struct SwitchSessionTests {
  private typealias ID = SwitchSession.RequestID

  private static let mods: [FlowMod] = [
    .delete(table: nil, cookie: .any, match: .any),
    .deleteStrict(FlowKey(table: .init(1), priority: 1, match: .any), cookie: .any),
  ]

  /// A session whose handshake is done at time zero.
  private func readySession(_ options: SwitchSessionOptions = SwitchSessionOptions()) -> SwitchSession {
    var session = SwitchSession(options: options)
    _ = session.handle(.opened, at: .zero)
    _ = session.handle(.received(GoldenMessages.hello), at: .zero)
    _ = session.handle(.received(GoldenMessages.features), at: .zero)
    return session
  }

  private func control(_ kind: BundleControl.Kind, xid: UInt32) -> SwitchSession.Event {
    var bytes: [UInt8] = []
    BundleControl(bundle: 1, kind: kind).encode(to: &bytes, xid: xid)
    return .received(bytes)
  }

  private func error(type: UInt16, code: UInt16, xid: UInt32) -> SwitchSession.Event {
    var bytes: [UInt8] = []
    bytes.appendHeader(type: .error, length: 12, xid: xid)
    bytes.appendInteger(type)
    bytes.appendInteger(code)
    return .received(bytes)
  }

  private let base = SwitchSession.firstBundleXID

  private func committing() -> SwitchSession {
    var session = readySession()
    let bundle = EncodedBundle(Self.mods, firstXID: base)
    #expect(session.handle(.request(ID(1), .commit(bundle)), at: .zero) == [.sendBulk(ID(1), bundle.pieces)])
    return session
  }

  @Test("says hello, asks for the features, and is ready")
  func handshake() throws {
    var session = SwitchSession()
    #expect(session.handle(.opened, at: .zero).count == 1)
    let asked = session.handle(.received(GoldenMessages.hello), at: .zero)
    #expect(asked.count == 1)
    let ready = session.handle(.received(GoldenMessages.features), at: .zero)
    guard case .ready(let features)? = ready.last else {
      Issue.record("not ready: \(ready)")
      return
    }
    #expect(features.datapathID == 0xbab6_d91c_e14e)
  }

  @Test("a switch without OpenFlow 1.3 is told so, and its versions are named")
  func versionMismatch() {
    var session = SwitchSession()
    _ = session.handle(.opened, at: .zero)
    let actions = session.handle(.received(hex("06000010 00000001 00010008 00000062")), at: .zero)
    #expect(actions.last == .close(.versionMismatch(offered: "1.0, 1.4, 1.5")))
    #expect(actions.count == 2)
  }

  @Test("a hello without a bitmap settles on the lower of both versions")
  func plainHello() {
    var session = SwitchSession()
    _ = session.handle(.opened, at: .zero)
    #expect(
      session.handle(.received(hex("01000008 00000001")), at: .zero).last
        == .close(.versionMismatch(offered: "up to 1.0")))
  }

  @Test("a handshake that does not get on ends in time")
  func handshakeTimeout() {
    var session = SwitchSession()
    _ = session.handle(.opened, at: .seconds(1))
    #expect(session.nextDeadline == .seconds(6))
    #expect(session.handle(.tick, at: .seconds(6)) == [.close(.handshakeTimeout(.seconds(5)))])
  }

  @Test("garbage closes the connection with the reason")
  func garbage() {
    var session = readySession()
    let actions = session.handle(.received(Array("HTTP/1.1 400 Bad Request".utf8)), at: .zero)
    guard case .close(.notOpenFlow)? = actions.last else {
      Issue.record("not closed: \(actions)")
      return
    }
  }

  @Test("another version than the agreed one closes the connection")
  func otherVersion() {
    var session = readySession()
    let actions = session.handle(.received(hex("01020008 00000000")), at: .zero)
    guard case .close(.notOpenFlow(let error))? = actions.last else {
      Issue.record("not closed: \(actions)")
      return
    }
    #expect(error.reason == "expected version 4, which was agreed upon, found 1")
  }

  @Test("a message that cannot be decoded is counted and passed over")
  func undecodable() {
    var session = readySession()
    #expect(session.handle(.received(hex("040c000a 00000000 0700")), at: .zero).isEmpty)
    #expect(session.undecodableMessages == 1)
    #expect(
      session.handle(.received(GoldenMessages.echoRequest), at: .zero) == [.send(hex("0403000c 00000000 61626364"))])
  }

  @Test("a bundle is committed after the answer to its closing, and done with the answer to that")
  func commit() {
    var session = committing()
    #expect(session.handle(control(.openReply, xid: base), at: .zero).isEmpty)
    let commit = session.handle(control(.closeReply, xid: base + 3), at: .zero)
    #expect(commit == [.send(hex("04040018 10000004 4f4e4600 000008fc 10000000 0004 0003"))])
    #expect(session.handle(control(.commitReply, xid: base + 4), at: .zero) == [.answer(ID(1), .committed([]))])
  }

  @Test("a change that is refused while the bundle is filled stops it before anything is applied")
  func refusedWhileFilling() {
    var session = committing()
    #expect(session.handle(error(type: 4, code: 9, xid: base + 2), at: .zero).isEmpty)
    let discard = session.handle(control(.closeReply, xid: base + 3), at: .zero)
    #expect(discard == [.send(hex("04040018 10000004 4f4e4600 000008fc 10000000 0006 0003"))])
    let refusal = BundleRefusal(index: 1, error: OpenFlowError(xid: base + 2, type: 4, code: 9))
    #expect(session.handle(control(.discardReply, xid: base + 4), at: .zero) == [.answer(ID(1), .committed([refusal]))])
  }

  @Test("a change that fails in the making is named, the bundle's own error is not")
  func refusedAtCommit() {
    var session = committing()
    _ = session.handle(control(.closeReply, xid: base + 3), at: .zero)
    #expect(session.handle(error(type: 2, code: 9, xid: base + 1), at: .zero).isEmpty)
    let refusal = BundleRefusal(index: 0, error: OpenFlowError(xid: base + 1, type: 2, code: 9))
    var failed = GoldenMessages.messageFailed
    failed.replaceSubrange(4..<8, with: hex("10000004"))
    #expect(session.handle(.received(failed), at: .zero) == [.answer(ID(1), .committed([refusal]))])
  }

  @Test("a bundle of one change is sent with its commit, and done with the answer to that")
  func single() {
    var session = readySession()
    let bundle = EncodedBundle(Array(Self.mods.prefix(1)), firstXID: base)
    let sent = session.handle(.request(ID(1), .commit(bundle)), at: .zero)
    #expect(sent == [.sendBulk(ID(1), [bundle.bytes])])
    #expect(Array(bundle.bytes.suffix(24)) == hex("04040018 10000003 4f4e4600 000008fc 10000000 0004 0003"))
    #expect(session.handle(control(.commitReply, xid: base + 3), at: .zero) == [.answer(ID(1), .committed([]))])
  }

  @Test("a single change that is refused leaves nothing to commit: the answer is the refusal")
  func singleRefused() {
    var session = readySession()
    _ = session.handle(.request(ID(1), .commit(EncodedBundle(Array(Self.mods.prefix(1)), firstXID: base))), at: .zero)
    #expect(session.handle(error(type: 4, code: 9, xid: base + 1), at: .zero).isEmpty)
    let refusal = BundleRefusal(index: 0, error: OpenFlowError(xid: base + 1, type: 4, code: 9))
    #expect(session.handle(control(.commitReply, xid: base + 3), at: .zero) == [.answer(ID(1), .committed([refusal]))])
  }

  @Test("requests fail with the connection, and later ones with the same reason")
  func disconnect() {
    var session = committing()
    #expect(
      session.handle(.disconnected(.closedByPeer), at: .zero) == [.fail(ID(1), .closedByPeer), .close(.closedByPeer)])
    #expect(session.handle(.request(ID(2), .barrier), at: .zero) == [.fail(ID(2), .closedByPeer)])
    #expect(session.nextDeadline == nil)
  }

  @Test("silence is answered with an echo request, and then with the end")
  func keepalive() {
    var session = readySession()
    #expect(session.nextDeadline == .seconds(5))
    #expect(session.handle(.tick, at: .seconds(5)).count == 1)
    #expect(session.nextDeadline == .seconds(15))
    #expect(session.handle(.tick, at: .seconds(6)).isEmpty)
    #expect(session.handle(.tick, at: .seconds(15)) == [.close(.silent(.seconds(15)))])
  }

  @Test("a request without an answer fails, and the connection goes on")
  func noAnswer() {
    var session = readySession(SwitchSessionOptions(answerLimit: .seconds(2)))
    _ = session.handle(.request(ID(1), .barrier), at: .seconds(1))
    #expect(session.handle(.tick, at: .seconds(3)) == [.dropBulk(ID(1)), .fail(ID(1), .noAnswer(.seconds(2)))])
    #expect(session.handle(.received(GoldenMessages.echoRequest), at: .seconds(3)).count == 1)
  }

  @Test("the parts of an answer are put together, up to a limit")
  func multipart() {
    var session = readySession(SwitchSessionOptions(answerByteLimit: 300))
    let actions = session.handle(.request(ID(1), .multipart(.ports)), at: .zero)
    guard case .sendBulk(_, let pieces)? = actions.first, let request = pieces.first else { return }
    var part = GoldenMessages.ports
    part.replaceSubrange(4..<8, with: request[4..<8])
    var more = part
    more[11] = 1  // OFPMPF_REPLY_MORE
    #expect(session.handle(.received(more), at: .zero).isEmpty)
    guard case .answer(ID(1), .multipart(.ports(let ports)))? = session.handle(.received(part), at: .zero).first else {
      Issue.record("no answer")
      return
    }
    #expect(ports.map(\.name) == ["br-int", "vx", "br-int", "vx"])

    _ = session.handle(.request(ID(2), .multipart(.ports)), at: .zero)
    more[7] = request[7] + 1
    #expect(session.handle(.received(more), at: .zero).isEmpty)
    #expect(session.handle(.received(more), at: .zero).isEmpty)
    #expect(session.handle(.received(more), at: .zero) == [.fail(ID(2), .answerTooLong(limit: 300))])
  }

  @Test("a refused request fails with the switch's error, an error about nothing is told")
  func errors() {
    var session = readySession()
    let actions = session.handle(.request(ID(1), .barrier), at: .zero)
    guard case .sendBulk(_, let pieces)? = actions.first, let request = pieces.first else { return }
    let failed = session.handle(error(type: 1, code: 1, xid: UInt32(request[7])), at: .zero)
    #expect(failed == [.fail(ID(1), .refused(OpenFlowError(xid: UInt32(request[7]), type: 1, code: 1)))])
    let told = session.handle(error(type: 1, code: 1, xid: 9999), at: .zero)
    #expect(told == [.publish(.error(OpenFlowError(xid: 9999, type: 1, code: 1)))])
  }
}
