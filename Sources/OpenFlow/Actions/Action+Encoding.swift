extension Action {
  /// Appends the action, padded to a multiple of eight bytes.
  func encode(to bytes: inout [UInt8]) {
    let start = bytes.count
    switch self {
    case .output(let port, let maxLength):
      Action.begin(ActionType.output, &bytes)
      bytes.appendInteger(port.rawValue)
      bytes.appendInteger(maxLength)
    case .group(let id):
      Action.begin(ActionType.group, &bytes)
      bytes.appendInteger(id)
    case .setQueue(let id):
      Action.begin(ActionType.setQueue, &bytes)
      bytes.appendInteger(id)
    case .setField(let field) where field.isExact:
      Action.begin(ActionType.setField, &bytes)
      field.encode(to: &bytes, inMatch: false)
    case .pushVLAN(let type): Action.append(ActionType.pushVLAN, type, to: &bytes)
    case .popVLAN: Action.begin(ActionType.popVLAN, &bytes, padding: 4)
    case .pushMPLS(let type): Action.append(ActionType.pushMPLS, type, to: &bytes)
    case .popMPLS(let type): Action.append(ActionType.popMPLS, type, to: &bytes)
    case .pushPBB(let type): Action.append(ActionType.pushPBB, type, to: &bytes)
    case .popPBB: Action.begin(ActionType.popPBB, &bytes, padding: 4)
    case .setTTL(let ttl): Action.append(ActionType.setTTL, ttl, to: &bytes)
    case .decrementTTL: Action.begin(ActionType.decrementTTL, &bytes, padding: 4)
    case .setMPLSTTL(let ttl): Action.append(ActionType.setMPLSTTL, ttl, to: &bytes)
    case .decrementMPLSTTL: Action.begin(ActionType.decrementMPLSTTL, &bytes, padding: 4)
    case .copyTTLOut: Action.begin(ActionType.copyTTLOut, &bytes, padding: 4)
    case .copyTTLIn: Action.begin(ActionType.copyTTLIn, &bytes, padding: 4)
    case .raw(let raw):
      bytes += raw
      return
    default: encodeExtension(to: &bytes)
    }
    bytes.padToEight(from: start)
    bytes.setLength(bytes.count - start, at: start + 2)
  }

  private static func append(_ type: UInt16, _ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
    begin(type, &bytes)
    bytes.appendInteger(number)
  }

  private static func begin(_ type: UInt16, _ bytes: inout [UInt8], padding: Int = 0) {
    bytes.appendInteger(type)
    bytes.appendZeros(2 + padding)
  }
}
