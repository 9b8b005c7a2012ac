/// What a flow is besides its match and its instructions.
public struct FlowHeader: Hashable, Sendable {
  /// The table that it is in.
  public var table: TableID
  /// The higher wins among those that match a packet.
  public var priority: UInt16
  /// The controller's number.
  public var cookie: UInt64
  /// Seconds without a packet after which the switch removes it; 0 never.
  public var idleTimeout: UInt16
  /// Seconds after which the switch removes it; 0 never.
  public var hardTimeout: UInt16
  /// What the switch does for it.
  public var flags: FlowFlags

  /// A header.
  public init(
    table: TableID, priority: UInt16, cookie: UInt64, idleTimeout: UInt16 = 0, hardTimeout: UInt16 = 0,
    flags: FlowFlags = []
  ) {
    self.table = table
    self.priority = priority
    self.cookie = cookie
    self.idleTimeout = idleTimeout
    self.hardTimeout = hardTimeout
    self.flags = flags
  }
}

extension FlowFlags {
  /// The flags that the switch reports with a flow; the others only say how to add it.
  public static let reported: FlowFlags = [.sendFlowRemoved, .noPacketCounts, .noByteCounts]
}

extension Flow {
  /// What it is besides its match and its instructions.
  public var header: FlowHeader {
    FlowHeader(
      table: table, priority: priority, cookie: cookie, idleTimeout: idleTimeout, hardTimeout: hardTimeout,
      flags: flags)
  }
}
