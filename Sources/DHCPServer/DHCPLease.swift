import NetworkTypes

/// What is known of a guest's lease: the last that was said, and what the guest says of itself. It is for people; no
/// answer depends on it.
public struct DHCPLease: Hashable, Sendable {
  /// What was sent or received last, as RFC 2131 and RFC 8415 name it: OFFER, ACK, NAK, DECLINE or RELEASE; ADVERTISE, REPLY,
  /// DECLINE or RELEASE.
  public var lastMessage: String
  /// What the guest was about: INIT, SELECTING, INIT-REBOOT, RENEWING, REBINDING or INFORM (RFC 2131 figure 5); for IPv6 the
  /// message that was answered. Nil when the last message was the guest's.
  public var state: String?
  /// When, in seconds since 1970.
  public var time: Int
  /// The address that it was about, the first of several; nil when it was about parameters only.
  public var address: IPAddress?
  /// When the guest was last given the address, in seconds since 1970; nil when it never took it.
  public var acknowledged: Int?
  /// How often the guest declined the address since it last renewed it.
  public var declines: Int
  /// The name that the guest gave itself; printable and short.
  public var hostName: String
  /// What made the guest's client; printable and short.
  public var vendorClass: String

  /// Whether somebody else seems to use the address: the guest declined it and has not renewed it since.
  public var isInConflict: Bool { declines > 0 }
}
