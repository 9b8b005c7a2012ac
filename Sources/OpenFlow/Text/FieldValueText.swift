import NetworkTypes

/// Reads values of fields: `5`, `0x10/0xf0`, `10.0.0.0/8`, `+est-inv`, `(1,0x800)`.
enum FieldValueText {
  /// The value of a field in a match, or in set_field.
  static func read(_ piece: TextPiece, _ field: Field) throws(TextError) -> MatchField {
    guard let known = FieldRegistry.description(of: field), !known.isVariable else { return try bytes(piece, field) }
    switch known.format {
    case .flags(let names):
      let (value, mask) = try flags(piece, names, limit: field.allOnes)
      return MatchField(field, value: value, mask: mask)
    case .fragment:
      if let word = FieldText.fragments.first(where: { piece == $0.word }) {
        return MatchField(field, value: word.value, mask: word.mask)
      }
    case .packetType: return MatchField(field, value: try packetType(piece))
    default: break
    }
    guard let (value, mask) = piece.split("/") else {
      return MatchField(field, value: try number(piece, field, known.format))
    }
    guard known.isMaskable else { throw mask.failure("no mask: \(known.name) is compared as a whole") }
    return MatchField(
      field, value: try number(value, field, known.format), mask: try self.mask(mask, field, known.format))
  }

  private static func number(
    _ piece: TextPiece, _ field: Field, _ format: FieldRegistry.Format
  ) throws(TextError) -> UInt128 {
    switch format {
    case .mac: return UInt128(try piece.mac().rawValue)
    case .ipv4: return UInt128(try piece.ipv4().rawValue)
    case .ipv6:
      let address = try piece.ipv6()
      return UInt128(address.high) << 64 | UInt128(address.low)
    case .port: return UInt128(try piece.port().rawValue)
    default: return try piece.number("a value of \(field.bits) bits", upTo: field.allOnes)
    }
  }

  private static func mask(
    _ piece: TextPiece, _ field: Field, _ format: FieldRegistry.Format
  ) throws(TextError) -> UInt128 {
    switch format {
    case .ipv4, .ipv6:
      guard let length = try? piece.number(upTo: UInt128(field.bits)) else { return try number(piece, field, format) }
      return length == 0 ? 0 : field.allOnes & (field.allOnes << (UInt128(field.bits) - length))
    default: return try number(piece, field, format)
    }
  }

  /// `+est-inv`, `est|trk`, or numbers.
  private static func flags(
    _ piece: TextPiece, _ names: FlagNames, limit: UInt128
  ) throws(TextError) -> (value: UInt128, mask: UInt128) {
    if let first = piece[piece.start], first == UInt8(ascii: "+") || first == UInt8(ascii: "-") {
      return try signedFlags(piece, names, limit: limit)
    }
    if let first = piece[piece.start], (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) {
      guard let (value, mask) = piece.split("/") else { return (try piece.number(upTo: limit), limit) }
      return (try value.number(upTo: limit), try mask.number(upTo: limit))
    }
    var value: UInt128 = 0
    for part in piece.parts("|") { value |= try flag(part, names, limit: limit) }
    return (value, limit)
  }

  private static func signedFlags(
    _ piece: TextPiece, _ names: FlagNames, limit: UInt128
  ) throws(TextError) -> (value: UInt128, mask: UInt128) {
    var value: UInt128 = 0
    var mask: UInt128 = 0
    var offset = piece.start
    while let sign = piece[offset] {
      guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { break }
      var end = offset + 1
      while let byte = piece[end], byte != UInt8(ascii: "+"), byte != UInt8(ascii: "-") { end += 1 }
      let name = piece.part((offset + 1)..<end)
      let bit = try flag(name, names, limit: limit)
      guard mask & bit == 0 else { throw name.failure("each flag once") }
      mask |= bit
      if sign == UInt8(ascii: "+") { value |= bit }
      offset = end
    }
    return (value, mask)
  }

  private static func flag(_ piece: TextPiece, _ names: FlagNames, limit: UInt128) throws(TextError) -> UInt128 {
    if let bit = names.bit(named: piece.text) { return UInt128(bit) }
    // A bit without a name is its value: ovs-ofctl writes `[800]`, and reads `0x800`.
    if names.unnamed != nil, let bit = unnamedFlag(piece), bit <= limit, bit.nonzeroBitCount == 1 { return bit }
    throw piece.failure("one of \(names.names.joined(separator: ", "))")
  }

