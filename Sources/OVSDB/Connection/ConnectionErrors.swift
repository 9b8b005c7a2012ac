/// Why a connection to ovsdb-server is over.
public enum CloseReason: Error, Hashable, Sendable {
  /// We closed it.
  case requested
  /// ovsdb-server closed it, as it does when it stops.
  case peerClosed
  /// The transport failed, with the system's message.
  case transport(String)
  /// What arrived is not JSON.
  case invalidJSON(JSONError)
  /// What arrived is JSON but not what RFC 7047 allows there.
  case protocolViolation(ProtocolError)
  /// A monitor's update does not fit the rows held.
  case inconsistentUpdate(ReplicaError)
  /// Nothing has arrived for so long, not even the answer to an echo.
  case unresponsive(after: Duration)
}

extension CloseReason: CustomStringConvertible {
  /// A sentence without a full stop.
  public var description: String {
    switch self {
    case .requested: "the connection to ovsdb-server was closed by us"
    case .peerClosed: "ovsdb-server closed the connection"
    case .transport(let message): "the connection to ovsdb-server failed: \(message)"
    case .invalidJSON(let error): "ovsdb-server sent something that is not JSON: \(error)"
    case .protocolViolation(let error): "ovsdb-server sent something that breaks RFC 7047: \(error)"
    case .inconsistentUpdate(let error): "ovsdb-server sent an update that does not fit the ones before: \(error)"
    case .unresponsive(let time):
      "ovsdb-server has sent nothing for \(time), not even an answer to an echo: it hangs or is overloaded"
    }
  }
}

/// Why a request to ovsdb-server has no result.
public enum RequestError: Error, Hashable, Sendable {
  /// The connection is gone. Whether the request took effect is not known when it had been sent.
  case closed(CloseReason)
  /// There is no connection at the moment; nothing was sent.
  case notConnected(problem: String)
  /// The lock has been asked for on this connection already, or has not been when it is to be given back.
  case lockMisuse(lock: String, isRequested: Bool)
  /// ovsdb-server refused the call as a whole.
  case refused(method: String, error: String)
  /// The transaction was refused; nothing was applied.
  case transaction(TransactionFailure)
  /// There was no answer in time. Whether the request took effect is not known.
  case timedOut(method: String, after: Duration)
  /// The caller's task was cancelled. Whether the request took effect is not known.
  case cancelled
  /// So many requests wait for their answers that no more are taken.
  case tooManyPending(limit: Int)
  /// The answer makes no sense.
  case malformedAnswer(method: String, error: ProtocolError)
}

extension RequestError: CustomStringConvertible {
  /// A sentence without a full stop.
  public var description: String {
    switch self {
    case .closed(let reason): "\(reason)"
    case .notConnected(let problem): "there is no connection to ovsdb-server now: \(problem)"
    case .lockMisuse(let lock, true): "the lock '\(lock)' was asked for already"
    case .lockMisuse(let lock, false): "the lock '\(lock)' was not asked for"
    case .refused(let method, let error): "ovsdb-server refused '\(method)': \(error)"
    case .transaction(let failure): "\(failure)"
    case .timedOut(let method, let time): "ovsdb-server did not answer '\(method)' within \(time)"
    case .cancelled: "the request to ovsdb-server was cancelled"
    case .tooManyPending(let limit): "\(limit) requests wait for ovsdb-server's answers already"
    case .malformedAnswer(let method, let error): "ovsdb-server's answer to '\(method)' makes no sense: \(error)"
    }
  }
}
