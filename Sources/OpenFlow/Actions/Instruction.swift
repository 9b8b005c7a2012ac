import NetworkTypes

/// What a flow does with its packets (OpenFlow 1.3.5 section 7.2.4, ofp_instruction).
public enum Instruction: Hashable, Sendable {
  /// Passes the packet through a meter, before anything else.
  case meter(UInt32)
  /// Acts on the packet at once.
  case applyActions([Action])
  /// Empties the action set.
  case clearActions
  /// Adds to the action set.
  case writeActions([Action])
  /// Sets the masked bits of the metadata.
  case writeMetadata(UInt64, mask: UInt64)
  /// Goes on in a later table.
  case gotoTable(TableID)
  /// Any other instruction, with its header.
  case raw([UInt8])
}

extension Instruction {
  private enum Kind {
    static let gotoTable: UInt16 = 1
    static let writeMetadata: UInt16 = 2
    static let writeActions: UInt16 = 3
    static let applyActions: UInt16 = 4
    static let clearActions: UInt16 = 5
    static let meter: UInt16 = 6
  }

  /// The order in which instructions are carried out (section 5.9), which is the one that Open vSwitch lists them in.
  private var rank: Int {
    switch self {
    case .meter: 0
    case .applyActions: 1
    case .clearActions: 2
    case .writeActions: 3
    case .writeMetadata: 4
    case .gotoTable: 5
    case .raw: 6
    }
  }

  /// At least as many bytes as its short form takes.
  private var room: Int {
    switch self {
    case .applyActions(let actions), .writeActions(let actions): 8 + 24 * actions.count
    default: 24
    }
  }

  /// The canonical bytes: in order of execution, and without an empty list of actions to apply, which Open vSwitch
  /// does not report.
  static func encode(_ instructions: [Instruction]) -> [UInt8] {
    var room = 0
    var last = 0
    var isOrdered = true
    for index in instructions.indices {
      let rank = instructions[index].rank
      if rank < last { isOrdered = false }
      last = rank
      room += instructions[index].room
    }
    guard isOrdered else { return encode(instructions.sorted { $0.rank < $1.rank }) }
    return encodeAtOnce(instructions, room) ?? encodeInParts(instructions, room)
  }

  /// The bytes when everything in them has a short form, as in most flows; nil when something has not.
  private static func encodeAtOnce(_ instructions: [Instruction], _ room: Int) -> [UInt8]? {
    guard room > 0 else { return [] }
    var isShort = true
    let bytes = [UInt8](blockOf: room) { block in
      for index in instructions.indices where isShort {
        switch instructions[index] {
        case .gotoTable(let table):
          block.append(UInt128(Kind.gotoTable) << 112 | UInt128(8) << 96 | UInt128(table.rawValue) << 88, count: 8)
        case .applyActions(let actions):
          guard !actions.isEmpty else { continue }
          let start = block.count
          block.append(UInt64(Kind.applyActions) << 48)
          isShort = append(actions, to: &block)
          block.setLength(block.count - start, at: start + 2)
        default: isShort = false
        }
      }
    }
    return isShort ? bytes : nil
  }

  private static func append(_ actions: [Action], to block: inout WireBlock) -> Bool {
    for index in actions.indices {
      guard let short = actions[index].shortForm else { return false }
      block.append(UInt128(short.first) << 64 | UInt128(short.second), count: min(short.count, 16))
      if short.count > 16 { block.append(short.third) }
    }
    return true
  }

  private static func encodeInParts(_ instructions: [Instruction], _ room: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(room)
    for instruction in instructions {
      if case .applyActions(let actions) = instruction, actions.isEmpty { continue }
      instruction.encode(to: &bytes)
    }
    return bytes
  }

  /// Appends the instruction with its length.
  func encode(to bytes: inout [UInt8]) {
    let start = bytes.count
    switch self {
    case .gotoTable(let table):
      bytes.appendInteger(Kind.gotoTable)
      bytes.appendZeros(2)
      bytes.append(table.rawValue)
      bytes.appendZeros(3)
    case .writeMetadata(let value, let mask):
      bytes.appendInteger(Kind.writeMetadata)
      bytes.appendZeros(6)
      bytes.appendInteger(value)
      bytes.appendInteger(mask)
    case .applyActions(let actions): Instruction.encode(Kind.applyActions, actions, to: &bytes)
    case .writeActions(let actions): Instruction.encode(Kind.writeActions, actions, to: &bytes)
    case .clearActions: Instruction.encode(Kind.clearActions, [], to: &bytes)
    case .meter(let id):
      bytes.appendInteger(Kind.meter)
      bytes.appendZeros(2)
      bytes.appendInteger(id)
    case .raw(let raw):
      bytes += raw
      return
    }
    bytes.setLength(bytes.count - start, at: start + 2)
  }

  private static func encode(_ kind: UInt16, _ actions: [Action], to bytes: inout [UInt8]) {
    bytes.appendInteger(kind)
    bytes.appendZeros(6)
    for action in actions { action.encode(to: &bytes) }
  }

  /// Reads the instructions that fill `reader`.
  static func decodeList(_ reader: inout WireReader) throws(MalformedMessage) -> [Instruction] {
    var instructions: [Instruction] = []
    while !reader.isAtEnd { instructions.append(try Instruction(&reader)) }
    return instructions
  }

  /// Reads one instruction; one that is not known becomes `raw`.
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let kind = try reader.peek(UInt16.self)
    let length = Int(try reader.peek(UInt16.self, at: 2))
    guard length >= 8, length % 8 == 0 else {
      throw reader.malformed("expected an instruction length that is a positive multiple of 8, found \(length)")
    }
    let bytes = try reader.peekBytes(length)
    var body = try reader.sub(length, structure: "instruction \(kind)")
    try body.skip(4)
    let instruction: Instruction
    switch kind {
    case Kind.gotoTable: instruction = .gotoTable(TableID(rawValue: try body.integer()))
    case Kind.writeMetadata:
      try body.skip(4)
      let value = try body.integer(UInt64.self)
      instruction = .writeMetadata(value, mask: try body.integer())
    case Kind.writeActions:
      try body.skip(4)
      instruction = .writeActions(try Action.decodeList(&body))
    case Kind.applyActions:
      try body.skip(4)
      instruction = .applyActions(try Action.decodeList(&body))
    case Kind.clearActions: instruction = .clearActions
    case Kind.meter: instruction = .meter(try body.integer())
    default: instruction = .raw(bytes)
    }
    var encoded: [UInt8] = []
    instruction.encode(to: &encoded)
    self = encoded == bytes ? instruction : .raw(bytes)
  }
}

extension Instruction: CustomStringConvertible {
  /// As ovs-ofctl has it in the list of actions.
  public var description: String {
    switch self {
    case .meter(let id): return "meter:\(id)"
    case .applyActions(let actions): return Action.text(actions)
    case .clearActions: return "clear_actions"
    case .writeActions(let actions): return "write_actions(\(actions.isEmpty ? "drop" : Action.text(actions)))"
    case .writeMetadata(let value, let mask):
      let text = "write_metadata:0x\(String(value, radix: 16))"
      return mask == .max ? text : text + "/0x\(String(mask, radix: 16))"
    case .gotoTable(let table): return "goto_table:\(table)"
    case .raw(let bytes): return "raw_instruction(\(hexString(bytes)))"
    }
  }
}
