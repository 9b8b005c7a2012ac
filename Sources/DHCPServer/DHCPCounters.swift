import DHCP

/// What the responder has done, by message and by reason.
public struct DHCPCounters: Sendable {
  /// Whether the interface is being listened on.
  public var isListening = false
  /// Replies by kind.
  public var replies: [DHCPMessageType: Int] = [:]
  /// Frames without an answer, by reason.
  public var drops: [DHCPDropReason: Int] = [:]
  /// Replies of DHCPv6 by kind.
  public var repliesV6: [DHCPv6MessageType: Int] = [:]
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
