// What a connection to a switch does, without a socket and without a clock: events in, actions out.
//
//   connecting ──opened──▶ greeting ──their hello──▶ asking ──features──▶ ready
//        any of them ──failure, garbage, silence, close──▶ closed
//
// greeting   our hello is sent, theirs is awaited
// asking     version 1.3 is agreed, the features are asked for
// ready      requests are sent and matched to their answers by transaction id
// closed     every request has failed with the reason; later events do nothing

/// The state of one connection to a switch.
public struct SwitchSession: Sendable {
  /// Identifies a request of this side's caller.
  public struct RequestID: Hashable, Sendable {
    let number: UInt64
    /// The request with this number, which the caller gives out.
    public init(_ number: UInt64) { self.number = number }
  }

  /// What happens to a connection.
  public enum Event: Sendable {
    /// The transport is there.
    case opened
    /// Bytes came.
    case received([UInt8])
    /// The caller asks for something.
    case request(RequestID, SwitchRequest)
    /// Time passed; due when `nextDeadline` is reached.
    case tick
    /// The transport is gone.
    case disconnected(ConnectionFailure)
    /// The caller wants the connection to end.
    case close
  }

  /// What the connection must do.
  public enum Action: Hashable, Sendable {
    /// Send these whole messages, before anything that is bulk and not sent yet.
    case send([UInt8])
    /// Send these pieces, each of whole messages, in order.
    case sendBulk([[UInt8]])
    /// The handshake is done.
    case ready(SwitchFeatures)
    /// A part of the answer to a request came: its body.
    case part(RequestID, [UInt8])
    /// A request has its answer.
    case answer(RequestID, SwitchAnswer)
    /// A request has failed.
    case fail(RequestID, ConnectionFailure)
    /// The switch has something to say that nobody asked for.
    case publish(SwitchEvent)
    /// Close the transport; requests have failed already.
    case close(ConnectionFailure)
  }

  private enum State {
    case connecting
    case greeting(deadline: Duration)
    case asking(deadline: Duration)
    case ready
    case closed(ConnectionFailure)
  }

  private enum Pending {
    case bundle(BundleProgress)
    case multipart(MultipartAnswer, bytes: Int)
    case parts(bytes: Int)
    case barrier
  }

  private struct Request {
    var id: RequestID
    var deadline: Duration
    var pending: Pending
  }

  private let options: SwitchSessionOptions
  private var state = State.connecting
  private var framing = MessageFraming()
  /// By transaction id; a bundle is under its first one.
  private var requests: [UInt32: Request] = [:]
  private var nextXID: UInt32 = 1
  private var lastReceived = Duration.zero
  private var hasProbed = false
  private var now = Duration.zero
  private var actions: [Action] = []

  /// How many messages could not be decoded, and were passed over.
  public private(set) var undecodableMessages = 0

  /// Bundles have the transaction ids from here on, everything else those below.
  public static let firstBundleXID: UInt32 = 0x1000_0000

  /// A session that has not begun.
  public init(options: SwitchSessionOptions = SwitchSessionOptions()) {
    self.options = options
  }

  /// Takes an event that happens at `now`, counted from any fixed point.
  public mutating func handle(_ event: Event, at now: Duration) -> [Action] {
    self.now = now
    switch event {
    case .opened: open()
    case .received(let bytes): receive(bytes)
    case .request(let id, let request): start(request, id)
    case .tick: break
    case .disconnected(let failure): close(failure)
    case .close: close(.closedLocally)
    }
    checkDeadlines()
    defer { actions = [] }
    return actions
  }

  /// When to send a tick at the latest; nil when nothing is waited for.
  public var nextDeadline: Duration? {
    switch state {
    case .connecting, .closed: return nil
    case .greeting(let deadline), .asking(let deadline): return deadline
    case .ready:
      let keepalive = lastReceived + (hasProbed ? options.silenceLimit : options.probeInterval)
      return requests.values.reduce(keepalive) { min($0, $1.deadline) }
    }
  }
}

extension SwitchSession {
  private mutating func open() {
    guard case .connecting = state else { return }
    lastReceived = now
    state = .greeting(deadline: now + options.handshakeLimit)
    actions.append(.send(Hello.encodeOffer(xid: takeXID())))
  }

  private mutating func close(_ failure: ConnectionFailure) {
    if case .closed = state { return }
    state = .closed(failure)
    for request in requests.values.sorted(by: { $0.id.number < $1.id.number }) {
      actions.append(.fail(request.id, failure))
    }
    requests = [:]
    actions.append(.close(failure))
  }

