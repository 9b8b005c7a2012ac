extension Action {
  /// Nested actions deeper than this are kept as bytes: the depth comes from outside.
  static let deepestNesting = 16

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
      case ActionType.output:
        let port = OFPort(rawValue: try body.integer())
        return .output(port, maxLength: try body.integer())
      case ActionType.group: return .group(try body.integer())
      case ActionType.setQueue: return .setQueue(try body.integer())
      case ActionType.pushVLAN: return .pushVLAN(try body.integer())
      case ActionType.popVLAN: return .popVLAN
      case ActionType.pushMPLS: return .pushMPLS(try body.integer())
      case ActionType.popMPLS: return .popMPLS(try body.integer())
      case ActionType.pushPBB: return .pushPBB(try body.integer())
      case ActionType.popPBB: return .popPBB
      case ActionType.setTTL: return .setTTL(try body.integer())
      case ActionType.decrementTTL: return .decrementTTL
      case ActionType.setMPLSTTL: return .setMPLSTTL(try body.integer())
      case ActionType.decrementMPLSTTL: return .decrementMPLSTTL
      case ActionType.copyTTLOut: return .copyTTLOut
      case ActionType.copyTTLIn: return .copyTTLIn
      case ActionType.setField: return .setField(try MatchField(&body))
      case ActionType.experimenter:
        let experimenter = try body.integer(UInt32.self)
        let subtype = try body.integer(UInt16.self)
        return try knownExtension(of: experimenter, subtype, &body, depth: depth)
      default: return nil
      }
    } catch {
      return nil
    }
  }
}
