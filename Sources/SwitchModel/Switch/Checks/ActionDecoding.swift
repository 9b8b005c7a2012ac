import OpenFlow

/// The first of the checks of actions: each by itself, in the order in which they come (ofp-actions.c, decode_*).
struct ActionDecoding {
  let bytes: [UInt8]
  /// The tunnel options that fields are mapped to; nil where Open vSwitch does not look whether they are.
  var options: Set<UInt8>?
  /// Actions nested deeper than this are not looked at; Open vSwitch has no such bound, but messages have.
  private static let deepest = 64

  /// Finds and checks the actions that fill `range`.
  func list(_ range: Range<Int>, depth: Int = 0) throws(Refusal) -> [ActionBytes] {
    var actions: [ActionBytes] = []
    var offset = range.lowerBound
    while offset < range.upperBound {
      var action = try ActionBytes(bytes, at: offset, end: range.upperBound)
      try decode(&action, depth: depth)
      actions.append(action)
      offset = action.range.upperBound
    }
    return actions
  }

  private func decode(_ action: inout ActionBytes, depth: Int) throws(Refusal) {
    let start = action.range.lowerBound
    let end = action.range.upperBound
    switch action.kind {
    case .output: try checkPort(OFPort(bytes.uint32(at: start + 4) ?? 0))
    case .pushVLAN:
      guard VLANStack.isTagType(bytes.uint16(at: start + 4) ?? 0) else { throw .badArgument }
    case .setVLANOld: guard bytes.uint16(at: start + 4) ?? 0 <= 0xfff else { throw .badArgument }
    case .setPriorityOld: guard bytes.byte(at: start + 4) ?? 0 <= 7 else { throw .badArgument }
    case .setTOSOld: guard (bytes.byte(at: start + 4) ?? 0) & 3 == 0 else { throw .badArgument }
    case .setECNOld: guard bytes.byte(at: start + 4) ?? 0 <= 3 else { throw .badArgument }
    case .pushLabel:
      guard LabelStack.isLabelType(bytes.uint16(at: start + 4) ?? 0) else { throw .badArgument }
    case .setField: try setField(start + 4, end, isStandard: true)
    case .setFieldMasked: try setField(start + 10, end, isStandard: false)
    case .move, .copyField: try move(start, end, isStandard: action.kind == .copyField)
    case .load: try load(start)
    case .resubmitTable, .resubmitTuple:
      guard isZero(start + 13..<start + 16) else { throw .badArgument }
    case .outputField, .outputField2: try outputField(start, end, isLong: action.kind == .outputField2)
    case .push, .pop: try stack(start, end, isPop: action.kind == .pop)
    case .conjunction:
      let clause = bytes.byte(at: start + 10) ?? 0
      let count = bytes.byte(at: start + 11) ?? 0
      guard (2...64).contains(count), clause < count else { throw .badConjunction }
    case .track: try track(&action, depth: depth)
    case .translate: try translate(start, end)
    case .clone:
      guard depth < ActionDecoding.deepest else { throw .badArgument }
      action.nested = try list(start + 16..<end, depth: depth + 1)
      try ActionOrder.check(action.nested, in: .clone, bytes)
    case .controller2: try controllerProperties(start, end)
    case .checkLength: _ = try slice(at: start + 14, end, .header, offset: bytes.uint16(at: start + 12) ?? 0, count: 1)
    case .outputTruncated:
      // What is left has to be a header at least.
      guard bytes.uint32(at: start + 12) ?? 0 >= 14 else { throw .badArgument }
    default: break
    }
  }

  /// Throws unless the port can be sent to.
  func checkPort(_ port: OFPort) throws(Refusal) {
    guard port.isRepresentable, port != .any else { throw .badOutPort }
    if port.rawValue >= 0xff00, port.rawValue < OFPort.inPort.rawValue { throw .badOutPort }
  }

  private func isZero(_ range: Range<Int>) -> Bool {
    range.allSatisfy { bytes.byte(at: $0) == 0 }
  }

  // MARK: Fields

