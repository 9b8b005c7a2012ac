/// Reads the list of actions of a flow, in which instructions stand too: `meter:1,dec_ttl,output:3,goto_table:4`.
enum InstructionText {
  static func read(_ piece: TextPiece) throws(TextError) -> [Instruction] {
    var applied: [Action] = []
    var instructions: [Instruction] = []
    var isDrop = false
    for item in try ActionText.items(piece) {
      if let instruction = try instruction(item) {
        instructions.append(instruction)
      } else if item.name == "drop", item.value == nil {
        isDrop = true
      } else {
        applied += try ActionText.actions(item, depth: 0)
      }
    }
    guard !isDrop || (applied.isEmpty && instructions.isEmpty) else {
      throw piece.failure("\"drop\" alone")
    }
    // The first of a flow's lists of actions to apply is the one that needs no name.
    return applied.isEmpty ? instructions : [.applyActions(applied)] + instructions
  }

  private static func instruction(_ item: TextItem) throws(TextError) -> Instruction? {
    switch item.name.text {
    case "meter": return .meter(try item.required("a meter").integer("a meter's number"))
    case "goto_table": return .gotoTable(try item.required("a table").table())
    case "clear_actions":
      try item.requireNoValue()
      return .clearActions
    case "write_metadata":
      let value = try item.required("metadata")
      let (bits, mask) = value.split("/") ?? (value, nil)
      let number: UInt64 = try bits.integer("metadata of 64 bits")
      guard let mask else { return .writeMetadata(number, mask: .max) }
      return .writeMetadata(number, mask: try mask.integer("a mask of 64 bits"))
    case "write_actions": return .writeActions(try ActionText.read(item.required("actions"), depth: 1))
    case "apply_actions": return .applyActions(try ActionText.read(item.required("actions"), depth: 1))
    case "raw_instruction": return .raw(try raw(item.required("the instruction's bytes")))
    default: return nil
    }
  }

  /// The bytes of an instruction or an action that has no text, which say their own length.
  static func raw(_ piece: TextPiece) throws(TextError) -> [UInt8] {
    let bytes = try piece.hexBytes(dotted: false)
    guard bytes.count >= 8, bytes.count % 8 == 0, bytes.count == Int(bytes[2]) << 8 | Int(bytes[3]) else {
      throw piece.failure("bytes of the length that they say, a multiple of 8")
    }
    return bytes
  }
}

extension Instruction {
  /// The text of a flow's instructions, which is `drop` when there are none.
  static func text(_ instructions: [Instruction]) -> String {
    var parts: [String] = []
    var hasApplied = false
    for instruction in instructions {
      if case .applyActions(let actions) = instruction, hasApplied || actions.isEmpty {
        parts.append("apply_actions(\(Action.text(actions)))")
        continue
      }
      if case .applyActions = instruction { hasApplied = true }
      parts.append(instruction.description)
    }
    return parts.isEmpty ? "drop" : parts.joined(separator: ",")
  }

  /// Reads instructions as ovs-ofctl writes and reads them behind `actions=`: `dec_ttl,output:3,goto_table:4`. Actions
  /// that stand for themselves are applied.
  ///
  /// - Throws: Where the text is not instructions, and what was expected there.
  public static func list(parsing text: String) throws(TextError) -> [Instruction] {
    try InstructionText.read(TextPiece(text))
  }
}

extension Action {
  /// Reads actions as ovs-ofctl writes and reads them: `set_field:0x64->tun_id,output:3`.
  ///
  /// - Throws: Where the text is not actions, and what was expected there.
  public static func list(parsing text: String) throws(TextError) -> [Action] {
    try ActionText.read(TextPiece(text), depth: 0)
  }
}
