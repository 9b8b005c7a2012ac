/// What a text says of a flow or of a change of flows.
struct FlowText {
  var table: TableID?
  var priority: UInt16?
  var cookie: UInt64 = 0
  var cookieMask: UInt64?
  var idleTimeout: UInt16 = 0
  var hardTimeout: UInt16 = 0
  var flags: FlowFlags = []
  var bufferID: UInt32?
  var outPort: OFPort?
  var outGroup: GroupID?
  var match = Match.any
  /// Nil when the text has no `actions=`.
  var instructions: [Instruction]?

  /// What flows are listed with but are not: how long they have been there, and what they have counted.
  private static let statistics: Set<String> = [
    "duration", "n_packets", "n_bytes", "idle_age", "hard_age", "importance", "send_flow_mod",
  ]

  init(_ piece: TextPiece) throws(TextError) {
    var items = TextItems(piece)
    var match = MatchText()
    while true {
      let rest = items.rest
      guard let item = try FlowText.head(&items) else { break }
      if let actions = FlowText.actions(item, rest) {
        instructions = try InstructionText.read(actions)
        break
      }
      if try take(item) { continue }
      guard try match.take(item) else { throw item.name.failure("a field of a flow or of its match") }
    }
    self.match = try match.finish()
  }

  /// The next item; the actions are not taken apart here.
  private static func head(_ items: inout TextItems) throws(TextError) -> TextItem? {
    let rest = items.rest
    let start = rest.range.first { !(rest.bytes[$0] == UInt8(ascii: ",") || TextPiece.isSpace(rest.bytes[$0])) }
    guard let start else { return nil }
    for word in ["actions=", "action="] {
      let end = start + word.utf8.count
      if rest.part(start..<end) == word {
        return TextItem(
          name: rest.part(start..<(end - 1)), value: rest.part(end..<rest.end), isCall: false, target: nil)
      }
    }
    return try items.next()
  }

  private static func actions(_ item: TextItem, _ rest: TextPiece) -> TextPiece? {
    item.name == "actions" || item.name == "action" ? item.value : nil
  }

  private mutating func take(_ item: TextItem) throws(TextError) -> Bool {
    let name = item.name.text
    if let flag = FlowFlags.words.first(where: { $0.word == name })?.flag {
      try item.requireNoValue()
      flags.insert(flag)
      return true
    }
    switch name {
    case "table": table = try item.required("a table").table()
    case "priority": priority = try item.required("a priority").integer("a priority of 0 to 65535")
    case "idle_timeout": idleTimeout = try item.required("seconds").integer("0 to 65535 seconds")
    case "hard_timeout": hardTimeout = try item.required("seconds").integer("0 to 65535 seconds")
    case "cookie":
      let value = try item.required("a cookie")
      let (bits, mask) = value.split("/") ?? (value, nil)
      cookie = try bits.wrappingNumber("a cookie")
      if let mask { cookieMask = try mask.wrappingNumber("a cookie's mask") }
    case "flags": flags.insert(FlowFlags(rawValue: try item.required("flags").integer("flags")))
    case "out_port": outPort = try item.required("a port").port()
    case "out_group": outGroup = try item.required("a group").group()
    case "buffer_id": bufferID = try item.required("a buffer").integer("a buffer's number")
    default: return FlowText.statistics.contains(name)
    }
    return true
  }
}

extension Flow {
  /// Reads a flow as ovs-ofctl writes and reads it: `table=20,priority=100,arp,arp_tpa=10.0.0.3 actions=drop`. What
  /// `dump-flows` counts is passed over.
  ///
  /// - Throws: Where the text is not a flow, and what was expected there.
  public init(parsing text: String) throws(TextError) {
    let piece = try TextPiece(text)
    let flow = try FlowText(piece)
    guard let instructions = flow.instructions else { throw piece.rest.failure("actions=") }
    guard flow.cookieMask == nil, flow.outPort == nil, flow.outGroup == nil, flow.bufferID == nil else {
      throw piece.failure("a flow, not a change of flows with a cookie's mask, out_port, out_group or buffer_id")
    }
    self.init(
      table: flow.table ?? TableID(0), priority: flow.priority ?? FlowText.defaultPriority, cookie: flow.cookie,
      match: flow.match, instructions: instructions, idleTimeout: flow.idleTimeout, hardTimeout: flow.hardTimeout,
      flags: flow.flags)
  }
}

extension FlowText {
  /// The priority of a flow that says none (OFP_DEFAULT_PRIORITY).
  static let defaultPriority: UInt16 = 0x8000
}

extension FlowMod {
  /// The words for the commands, as files of `ovs-ofctl add-flows` have them.
  static let commandWords: [(word: String, command: Command)] = [
    ("add", .add), ("modify_strict", .modifyStrict), ("modify", .modify), ("delete_strict", .deleteStrict),
    ("delete", .delete),
  ]

  /// Reads a change as a line of a file for `ovs-ofctl add-flows` has it: `add table=1,ip actions=output:3`,
  /// `delete_strict table=1,priority=5,ip`; without a command it adds.
  ///
  /// - Throws: Where the text is not a change of flows, and what was expected there.
  public init(parsing text: String) throws(TextError) {
    let piece = try TextPiece(text).trimmed
    let end = piece.range.first { TextPiece.isSpace(piece.bytes[$0]) } ?? piece.end
    let word = piece.part(piece.start..<end)
    let command = FlowMod.commandWords.first { word == $0.word }?.command
    let flow = try FlowText(command == nil ? piece : piece.part(end..<piece.end))
    try self.init(command ?? .add, flow, piece)
  }

  private init(_ command: Command, _ text: FlowText, _ piece: TextPiece) throws(TextError) {
    let isDeletion = command == .delete || command == .deleteStrict
    guard isDeletion || text.instructions != nil else { throw piece.rest.failure("actions=") }
    guard command != .add || text.cookieMask == nil else {
      throw piece.failure("a cookie without a mask: an addition has one cookie")
    }
    guard !isDeletion || text.cookieMask != nil || text.cookie == 0 else {
      throw piece.failure("a mask behind the cookie: /-1 for exactly this one")
    }
    guard isDeletion || (text.outPort == nil && text.outGroup == nil) else {
      throw piece.failure("out_port and out_group with a deletion only")
    }
    let flow = Flow(
      table: text.table ?? (isDeletion ? .all : TableID(0)), priority: text.priority ?? FlowText.defaultPriority,
      cookie: command == .add ? text.cookie : text.cookie & (text.cookieMask ?? 0), match: text.match,
      instructions: text.instructions ?? [],
      idleTimeout: text.idleTimeout, hardTimeout: text.hardTimeout, flags: text.flags)
    self.init(
      command, flow, cookieMask: text.cookieMask ?? 0, bufferID: text.bufferID ?? FlowMod.noBuffer,
      outPort: text.outPort ?? .any, outGroup: (text.outGroup ?? .any).rawValue)
  }
}