  /// How an action names a field, which decides the error for one that is not there.
  enum Naming {
    /// With a value, as set_field does.
    case entry
    /// By a header, as move does.
    case header
    /// By a header of four bytes, as load does.
    case shortHeader
  }

  /// A field that an action names, and its header.
  func field(
    at offset: Int, _ end: Int, _ naming: Naming
  ) throws(Refusal) -> (field: KeyField, header: FieldHeader) {
    if naming == .shortHeader, bytes.uint16(at: offset) == 0xffff { throw .badSetType }
    let header = try FieldHeader(bytes, at: offset, end: end)
    guard let field = KeyField(header) else {
      switch naming {
      case .entry: throw KeyField.isKnown(header) ? .badSetLength : .badSetType
      case .header: throw .badField
      case .shortHeader: throw .badSetType
      }
    }
    if let options, case .tunnelOption(let index, _) = field.place, !options.contains(index) {
      throw .invalidOptionField
    }
    return (field, header)
  }

  /// How many bits of a field an action can name. An option that nobody has mapped may have any length.
  private func bits(of field: KeyField) -> Int {
    options == nil && field.isTunnelOption ? 124 * 8 : field.bitCount
  }

  private func setField(_ offset: Int, _ end: Int, isStandard: Bool) throws(Refusal) {
    let (field, header) = try field(at: offset, end, .entry)
    let next = header.next(after: offset)
    let payload = offset + header.length
    guard next <= end, let value = bytes.number(at: payload, count: header.width) else { throw .badMatchLength }
    var mask = UInt128.max
    if header.hasMask {
      mask = bytes.number(at: payload + header.width, count: header.width) ?? 0
      guard value & ~mask == 0 else { throw .badWildcards }
      guard !isStandard else { throw .badSetMask }
    }
    // The input port may be set by Nicira's action only.
    guard isZero(next..<end), field.place != .inPort || !isStandard, field.isWritable else { throw .badSetArgument }
    guard isStandard else { return }
    guard field.isValid(value), field.place != .vlanID || value & mask & MatchCheck.vlanPresent != 0 else {
      throw .badSetArgument
    }
  }

  /// Some bits of a field, as an action names them.
  private func slice(
    at offset: Int, _ end: Int, _ naming: Naming, offset low: UInt16, count: Int, isTarget: Bool = true
  ) throws(Refusal) -> FieldHeader {
    let (field, header) = try field(at: offset, end, naming)
    guard count > 0, Int(low) < bits(of: field), Int(low) + count <= bits(of: field) else { throw .badSetLength }
    guard !isTarget || field.isWritable else { throw .badSetArgument }
    return header
  }

  private func move(_ start: Int, _ end: Int, isStandard: Bool) throws(Refusal) {
    let numbers = start + (isStandard ? 12 : 10)
    let count = Int(bytes.uint16(at: numbers) ?? 0)
    let from = bytes.uint16(at: numbers + 2) ?? 0
    let to = bytes.uint16(at: numbers + 4) ?? 0
    let headers = start + (isStandard ? 20 : 16)
    // Both fields are looked for before either is checked.
    let source = try field(at: headers, end, .header)
    let second = headers + source.header.length
    let target = try field(at: second, end, .header)
    guard isZero(second + target.header.length..<end) else { throw .mustBeZero }
    _ = try slice(at: headers, end, .header, offset: from, count: count, isTarget: false)
    _ = try slice(at: second, end, .header, offset: to, count: count)
  }

  private func load(_ start: Int) throws(Refusal) {
    let packed = bytes.uint16(at: start + 10) ?? 0
    let count = Int(packed & 0x3f) + 1
    _ = try slice(at: start + 12, start + 16, .shortHeader, offset: packed >> 6, count: count)
    guard let value = bytes.number(at: start + 16, count: 8), value >> UInt128(clamping: count) == 0 else {
      throw .badArgument
    }
  }

