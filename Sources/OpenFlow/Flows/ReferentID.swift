/// Something that flows and groups refer to by its number, and that has to be on the switch before them.
public enum ReferentID: Hashable, Comparable, Sendable {
  /// A meter; meters come before all groups.
  case meter(MeterID)
  /// A group.
  case group(GroupID)
}

extension ReferentID: CustomStringConvertible {
  /// What it is, and its number.
  public var description: String {
    switch self {
    case .meter(let id): "meter \(id)"
    case .group(let id): "group \(id)"
    }
  }
}

extension Flow {
  /// Tells of every group and meter that the flow's instructions name, in the order of the bytes.
  ///
  /// This runs for every flow that is wanted: nothing is decoded.
  public func forEachReference(_ found: (ReferentID) -> Void) {
    ReferenceWalk.instructions(instructionBytes.span.bytes, found)
  }
}

extension Group {
  /// The groups and meters that its buckets name or watch.
  public var references: Set<ReferentID> {
    var references: Set<ReferentID> = []
    for bucket in buckets {
      if bucket.watchGroup != .any { references.insert(.group(bucket.watchGroup)) }
      var bytes: [UInt8] = []
      for action in bucket.actions { action.encode(to: &bytes) }
      ReferenceWalk.actions(bytes.span.bytes, 0..<bytes.count) { references.insert($0) }
    }
    return references
  }
}

/// Finds the numbers of groups and meters in encoded instructions and actions. What does not fit ends the walk: the
/// bytes are this side's own, or the switch says what it does not like about them.
private enum ReferenceWalk {
  static func instructions(_ bytes: borrowing RawSpan, _ found: (ReferentID) -> Void) {
    var offset = 0
    while let (type, length) = header(bytes, at: offset, end: bytes.byteCount) {
      switch type {
      case 3, 4: actions(bytes, offset + 8..<offset + length, found)  // WRITE_ACTIONS, APPLY_ACTIONS
      case 6: found(.meter(MeterID(word(bytes, offset + 4))))
      default: break
      }
      offset += length
    }
  }

  static func actions(_ bytes: borrowing RawSpan, _ range: Range<Int>, _ found: (ReferentID) -> Void) {
    var offset = range.lowerBound
    while let (type, length) = header(bytes, at: offset, end: range.upperBound) {
      if type == ActionType.group { found(.group(GroupID(word(bytes, offset + 4)))) }
      if type == ActionType.experimenter, length >= 16, word(bytes, offset + 4) == Experimenter.nicira {
        switch UInt16(truncatingIfNeeded: word(bytes, offset + 8) >> 16) {
        case NiciraAction.clone:
          // Its actions lie between its header and the next action: they are walked as though they stood by themselves.
          offset += 16
          continue
        case NiciraAction.controller: properties(bytes, offset + 16..<offset + length, found)
        default: break
        }
      }
      offset += length
    }
  }

  /// The properties of a controller2 action, of which number 5 is a meter.
  private static func properties(_ bytes: borrowing RawSpan, _ range: Range<Int>, _ found: (ReferentID) -> Void) {
    var offset = range.lowerBound
    while offset + 8 <= range.upperBound {
      let front = word(bytes, offset)
      let length = Int(front & 0xffff)
      guard length >= 4 else { return }
      if front >> 16 == 5, length >= 8 { found(.meter(MeterID(word(bytes, offset + 4)))) }
      offset += (length + 7) / 8 * 8
    }
  }

  /// The type and the length of what begins here; nil when it does not fit.
  @inline(__always)
  private static func header(_ bytes: borrowing RawSpan, at offset: Int, end: Int) -> (type: UInt16, length: Int)? {
    guard offset + 8 <= end else { return nil }
    let front = word(bytes, offset)
    let length = Int(front & 0xffff)
    guard length >= 8, offset + length <= end else { return nil }
    return (UInt16(truncatingIfNeeded: front >> 16), length)
  }

  @inline(__always)
  private static func word(_ bytes: borrowing RawSpan, _ offset: Int) -> UInt32 {
    UInt32(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }
}
