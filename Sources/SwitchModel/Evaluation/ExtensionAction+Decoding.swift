import OpenFlow

extension ExtensionAction {
  /// The action that these bytes are, header included; nil for one that the pipeline does not know.
  init?(_ bytes: [UInt8]) {
    guard let type = bytes.uint16(at: 0), let length = bytes.uint16(at: 2), Int(length) == bytes.count else {
      return nil
    }
    let action: ExtensionAction?
    switch type {
    case 0: action = ExtensionAction.output(bytes)
    case 15: action = bytes.byte(at: 4).map(ExtensionAction.setLabelTTL)
    case 16: action = .decrementLabelTTL
    case 19: action = bytes.uint16(at: 4).map(ExtensionAction.pushLabel)
    case 20: action = bytes.uint16(at: 4).map(ExtensionAction.popLabel)
    case 0xffff where bytes.uint32(at: 4) == 0x2320: action = bytes.uint16(at: 8).flatMap { .nicira($0, bytes) }
    default: action = nil
    }
    guard let action else { return nil }
    self = action
  }

  private static func output(_ bytes: [UInt8]) -> ExtensionAction? {
    guard let port = bytes.uint32(at: 4), let maxLength = bytes.uint16(at: 8) else { return nil }
    return .output(OFPort(port), maxLength: maxLength)
  }

  /// Nicira's actions by number; the body begins behind it.
  private static func nicira(_ subtype: UInt16, _ bytes: [UInt8]) -> ExtensionAction? {
    switch subtype {
    case 15:
      guard let packed = bytes.uint16(at: 10), let (field, _) = field(bytes, at: 12), let length = bytes.uint16(at: 16)
      else { return nil }
      return .outputField(slice(field, packed), maxLength: length)
    case 16, 45: return LearnAction(bytes, isLimited: subtype == 45).map(ExtensionAction.learn)
    case 20:
      guard let length = bytes.uint16(at: 10), let id = bytes.uint16(at: 12), let reason = bytes.byte(at: 14) else {
        return nil
      }
      return .controller(ControllerAction(maxLength: length, controllerID: id, reason: reason))
    case 21:
      guard let count = bytes.uint16(at: 10) else { return nil }
      return .decrementTTL(controllers: (0..<Int(count)).compactMap { bytes.uint16(at: 16 + 2 * $0) })
    case 19, 29, 38, 41: return .withoutEffect
    case 27, 28:
      guard let offset = bytes.uint16(at: 10), let (field, next) = field(bytes, at: 12),
        let count = bytes.uint16(at: next)
      else { return nil }
      let slice = FieldSlice(field, offset: Int(offset), count: Int(count))
      return subtype == 27 ? .push(slice) : .pop(slice)
    case 35: return TrackAction(bytes).map(ExtensionAction.track)
    case 39:
      guard let port = bytes.uint16(at: 10), let length = bytes.uint32(at: 12) else { return nil }
      return .outputTruncated(self.port(port), length: length)
    case 44:
      guard let port = bytes.uint16(at: 10), let table = bytes.byte(at: 12) else { return nil }
      return .resubmitTuple(port: self.port(port), table: TableID(table))
    case 49:
      guard let length = bytes.uint16(at: 10), let offset = bytes.uint16(at: 12), let (field, _) = field(bytes, at: 14)
      else { return nil }
      return .checkLength(length, FieldSlice(field, offset: Int(offset), count: 1))
    case 50:
      guard let (field, _) = field(bytes, at: 10), case .tunnelOption(let index, _) = KeyField(field)?.place else {
        return nil
      }
      return .deleteOption(index)
    default: return nil
    }
  }

  /// A field's header: the field, and where what follows begins.
  static func field(_ bytes: [UInt8], at offset: Int) -> (field: Field, next: Int)? {
    guard let oxmClass = bytes.uint16(at: offset), let number = bytes.byte(at: offset + 2),
      let length = bytes.byte(at: offset + 3)
    else { return nil }
    let isExperimenter = oxmClass == 0xffff
    let width = Int(length) - (isExperimenter ? 4 : 0)
    let hasMask = number & 1 == 1
    guard width >= 0, !hasMask || width % 2 == 0 else { return nil }
    let experimenter = isExperimenter ? bytes.uint32(at: offset + 4) ?? 0 : 0
    let field = Field(
      oxmClass: oxmClass, number: number >> 1, length: UInt8(truncatingIfNeeded: hasMask ? width / 2 : width),
      experimenter: experimenter)
    return (field, offset + (isExperimenter ? 8 : 4))
  }

  static func slice(_ field: Field, _ packed: UInt16) -> FieldSlice {
    FieldSlice(field, offset: Int(packed >> 6), count: Int(packed & 0x3f) + 1)
  }

  static func port(_ compact: UInt16) -> OFPort {
    OFPort(compact >= 0xff00 ? 0xffff_0000 | UInt32(compact) : UInt32(compact))
  }
}