  private func outputField(_ start: Int, _ end: Int, isLong: Bool) throws(Refusal) {
    let packed = bytes.uint16(at: start + 10) ?? 0
    let header = isLong ? start + 14 : start + 12
    if !isLong { guard isZero(start + 18..<start + 24) else { throw .badArgument } }
    _ = try slice(
      at: header, end, isLong ? .header : .shortHeader, offset: packed >> 6, count: Int(packed & 0x3f) + 1,
      isTarget: false)
  }

  private func stack(_ start: Int, _ end: Int, isPop: Bool) throws(Refusal) {
    let (_, header) = try field(at: start + 12, end, .header)
    let count = bytes.uint16(at: start + 12 + header.length) ?? 0
    _ = try slice(
      at: start + 12, end, .header, offset: bytes.uint16(at: start + 10) ?? 0, count: Int(count), isTarget: isPop)
  }

  // MARK: Connection tracking

  private func track(_ action: inout ActionBytes, depth: Int) throws(Refusal) {
    let start = action.range.lowerBound
    let flags = bytes.uint16(at: start + 10) ?? 0
    let isCommit = flags & 1 != 0
    guard flags & 2 == 0 || isCommit else { throw .badArgument }
    if bytes.uint32(at: start + 12) != 0 {
      let packed = bytes.uint16(at: start + 16) ?? 0
      let count = Int(packed & 0x3f) + 1
      _ = try slice(at: start + 12, start + 16, .shortHeader, offset: packed >> 6, count: count, isTarget: false)
      guard count == 16 else { throw .badSetLength }
    }
    guard depth < ActionDecoding.deepest else { throw .badArgument }
    action.nested = try list(start + 24..<action.range.upperBound, depth: depth + 1)
    try ActionOrder.check(action.nested, in: .track, bytes)
    guard !isCommit else { return }
    for nested in action.nested {
      // Without a commit there is only the translation of a connection that exists.
      guard nested.kind == .translate, bytes.uint16(at: nested.range.lowerBound + 12) == 0,
        (bytes.uint16(at: nested.range.lowerBound + 14) ?? 0) & 0xf == 0
      else { throw .badArgument }
    }
  }

  /// The ranges of a translation: each value that is announced is there, none is zero, none ends before it begins.
  private func translate(_ start: Int, _ end: Int) throws(Refusal) {
    let flags = bytes.uint16(at: start + 12) ?? 0
    let present = bytes.uint16(at: start + 14) ?? 0
    guard flags & ~0x1f == 0, flags & 3 != 3, flags & 0x18 != 0x18 else { throw .badArgument }
    var offset = start + 16
    func value(_ bit: UInt16, _ length: Int) throws(Refusal) -> UInt128? {
      guard present & bit != 0 else { return nil }
      guard offset + length <= end, let value = bytes.number(at: offset, count: length) else { throw .badArgument }
      offset += length
      return value
    }
    guard present & 3 == 0 || present & 0xc == 0 else { throw .badArgument }
    for (low, high, length) in [(1, 2, 4), (4, 8, 16), (16, 32, 2)] as [(UInt16, UInt16, Int)] {
      let first = try value(low, length)
      guard first != 0, first != nil || present & high == 0 else { throw .badArgument }
      if low == 16, first != nil, present & 5 == 0 { throw .badArgument }
      if let last = try value(high, length), last < first ?? 0 { throw .badArgument }
    }
  }

  private func controllerProperties(_ start: Int, _ end: Int) throws(Refusal) {
    guard isZero(start + 10..<start + 16) else { throw .mustBeZero }
    var offset = start + 16
    while offset < end {
      guard let type = bytes.uint16(at: offset), let length = bytes.uint16(at: offset + 2), length >= 4,
        offset + (Int(length) + 7) / 8 * 8 <= end
      else { throw .badPropertyLength }
      switch type {
      case 0, 1: guard length == 8 || length == 6 else { throw .badPropertyLength }
      case 2: guard length == 5 || length == 8 else { throw .badPropertyLength }
      case 5: guard length == 8 else { throw .badPropertyLength }
      case 3, 4: break
      default: throw .badPropertyType
      }
      offset += (Int(length) + 7) / 8 * 8
    }
  }
}
