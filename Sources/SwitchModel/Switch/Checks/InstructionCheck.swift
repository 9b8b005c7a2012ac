import OpenFlow

/// Reads instructions as Open vSwitch does: at most one of each kind, and their actions with all of the checks.
struct InstructionCheck {
  private var found: [UInt16: Range<Int>] = [:]
  private var applied: [ActionBytes] = []
  private var written: [ActionBytes] = []
  private let bytes: [UInt8]

  private enum Kind {
    static let gotoTable: UInt16 = 1
    static let writeMetadata: UInt16 = 2
    static let writeActions: UInt16 = 3
    static let applyActions: UInt16 = 4
    static let clearActions: UInt16 = 5
    static let meter: UInt16 = 6
  }

  /// Finds the instructions that fill the rest of a message from `start` on, and checks each by itself.
  init(_ bytes: [UInt8], from start: Int, options: Set<UInt8>) throws(Refusal) {
    self.bytes = bytes
    guard (bytes.count - start) % 8 == 0 else { throw .badInstructionLength }
    var offset = start
    while let type = bytes.uint16(at: offset), let length = bytes.uint16(at: offset + 2), length >= 8, length % 8 == 0,
      offset + Int(length) <= bytes.count
    {
      try InstructionCheck.checkLength(type, Int(length))
      guard found[type] == nil else { throw .duplicateInstruction }
      found[type] = offset..<(offset + Int(length))
      offset += Int(length)
    }
    guard offset == bytes.count else { throw .badInstructionLength }
    let decoding = ActionDecoding(bytes: bytes, options: options)
    if let range = found[Kind.applyActions] { applied = try decoding.list(range.lowerBound + 8..<range.upperBound) }
    if let range = found[Kind.writeActions] {
      written = try decoding.list(range.lowerBound + 8..<range.upperBound)
      guard written.allSatisfy({ ActionOrder.isAllowedInSet($0.kind) }) else { throw .badActionType }
    }
    let isAlone = found.keys.allSatisfy { $0 == Kind.applyActions }
    try ActionOrder.check(applied, in: .top, bytes, isAlone: isAlone)
  }

  private static func checkLength(_ type: UInt16, _ length: Int) throws(Refusal) {
    switch type {
    case Kind.gotoTable, Kind.clearActions, Kind.meter: guard length == 8 else { throw .badInstructionLength }
    case Kind.writeMetadata: guard length == 24 else { throw .badInstructionLength }
    case Kind.writeActions, Kind.applyActions: break
    case 0xffff: throw .badInstructionExperimenter
    default: throw .unknownInstruction
    }
  }

  /// Checks them against the match of their flow, in the order in which they are carried out.
  func checkConsistency(_ match: MatchCheck, table: TableID) throws(Refusal) {
    if let range = found[Kind.meter] {
      let id = bytes.uint32(at: range.lowerBound + 4) ?? 0
      guard id != 0, id <= 0xffff_0000 else { throw .invalidMeter }
    }
    var consistency = ActionConsistency(bytes, match)
    try consistency.check(applied)
    var set = consistency
    try set.check(written)
    if let range = found[Kind.gotoTable] {
      let next = bytes.byte(at: range.lowerBound + 4) ?? 0
      guard table == .all || next > table.rawValue else { throw .badGotoTable }
    }
    if consistency.isInconsistent { throw .matchInconsistent }
  }
}
