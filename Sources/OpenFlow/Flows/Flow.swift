/// A flow as it is desired, or as the switch reports it: values and encoded bytes, ready to send and to compare.
public struct Flow: Hashable, Sendable {
  /// The table that it is in.
  public let table: TableID
  /// The higher wins among those that match a packet.
  public let priority: UInt16
  /// An opaque number of the controller's, which the switch reports and can select by.
  public let cookie: UInt64
  /// The packets it is for.
  public let match: Match
  /// The encoded instructions, in canonical order.
  public let instructionBytes: [UInt8]
  /// Seconds without a packet after which the switch removes it; 0 never.
  public let idleTimeout: UInt16
  /// Seconds after which the switch removes it; 0 never.
  public let hardTimeout: UInt16
  /// What the switch does for it.
  public let flags: FlowFlags

  /// A flow that does what `instructions` say; without any it drops its packets.
  public init(
    table: TableID, priority: UInt16, cookie: UInt64, match: Match, instructions: [Instruction],
    idleTimeout: UInt16 = 0, hardTimeout: UInt16 = 0, flags: FlowFlags = []
  ) {
    self.init(
      table: table, priority: priority, cookie: cookie, match: match,
      instructionBytes: Instruction.encode(instructions), idleTimeout: idleTimeout, hardTimeout: hardTimeout,
      flags: flags)
  }

  init(
    table: TableID, priority: UInt16, cookie: UInt64, match: Match, instructionBytes: [UInt8], idleTimeout: UInt16,
    hardTimeout: UInt16, flags: FlowFlags
  ) {
    self.table = table
    self.priority = priority
    self.cookie = cookie
    self.match = match
    self.instructionBytes = instructionBytes
    self.idleTimeout = idleTimeout
    self.hardTimeout = hardTimeout
    self.flags = flags
  }

  /// What makes it one flow of the switch's: another of the same key takes its place.
  public var key: FlowKey { FlowKey(table: table, priority: priority, match: match) }

  /// What it does, decoded. Instructions of somebody else that cannot be read are one `raw`.
  public var instructions: [Instruction] {
    var reader = WireReader(instructionBytes, structure: "instructions")
    return (try? Instruction.decodeList(&reader)) ?? [.raw(instructionBytes)]
  }
}

/// What the switch does for a flow (ofp_flow_mod_flags).
public struct FlowFlags: OptionSet, Hashable, Sendable {
  /// The bits on the wire.
  public let rawValue: UInt16

  /// The flags of these bits.
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// Tell the controller when the flow goes.
  public static let sendFlowRemoved = FlowFlags(rawValue: 1)
  /// Refuse a flow that overlaps another of the same priority.
  public static let checkOverlap = FlowFlags(rawValue: 2)
  /// Reset the counters of a flow that is replaced.
  public static let resetCounts = FlowFlags(rawValue: 4)
  /// Count no packets.
  public static let noPacketCounts = FlowFlags(rawValue: 8)
  /// Count no bytes.
  public static let noByteCounts = FlowFlags(rawValue: 16)
}
