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
  /// How much of a packet the switch sends with a packet-in. On its management socket Open vSwitch says nothing unasked,
  /// neither of packets nor of ports, until it has been told a length; nil leaves it at that.
  public var missSendLength: UInt16?

  /// What is not said is right for a switch on the same host.
  public init(
    handshakeLimit: Duration = .seconds(5), probeInterval: Duration = .seconds(5),
    silenceLimit: Duration = .seconds(15), answerLimit: Duration = .seconds(30),
    answerByteLimit: Int = 512 * 1024 * 1024, missSendLength: UInt16? = .max
  ) {
    self.handshakeLimit = handshakeLimit
    self.probeInterval = probeInterval
    self.silenceLimit = silenceLimit
    self.answerLimit = answerLimit
    self.answerByteLimit = answerByteLimit
    self.missSendLength = missSendLength
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
  /// An error about nothing that is being waited for.
  case error(OpenFlowError)
}