  private mutating func checkDeadlines() {
    switch state {
    case .connecting, .closed: return
    case .greeting(let deadline), .asking(let deadline):
      if now >= deadline { close(.handshakeTimeout(options.handshakeLimit)) }
    case .ready:
      if now >= lastReceived + options.silenceLimit, hasProbed {
        close(.silent(options.silenceLimit))
        return
      }
      if now >= lastReceived + options.probeInterval, !hasProbed {
        hasProbed = true
        // A process that was stopped for a while finds a long silence that is its own: the switch still gets its time to
        // answer.
        lastReceived = max(lastReceived, now - options.probeInterval)
        actions.append(.send(PlainMessage.encode(.echoRequest, xid: takeXID())))
      }
      for (xid, request) in requests where now >= request.deadline {
        requests[xid] = nil
        actions.append(.fail(request.id, .noAnswer(options.answerLimit)))
      }
    }
  }

  /// A transaction id that no request is waiting with.
  private mutating func takeXID() -> UInt32 {
    repeat {
      nextXID = nextXID >= SwitchSession.firstBundleXID - 1 ? 1 : nextXID + 1
    } while requests[nextXID] != nil
    return nextXID
  }
}

// MARK: - Requests

extension SwitchSession {
  private mutating func start(_ request: SwitchRequest, _ id: RequestID) {
    switch state {
    case .ready: break
    case .closed(let failure):
      actions.append(.fail(id, failure))
      return
    case .connecting, .greeting, .asking:
      actions.append(.fail(id, .notReady))
      return
    }
    let deadline = now + options.answerLimit
    switch request {
    case .commit(let bundle):
      requests[bundle.firstXID] = Request(id: id, deadline: deadline, pending: .bundle(BundleProgress(bundle)))
      actions.append(.sendBulk(bundle.pieces))
    case .multipart(let question):
      let pending = Pending.multipart(MultipartAnswer(to: question), bytes: 0)
      put(question, Request(id: id, deadline: deadline, pending: pending))
    case .parts(let question):
      put(question, Request(id: id, deadline: deadline, pending: .parts(bytes: 0)))
    case .barrier:
      let xid = takeXID()
      requests[xid] = Request(id: id, deadline: deadline, pending: .barrier)
      actions.append(.sendBulk([PlainMessage.encode(.barrierRequest, xid: xid)]))
    }
  }

  private mutating func put(_ question: MultipartRequest, _ request: Request) {
    let xid = takeXID()
    do {
      actions.append(.sendBulk([try OpenFlowMessage.multipartRequest(question).encode(xid: xid)]))
      requests[xid] = request
    } catch {
      // What the switch would say, could it be sent: BAD_REQUEST, BAD_LEN.
      actions.append(.fail(request.id, .refused(OpenFlowError(xid: xid, type: 1, code: 6))))
    }
  }

  private mutating func finish(_ xid: UInt32, _ result: Result<SwitchAnswer, ConnectionFailure>) {
    guard let request = requests.removeValue(forKey: xid) else { return }
    switch result {
    case .success(let answer): actions.append(.answer(request.id, answer))
    case .failure(let failure): actions.append(.fail(request.id, failure))
    }
  }

  /// The key of the request that a message with this transaction id is about.
  private func key(of xid: UInt32) -> UInt32? {
    if xid < SwitchSession.firstBundleXID { return requests[xid] == nil ? nil : xid }
    for (key, request) in requests {
      if case .bundle(let progress) = request.pending, progress.bundle.contains(xid: xid) { return key }
    }
    return nil
  }
}

// MARK: - Messages

extension SwitchSession {
  private mutating func receive(_ bytes: [UInt8]) {
    if case .closed = state { return }
    lastReceived = now
    hasProbed = false
    framing.append(bytes)
    do throws(MalformedMessage) {
      while let message = try framing.next() {
        receiveMessage(message)
        if case .closed = state { return }
      }
    } catch {
      close(.notOpenFlow(error))
    }
  }

  private mutating func receiveMessage(_ bytes: [UInt8]) {
    do throws(MalformedMessage) {
      let (header, message) = try OpenFlowMessage.decode(bytes)
      switch state {
      case .connecting, .closed: break
      case .greeting: greet(message)
      case .asking where header.version != MessageHeader.version13,
        .ready where header.version != MessageHeader.version13:
        let reason = "expected version 4, which was agreed upon, found \(header.version)"
        close(.notOpenFlow(MalformedMessage(structure: "ofp_header", offset: 0, reason: reason)))
      case .asking: ask(message, header)
      case .ready: serve(message, header)
      }
    } catch {
      undecodableMessages += 1
      failMalformed(bytes, error)
    }
  }

  /// An answer that cannot be read is one nevertheless: its request fails.
  private mutating func failMalformed(_ bytes: [UInt8], _ error: MalformedMessage) {
    var reader = WireReader(bytes, structure: "ofp_header")
    guard let header = try? MessageHeader(&reader), let key = key(of: header.xid) else { return }
    finish(key, .failure(.malformedAnswer(error)))
  }

