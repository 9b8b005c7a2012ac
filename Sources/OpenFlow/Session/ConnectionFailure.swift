import NetworkTypes

/// Why a connection to the switch, or a request on it, came to nothing.
public enum ConnectionFailure: Error, Hashable, Sendable {
  /// There was no connection to be had: what was dialled, and what the system said.
  case unreachable(address: String, reason: String)
  /// The files for TLS cannot be used: which, and why.
  case credentials(String)
  /// The switch does not speak OpenFlow 1.3: the versions that it offers.
  case versionMismatch(offered: String)
  /// The switch refused to talk.
  case handshakeRefused(OpenFlowError)
  /// Another switch answers than the expected one: both datapath ids.
  case otherSwitch(expected: UInt64, found: UInt64)
  /// The switch did not finish the handshake in this time.
  case handshakeTimeout(Duration)
  /// Nothing was heard from the switch for this long.
  case silent(Duration)
  /// The switch sends requests and does not read the answers.
  case notReading
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
  /// More than this many bytes wait to be written already; nothing was sent.
  case overloaded(limit: Int)
  /// A bundle or a sequence has transaction ids that another one waits with; nothing was sent.
  case transactionIDsInUse
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
    case .credentials(let reason): "cannot use the certificates and the key for the switch: \(reason)"
    case .versionMismatch(let offered):
      "the switch does not speak OpenFlow 1.3, it offers \(offered): add OpenFlow13 to the bridge's protocols"
    case .handshakeRefused(let error): "the switch refused the handshake: \(error)"
    case .otherSwitch(let expected, let found):
      "the switch is datapath \(hexString(found, digits: 16)), expected was \(hexString(expected, digits: 16))"
    case .handshakeTimeout(let time): "the switch did not finish the OpenFlow handshake in \(time)"
    case .silent(let time): "the switch sent nothing for \(time), and did not answer an echo request"
    case .notReading: "the switch asks for echoes and does not read them"
    case .notOpenFlow(let error): "the switch sent what is not OpenFlow: \(error)"
    case .closedByPeer: "the switch closed the connection"
    case .closedLocally: "the connection was closed by this side"
    case .notReady: "the handshake with the switch is not done yet"
    case .transport(let reason): "the connection to the switch failed: \(reason)"
    case .overloaded(let limit): "more than \(limit) bytes wait to be sent to the switch"
    case .transactionIDsInUse: "the transaction ids are those of an unfinished request"
    case .refused(let error): "the switch refused the request: \(error)"
    case .noAnswer(let time): "the switch did not answer the request in \(time); whether it was carried out is unknown"
    case .malformedAnswer(let error): "the switch's answer cannot be read: \(error)"
    case .answerTooLong(let limit): "the switch's answer is longer than \(limit) bytes"
    case .contradiction(let refusals):
      "the switch committed a bundle although it had refused \(refusals.count) of its changes"
    }
  }
}
