import OpenFlow

/// Reads a flow_mod as Open vSwitch does (ofp-flow.c, ofputil_decode_flow_mod), and then checks what needs nothing but the
/// message (ofproto.c, ofproto_flow_mod_init): what a bundle refuses when the message is added to it.
enum FlowModCheck {
  /// Where in the message what is.
  private enum Offset {
    static let table = 24
    static let command = 25
    static let buffer = 32
    static let outPort = 36
    static let outGroup = 40
    static let flags = 44
    static let match = 48
  }

  /// The change that a message with its header asks for.
  ///
  /// - Parameter options: The tunnel options that fields are mapped to.
  static func read(_ bytes: [UInt8], options: Set<UInt8>) throws(Refusal) -> FlowMod {
    let match = try MatchCheck(bytes, at: Offset.match, options: options)
    guard let table = bytes.byte(at: Offset.table).map(TableID.init(rawValue:)),
      let number = bytes.byte(at: Offset.command)
    else { throw .badLength }
    if table == .all, number != FlowMod.Command.delete.rawValue, number != FlowMod.Command.deleteStrict.rawValue {
      throw .badFlowTable
    }
    guard OFPort(bytes.uint32(at: Offset.outPort) ?? 0).isRepresentable else { throw .badOutPort }
    guard !match.mixesFamilies else { throw .matchInconsistent }
    guard let command = FlowMod.Command(rawValue: number) else { throw .badFlowCommand }
    let instructions = try InstructionCheck(bytes, from: match.end, options: options)
    guard let flags = bytes.uint16(at: Offset.flags), flags & ~0x1f == 0 else { throw .badFlowFlags }
    try instructions.checkConsistency(match, table: table)
    try checkTable(table, command)
    if match.namesHiddenFields, command != .delete, command != .deleteStrict { throw .notPermitted }
    let buffer = bytes.uint32(at: Offset.buffer)
    if buffer != FlowMod.noBuffer, command != .delete, command != .deleteStrict { throw .bufferUnknown }
    return try decode(bytes, match.match)
  }

  /// The table that controllers do not see is not theirs to change.
  private static func checkTable(_ table: TableID, _ command: FlowMod.Command) throws(Refusal) {
    guard command != .delete, command != .deleteStrict, table == Forwarding.hiddenTable else { return }
    throw .notPermitted
  }

  /// The values, with the match in the form in which it is listed.
  private static func decode(_ bytes: [UInt8], _ match: Match) throws(Refusal) -> FlowMod {
    guard case .flowMod(var mod)? = try? OpenFlowMessage.decode(bytes).message else { throw .badLength }
    let flow = mod.flow
    mod.flow = Flow(
      table: flow.table, priority: flow.priority, cookie: flow.cookie, match: match, instructions: flow.instructions,
      idleTimeout: flow.idleTimeout, hardTimeout: flow.hardTimeout, flags: flow.flags)
    return mod
  }
}

extension MatchCheck {
  /// Whether the match names a field that only Open vSwitch's own flows may: the recirculation.
  var namesHiddenFields: Bool { (parts[.recirculation]?.mask ?? 0) != 0 }
}
