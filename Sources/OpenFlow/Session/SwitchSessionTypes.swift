/// What a session waits for, and how long.
public struct SwitchSessionOptions: Hashable, Sendable {
  /// The longest time from the transport's opening to the switch's hello, and from there to its features.
  public var handshakeLimit: Duration
  /// Send an echo request when nothing came for this long.
  public var probeInterval: Duration
  /// Give the connection up when nothing came for this long.
  public var silenceLimit: Duration
  /// The longest time to an answer, or to its next part.
  public var answerLimit: Duration
  /// The most bytes that the parts of one answer may have.
  public var answerByteLimit: Int
  /// While more bytes than this wait to be written, further requests are refused.
  public var outstandingByteLimit: Int
  /// What the connection is for.
  public var purpose: SwitchPurpose
  /// Which switch it must be; nil for any.
  public var expectedDatapathID: UInt64?

  /// What is not said is right for a switch on the same host.
  public init(
    handshakeLimit: Duration = .seconds(5), probeInterval: Duration = .seconds(5),
    silenceLimit: Duration = .seconds(15), answerLimit: Duration = .seconds(30),
    answerByteLimit: Int = 512 * 1024 * 1024, outstandingByteLimit: Int = 64 * 1024 * 1024,
    purpose: SwitchPurpose = .general(missSendLength: .max), expectedDatapathID: UInt64? = nil
  ) {
    self.handshakeLimit = handshakeLimit
    self.probeInterval = probeInterval
    self.silenceLimit = silenceLimit
    self.answerLimit = answerLimit
    self.answerByteLimit = answerByteLimit
    self.outstandingByteLimit = outstandingByteLimit
    self.purpose = purpose
    self.expectedDatapathID = expectedDatapathID
  }

  /// The defaults, with how much of a packet the switch sends with a packet-in; see `SwitchPurpose.general`.
  public init(missSendLength: UInt16?) {
    self.init(purpose: .general(missSendLength: missSendLength))
  }
}

/// What a caller can ask of a switch.
public enum SwitchRequest: Sendable {
  /// Carry out these changes together, or none of them.
  case commit(EncodedBundle)
  /// Tell something in parts.
  case multipart(MultipartRequest)
  /// Tell something in parts, which are handed on as they come, undecoded.
  case parts(MultipartRequest)
  /// Carry out these messages one after the other, each for itself.
  case apply(EncodedSequence)
  /// Answer this message. Its transaction id is replaced.
  case message([UInt8])
  /// Finish everything that was asked before.
  case barrier
}

/// What came of a request.
public enum SwitchAnswer: Hashable, Sendable {
  /// The bundle took effect when there are no refusals, and did nothing when there are some.
  case committed([BundleRefusal])
  /// All parts together.
  case multipart(MultipartAnswer)
  /// The last part was handed on.
  case partsEnded
  /// The messages are carried out, except for the refused ones.
  case applied([BundleRefusal])
  /// The first message that answers.
  case message([UInt8])
  /// Everything before is done.
  case barrier
}

/// What a switch says without having been asked.
public enum SwitchEvent: Hashable, Sendable {
  /// A port came, went or changed.
  case portStatus(PortStatus)
  /// A flow was removed that asked to be told of.
  case flowRemoved(FlowRemoved)
  /// A packet for the controller.
  case packetIn(PacketIn)
  /// A packet for the controller, in the form with properties.
  case packetIn2(PacketIn2)
  /// Flows changed that a monitor was asked to watch.
  case flowUpdates([FlowUpdate])
  /// An error about nothing that is being waited for.
  case error(OpenFlowError)
}
