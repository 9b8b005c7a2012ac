extension Action {
  /// Appends the action, padded to a multiple of eight bytes.
  func encode(to bytes: inout [UInt8]) {
    if !encodeAtOnce(to: &bytes) { encodeInParts(to: &bytes) }
  }

  /// Appends the action if it has a short form.
  private func encodeAtOnce(to bytes: inout [UInt8]) -> Bool {
    guard let short = shortForm else { return false }
    let words = (short.first.bigEndian, short.second.bigEndian, short.third.bigEndian)
    withUnsafeBytes(of: words) { bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[..<short.count])) }
    return true
  }

  /// The bytes of an action as words, of which the first `count` bytes count.
  struct ShortForm {
    let first: UInt64
    var second: UInt64 = 0
    var third: UInt64 = 0
    var count = 16
  }

  /// The action if it is one of those that most flows are made of: they are written as whole words.
  @inline(__always)
  var shortForm: ShortForm? {
    switch self {
    case .output(let port, let maxLength):
      return ShortForm(
        first: Action.head(ActionType.output, length: 16, port.rawValue), second: UInt64(maxLength) << 48)
    case .group(let id): return ShortForm(first: Action.head(ActionType.group, length: 8, id), count: 8)
    case .decrementTTL: return ShortForm(first: Action.head(ActionType.decrementTTL, length: 8, 0), count: 8)
    case .setField(let field):
      guard field.isExact, let short = field.shortTLV(hasMask: false), (5...12).contains(short.count) else {
        return nil
      }
      // Four bytes of the action's own header, then the TLV.
      return ShortForm(
        first: Action.head(ActionType.setField, length: 16, UInt32(truncatingIfNeeded: short.bits &>> 96)),
        second: UInt64(truncatingIfNeeded: short.bits &>> 32))
    case .move(let source, let destination):
      let (from, to) = (source.wireField, destination.wireField)
      guard !from.isExperimenter, !to.isExperimenter else { return nil }
      let place = UInt64(UInt16(truncatingIfNeeded: source.count)) << 32
      let offsets = UInt64(UInt16(truncatingIfNeeded: source.offset)) << 16
      let target = UInt64(UInt16(truncatingIfNeeded: destination.offset))
      return Action.nicira(
        NiciraAction.move, place | offsets | target,
        UInt64(from.header(hasMask: false)) << 32 | UInt64(to.header(hasMask: false)))
    case .load(let value, let destination):
      let field = destination.wireField
      guard !field.isExperimenter else { return nil }
      return Action.nicira(
        NiciraAction.load, UInt64(destination.packed) << 32 | UInt64(field.header(hasMask: false)), value)
    case .resubmit(let port, let table):
      let place = UInt64(port.compactOrInPort) << 32 | UInt64(table.rawValue) << 24
      return Action.nicira(NiciraAction.resubmitTable, place)
    case .conjunction(let id, let clause, let count):
      let place = UInt64(clause) << 40 | UInt64(count) << 32 | UInt64(id)
      return Action.nicira(NiciraAction.conjunction, place)
    default: return nil
    }
  }

  /// The first eight bytes of an action.
  @inline(__always)
  private static func head(_ type: UInt16, length: UInt16, _ rest: UInt32) -> UInt64 {
    UInt64(type) << 48 | UInt64(length) << 32 | UInt64(rest)
  }

  /// One of Nicira's actions of 16 bytes, or of 24 with another word: 48 bits come after its number.
  @inline(__always)
  private static func nicira(_ number: UInt16, _ rest: UInt64, _ third: UInt64? = nil) -> ShortForm {
    let count = third == nil ? 16 : 24
    return ShortForm(
      first: head(ActionType.experimenter, length: UInt16(truncatingIfNeeded: count), Experimenter.nicira),
      second: UInt64(number) << 48 | rest, third: third ?? 0, count: count)
  }

  private func encodeInParts(to bytes: inout [UInt8]) {
    let start = bytes.count
    switch self {
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
