import OpenFlow

/// One thing that the pipeline does: an action, or what an instruction amounts to.
enum Step: Sendable {
  case action(Action)
  case writeActions([Action])
  case clearActions
  case writeMetadata(UInt64, mask: UInt64)
  case goto(TableID)
  case meter(UInt32)
  /// Goes on as a flow of this table with this cookie: so packets for controllers name the right one.
  case restore(TableID, cookie: UInt64)

  /// The steps of a flow, in order.
  static func all(of instructions: [Instruction]) -> [Step] {
    instructions.flatMap { instruction -> [Step] in
      switch instruction {
      case .meter(let id): [.meter(id)]
      case .applyActions(let actions): actions.map(Step.action)
      case .clearActions: [.clearActions]
      case .writeActions(let actions): [.writeActions(actions)]
      case .writeMetadata(let value, let mask): [.writeMetadata(value, mask: mask)]
      case .gotoTable(let table): [.goto(table)]
      case .raw: []
      }
    }
  }

  /// As it is told in a trace.
  var text: String {
    switch self {
    case .action(let action): action.description
    case .writeActions(let actions): Instruction.writeActions(actions).description
    case .clearActions: Instruction.clearActions.description
    case .writeMetadata(let value, let mask): Instruction.writeMetadata(value, mask: mask).description
    case .goto(let table): Instruction.gotoTable(table).description
    case .meter(let id): Instruction.meter(id).description
    case .restore(let table, let cookie): "restored table \(table), cookie 0x\(String(cookie, radix: 16))"
    }
  }
}

/// The action set: at the end of the pipeline at most one action of a kind is carried out, in a fixed order (OpenFlow
/// 1.3.5 section 5.10, with the places that Open vSwitch gives its own actions).
enum ActionSet {
  private enum Place {
    /// The last of these counts, in this order.
    case slot(Int)
    /// All of these count, in the order in which they were written.
    case set
    /// Only the one of the highest rank counts, and without one nothing is done.
    case final(Int)
    case ignored
  }

  /// The actions that a set comes to.
  static func ordered(_ actions: [Action]) -> [Action] {
    var slots: [Int: Action] = [:]
    var sets: [Action] = []
    var final: (rank: Int, action: Action)?
    for action in actions {
      switch place(action) {
      case .slot(let index): slots[index] = action
      case .set: sets.append(action)
      case .final(let rank): if rank >= final?.rank ?? 0 { final = (rank, action) }
      case .ignored: break
      }
    }
    guard let final else { return [] }
    return slots.sorted { $0.key < $1.key }.map(\.value) + sets + [final.action]
  }

  private static func place(_ action: Action) -> Place {
    switch action {
    case .popVLAN: .slot(0)
    case .popMPLS: .slot(1)
    case .pushMPLS: .slot(4)
    case .pushVLAN: .slot(5)
    case .decrementTTL, .decrementTTLTelling: .slot(6)
    case .decrementMPLSTTL: .slot(7)
    case .setField, .loadField, .move, .copyField, .load, .setTunnel, .setTunnel64, .setTTL, .setMPLSTTL, .setQueue:
      .set
    case .track: .final(0)
    case .ctClear: .final(1)
    case .resubmit, .resubmitTuple, .resubmitPort: .final(2)
    case .output: .final(3)
    case .group: .final(4)
    default: .ignored
    }
  }
}
