import NIOCore
import OpenFlow

extension SwitchConnection {
  /// Carries out encoded messages one after the other, and waits until the switch has worked them off: for changes that
  /// cannot ride in a bundle, as meters. They are not atomic: what is not refused is done.
  ///
  /// - Parameter messages: Whole messages of OpenFlow 1.3 that the switch answers with an error at most; their
  ///   transaction ids are replaced.
  /// - Returns: The refused messages.
  /// - Throws: `ConnectionFailure`; which messages were carried out is unknown then.
  public func apply(_ messages: [[UInt8]]) async throws -> [BundleRefusal] {
    try await withCheckedThrowingContinuation { continuation in
      apply(messages) { continuation.resume(with: $0) }
    }
  }

  /// Carries out encoded messages one after the other; see `apply` of encoded messages, and `commit` for why there is a
  /// completion.
  ///
  /// - Parameter completion: Called once, on the connection's event loop, and not before this returns.
  public func apply(
    _ messages: [[UInt8]], completion: @escaping @Sendable (Result<[BundleRefusal], any Error>) -> Void
  ) {
    let xid = reserveTransactionIDs(EncodedSequence.xidCount(for: messages.count))
    let sequence = EncodedSequence(messages, firstXID: xid)
    guard !messages.isEmpty, sequence.refusals.isEmpty else {
      channel.eventLoop.execute { completion(.success(sequence.refusals)) }
      return
    }
    onEventLoop { handler in
      handler.submit(.apply(sequence)) { answer in
        completion(answer.map { if case .applied(let refusals) = $0 { refusals } else { [] } })
      }
    }
  }

  /// Sends an encoded message and waits for the one that answers it.
  ///
  /// - Parameter message: A whole message of OpenFlow 1.3; its transaction id is replaced.
  /// - Returns: The answer, a whole message; the first one of an answer in parts.
  /// - Throws: `ConnectionFailure`.
  public func request(_ message: [UInt8]) async throws -> [UInt8] {
    guard EncodedSequence.isWhole(message) else {
      throw ConnectionFailure.refused(OpenFlowError(xid: 0, type: 1, code: 6))  // BAD_REQUEST, BAD_LEN
    }
    guard case .message(let answer) = try await perform(.message(message)) else { return [] }
    return answer
  }

  /// Sends an encoded message and does not wait: for packets. An error comes as an event. The message is dropped, and
  /// counted in `drops`, when too much waits to be sent already, or when it is no whole message of OpenFlow 1.3.
  public func send(_ message: [UInt8]) {
    onEventLoop { $0.send(message) }
  }

  /// Carries out messages one after the other, and waits until the switch has worked them off; see `apply` of encoded
  /// messages. One that is too long is refused, and none is sent.
  ///
  /// - Throws: `ConnectionFailure`.
  public func apply(_ messages: [OpenFlowMessage]) async throws -> [BundleRefusal] {
    try await apply(messages.map { (try? $0.encode(xid: 0)) ?? [] })
  }

  /// Sends a message and waits for the one that answers it. For what is answered in parts there is `ask`.
  ///
  /// - Throws: `ConnectionFailure`.
  public func request(_ message: OpenFlowMessage) async throws -> OpenFlowMessage {
    let answer = try await request((try? message.encode(xid: 0)) ?? [])
    do {
      return try OpenFlowMessage.decode(answer).message
    } catch {
      throw ConnectionFailure.malformedAnswer(error)
    }
  }

  /// Sends a message and does not wait; see `send` of an encoded message.
  public func send(_ message: OpenFlowMessage) {
    send((try? message.encode(xid: 0)) ?? [])
  }
}
