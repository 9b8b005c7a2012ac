// What the switch says.

extension SwitchSession {
  mutating func receive(_ bytes: [UInt8]) {
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
    if isAboutBundle(bytes) || answersRawMessage(bytes) { return }
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

  /// Takes what a bundle waits for, without making a message of it.
  private mutating func isAboutBundle(_ bytes: [UInt8]) -> Bool {
    guard case .ready = state, let (xid, control) = BundleControl.read(message: bytes),
      let key = requests.keyOfBundle(with: xid)
    else { return false }
    // That it is open is what its end says, too.
    if control.kind != .openReply { advanceBundle(key) { $0.received(control, xid: xid) } }
    return true
  }

  /// Hands a message on undecoded to the request that wants it so.
  private mutating func answersRawMessage(_ bytes: [UInt8]) -> Bool {
    var reader = WireReader(bytes, structure: "ofp_header")
    guard case .ready = state, let header = try? MessageHeader(&reader), header.version == MessageHeader.version13,
      header.type != MessageType.error.rawValue, header.type != MessageType.echoRequest.rawValue,
      case .message = requests[header.xid]?.pending
    else { return false }
    finish(header.xid, .success(.message(bytes)))
    return true
  }

  /// An answer that cannot be read is one nevertheless: its request fails.
  private mutating func failMalformed(_ bytes: [UInt8], _ error: MalformedMessage) {
    var reader = WireReader(bytes, structure: "ofp_header")
    guard let header = try? MessageHeader(&reader), let key = requests.key(of: header.xid) else { return }
    if let request = requests.remove(key) { abandon(request, .malformedAnswer(error)) }
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
    case .featuresReply(let features): begin(features)
    case .error(let error): close(.handshakeRefused(error))
    case .echoRequest(let data): reply(to: header, data)
    default: break
    }
  }

  private mutating func begin(_ features: SwitchFeatures) {
    if let expected = options.expectedDatapathID, expected != features.datapathID {
      close(.otherSwitch(expected: expected, found: features.datapathID))
      return
    }
    state = .ready
    var setup: [UInt8] = []
    for message in options.purpose.setup {
      let xid = takeXID()
      guard let bytes = try? message.encode(xid: xid) else { continue }
      setup += bytes
      setupXIDs.insert(xid)
    }
    if !setup.isEmpty { actions.append(.send(setup)) }
    actions.append(.ready(features))
  }

  private mutating func serve(_ message: OpenFlowMessage, _ header: MessageHeader) {
    switch message {
    case .echoRequest(let data): reply(to: header, data)
    case .error(let error): receiveError(error)
    case .multipartReply(let part): receivePart(part, header.xid)
    case .barrierReply: receiveBarrier(header.xid)
    case .bundleControl(let control):
      guard let key = requests.keyOfBundle(with: header.xid) else { return }
      advanceBundle(key) { $0.received(control, xid: header.xid) }
    case .portStatus(let status): actions.append(.publish(.portStatus(status)))
    case .flowRemoved(let removed): actions.append(.publish(.flowRemoved(removed)))
    case .packetIn(let packet): actions.append(.publish(.packetIn(packet)))
    case .packetIn2(let packet): actions.append(.publish(.packetIn2(packet)))
    default: break
    }
  }

  private mutating func reply(to header: MessageHeader, _ data: [UInt8]) {
    actions.append(.send(PlainMessage.encode(.echoReply, xid: header.xid, body: data)))
  }

  private mutating func receiveError(_ error: OpenFlowError) {
    if setupXIDs.contains(error.xid) {
      close(.handshakeRefused(error))
      return
    }
    guard let key = requests.key(of: error.xid) else {
      actions.append(.publish(.error(error)))
      return
    }
    switch requests[key]?.pending {
    case .bundle: advanceBundle(key) { $0.received(error) }
    case .sequence(var progress):
      if let failure = progress.received(error) {
        finish(key, .failure(failure))
      } else {
        requests.put(.sequence(progress), key)
      }
    case .abandoned, nil: break
    case .multipart, .parts, .message, .barrier: finish(key, .failure(.refused(error)))
    }
  }

  private mutating func receiveBarrier(_ xid: UInt32) {
    guard let key = requests.key(of: xid) else { return }
    switch requests[key]?.pending {
    case .barrier: finish(key, .success(.barrier))
    case .sequence(let progress):
      if let refusals = progress.outcome(barrier: xid) { finish(key, .success(.applied(refusals))) }
    default: break
    }
  }

  private mutating func advanceBundle(_ key: UInt32, _ advance: (inout BundleProgress) -> BundleProgress.Step) {
    guard case .bundle(var progress)? = requests.take(key) else { return }
    let step = advance(&progress)
    requests.put(.bundle(progress), key)
    switch step {
    case .wait: break
    case .send(let kind): actions.append(.send(progress.control(kind)))
    case .finish(let result): finish(key, result.map(SwitchAnswer.committed))
    }
  }

  private mutating func receivePart(_ part: MultipartReply, _ xid: UInt32) {
    guard xid != 0 else {
      tellFlowUpdates(part)
      return
    }
    switch requests.take(xid) {
    case .parts(let before): handOn(part, xid, before)
    case .multipart(let assembly): assemble(part, xid, assembly)
    case let other?: requests.put(other, xid)
    case nil: break
    }
  }

  /// What a flow monitor has to tell comes as parts of no answer.
  private mutating func tellFlowUpdates(_ part: MultipartReply) {
    do throws(MalformedMessage) {
      if case .flowUpdates(let updates) = try MultipartAnswer(part) {
        actions.append(.publish(.flowUpdates(updates)))
      }
    } catch {
      undecodableMessages += 1
    }
  }

  private mutating func handOn(_ part: MultipartReply, _ xid: UInt32, _ before: Int) {
    let bytes = before + part.body.count + MessageHeader.size
    requests.put(.parts(bytes: bytes), xid)
    guard bytes <= options.answerByteLimit else {
      finish(xid, .failure(.answerTooLong(limit: options.answerByteLimit)))
      return
    }
    if let id = requests[xid]?.id { actions.append(.part(id, part.body)) }
    if part.hasMore { awaitNextPart(xid) } else { finish(xid, .success(.partsEnded)) }
  }

  private mutating func assemble(_ part: MultipartReply, _ xid: UInt32, _ assembly: consuming MultipartAssembly) {
    do throws(MultipartAssembly.Failure) {
      let answer = try assembly.append(part)
      requests.put(.multipart(assembly), xid)
      if let answer { finish(xid, .success(.multipart(answer))) } else { awaitNextPart(xid) }
    } catch {
      requests.put(.barrier, xid)
      switch error {
      case .tooLong(let limit): finish(xid, .failure(.answerTooLong(limit: limit)))
      case .malformed(let error):
        undecodableMessages += 1
        finish(xid, .failure(.malformedAnswer(error)))
      case .ended: break
      }
    }
  }

  private mutating func awaitNextPart(_ xid: UInt32) {
    requests.extend(xid, to: now + options.answerLimit, atLeastBy: options.answerLimit / 16)
  }
}
