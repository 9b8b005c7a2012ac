import DHCP

/// What the responder has done, by message and by reason.
public struct DHCPCounters: Sendable {
  /// Whether the interface is being listened on.
  public var isListening = false
  /// Replies by what they are, and by what they answered.
  public var answers: [Answer<DHCPMessageType, DHCPClientState>: Int] = [:]
  /// Frames without an answer, by reason.
  public var drops: [DHCPDropReason: Int] = [:]
  /// The same of DHCPv6.
  public var answersV6: [Answer<DHCPv6MessageType, DHCPv6MessageType>: Int] = [:]
  /// Frames of DHCPv6 without an answer, by reason.
  public var dropsV6: [DHCPv6DropReason: Int] = [:]
  /// Router advertisements that were asked for.
  public var advertisements = 0
  /// Router advertisements that nobody asked for.
  public var unsolicitedAdvertisements = 0
  /// Router solicitations without an answer, by reason.
  public var solicitationDrops: [RouterSolicitationDropReason: Int] = [:]
  /// Guests that found their address in use.
  public var declines = 0
  /// Guests that gave their address up.
  public var releases = 0
  /// Frames of nobody that is known.
  public var strays = 0
  /// Frames of guests that sent too many.
  public var limited = 0
  /// Replies that the interface did not take.
  public var sendFailures = 0
  /// Frames that came faster than they were read.
  public var overruns = 0
}

extension DHCPCounters {
  /// A reply, and what it answered.
  public struct Answer<Reply: Hashable & Sendable, Request: Hashable & Sendable>: Hashable, Sendable {
    /// What was sent.
    public var reply: Reply
    /// What the client was about.
    public var request: Request

    /// An answer of the given parts.
    public init(_ reply: Reply, _ request: Request) {
      self.reply = reply
      self.request = request
    }
  }

  /// Replies by kind.
  public var replies: [DHCPMessageType: Int] {
    Dictionary(answers.map { ($0.key.reply, $0.value) }, uniquingKeysWith: +)
  }

  /// Replies of DHCPv6 by kind.
  public var repliesV6: [DHCPv6MessageType: Int] {
    Dictionary(answersV6.map { ($0.key.reply, $0.value) }, uniquingKeysWith: +)
  }
}
