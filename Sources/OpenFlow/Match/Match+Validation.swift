// What Open vSwitch 3.1 checks of a match before it takes it, field by field in the order of the bytes: the field is known
// and has its length, the value is within the mask, the mask is allowed, the value is possible, what it needs came before,
// and it has not been there.

extension Match {
  /// Checks that a switch takes the match.
  ///
  /// - Throws: What Open vSwitch refuses first.
  public func validate() throws(MatchError) {
    try Match.validate(encoded: bytes[...])
  }

  /// Checks that a switch takes the match in these bytes, an ofp_match with its padding, as they came from a controller:
  /// decoding them would put the fields into order, and leave out what counts twice or not at all.
  ///
  /// - Throws: What Open vSwitch refuses first.
  public static func validate(encoded: ArraySlice<UInt8>) throws(MatchError) {
    var reader = WireReader(Array(encoded), structure: "ofp_match")
    var checker = MatchChecker()
    do {
      let type = try reader.integer(UInt16.self)
      guard type == 1 else { throw MatchError(nil, .unknownType(type)) }
      let length = Int(try reader.integer(UInt16.self))
      guard length >= 4 else { throw reader.malformed("expected a match length of at least 4, found \(length)") }
      var body = try reader.sub(length - 4)
      try reader.require(roundedUpToEight(length) - length)
      while !body.isAtEnd { try checker.check(&body) }
      try checker.finish()
    } catch let error as MatchError {
      throw error
    } catch let error as MalformedMessage {
      throw MatchError(nil, .wrongLength(error.reason))
    } catch {
      // Nothing else is thrown above.
      throw MatchError(nil, .wrongLength("\(error)"))
    }
  }
}

/// What the fields so far say, and which they were.
private struct MatchChecker {
  private var seen: Set<Field> = []
  private var context = MatchContext()

  /// Checks the field at the cursor and moves past it.
  mutating func check(_ reader: inout WireReader) throws {
    var (field, hasMask, isOdd) = try MatchChecker.header(&reader)
    let length = Int(field.length)
    let value = try reader.take(length)
    let mask = hasMask ? try reader.take(length) : [UInt8](repeating: 0xff, count: length)
    if isOdd { try reader.skip(1) }
    guard zip(value, mask).allSatisfy({ $0 & ~$1 == 0 }) else { throw MatchError(field, .valueOutsideMask) }
    guard !isOdd, let known = FieldRegistry.description(of: field), known.isSpoken else {
      throw MatchError(field, .unknownField)
    }
    let isPlain = mask.allSatisfy { $0 == 0xff } || mask.allSatisfy { $0 == 0 }
    guard known.isMaskable || isPlain else { throw MatchError(field, .notMaskable) }
    let numbers = length <= 16 ? (value: MatchChecker.number(value), mask: MatchChecker.number(mask)) : nil
    if let numbers, !MatchChecker.isPossible(numbers.value, field) { throw MatchError(field, .invalidValue) }
    guard context.meets(known.requirement) else { throw MatchError(field, .missing(known.requirement)) }
    // The length of an option does not make it another.
    if known.isVariable { field = known.field }
    // An option without bytes says that it is there, which no mask tells.
    let parts = length == 0 ? [] : numbers.map { MatchField(field, value: $0.value, mask: $0.mask).expanded } ?? []
    guard seen.isDisjoint(with: parts.isEmpty ? [field] : parts.map(\.field)) else {
      throw MatchError(field, .duplicate)
    }
    if parts.isEmpty { seen.insert(field) }
    // What needs something of a packet has said of what type the packet is.
    if known.requirement != .none { seen.insert(FieldRegistry.packetType) }
    for part in parts where !part.isWildcard {
      seen.insert(part.field)
      context.take(part)
    }
  }

  /// Checks what holds of the match as a whole: the addresses that connection tracking has found are of its kind.
  func finish() throws {
    // The type of the packet says nothing here, only the field of the Ethernet type does.
    for (fields, type, requirement) in MatchChecker.addresses where context.etherType != type {
      guard let field = fields.first(where: seen.contains) else { continue }
      throw MatchError(field, .inconsistent(requirement))
    }
  }

  private static let addresses: [(fields: [Field], type: UInt16, requirement: FieldRequirement)] = [
    (["ct_nw_src", "ct_nw_dst"].map(FieldRegistry.known), 0x0800, .ipv4),
    (["ct_ipv6_src", "ct_ipv6_dst"].map(FieldRegistry.known), 0x86dd, .ipv6),
  ]

  /// Reads a header; what it announces has to be there before anything else is looked at. Value and mask have half of the
  /// length each; of an odd one a byte is left over.
  private static func header(
    _ reader: inout WireReader
  ) throws -> (field: Field, hasMask: Bool, isOdd: Bool) {
    let oxmClass = try reader.integer(UInt16.self)
    let number = try reader.integer(UInt8.self)
    var length = Int(try reader.integer(UInt8.self))
    try reader.require(length)
    var experimenter: UInt32 = 0
    if oxmClass == FieldRegistry.experimenter {
      guard length >= 4 else { throw reader.malformed("an experimenter field of \(length) bytes has no id") }
      experimenter = try reader.integer()
      length -= 4
    }
    let hasMask = number & 1 == 1
    let field = Field(
      oxmClass: oxmClass, number: number >> 1, length: UInt8(truncatingIfNeeded: hasMask ? length / 2 : length),
      experimenter: experimenter)
    return (field, hasMask, hasMask && length % 2 == 1)
  }

  private static func number(_ bytes: [UInt8]) -> UInt128 { bytes.reduce(0) { $0 << 8 | UInt128($1) } }

  /// Whether the field can have the value; of the tunnel fields of its own class Open vSwitch does not look.
  private static func isPossible(_ value: UInt128, _ field: Field) -> Bool {
    switch field {
    case .inPort, FieldRegistry.actionSetOutput:
      return OFPort(rawValue: UInt32(truncatingIfNeeded: value)).compact != nil
    case .arpOp: return value <= 0xff
    case FieldRegistry.serviceType: return value & 3 == 0
    default: return value <= field.allOnes || field.experimenter == Experimenter.nicira
    }
  }
}

extension FieldRegistry {
  static let actionSetOutput = known("actset_output")
  static let packetType = known("packet_type")
}