  private static func unnamedFlag(_ piece: TextPiece) -> UInt128? {
    guard piece[piece.start] == UInt8(ascii: "["), piece[piece.end - 1] == UInt8(ascii: "]") else {
      return try? piece.number(upTo: .max)
    }
    return UInt128(piece.part((piece.start + 1)..<(piece.end - 1)).text, radix: 16)
  }

  /// `(namespace,type)`.
  private static func packetType(_ piece: TextPiece) throws(TextError) -> UInt128 {
    guard piece[piece.start] == UInt8(ascii: "("), piece.end - piece.start >= 2,
      piece[piece.end - 1] == UInt8(ascii: ")"),
      let (namespace, type) = piece.part((piece.start + 1)..<(piece.end - 1)).split(",")
    else { throw piece.failure("a packet type such as (1,0x800)") }
    return try namespace.number("a namespace", upTo: 0xffff) << 16 | type.number("a type", upTo: 0xffff)
  }

  /// A value whose length is that of its digits.
  private static func bytes(_ piece: TextPiece, _ field: Field) throws(TextError) -> MatchField {
    let (valuePiece, maskPiece) = piece.split("/") ?? (piece, nil)
    var value = try digits(valuePiece)
    var mask: [UInt8]? = nil
    if let maskPiece { mask = try digits(maskPiece) }
    let count = max(value.count, mask?.count ?? 0)
    guard count <= 124 else { throw piece.failure("at most 124 bytes") }
    value = [UInt8](repeating: 0, count: count - value.count) + value
    mask = mask.map { [UInt8](repeating: 0, count: count - $0.count) + $0 }
    return FieldValueText.make(
      Field(
        oxmClass: field.oxmClass, number: field.number, length: UInt8(truncatingIfNeeded: count),
        experimenter: field.experimenter), value, mask)
  }

  /// The value of a field that is named by its numbers: the digits say its length.
  static func numbered(_ name: String, _ piece: TextPiece) throws(TextError) -> MatchField {
    let (first, second) = piece.split("/") ?? (piece, nil)
    let value = try digits(first)
    var mask: [UInt8]? = nil
    if let second { mask = try digits(second) }
    guard mask == nil || mask?.count == value.count else { throw piece.failure("value and mask of the same length") }
    guard let field = FieldNames.numbered(name, length: value.count) else { throw piece.failure("at most 124 bytes") }
    return make(field, value, mask)
  }

  /// The value and mask of a field of their length.
  static func make(_ field: Field, _ value: [UInt8], _ mask: [UInt8]?) -> MatchField {
    guard (1...16).contains(value.count) else { return MatchField(field, bytes: value, mask: mask) }
    let number = { (bytes: [UInt8]) in bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) } }
    return MatchField(field, value: number(value), mask: mask.map(number) ?? .max)
  }

  /// Hexadecimal digits after `0x`, as many bytes as they fill; zero alone is none.
  static func digits(_ piece: TextPiece) throws(TextError) -> [UInt8] {
    guard piece[piece.start] == UInt8(ascii: "0"), let x = piece[piece.start + 1], x | 0x20 == UInt8(ascii: "x") else {
      var value = try piece.number("a number", upTo: .max)
      var bytes: [UInt8] = []
      while value > 0 {
        bytes.insert(UInt8(truncatingIfNeeded: value), at: 0)
        value >>= 8
      }
      return bytes
    }
    let digits = piece.bytes[(piece.start + 2)..<piece.end]
    guard !digits.isEmpty, digits.count <= 248 else { throw piece.failure("1 to 248 hexadecimal digits") }
    var bytes: [UInt8] = digits.count % 2 == 0 ? [] : [0]
    for (index, digit) in digits.enumerated() {
      guard let digit = hexDigitValue(digit) else { throw piece.failure("hexadecimal digits") }
      // The first of an odd number of digits is alone in its byte.
      if (index + digits.count) % 2 == 0 { bytes.append(digit << 4) } else { bytes[bytes.count - 1] |= digit }
    }
    return bytes
  }
}
