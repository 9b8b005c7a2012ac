/// Why a connection to the switch, or a request on it, came to nothing.
public enum ConnectionFailure: Error, Hashable, Sendable {
  /// There was no connection to be had: what was dialled, and what the system said.
  case unreachable(address: String, reason: String)
  /// The switch does not speak OpenFlow 1.3: the versions that it offers.
  case versionMismatch(offered: String)
  /// The switch refused to talk.
  case handshakeRefused(OpenFlowError)
  /// The switch did not finish the handshake in this time.
  case handshakeTimeout(Duration)
  /// Nothing was heard from the switch for this long.
  case silent(Duration)
  /// What came is not OpenFlow.
  case notOpenFlow(MalformedMessage)
  /// The switch closed the connection.
  case closedByPeer
  /// This side closed the connection.
  case closedLocally
  /// The handshake is not done yet.
  case notReady
  /// The system reported an error.
  case transport(String)
  /// The switch refused a request.
  case refused(OpenFlowError)
  /// The switch did not answer a request in this time; what it has done is unknown.
  case noAnswer(Duration)
  /// The answer to a request cannot be read.
  case malformedAnswer(MalformedMessage)
  /// The answer to a request is longer than this many bytes.
  case answerTooLong(limit: Int)
  /// The switch said both that changes were refused and that they were committed.
  case contradiction([BundleRefusal])
}

extension ConnectionFailure: CustomStringConvertible {
  /// A sentence for a log or a status.
  public var description: String {
    switch self {
    case .unreachable(let address, let reason): "cannot connect to the switch at \(address): \(reason)"
    case .versionMismatch(let offered):
      "the switch does not speak OpenFlow 1.3, it offers \(offered): add OpenFlow13 to the bridge's protocols"
    case .handshakeRefused(let error): "the switch refused the handshake: \(error)"
    case .handshakeTimeout(let time): "the switch did not finish the OpenFlow handshake in \(time)"
    case .silent(let time): "the switch sent nothing for \(time), and did not answer an echo request"
    case .notOpenFlow(let error): "the switch sent what is not OpenFlow: \(error)"
    case .closedByPeer: "the switch closed the connection"
    case .closedLocally: "the connection was closed by this side"
    case .notReady: "the handshake with the switch is not done yet"
    case .transport(let reason): "the connection to the switch failed: \(reason)"
    case .refused(let error): "the switch refused the request: \(error)"
    case .noAnswer(let time): "the switch did not answer the request in \(time); whether it was carried out is unknown"
    case .malformedAnswer(let error): "the switch's answer cannot be read: \(error)"
    case .answerTooLong(let limit): "the switch's answer is longer than \(limit) bytes"
    case .contradiction(let refusals):
      "the switch committed a bundle although it had refused \(refusals.count) of its changes"
    }
  }
}
