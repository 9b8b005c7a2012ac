extension Action {
  /// Reads what follows the number of an experimenter's action; nil when it is not known.
  static func knownExtension(
    of experimenter: UInt32, _ subtype: UInt16, _ body: inout WireReader, depth: Int
  ) throws(MalformedMessage) -> Action? {
    if experimenter == Experimenter.onf, subtype == ONFAction.copyField {
      try body.skip(2)
      let (source, destination) = try copy(&body, padding: 2)
      return .copyField(from: source, to: destination)
    }
    guard experimenter == Experimenter.nicira else { return nil }
    if let action = try knownEdit(subtype, &body) { return action }
    return try knownControl(subtype, &body, depth: depth)
  }

  private static func knownEdit(_ subtype: UInt16, _ body: inout WireReader) throws(MalformedMessage) -> Action? {
    switch subtype {
    case NiciraAction.move:
      let (source, destination) = try copy(&body, padding: 0)
      return .move(from: source, to: destination)
    case NiciraAction.load:
      let slice = try packedSlice(&body)
      return .load(try body.integer(), slice)
    case NiciraAction.setFieldMasked:
      let field = try MatchField(&body)
      return field.isExact ? .loadField(field) : .setField(field)
    case NiciraAction.setTunnel:
      try body.skip(2)
      return .setTunnel(try body.integer())
    case NiciraAction.setTunnel64:
      try body.skip(6)
      return .setTunnel64(try body.integer())
    case NiciraAction.deleteField: return .deleteField(try Field.readHeader(&body).field)
    case NiciraAction.push: return .push(try stackSlice(&body))
    case NiciraAction.pop: return .pop(try stackSlice(&body))
    case NiciraAction.checkLength:
      let length = try body.integer(UInt16.self)
      let offset = Int(try body.integer(UInt16.self))
      return .checkLength(length, into: FieldSlice(try Field.readHeader(&body).field, offset: offset, count: 1))
    case NiciraAction.decrementTTLTelling:
      let count = Int(try body.integer(UInt16.self))
      try body.skip(4)
      try body.require(2 * count)
      var controllers: [UInt16] = []
      for _ in 0..<count { controllers.append(try body.integer()) }
      return .decrementTTLTelling(controllers: controllers)
    case NiciraAction.decrementNSHTTL: return .decrementNSHTTL
    case NiciraAction.encapsulate: return .encapsulate(try Encapsulation(&body))
    case NiciraAction.decapsulate:
      try body.skip(2)
      return .decapsulate(PacketType(rawValue: try body.integer()))
    default: return nil
    }
  }

  /// Those that do not edit the packet.
  private static func knownControl(
    _ subtype: UInt16, _ body: inout WireReader, depth: Int
  ) throws(MalformedMessage) -> Action? {
    switch subtype {
    case NiciraAction.outputField:
      let slice = try packedSlice(&body)
      return .outputField(slice, maxLength: try body.integer())
    case NiciraAction.outputFieldWide:
      let packed = try body.integer(UInt16.self)
      let maxLength = try body.integer(UInt16.self)
      return .outputField(FieldSlice(try Field.readHeader(&body).field, packed: packed), maxLength: maxLength)
    case NiciraAction.outputTruncated:
      let port = OFPort(compact: try body.integer())
      return .outputTruncated(port, length: try body.integer())
    case NiciraAction.popQueue: return .popQueue
    case NiciraAction.resubmit: return .resubmitPort(OFPort(compact: try body.integer()))
    case NiciraAction.resubmitTable:
      let port = OFPort(compact: try body.integer())
      return .resubmit(port: port, table: TableID(rawValue: try body.integer()))
    case NiciraAction.resubmitTuple:
      let port = OFPort(compact: try body.integer())
      return .resubmitTuple(port: port, table: TableID(rawValue: try body.integer()))
    case NiciraAction.track: return .track(try TrackAction(&body, depth: depth))
    case NiciraAction.learn: return .learn(try LearnAction(&body, isLimited: false))
    case NiciraAction.learnLimited: return .learn(try LearnAction(&body, isLimited: true))
    case NiciraAction.finTimeout:
      let idle = try body.integer(UInt16.self)
      return .finTimeout(idle: idle, hard: try body.integer())
    case NiciraAction.conjunction:
      let clause = try body.integer(UInt8.self)
      let count = try body.integer(UInt8.self)
      return .conjunction(id: try body.integer(), clause: clause, of: count)
    case NiciraAction.multipath: return .multipath(try MultipathAction(&body))
    case NiciraAction.bundle: return .bundle(try BundleAction(&body, loads: false))
    case NiciraAction.bundleLoad: return .bundle(try BundleAction(&body, loads: true))
    case NiciraAction.controller: return .controller(try ControllerAction(plain: &body))
    case NiciraAction.controllerProperties: return try ControllerAction(properties: &body).map(Action.controller)
    case NiciraAction.sample, NiciraAction.samplePort, NiciraAction.sampleDirection:
      return .sample(try SampleAction(subtype, &body))
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

  private static func packedSlice(_ body: inout WireReader) throws(MalformedMessage) -> FieldSlice {
    let packed = try body.integer(UInt16.self)
    return FieldSlice(try Field.readHeader(&body).field, packed: packed)
  }

  private static func stackSlice(_ body: inout WireReader) throws(MalformedMessage) -> FieldSlice {
    let offset = Int(try body.integer(UInt16.self))
    let field = try Field.readHeader(&body).field
    return FieldSlice(field, offset: offset, count: Int(try body.integer(UInt16.self)))
  }

  private static func copy(
    _ body: inout WireReader, padding: Int
  ) throws(MalformedMessage) -> (source: FieldSlice, destination: FieldSlice) {
    let count = Int(try body.integer(UInt16.self))
    let sourceOffset = Int(try body.integer(UInt16.self))
    let destinationOffset = Int(try body.integer(UInt16.self))
    try body.skip(padding)
    let source = try Field.readHeader(&body).field
    let destination = try Field.readHeader(&body).field
    return (
      FieldSlice(source, offset: sourceOffset, count: count),
      FieldSlice(destination, offset: destinationOffset, count: count)
    )
  }
}
