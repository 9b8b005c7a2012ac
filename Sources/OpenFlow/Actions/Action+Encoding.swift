extension Action {
  /// Appends the action, padded to a multiple of eight bytes.
  func encode(to bytes: inout [UInt8]) {
    let start = bytes.count
    switch self {
    case .output(let port):
      begin(ActionType.output, &bytes)
      bytes.appendInteger(port.rawValue)
      bytes.appendZeros(2)  // max_len matters for the controller only
    case .group(let id):
      begin(ActionType.group, &bytes)
      bytes.appendInteger(id)
    case .setQueue(let id):
      begin(ActionType.setQueue, &bytes)
      bytes.appendInteger(id)
    case .pushVLAN(let type):
      begin(ActionType.pushVLAN, &bytes)
      bytes.appendInteger(type)
    case .popVLAN: begin(ActionType.popVLAN, &bytes, padding: 4)
    case .setTTL(let ttl):
      begin(ActionType.setTTL, &bytes)
      bytes.append(ttl)
    case .decrementTTL: begin(ActionType.decrementTTL, &bytes, padding: 4)
    case .setField(let field) where field.isExact:
      begin(ActionType.setField, &bytes)
      field.encode(to: &bytes)
    case .raw(let raw): bytes += raw
    default: encodeNicira(to: &bytes)
    }
    if case .raw = self { return }
    bytes.padToEight(from: start)
    bytes.setLength(bytes.count - start, at: start + 2)
  }

  private func encodeNicira(to bytes: inout [UInt8]) {
    switch self {
    case .setField(let field):
      beginNicira(NiciraAction.setFieldMasked, &bytes)
      field.underSliceNumber.encode(to: &bytes)
    case .outputField(let source):
      beginNicira(NiciraAction.outputField, &bytes)
      bytes.appendInteger(source.packed)
      source.wireField.appendHeader(to: &bytes, hasMask: false)
      bytes.appendInteger(UInt16.max)  // max_len, for a controller port only
      bytes.appendZeros(6)
    case .move(let source, let destination):
      beginNicira(NiciraAction.move, &bytes)
      bytes.appendInteger(UInt16(truncatingIfNeeded: source.count))
      bytes.appendInteger(UInt16(truncatingIfNeeded: source.offset))
      bytes.appendInteger(UInt16(truncatingIfNeeded: destination.offset))
      source.wireField.appendHeader(to: &bytes, hasMask: false)
      destination.wireField.appendHeader(to: &bytes, hasMask: false)
    case .load(let value, let destination):
      beginNicira(NiciraAction.load, &bytes)
      bytes.appendInteger(destination.packed)
      destination.wireField.appendHeader(to: &bytes, hasMask: false)
      bytes.appendInteger(value)
    case .resubmit(let port, let table):
      beginNicira(NiciraAction.resubmitTable, &bytes)
      bytes.appendInteger(port.compact ?? UInt16(truncatingIfNeeded: OFPort.inPort.rawValue))
      bytes.append(table.rawValue)
      bytes.appendZeros(3)
    case .controller(let controller):
      beginNicira(NiciraAction.controller, &bytes, padding: 6)
      controller.encodeProperties(to: &bytes)
    case .conjunction(let id, let clause, let count):
      beginNicira(NiciraAction.conjunction, &bytes)
      bytes.append(clause)
      bytes.append(count)
      bytes.appendInteger(id)
    case .note(let note):
      beginNicira(NiciraAction.note, &bytes)
      bytes += note
    case .clone(let actions):
      beginNicira(NiciraAction.clone, &bytes, padding: 6)
      for action in actions { action.encode(to: &bytes) }
    case .ctClear: beginNicira(NiciraAction.ctClear, &bytes, padding: 6)
    case .exit: beginNicira(NiciraAction.exit, &bytes, padding: 6)
    default: break
    }
  }

  private func begin(_ type: UInt16, _ bytes: inout [UInt8], padding: Int = 0) {
    bytes.appendInteger(type)
    bytes.appendZeros(2 + padding)
  }

  private func beginNicira(_ subtype: UInt16, _ bytes: inout [UInt8], padding: Int = 0) {
    begin(ActionType.experimenter, &bytes)
    bytes.appendInteger(Experimenter.nicira)
    bytes.appendInteger(subtype)
    bytes.appendZeros(padding)
  }
}

extension MatchField {
  /// The same value under the number that Nicira's actions use for the field.
  var underSliceNumber: MatchField { MatchField(renaming: self, to: FieldSlice(field).wireField) }
}

extension ControllerAction {
  private enum Property {
    static let maxLength: UInt16 = 0
    static let controllerID: UInt16 = 1
    static let reason: UInt16 = 2
    static let userdata: UInt16 = 3
    static let pause: UInt16 = 4
    static let meter: UInt16 = 5
  }

  /// Appends a property for everything that is not as it would be without one, each padded to eight bytes. The length of
  /// a property of 16 bits counts its padding, that of the others does not: so Open vSwitch writes them (ofp-prop.c).
  func encodeProperties(to bytes: inout [UInt8]) {
    let property = { (type: UInt16, bytes: inout [UInt8], write: (inout [UInt8]) -> Void) in
      let start = bytes.count
      bytes.appendInteger(type)
      bytes.appendZeros(2)
      write(&bytes)
      bytes.setLength(bytes.count - start, at: start + 2)
      bytes.padToEight(from: start)
    }
    if maxLength != .max { property(Property.maxLength, &bytes) { $0.appendInteger(UInt32(maxLength) << 16) } }
    if controllerID != 0 { property(Property.controllerID, &bytes) { $0.appendInteger(UInt32(controllerID) << 16) } }
    if reason != 1 { property(Property.reason, &bytes) { $0.append(reason) } }
    if !userdata.isEmpty { property(Property.userdata, &bytes) { $0 += userdata } }
    if pause { property(Property.pause, &bytes) { _ in } }
    if let meter { property(Property.meter, &bytes) { $0.appendInteger(meter) } }
  }

  /// Reads the properties; nil when there is one that is not known here.
  init?(_ reader: inout WireReader) throws(MalformedMessage) {
    self.init()
    while !reader.isAtEnd {
      let type = try reader.integer(UInt16.self)
      let length = Int(try reader.integer(UInt16.self))
      guard length >= 4 else { throw reader.malformed("a property of \(length) bytes has no room for its header") }
      var value = try reader.sub(length - 4)
      try reader.skip(min(reader.remaining, roundedUpToEight(length) - length))
      switch type {
      case Property.maxLength: maxLength = try value.integer()
      case Property.controllerID: controllerID = try value.integer()
      case Property.reason: reason = try value.integer()
      case Property.userdata: userdata = value.takeRest()
      case Property.pause: pause = true
      case Property.meter: meter = try value.integer()
      default: return nil
      }
    }
  }
}
