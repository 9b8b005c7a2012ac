extension Action {
  /// Nested actions deeper than this are kept as bytes: the depth comes from outside.
  private static let deepestNesting = 16

  /// Reads the actions that fill `reader`.
  static func decodeList(_ reader: inout WireReader, depth: Int = 0) throws(MalformedMessage) -> [Action] {
    var actions: [Action] = []
    while !reader.isAtEnd { actions.append(try Action(&reader, depth: depth)) }
    return actions
  }

  /// Reads one action. What is not known, or would not be written back as the same bytes, becomes `raw`.
  init(_ reader: inout WireReader, depth: Int = 0) throws(MalformedMessage) {
    let type = try reader.peek(UInt16.self)
    let length = Int(try reader.peek(UInt16.self, at: 2))
    guard length >= 8, length % 8 == 0 else {
      throw reader.malformed("expected an action length that is a positive multiple of 8, found \(length)")
    }
    let bytes = try reader.peekBytes(length)
    var body = try reader.sub(length, structure: "action \(type)")
    try body.skip(4)
    let action = Action.known(type, &body, depth: depth)
    var encoded: [UInt8] = []
    action?.encode(to: &encoded)
    self = if let action, encoded == bytes { action } else { .raw(bytes) }
  }

  /// The action that the body of a known type holds, nil for anything else: the caller keeps the bytes then.
  private static func known(_ type: UInt16, _ body: inout WireReader, depth: Int) -> Action? {
    do {
      switch type {
      case ActionType.output: return .output(OFPort(rawValue: try body.integer()))
      case ActionType.group: return .group(try body.integer())
      case ActionType.setQueue: return .setQueue(try body.integer())
      case ActionType.pushVLAN: return .pushVLAN(try body.integer())
      case ActionType.popVLAN: return .popVLAN
      case ActionType.setTTL: return .setTTL(try body.integer())
      case ActionType.decrementTTL: return .decrementTTL
      case ActionType.setField: return .setField(try MatchField(&body))
      case ActionType.experimenter:
        guard try body.integer(UInt32.self) == Experimenter.nicira else { return nil }
        return try knownNicira(try body.integer(), &body, depth: depth)
      default: return nil
      }
    } catch {
      return nil
    }
  }

  private static func knownNicira(
    _ subtype: UInt16, _ body: inout WireReader, depth: Int
  ) throws(MalformedMessage) -> Action? {
    switch subtype {
    case NiciraAction.move:
      let count = Int(try body.integer(UInt16.self))
      let sourceOffset = Int(try body.integer(UInt16.self))
      let destinationOffset = Int(try body.integer(UInt16.self))
      let source = try Field.readHeader(&body).field
      let destination = try Field.readHeader(&body).field
      return .move(
        from: FieldSlice(source, offset: sourceOffset, count: count),
        to: FieldSlice(destination, offset: destinationOffset, count: count))
    case NiciraAction.load:
      let packed = try body.integer(UInt16.self)
      let field = try Field.readHeader(&body).field
      return .load(try body.integer(), FieldSlice(field, packed: packed))
    case NiciraAction.outputField:
      let packed = try body.integer(UInt16.self)
      return .outputField(FieldSlice(try Field.readHeader(&body).field, packed: packed))
    case NiciraAction.setFieldMasked: return .setField(try MatchField(&body))
    case NiciraAction.resubmitTable:
      let port = OFPort(compact: try body.integer())
      return .resubmit(port: port, table: TableID(rawValue: try body.integer()))
    case NiciraAction.controller:
      try body.skip(6)
      return try ControllerAction(&body).map(Action.controller)
    case NiciraAction.conjunction:
      let clause = try body.integer(UInt8.self)
      let count = try body.integer(UInt8.self)
      return .conjunction(id: try body.integer(), clause: clause, of: count)
    case NiciraAction.note: return .note(body.takeRest())
    case NiciraAction.clone:
      guard depth < deepestNesting else { return nil }
      try body.skip(6)
      return .clone(try decodeList(&body, depth: depth + 1))
    case NiciraAction.ctClear: return .ctClear
    case NiciraAction.exit: return .exit
    default: return nil
    }
  }
}
