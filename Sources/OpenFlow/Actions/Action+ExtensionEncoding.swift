extension Action {
  /// Appends one of Nicira's actions or of the ONF's; its length and padding are the caller's to set.
  func encodeExtension(to bytes: inout [UInt8]) {
    switch self {
    case .setField(let field), .loadField(let field):
      Action.beginNicira(NiciraAction.setFieldMasked, &bytes)
      field.underSliceNumber.encode(to: &bytes)
    case .move(let source, let destination):
      Action.beginNicira(NiciraAction.move, &bytes)
      Action.appendCopy(source, destination, to: &bytes)
      source.wireField.appendHeader(to: &bytes, hasMask: false)
      destination.wireField.appendHeader(to: &bytes, hasMask: false)
    case .copyField(let source, let destination):
      Action.begin(Experimenter.onf, ONFAction.copyField, &bytes, padding: 2)
      Action.appendCopy(source, destination, to: &bytes)
      bytes.appendZeros(2)
      source.field.appendHeader(to: &bytes, hasMask: false)
      destination.field.appendHeader(to: &bytes, hasMask: false)
    case .load(let value, let destination):
      // The load action has no room for an experimenter's field.
      Action.loadField(destination.value(UInt128(value))).encodeExtension(to: &bytes)
    case .setTunnel(let id):
      Action.beginNicira(NiciraAction.setTunnel, &bytes, padding: 2)
      bytes.appendInteger(id)
    case .setTunnel64(let id):
      Action.beginNicira(NiciraAction.setTunnel64, &bytes, padding: 6)
      bytes.appendInteger(id)
    case .deleteField(let field):
      Action.beginNicira(NiciraAction.deleteField, &bytes)
      field.appendHeader(to: &bytes, hasMask: false)
      bytes.appendZeros(14 - field.headerLength)
    case .push(let slice): Action.append(NiciraAction.push, stack: slice, to: &bytes)
    case .pop(let slice): Action.append(NiciraAction.pop, stack: slice, to: &bytes)
    case .checkLength(let length, let slice):
      Action.beginNicira(NiciraAction.checkLength, &bytes)
      bytes.appendInteger(length)
      bytes.appendInteger(UInt16(truncatingIfNeeded: slice.offset))
      slice.wireField.appendHeader(to: &bytes, hasMask: false)
      bytes.appendZeros(10 - slice.wireField.headerLength)
    case .decrementTTLTelling(let controllers):
      Action.beginNicira(NiciraAction.decrementTTLTelling, &bytes)
      bytes.appendInteger(UInt16(truncatingIfNeeded: controllers.count))
      bytes.appendZeros(4)
      for id in controllers { bytes.appendInteger(id) }
    case .decrementNSHTTL: Action.beginNicira(NiciraAction.decrementNSHTTL, &bytes, padding: 6)
    case .encapsulate(let encapsulation):
      Action.beginNicira(NiciraAction.encapsulate, &bytes)
      encapsulation.encodeBody(to: &bytes)
    case .decapsulate(let type):
      Action.beginNicira(NiciraAction.decapsulate, &bytes, padding: 2)
      bytes.appendInteger(type.rawValue)
    default: encodeControl(to: &bytes)
    }
  }

  /// Those that do not edit the packet.
  private func encodeControl(to bytes: inout [UInt8]) {
    switch self {
    case .outputField(let source, let maxLength): Action.append(output: source, maxLength, to: &bytes)
    case .outputTruncated(let port, let length):
      Action.beginNicira(NiciraAction.outputTruncated, &bytes)
      bytes.appendInteger(port.compactOrInPort)
      bytes.appendInteger(length)
    case .popQueue: Action.beginNicira(NiciraAction.popQueue, &bytes, padding: 6)
    case .resubmitTuple(let port, let table): Action.append(NiciraAction.resubmitTuple, port, table, to: &bytes)
    case .resubmitPort(let port):
      Action.beginNicira(NiciraAction.resubmit, &bytes)
      bytes.appendInteger(port.compactOrInPort)
      bytes.appendZeros(4)
    case .track(let action):
      Action.beginNicira(NiciraAction.track, &bytes)
      action.encodeBody(to: &bytes)
    case .learn(let action):
      Action.beginNicira(action.isLimited ? NiciraAction.learnLimited : NiciraAction.learn, &bytes)
      action.encodeBody(to: &bytes)
    case .finTimeout(let idle, let hard):
      Action.beginNicira(NiciraAction.finTimeout, &bytes)
      bytes.appendInteger(idle)
      bytes.appendInteger(hard)
    case .multipath(let action):
      Action.beginNicira(NiciraAction.multipath, &bytes)
      action.encodeBody(to: &bytes)
    case .bundle(let action):
      Action.beginNicira(action.destination == nil ? NiciraAction.bundle : NiciraAction.bundleLoad, &bytes)
      action.encodeBody(to: &bytes)
    case .controller(let action):
      Action.beginNicira(
        action.hasProperties ? NiciraAction.controllerProperties : NiciraAction.controller, &bytes)
      action.encodeBody(to: &bytes)
    case .sample(let action):
      Action.beginNicira(action.number, &bytes)
      action.encodeBody(to: &bytes)
    case .note(let note):
      Action.beginNicira(NiciraAction.note, &bytes)
      bytes += note
      if note.isEmpty { bytes.appendZeros(6) }
    case .clone(let actions):
      Action.beginNicira(NiciraAction.clone, &bytes, padding: 6)
      for action in actions { action.encode(to: &bytes) }
    case .ctClear: Action.beginNicira(NiciraAction.ctClear, &bytes, padding: 6)
    case .exit: Action.beginNicira(NiciraAction.exit, &bytes, padding: 6)
    default: break
    }
  }

  private static func begin(_ experimenter: UInt32, _ subtype: UInt16, _ bytes: inout [UInt8], padding: Int) {
    bytes.appendInteger(ActionType.experimenter)
    bytes.appendZeros(2)
    bytes.appendInteger(experimenter)
    bytes.appendInteger(subtype)
    bytes.appendZeros(padding)
  }

  static func beginNicira(_ subtype: UInt16, _ bytes: inout [UInt8], padding: Int = 0) {
    begin(Experimenter.nicira, subtype, &bytes, padding: padding)
  }

  private static func appendCopy(_ source: FieldSlice, _ destination: FieldSlice, to bytes: inout [UInt8]) {
    bytes.appendInteger(UInt16(truncatingIfNeeded: source.count))
    bytes.appendInteger(UInt16(truncatingIfNeeded: source.offset))
    bytes.appendInteger(UInt16(truncatingIfNeeded: destination.offset))
  }

  private static func append(output source: FieldSlice, _ maxLength: UInt16, to bytes: inout [UInt8]) {
    let field = source.wireField
    beginNicira(field.isExperimenter ? NiciraAction.outputFieldWide : NiciraAction.outputField, &bytes)
    bytes.appendInteger(source.packed)
    if field.isExperimenter { bytes.appendInteger(maxLength) }
    field.appendHeader(to: &bytes, hasMask: false)
    if !field.isExperimenter { bytes.appendInteger(maxLength) }
    bytes.appendZeros(field.isExperimenter ? 2 : 6)
  }

  private static func append(_ number: UInt16, stack slice: FieldSlice, to bytes: inout [UInt8]) {
    beginNicira(number, &bytes)
    bytes.appendInteger(UInt16(truncatingIfNeeded: slice.offset))
    slice.wireField.appendHeader(to: &bytes, hasMask: false)
    bytes.appendInteger(UInt16(truncatingIfNeeded: slice.count))
    bytes.appendZeros(10 - slice.wireField.headerLength)
  }

  private static func append(_ number: UInt16, _ port: OFPort, _ table: TableID, to bytes: inout [UInt8]) {
    beginNicira(number, &bytes)
    bytes.appendInteger(port.compactOrInPort)
    bytes.append(table.rawValue)
    bytes.appendZeros(3)
  }
}

extension OFPort {
  /// The number in 16 bits; that of `inPort` for a port that has none.
  var compactOrInPort: UInt16 { compact ?? UInt16(truncatingIfNeeded: OFPort.inPort.rawValue) }
}

extension MatchField {
  /// The same value under the number that Nicira's actions use for the field.
  var underSliceNumber: MatchField { MatchField(renaming: self, to: FieldSlice(field).wireField) }
}

extension FieldSlice {
  /// The field with this number in these bits, and no other bit.
  func value(_ number: UInt128) -> MatchField {
    let shift = UInt128(clamping: max(0, offset))
    let ones: UInt128 = count >= 128 ? .max : (UInt128(1) << UInt128(clamping: max(0, count))) - 1
    return MatchField(field, value: (number & ones) << shift, mask: ones << shift)
  }
}
