import Testing

@testable import OpenFlow

@Suite("What a session asks of a switch")
struct SwitchSessionRequestTests {
  private typealias ID = SessionSupport.ID
  private typealias Support = SessionSupport

  private let base = SwitchSession.firstBundleXID
  /// OFPT_METER_MOD: adds the meter `id`, of 100 packets a second.
  private func meter(_ id: UInt8) -> [UInt8] {
    hex("041d0020 00000000 00000002 000000") + [id] + hex("00010010 00000064 00000000 00000000")
  }

  @Test("messages that cannot ride in a bundle go with a barrier, and refusals are named by their place")
  func apply() {
    var session = Support.ready()
    let sequence = EncodedSequence([meter(1), meter(2), meter(3)], firstXID: base)
    let sent = session.handle(.request(ID(1), .apply(sequence)), at: .zero)
    guard case .sendBulk(ID(1), let pieces)? = sent.first, let piece = pieces.first else {
      Issue.record("not sent: \(sent)")
      return
    }
    #expect(pieces.count == 1)
    #expect(piece.count == 3 * 32 + 8)
    let xids: [UInt32] = [0, 32, 64, 96].map { Support.xid(of: piece.dropFirst($0)) }
    #expect(xids == [base, base + 1, base + 2, base + 3])
    #expect(piece.suffix(8) == [4, 20, 0, 8, 0x10, 0, 0, 3])
    #expect(session.handle(.received(Support.error(type: 12, code: 1, xid: base + 1)), at: .zero).isEmpty)
    let refusal = BundleRefusal(index: 1, error: OpenFlowError(xid: base + 1, type: 12, code: 1))
    let done = session.handle(.received(Support.barrierReply(xid: base + 3)), at: .zero)
    #expect(done == [.answer(ID(1), .applied([refusal]))])
  }

  @Test("a long sequence is cut into pieces of whole messages")
  func longSequence() {
    let sequence = EncodedSequence(Array(repeating: meter(1), count: 5000), firstXID: base)
    #expect(sequence.pieces.count == 3)
    let sizes = sequence.pieces.map(\.count)
    #expect(sizes.allSatisfy { $0 % 8 == 0 })
    #expect(sizes.max() ?? 0 <= 64 * 1024 + 8)
    #expect(sizes.reduce(0, +) == 160_008)
  }

  @Test("what is no message is refused before anything is sent")
  func noMessage() {
    let short = EncodedSequence([meter(1), [4, 29, 0, 9], meter(2).dropLast(), []], firstXID: base)
    #expect(short.refusals.map(\.index) == [1, 2, 3])
    #expect(short.refusals.first?.error.codeName == "OFPBRC_BAD_LEN")
  }

  @Test("a message of any kind gets the message that answers it, undecoded")
  func message() {
    var session = Support.ready()
    let role = hex("04180018 00000000 00000000 00000000 00000000 00000000")
    let sent = session.handle(.request(ID(1), .message(role)), at: .zero)
    guard case .sendBulk(_, let pieces)? = sent.first, let request = pieces.first else { return }
    var reply = request
    reply[1] = 25
    // An echo request with the same id, which the switch may choose, is no answer.
    var echo = GoldenMessages.echoRequest
    echo.replaceSubrange(4..<8, with: request[4..<8])
    let answered = session.handle(.received(echo + reply), at: .zero)
    #expect(answered.count == 2)
    #expect(answered.last == .answer(ID(1), .message(reply)))
  }

  @Test("answers are found among bundles that overlap in time")
  func manyBundles() {
    var session = Support.ready()
    let bundles = (0..<50).map { EncodedBundle(Support.mods(7), firstXID: base + UInt32($0) * 10) }
    for (index, bundle) in bundles.enumerated() {
      _ = session.handle(.request(ID(UInt64(index)), .commit(bundle)), at: .zero)
    }
    for (index, bundle) in bundles.enumerated().reversed() {
      let id = ID(UInt64(index))
      _ = session.handle(.received(Support.error(type: 4, code: 9, xid: bundle.firstXID + 3)), at: .zero)
      _ = session.handle(
        .received(Support.control(.closeReply, bundle: bundle.firstXID, xid: bundle.closeXID)), at: .zero)
      let reply = Support.control(.discardReply, bundle: bundle.firstXID, xid: bundle.endXID)
      guard case .answer(id, .committed(let refusals))? = session.handle(.received(reply), at: .zero).first else {
        Issue.record("no answer for \(index)")
        continue
      }
      #expect(refusals.map(\.index) == [2])
    }
  }

  @Test("a switch that is another than the expected one is left, with both ids")
  func otherSwitch() {
    var session = SwitchSession(options: SwitchSessionOptions(expectedDatapathID: 7))
    _ = session.handle(.opened, at: .zero)
    _ = session.handle(.received(GoldenMessages.hello), at: .zero)
    let actions = session.handle(.received(GoldenMessages.features), at: .zero)
    let failure = ConnectionFailure.otherSwitch(expected: 7, found: 0xbab6_d91c_e14e)
    #expect(actions == [.close(failure)])
    #expect("\(failure)" == "the switch is datapath 0000bab6d91ce14e, expected was 0000000000000007")
  }

  @Test(
    "the switch is told what the connection is for",
    arguments: [
      (SwitchPurpose.general(missSendLength: nil), ""),
      (.general(missSendLength: 128), "0409000c 00000004 0000 0080"),
      (.programming, "041c0020 00000004 00000000 00000000 00000000 00000000 00000000 00000000"),
      (
        .packets(controllerID: 3),
        """
        041c0020 00000004 00000007 00000000 00000000 00000000 00000000 00000000 \
        04040018 00000005 00002320 00000014 00000000 0000 0003 \
        04040014 00000006 00002320 00000010 00000000 \
        0409000c 00000007 0000 ffff
        """
      ),
    ])
  func purpose(_ purpose: SwitchPurpose, _ expected: String) {
    var session = SwitchSession(options: SwitchSessionOptions(purpose: purpose))
    _ = session.handle(.opened, at: .zero)
    _ = session.handle(.received(GoldenMessages.hello), at: .zero)
    let actions = session.handle(.received(GoldenMessages.features), at: .zero)
    guard case .ready? = actions.last else {
      Issue.record("not ready: \(actions)")
      return
    }
    let sent = actions.compactMap { if case .send(let bytes) = $0 { bytes } else { nil } }
    #expect(sent == (expected.isEmpty ? [] : [hex(expected)]))
  }

  @Test("a switch that refuses what the connection is for is left")
  func purposeRefused() {
    var session = Support.ready(SwitchSessionOptions(purpose: .programming))
    let actions = session.handle(.received(Support.error(type: 1, code: 1, xid: 4)), at: .zero)
    #expect(actions == [.close(.handshakeRefused(OpenFlowError(xid: 4, type: 1, code: 1)))])
  }
}
