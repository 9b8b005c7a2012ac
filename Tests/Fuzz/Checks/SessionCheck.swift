import OpenFlow

extension FuzzCheck {
  /// A session with a switch that says anything, while this side asks for things and time passes: what it does is
  /// bounded by what came, every request ends once, nothing happens after the end, and the pieces that bytes come in
  /// make no difference.
  public static let session = FuzzCheck("session") { (bytes) throws(FuzzFinding) in
    var input = FuzzInput(bytes)
    var run = SessionRun(purpose: input.byte())
    try run.handle(.opened)
    while !input.isAtEnd { try run.step(&input) }
    try run.handle(.disconnected(.closedByPeer))
    try run.requireEnd()
  }
}

/// A session with its books of what it has been asked and what it has done.
private struct SessionRun {
  private static let byteLimit = 4096
  private var session: SwitchSession
  /// The same session, which gets its bytes one by one.
  private var slow: SwitchSession
  private var now = Duration.zero
  private var open: Set<SwitchSession.RequestID> = []
  private var partBytes: [SwitchSession.RequestID: Int] = [:]
  private var nextRequest: UInt64 = 0
  private var nextBundle = SwitchSession.firstBundleXID
  /// The last transaction ids that were sent: what an answer is about.
  private var xids: [UInt32] = [0]
  private var received = 0
  private var sent = 0
  private var hasClosed = false

  init(purpose: UInt8) {
    let purposes: [SwitchPurpose] = [
      .general(missSendLength: nil), .general(missSendLength: 128), .programming, .packets(format: .nicira2),
    ]
    let options = SwitchSessionOptions(
      answerByteLimit: SessionRun.byteLimit, purpose: purposes[Int(purpose) % purposes.count])
    session = SwitchSession(options: options)
    slow = session
  }

  mutating func step(_ input: inout FuzzInput) throws(FuzzFinding) {
    switch input.byte() % 8 {
    case 0: try handle(.received(input.block()))
    case 1, 2, 3: try handle(.received(answer(&input)))
    case 4, 5: try ask(&input)
    case 6:
      now += .milliseconds(100 * Int(input.byte()))
      try handle(.tick)
    default:
      switch input.byte() {
      case 0xff: try handle(.close)
      case 0xfe: try handle(.disconnected(.transport("reset")))
      case 0xfd: try handle(.opened)
      // What came before, said again by the features: a handshake in a few bytes.
      default: try handle(.received(SessionRun.handshake))
      }
    }
  }

  private static let handshake: [UInt8] = {
    let messages: [OpenFlowMessage] = [
      .hello(Hello()),
      .featuresReply(SwitchFeatures(datapathID: 1)),
    ]
    return messages.flatMap { (try? $0.encode(xid: 1)) ?? [] }
  }()

  /// A message with a header that fits, about something that was asked.
  private mutating func answer(_ input: inout FuzzInput) -> [UInt8] {
    let type = input.byte()
    let xid = input.pick(xids) ?? 0
    let body = input.take(Int(input.byte()) * 4)
    let length = body.count + 8
    return [4, type, UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length)]
      + (0..<4).map { UInt8(truncatingIfNeeded: xid >> (24 - 8 * $0)) } + body
  }

  private mutating func ask(_ input: inout FuzzInput) throws(FuzzFinding) {
    let id = SwitchSession.RequestID(nextRequest)
    nextRequest += 1
    let count = Int(input.byte() % 4)
    let mods = (0..<count).map { _ in FlowMod.delete(table: nil, cookie: .any, match: .any) }
    let message = (try? OpenFlowMessage.barrierRequest.encode(xid: 0)) ?? []
    let requests: [SwitchRequest] = [
      .barrier, .message(message), .multipart(.ports), .parts(.ports), .multipart(.description),
      .multipart(.flows(table: nil, cookie: .any)), .commit(EncodedBundle(mods, firstXID: nextBundle)),
      .apply(EncodedSequence(Array(repeating: message, count: count), firstXID: nextBundle)),
    ]
    // Not past all of them: now and then ids that are in use are asked for again.
    nextBundle += UInt32(input.byte() % 8)
    guard let request = input.pick(requests) else { return }
    open.insert(id)
    try handle(.request(id, request))
  }

  mutating func handle(_ event: SwitchSession.Event) throws(FuzzFinding) {
    let before = open.count
    var count = 0
    if case .received(let bytes) = event { count = bytes.count }
    received += count
    let actions = session.handle(event, at: now)
    // A message has eight bytes at least and causes two actions at most; what ends causes three.
    try require(actions.count <= count / 4 + 3 * before + 4, "\(actions.count) actions follow \(count) bytes")
    for action in actions { try note(action) }
    try checkPieces(event, actions)
    if let deadline = session.nextDeadline {
      try require(!hasClosed, "there is a deadline after the end")
      try require(deadline > now, "the deadline \(deadline) is not after \(now): its tick has changed nothing")
    }
    // Answers to echoes are as long as the echoes; every request has at most a few messages of its own.
    try require(
      sent <= received + 1024 * (Int(nextRequest) + 2) + 64 * Int(now / .seconds(1) + 1), "sent \(sent) bytes")
  }

  private mutating func checkPieces(
    _ event: SwitchSession.Event, _ actions: [SwitchSession.Action]
  ) throws(FuzzFinding) {
    guard case .received(let bytes) = event else {
      try require(slow.handle(event, at: now) == actions, "the same session does something else")
      return
    }
    var slowly: [SwitchSession.Action] = []
    for byte in bytes { slowly += slow.handle(.received([byte]), at: now) }
    if bytes.isEmpty { slowly = slow.handle(event, at: now) }
    try require(slowly == actions, "bytes one by one do \(slowly), together \(actions)")
  }

  private mutating func note(_ action: SwitchSession.Action) throws(FuzzFinding) {
    try require(!hasClosed || action.isFailure, "\(action) happens after the end")
    switch action {
    case .send(let bytes): note(sent: bytes)
    case .sendBulk(let id, let pieces):
      try require(open.contains(id), "something is sent of \(id), which has ended")
      for piece in pieces { note(sent: piece) }
    case .answer(let id, _), .fail(let id, _):
      try require(open.remove(id) != nil, "\(id) ends twice")
    case .part(let id, let body):
      try require(open.contains(id), "a part of \(id) comes after its end")
      partBytes[id, default: 0] += body.count
      try require(partBytes[id, default: 0] <= SessionRun.byteLimit, "the parts of \(id) are too long")
    case .close(let failure):
      try require(open.isEmpty, "\(open) have not ended with the connection: \(failure)")
      hasClosed = true
    case .dropBulk, .ready, .publish: break
    }
  }

  private mutating func note(sent bytes: [UInt8]) {
    sent += bytes.count
    var rest = bytes[...]
    while rest.count >= 8 {
      xids.append(rest.dropFirst(4).prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
      rest = rest.dropFirst(max(8, rest.dropFirst(2).prefix(2).reduce(0) { $0 << 8 | Int($1) }))
    }
    xids = xids.suffix(16)
  }

  func requireEnd() throws(FuzzFinding) {
    try require(hasClosed && open.isEmpty, "\(open) have not ended")
  }
}

extension SwitchSession.Action {
  /// What a request after the end gets.
  fileprivate var isFailure: Bool {
    if case .fail = self { true } else { false }
  }
}