  private mutating func greet(_ message: OpenFlowMessage) {
    switch message {
    case .hello(let hello) where hello.speaksVersion13:
      state = .asking(deadline: now + options.handshakeLimit)
      actions.append(.send(PlainMessage.encode(.featuresRequest, xid: takeXID())))
    case .hello(let hello):
      let text = "this side speaks OpenFlow 1.3 only"
      actions.append(.send(OpenFlowError.encodeHelloFailed(xid: takeXID(), text: text)))
      close(.versionMismatch(offered: hello.versionsText))
    case .error(let error): close(.handshakeRefused(error))
    default: break
    }
  }

  private mutating func ask(_ message: OpenFlowMessage, _ header: MessageHeader) {
    switch message {
    case .featuresReply(let features):
      state = .ready
      if let length = options.missSendLength {
        actions.append(.send(SwitchConfiguration(missSendLength: length).encode(xid: takeXID())))
      }
      actions.append(.ready(features))
    case .error(let error): close(.handshakeRefused(error))
    case .echoRequest(let data): reply(to: header, data)
    default: break
    }
  }

  private mutating func serve(_ message: OpenFlowMessage, _ header: MessageHeader) {
    switch message {
    case .echoRequest(let data): reply(to: header, data)
    case .error(let error): receiveError(error)
    case .multipartReply(let part): receivePart(part, header.xid)
    case .barrierReply:
      if case .barrier = requests[header.xid]?.pending { finish(header.xid, .success(.barrier)) }
    case .bundleControl(let control):
      guard let key = key(of: header.xid), var request = requests[key],
        case .bundle(var progress) = request.pending
      else { return }
      let step = progress.received(control, xid: header.xid)
      request.pending = .bundle(progress)
      requests[key] = request
      carryOut(step, progress.bundle, key: key)
    case .portStatus(let status): actions.append(.publish(.portStatus(status)))
    case .flowRemoved(let removed): actions.append(.publish(.flowRemoved(removed)))
    case .packetIn(let packet): actions.append(.publish(.packetIn(packet)))
    default: break
    }
  }

  private mutating func reply(to header: MessageHeader, _ data: [UInt8]) {
    actions.append(.send(PlainMessage.encode(.echoReply, xid: header.xid, body: data)))
  }

  private mutating func receiveError(_ error: OpenFlowError) {
    guard let key = key(of: error.xid), var request = requests[key] else {
      actions.append(.publish(.error(error)))
      return
    }
    guard case .bundle(var progress) = request.pending else {
      finish(key, .failure(.refused(error)))
      return
    }
    let step = progress.received(error)
    request.pending = .bundle(progress)
    requests[key] = request
    carryOut(step, progress.bundle, key: key)
  }

  private mutating func carryOut(_ step: BundleProgress.Step, _ bundle: EncodedBundle, key: UInt32) {
    switch step {
    case .wait: break
    case .send(let kind):
      var bytes: [UInt8] = []
      BundleControl(bundle: bundle.firstXID, kind: kind).encode(to: &bytes, xid: bundle.endXID)
      actions.append(.send(bytes))
    case .finish(let result): finish(key, result.map(SwitchAnswer.committed))
    }
  }

  /// Hands a part on; returns whether that was what the request wants.
  private mutating func handOn(_ part: MultipartReply, _ xid: UInt32) -> Bool {
    guard var request = requests[xid], case .parts(let before) = request.pending else { return false }
    let bytes = before + part.body.count
    guard bytes <= options.answerByteLimit else {
      finish(xid, .failure(.answerTooLong(limit: options.answerByteLimit)))
      return true
    }
    actions.append(.part(request.id, part.body))
    if part.hasMore {
      request.deadline = now + options.answerLimit
      request.pending = .parts(bytes: bytes)
      requests[xid] = request
    } else {
      finish(xid, .success(.partsEnded))
    }
    return true
  }

  private mutating func receivePart(_ part: MultipartReply, _ xid: UInt32) {
    if handOn(part, xid) { return }
    guard var request = requests[xid], case .multipart(var answer, var bytes) = request.pending else { return }
    bytes += part.body.count
    guard bytes <= options.answerByteLimit else {
      finish(xid, .failure(.answerTooLong(limit: options.answerByteLimit)))
      return
    }
    request.pending = .barrier  // gives up this copy of the answer, so that adding to it does not copy it
    requests[xid] = request
    do throws(MalformedMessage) {
      try answer.append(part)
      if part.hasMore {
        request.deadline = now + options.answerLimit
        request.pending = .multipart(answer, bytes: bytes)
        requests[xid] = request
      } else {
        finish(xid, .success(.multipart(answer)))
      }
    } catch {
      undecodableMessages += 1
      finish(xid, .failure(.malformedAnswer(error)))
    }
  }
}
