extension Action {
  /// Appends the action, padded to a multiple of eight bytes.
  func encode(to bytes: inout [UInt8]) {
    if !encodeAtOnce(to: &bytes) { encodeInParts(to: &bytes) }
  }

  /// Appends the action if it is one of those that most flows are made of: they are written as whole words.
  private func encodeAtOnce(to bytes: inout [UInt8]) -> Bool {
    switch self {
    case .output(let port, let maxLength):
      let words = Action.head(ActionType.output, length: 16, port.rawValue) << 64 | UInt128(maxLength) << 48
      bytes.appendInteger(words)
    case .setField(let field):
      guard field.isExact, let short = field.shortTLV(hasMask: false), (5...12).contains(short.count) else {
        return false
      }
      bytes.appendInteger(Action.head(ActionType.setField, length: 16, 0) << 64 | short.bits >> 32)
    case .move(let source, let destination):
      let (from, to) = (source.wireField, destination.wireField)
      guard !from.isExperimenter, !to.isExperimenter else { return false }
      let place = UInt64(UInt16(truncatingIfNeeded: source.count)) << 32
      let offsets = UInt64(UInt16(truncatingIfNeeded: source.offset)) << 16
      let fields = UInt64(from.header(hasMask: false)) << 32 | UInt64(to.header(hasMask: false))
      let target = UInt64(UInt16(truncatingIfNeeded: destination.offset))
      Action.append(NiciraAction.move, place | offsets | target, fields, to: &bytes)
    case .load(let value, let destination):
      let field = destination.wireField
      guard !field.isExperimenter else { return false }
      let place = UInt64(destination.packed) << 32 | UInt64(field.header(hasMask: false))
      Action.append(NiciraAction.load, place, value, to: &bytes)
    default: return false
    }
    return true
  }

  /// The first eight bytes of an action.
  private static func head(_ type: UInt16, length: UInt16, _ rest: UInt32) -> UInt128 {
    UInt128(type) << 48 | UInt128(length) << 32 | UInt128(rest)
  }

  /// Appends one of Nicira's actions of 24 bytes: 48 bits after its number, and 64.
  private static func append(_ number: UInt16, _ first: UInt64, _ second: UInt64, to bytes: inout [UInt8]) {
    let head = UInt64(ActionType.experimenter) << 48 | 24 << 32 | UInt64(Experimenter.nicira)
    let words = (head.bigEndian, (UInt64(number) << 48 | first).bigEndian, second.bigEndian)
    withUnsafeBytes(of: words) { bytes.append(contentsOf: $0) }
  }

  private func encodeInParts(to bytes: inout [UInt8]) {
    let start = bytes.count
    switch self {
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
