/// Which packets a flow is for (OpenFlow 1.3.5 section 7.2.2, ofp_match): nothing but its canonical bytes.
///
/// Fields are in the order in which Open vSwitch lists them, each after what it depends on; one that says nothing is left
/// out, a mask of all ones too. So a match that the switch reports equals the one that was sent.
public struct Match: Hashable, Sendable {
  /// The whole ofp_match: type, length, fields, and zeros up to a multiple of eight bytes.
  public let bytes: [UInt8]

  /// The match that all of `fields` make. Of several on one field the last counts.
  public init(_ fields: [MatchField]) {
    guard Match.isCanonical(fields) else {
      self.init(canonical: Match.sorted(fields))
      return
    }
    self.init(canonical: fields)
  }

  private init(canonical fields: [MatchField]) {
    bytes = Match.encodeAtOnce(fields) ?? Match.encodeInParts(fields)
  }

  /// The match of these bytes, which are canonical.
  init(encoded bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The bytes when every field has a short TLV, as nearly always; nil when one has not.
  private static func encodeAtOnce(_ fields: [MatchField]) -> [UInt8]? {
    var isShort = true
    let bytes = [UInt8](blockOf: 8 + 16 * fields.count) { block in
      block.append(UInt128(typeOXM) << 112, count: 4)
      for index in fields.indices {
        guard let short = fields[index].shortTLV else {
          isShort = false
          return
        }
        block.append(short.bits, count: short.count)
      }
      block.setLength(block.count, at: 2)
      block.padToEight()
    }
    return isShort ? bytes : nil
  }

  private static func encodeInParts(_ fields: [MatchField]) -> [UInt8] {
    var bytes: [UInt8] = []
    let length = fields.reduce(4) { $0 + $1.encodedLength }
    bytes.reserveCapacity(roundedUpToEight(length))
    bytes.appendInteger(UInt32(Match.typeOXM) << 16 | UInt32(UInt16(truncatingIfNeeded: length)))
    for field in fields { field.encode(to: &bytes) }
    bytes.padToEight(from: 0)
    return bytes
  }

  /// Hashes all bytes at once: one by one they take ten times as long.
  public func hash(into hasher: inout Hasher) {
    bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
  }

  /// Every packet.
  public static let any = Match([])

  /// The fields in canonical order.
  public var fields: [MatchField] {
    var reader = WireReader(bytes, structure: "ofp_match")
    return (try? Match.readFields(&reader)) ?? []
  }

  /// The value of `field` in this match, or nil when it does not matter.
  public subscript(field: Field) -> MatchField? {
    fields.first { $0.field == field }
  }

  private static let typeOXM: UInt16 = 1

  /// Whether the fields are as they have to be written, as they are nearly always.
  private static func isCanonical(_ fields: [MatchField]) -> Bool {
    let firstFoldedRank = FieldRegistry.firstFoldedRank
    // Rank 0 is the type of the packet, which may be said already by the fields after it.
    var last = 0
    for index in fields.indices {
      let rank = fields[index].field.rank
      if rank <= last || rank >= firstFoldedRank || fields[index].isWildcard { return false }
      last = rank
    }
    return true
  }

  /// Insertion sort: there are a handful of fields. Drops those that say nothing, and all but the last of equals.
  private static func sorted(_ unsorted: [MatchField]) -> [MatchField] {
    var fields: [MatchField] = []
    fields.reserveCapacity(unsorted.count)
    for field in unsorted {
      if field.field.isFolded {
        fields += field.expanded.filter { !$0.isWildcard }
      } else if !field.isWildcard {
        fields.append(field)
      }
    }
    for index in fields.indices.dropFirst() {
      var position = index
      while position > 0, precedes(fields[position].field, fields[position - 1].field) {
        fields.swapAt(position, position - 1)
        position -= 1
      }
    }
    // The type of the packet comes first.
    if fields.first?.field.rank == 0, isSaidToBeEthernet(fields) {
      fields.removeAll { $0.field == FieldRegistry.packetType && $0.value == 0 }
    }
    let hasEquals = fields.indices.dropFirst().contains { fields[$0].field == fields[$0 - 1].field }
    guard hasEquals else { return fields }
    var unique: [MatchField] = []
    for field in fields {
      if unique.last?.field == field.field { unique.removeLast() }
      unique.append(field)
    }
    return unique
  }

  private static func precedes(_ lhs: Field, _ rhs: Field) -> Bool {
    if lhs.rank != rhs.rank { return lhs.rank < rhs.rank }
    return (lhs.oxmClass, lhs.experimenter, lhs.number) < (rhs.oxmClass, rhs.experimenter, rhs.number)
  }
}

extension Match {
  /// Reads an ofp_match with its padding.
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    self.init(try Match.readFields(&reader))
  }

  private static func readFields(_ reader: inout WireReader) throws(MalformedMessage) -> [MatchField] {
    let start = reader
    let type = try reader.integer(UInt16.self)
    guard type == typeOXM else { throw start.malformed("expected match type 1 (OXM), found \(type)") }
    let length = Int(try reader.integer(UInt16.self))
    guard length >= 4 else { throw start.malformed("expected a match length of at least 4, found \(length)") }
    var body = try reader.sub(length - 4, structure: "ofp_match")
    try reader.skip(roundedUpToEight(length) - length)
    var fields: [MatchField] = []
    while !body.isAtEnd { fields.append(try MatchField(&body)) }
    return fields
  }
}
