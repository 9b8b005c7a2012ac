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
    var (field, hasMask) = try MatchChecker.header(&reader)
    let length = Int(field.length)
    let value = try reader.take(length)
    let mask = hasMask ? try reader.take(length) : [UInt8](repeating: 0xff, count: length)
    guard let known = FieldRegistry.description(of: field), known.isSpoken else {
      throw MatchError(field, .unknownField)
    }
    guard zip(value, mask).allSatisfy({ $0 & ~$1 == 0 }) else { throw MatchError(field, .valueOutsideMask) }
    let isPlain = mask.allSatisfy { $0 == 0xff } || mask.allSatisfy { $0 == 0 }
    guard known.isMaskable || isPlain else { throw MatchError(field, .notMaskable) }
    let numbers = length <= 16 ? (value: MatchChecker.number(value), mask: MatchChecker.number(mask)) : nil
    if let numbers, !MatchChecker.isPossible(numbers.value, field) { throw MatchError(field, .invalidValue) }
    guard context.meets(known.requirement) else { throw MatchError(field, .missing(known.requirement)) }
    // The length of an option does not make it another.
    if known.isVariable { field = known.field }
    let parts = numbers.map { MatchField(field, value: $0.value, mask: $0.mask).expanded } ?? []
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
    for (fields, requirement) in MatchChecker.addresses where !context.meets(requirement) {
      guard let field = fields.first(where: seen.contains) else { continue }
      throw MatchError(field, .inconsistent(requirement))
    }
  }

  private static let addresses: [(fields: [Field], requirement: FieldRequirement)] = [
    (["ct_nw_src", "ct_nw_dst"].map(FieldRegistry.known), .ipv4),
    (["ct_ipv6_src", "ct_ipv6_dst"].map(FieldRegistry.known), .ipv6),
  ]

  private static func header(_ reader: inout WireReader) throws -> (field: Field, hasMask: Bool) {
    let number = try reader.peek(UInt8.self, at: 2)
    let length = try reader.peek(UInt8.self, at: 3)
    // Half of an odd length is no field's length.
    guard number & 1 == 0 || length & 1 == 0 else {
      throw MatchError(Field(oxmClass: try reader.peek(), number: number >> 1, length: length), .unknownField)
    }
    let header = try Field.readHeader(&reader)
    // A field that is not known is refused even when its value is cut off.
    guard FieldRegistry.description(of: header.field)?.isSpoken == true else {
      throw MatchError(header.field, .unknownField)
    }
    return header
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
