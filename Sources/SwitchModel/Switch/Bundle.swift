import OpenFlow

/// Messages that take effect together or not at all, on their way into the switch (ONF extension 230).
///
///     open or first add ──▶ open ──close──▶ closed
///
/// A commit or a discard ends it in either state, and so does every mistake: then the bundle is gone.
struct Bundle: Sendable {
  enum State: Sendable {
    case open, closed
  }

  /// A message that was checked when it came.
  enum Content: Sendable {
    case flowMod(FlowMod)
    case groupMod(GroupMod)
    case portMod(PortMod)
    case packetOut(PacketOut)
  }

  struct Entry: Sendable {
    let content: Content
    /// The whole bundle-add, for the error.
    let message: [UInt8]
    let xid: UInt32
  }

  var state = State.open
  let flags: UInt16
  var entries: [Entry] = []
  /// When the last message about it came.
  var used: ModelTime
  /// The message that opened it, for the error when it is dropped.
  let opener: [UInt8]

  /// All or nothing.
  static let atomic: UInt16 = 1

  init(flags: UInt16, opener: [UInt8], at now: ModelTime) {
    self.flags = flags
    self.opener = opener
    used = now
  }
}
