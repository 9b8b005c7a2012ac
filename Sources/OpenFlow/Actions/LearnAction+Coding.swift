extension LearnAction {
  /// The header of a specification (ofp-actions.c, NX_LEARN_*).
  fileprivate enum Header {
    static let count: UInt16 = 0x07ff
    static let immediate: UInt16 = 0x2000
    static let load: UInt16 = 0x0800
    static let output: UInt16 = 0x1000
    static let target: UInt16 = 0x1800
    static let unused: UInt16 = 0xc000
  }

  /// Appends what follows the number of the action.
  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(idleTimeout)
    bytes.appendInteger(hardTimeout)
    bytes.appendInteger(priority)
    bytes.appendInteger(cookie)
    bytes.appendInteger(flags.rawValue)
    bytes.append(table.rawValue)
    bytes.append(0)
    bytes.appendInteger(finIdleTimeout)
    bytes.appendInteger(finHardTimeout)
    if isLimited {
      bytes.appendInteger(limit)
      bytes.appendInteger(UInt16(truncatingIfNeeded: resultDestination?.offset ?? 0))
      bytes.appendZeros(2)
      resultDestination?.wireField.appendHeader(to: &bytes, hasMask: false)
    }
    for specification in specifications { specification.encode(to: &bytes) }
  }

  /// Reads what follows the number of the action; a `limited` one has room for a limit and a result.
  init(_ reader: inout WireReader, isLimited: Bool) throws(MalformedMessage) {
    self.init()
    idleTimeout = try reader.integer()
    hardTimeout = try reader.integer()
    priority = try reader.integer()
    cookie = try reader.integer()
    flags = Flags(rawValue: try reader.integer())
    table = TableID(rawValue: try reader.integer())
    try reader.skip(1)
    finIdleTimeout = try reader.integer()
    finHardTimeout = try reader.integer()
    if isLimited {
      limit = try reader.integer()
      let offset = Int(try reader.integer(UInt16.self))
      try reader.skip(2)
      if flags.contains(.writeResult) {
        resultDestination = FieldSlice(try Field.readHeader(&reader).field, offset: offset, count: 1)
      }
      prefersLimited = !self.isLimited
    }
    while reader.remaining >= 2, try reader.peek(UInt16.self) != 0 {
      specifications.append(try Specification(&reader))
    }
  }
}

extension LearnAction.Specification {
  private typealias Header = LearnAction.Header

  fileprivate func encode(to bytes: inout [UInt8]) {
    var header = UInt16(truncatingIfNeeded: count) & Header.count
    if case .value = source { header |= Header.immediate }
    switch target {
    case .match: break
    case .load: header |= Header.load
    case .output: header |= Header.output
    }
    bytes.appendInteger(header)
    switch source {
    case .field(let slice): LearnAction.append(slice, to: &bytes)
    case .value(let value): bytes.appendNumber(value, count: 2 * ((max(0, count) + 15) / 16))
    }
    switch target {
    case .match(let slice), .load(let slice): LearnAction.append(slice, to: &bytes)
    case .output: break
    }
  }

  fileprivate init(_ reader: inout WireReader) throws(MalformedMessage) {
    let header = try reader.integer(UInt16.self)
    guard header & Header.unused == 0 else { throw reader.malformed("a part of a learned flow has unknown flags") }
    count = Int(header & Header.count)
    if header & Header.immediate == 0 {
      source = .field(try LearnAction.slice(&reader, count: count))
    } else {
      source = .value(try reader.number(count: 2 * ((count + 15) / 16)))
    }
    switch header & Header.target {
    case 0: target = .match(try LearnAction.slice(&reader, count: count))
    case Header.load: target = .load(try LearnAction.slice(&reader, count: count))
    case Header.output: target = .output
    default: throw reader.malformed("a part of a learned flow goes to an unknown place")
    }
  }
}

extension LearnAction {
  fileprivate static func append(_ slice: FieldSlice, to bytes: inout [UInt8]) {
    slice.wireField.appendHeader(to: &bytes, hasMask: false)
    bytes.appendInteger(UInt16(truncatingIfNeeded: slice.offset))
  }

  fileprivate static func slice(_ reader: inout WireReader, count: Int) throws(MalformedMessage) -> FieldSlice {
    let field = try Field.readHeader(&reader).field
    return FieldSlice(field, offset: Int(try reader.integer(UInt16.self)), count: count)
  }
}