extension TrackAction {
  init?(_ bytes: [UInt8]) {
    guard let flags = bytes.uint16(at: 10), let source = bytes.uint32(at: 12), let zone = bytes.uint16(at: 16),
      let table = bytes.byte(at: 18)
    else { return nil }
    if source == 0 {
      self.zone = .number(zone)
    } else {
      guard let (field, _) = ExtensionAction.field(bytes, at: 12) else { return nil }
      self.zone = .field(ExtensionAction.slice(field, zone))
    }
    self.commit = flags & 1 != 0
    self.force = flags & 2 != 0
    self.table = table == 0xff ? nil : TableID(table)
    self.assignments = []
    var offset = 24
    while let length = bytes.uint16(at: offset + 2), length >= 8, bytes.count - offset >= Int(length) {
      let nested = Array(bytes[offset..<(offset + Int(length))])
      if let translation = AddressTranslation(nested) {
        self.translation = translation
      } else if let assignment = TrackAction.assignment(nested) {
        self.assignments.append(assignment)
      }
      offset += Int(length)
    }
  }

  /// A set_field, with or without a mask, or a load.
  private static func assignment(_ bytes: [UInt8]) -> Action? {
    switch (bytes.uint16(at: 0), bytes.uint16(at: 8)) {
    case (25, _): return setField(bytes, at: 4)
    case (0xffff, 33): return setField(bytes, at: 16)
    case (0xffff, 7):
      guard let packed = bytes.uint16(at: 10), let (field, next) = ExtensionAction.field(bytes, at: 12),
        let value = bytes.number(at: next, count: 8)
      else { return nil }
      return .load(UInt64(truncatingIfNeeded: value), ExtensionAction.slice(field, packed))
    default: return nil
    }
  }

  private static func setField(_ bytes: [UInt8], at offset: Int) -> Action? {
    guard let (field, next) = ExtensionAction.field(bytes, at: offset),
      let value = bytes.number(at: next, count: Int(field.length)), let flags = bytes.byte(at: offset + 2)
    else { return nil }
    let mask = flags & 1 == 0 ? .max : bytes.number(at: next + Int(field.length), count: Int(field.length)) ?? .max
    return .setField(MatchField(field, value: value, mask: mask))
  }
}

extension AddressTranslation {
  init?(_ bytes: [UInt8]) {
    guard bytes.uint16(at: 0) == 0xffff, bytes.uint16(at: 8) == 36, let flags = bytes.uint16(at: 12),
      let present = bytes.uint16(at: 14)
    else { return nil }
    self.kind = flags & 1 != 0 ? .source : flags & 2 != 0 ? .destination : .existing
    var offset = 16
    func value(_ bit: UInt16, _ length: Int) -> UInt128? {
      guard present & bit != 0 else { return nil }
      defer { offset += length }
      return bytes.number(at: offset, count: length)
    }
    let ipv4 = (first: value(1, 4), last: value(2, 4))
    let ipv6 = (first: value(4, 16), last: value(8, 16))
    let ports = (first: value(16, 2), last: value(32, 2))
    if let first = ipv4.first ?? ipv6.first { self.addresses = first...max(first, ipv4.last ?? ipv6.last ?? first) }
    // Ports without addresses are not passed on to the datapath.
    if let first = ports.first, first != 0, self.addresses != nil {
      let low = UInt16(truncatingIfNeeded: first)
      self.ports = low...max(low, UInt16(truncatingIfNeeded: ports.last ?? first))
    }
  }
}

extension LearnAction {
  init?(_ bytes: [UInt8], isLimited: Bool) {
    guard let idle = bytes.uint16(at: 10), let hard = bytes.uint16(at: 12), let priority = bytes.uint16(at: 14),
      let cookie = bytes.number(at: 16, count: 8), let flags = bytes.uint16(at: 24), let table = bytes.byte(at: 26)
    else { return nil }
    self.idleTimeout = idle
    self.hardTimeout = hard
    self.priority = priority
    self.cookie = UInt64(truncatingIfNeeded: cookie)
    self.flags = flags
    self.table = TableID(table)
    self.specifications = []
    // With a limit, that and where to put the result come before the specifications.
    var offset = 32
    if isLimited {
      offset = 40
      if flags & 4 != 0 { offset = ExtensionAction.field(bytes, at: 40)?.next ?? bytes.count }
    }
    while let header = bytes.uint16(at: offset), header != 0 {
      offset += 2
      guard let specification = LearnAction.specification(header, bytes, &offset) else { return nil }
      self.specifications.append(specification)
    }
  }

  private static func specification(_ header: UInt16, _ bytes: [UInt8], _ offset: inout Int) -> Specification? {
    let count = Int(header & 0x3ff)
    func slice() -> FieldSlice? {
      guard let (field, next) = ExtensionAction.field(bytes, at: offset), let start = bytes.uint16(at: next) else {
        return nil
      }
      offset = next + 2
      return FieldSlice(field, offset: Int(start), count: count)
    }
    let source: Source
    if header & 0x2000 != 0 {
      let length = 2 * ((count + 15) / 16)
      guard let value = bytes.number(at: offset, count: length) else { return nil }
      offset += length
      source = .value(value)
    } else {
      guard let field = slice() else { return nil }
      source = .field(field)
    }
    switch header >> 11 & 3 {
    case 0: return slice().map { Specification(count: count, source: source, target: .match($0)) }
    case 1: return slice().map { Specification(count: count, source: source, target: .load($0)) }
    case 2: return Specification(count: count, source: source, target: .output)
    default: return nil
    }
  }
}
