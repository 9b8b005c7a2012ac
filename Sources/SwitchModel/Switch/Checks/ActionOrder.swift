import OpenFlow

/// The second of the checks of actions: which may be with which, and which within which (ofp-actions.c, ofpacts_verify).
enum ActionOrder {
  /// What a list of actions is in.
  enum Place {
    case top, track, clone, writeActions
  }

  /// Checks a list. `isAlone` is false when instructions other than apply-actions are there as well.
  static func check(
    _ actions: [ActionBytes], in place: Place, _ bytes: [UInt8], isAlone: Bool = true
  ) throws(Refusal) {
    for action in actions {
      if action.kind == .conjunction {
        guard isAlone, actions.allSatisfy({ $0.kind == .conjunction || $0.kind == .note }) else {
          throw .badConjunction
        }
        return
      }
      let target = target(of: action, bytes)
      let needsTracking = target.map { $0.place == .ctMark || $0.place == .ctLabel } ?? false
      if needsTracking, place != .track { throw .badSetArgument }
      if action.kind == .translate {
        guard place == .track else { throw .badSetArgument }
        continue
      }
      if place == .track {
        guard target != nil else { throw .badArgument }
        guard needsTracking else { throw .badArgument }
      }
    }
  }

  /// The field that an action writes.
  private static func target(of action: ActionBytes, _ bytes: [UInt8]) -> KeyField? {
    let decoding = ActionDecoding(bytes: bytes)
    let start = action.range.lowerBound
    let end = action.range.upperBound
    switch action.kind {
    case .setField: return try? decoding.field(at: start + 4, end, .entry).field
    case .setFieldMasked: return try? decoding.field(at: start + 10, end, .entry).field
    case .load: return try? decoding.field(at: start + 12, end, .header).field
    case .move, .copyField:
      let first = start + (action.kind == .move ? 16 : 20)
      guard let source = try? decoding.field(at: first, end, .header) else { return nil }
      return try? decoding.field(at: first + source.header.length, end, .header).field
    default: return nil
    }
  }

  /// Whether an action may be in the action set.
  static func isAllowedInSet(_ kind: ActionBytes.Kind) -> Bool {
    switch kind {
    case .output, .group, .popVLAN, .pushVLAN, .popLabel, .pushLabel, .decrementTTL, .decrementTTLNamed,
      .decrementLabelTTL, .setField, .setFieldMasked, .move, .copyField, .load, .setTTL,
      .setLabelTTL, .setQueue, .setVLANOld, .setPriorityOld, .setIPv4SourceOld, .setIPv4DestinationOld, .setTOSOld,
      .setECNOld, .setSourcePortOld, .setDestinationPortOld, .setTunnel, .setTunnel64, .track, .clearTracking,
      .resubmit, .resubmitTable,
      .resubmitTuple:
      true
    default: false
    }
  }
}
