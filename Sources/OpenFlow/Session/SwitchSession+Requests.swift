// What is asked of the switch, and what becomes of it.

extension SwitchSession {
  mutating func start(_ request: SwitchRequest, _ id: RequestID) {
    switch state {
    case .ready: break
    case .closed(let failure):
      actions.append(.fail(id, failure))
      return
    case .connecting, .greeting, .asking:
      actions.append(.fail(id, .notReady))
      return
    }
    switch request {
    case .commit(let bundle):
      wait(id, bundle.firstXID...max(bundle.firstXID, bundle.endXID), .bundle(BundleProgress(bundle)), bundle.pieces)
    case .apply(let sequence):
      let xids = sequence.firstXID...max(sequence.firstXID, sequence.barrierXID)
      wait(id, xids, .sequence(SequenceProgress(sequence)), sequence.pieces)
    case .multipart(let question):
      let assembly = MultipartAssembly(to: question, limit: options.answerByteLimit)
      wait(id, .multipart(assembly)) { try OpenFlowMessage.multipartRequest(question).encode(xid: $0) }
    case .parts(let question):
      wait(id, .parts(bytes: 0)) { try OpenFlowMessage.multipartRequest(question).encode(xid: $0) }
    case .message(let message):
      wait(id, .message) { EncodedSequence.replacingXID(of: message, with: $0) }
    case .barrier:
      wait(id, .barrier) { PlainMessage.encode(.barrierRequest, xid: $0) }
    }
  }

  /// Sends a message with a transaction id of its own.
  private mutating func wait(_ id: RequestID, _ pending: RequestTable.Pending, _ encode: (UInt32) throws -> [UInt8]) {
    let xid = takeXID()
    if let bytes = try? encode(xid) {
      wait(id, xid...xid, pending, [bytes])
    } else {
      // Too long: what the switch would say, could it be sent. BAD_REQUEST, BAD_LEN.
      actions.append(.fail(id, .refused(OpenFlowError(xid: xid, type: 1, code: 6))))
    }
  }

  private mutating func wait(
    _ id: RequestID, _ xids: ClosedRange<UInt32>, _ pending: RequestTable.Pending, _ pieces: [[UInt8]]
  ) {
    guard !requests.overlaps(xids) else {
      actions.append(.fail(id, .transactionIDsInUse))
      return
    }
    requests.insert(id, xids: xids, deadline: now + options.answerLimit, pending)
    actions.append(.sendBulk(id, pieces))
  }

  mutating func finish(_ key: UInt32, _ result: Result<SwitchAnswer, ConnectionFailure>) {
    guard let request = requests.remove(key), !request.isAbandoned else { return }
    switch result {
    case .success(let answer): actions.append(.answer(request.id, answer))
    case .failure(let failure): actions.append(.fail(request.id, failure))
    }
  }

  /// Fails a request of which no more is awaited. What is not sent of it never is, and a bundle that is not being
  /// committed yet is discarded, so that none is left open; what the switch still says of it is passed over.
  mutating func abandon(_ request: RequestTable.Request, _ failure: ConnectionFailure) {
    if request.isAbandoned { return }
    actions.append(.dropBulk(request.id))
    if case .bundle(let progress) = request.pending, progress.phase == .filling {
      actions.append(.send(progress.control(.discardRequest)))
    }
    actions.append(.fail(request.id, failure))
    requests.insert(request.id, xids: request.xids, deadline: now + options.answerLimit, .abandoned)
  }
}

extension RequestTable.Request {
  /// Whether its caller has been told of its end.
  var isAbandoned: Bool {
    if case .abandoned = pending { true } else { false }
  }
}
