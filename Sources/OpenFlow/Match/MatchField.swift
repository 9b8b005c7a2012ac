import NetworkTypes

/// A field with a value, and the bits of it that count: one OXM TLV.
///
/// A bit outside the mask is zero, so equal meaning is equal value.
public struct MatchField: Hashable, Sendable {
  /// What the value is of.
  public let field: Field
  let content: Content

  enum Content: Hashable, Sendable {
    /// Fields of up to 16 bytes.
    case number(value: UInt128, mask: UInt128)
    /// Longer ones, such as tunnel options; no mask when all bits count.
    case bytes(value: [UInt8], mask: [UInt8]?)
  }

  /// A value with a mask; bits outside the mask, and those that the field does not have, are cleared.
  public init(_ field: Field, value: UInt128, mask: UInt128 = .max) {
    let mask = mask & field.allOnes
    self.field = field
    self.content = .number(value: value & mask, mask: mask)
  }

  init(_ field: Field, bytes: [UInt8], mask: [UInt8]?) {
    self.field = field
    // An option without bytes has a mask when it only has to be there.
    if let mask, mask.isEmpty || mask.contains(where: { $0 != 0xff }) {
      self.content = .bytes(value: zip(bytes, mask).map { $0 & $1 }, mask: mask)
    } else {
      self.content = .bytes(value: bytes, mask: nil)
    }
  }

  /// The same value and mask of a field of another number and the same length.
  init(renaming other: MatchField, to field: Field) {
    self.field = field
    self.content = other.content
  }

  /// Whether all bits of the field count.
  public var isExact: Bool {
    switch content {
    case .number(_, let mask): mask == field.allOnes
    case .bytes(_, let mask): mask == nil
    }
  }

  /// Whether no bit counts: then the field says nothing in a match.
  public var isWildcard: Bool {
    switch content {
    case .number(_, let mask): mask == 0
    case .bytes(_, let mask): mask.map { !$0.isEmpty && $0.allSatisfy { $0 == 0 } } ?? false
    }
  }

  /// The value as a number; nil for a field of more than 16 bytes.
  public var value: UInt128? {
    if case .number(let value, _) = content { value } else { nil }
  }

  /// The mask as a number; nil for a field of more than 16 bytes.
  public var mask: UInt128? {
    if case .number(_, let mask) = content { mask } else { nil }
  }
}

extension MatchField {
  /// Appends the TLV; in a match some fields have a mask even when all bits count.
  func encode(to bytes: inout [UInt8], inMatch: Bool = true) {
    let hasMask = inMatch ? self.hasMask : !isExact
    if let short = shortTLV(hasMask: hasMask) {
      let word = short.bits.bigEndian
      withUnsafeBytes(of: word) { bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[..<short.count])) }
      return
    }
    field.appendHeader(to: &bytes, hasMask: hasMask)
    switch content {
    case .number(let value, let mask):
      bytes.appendNumber(value, count: Int(field.length))
      if hasMask { bytes.appendNumber(mask, count: Int(field.length)) }
    case .bytes(let value, let mask):
      bytes += value
      if let mask { bytes += mask }
    }
  }

  /// The TLV when it is no longer than 16 bytes, as most are, from the highest byte on: it is written at once then.
  @inline(__always)
  func shortTLV(hasMask: Bool) -> (bits: UInt128, count: Int)? {
    guard case .number(let value, let mask) = content, !field.isExperimenter else { return nil }
    let length = Int(field.length)
    let count = 4 + length * (hasMask ? 2 : 1)
    guard count <= 16 else { return nil }
    // No shift is by 128 bits or more.
    var bits = UInt128(field.header(hasMask: hasMask)) &<< 96 | value &<< UInt128(truncatingIfNeeded: 8 * (12 - length))
    if hasMask { bits |= mask &<< UInt128(truncatingIfNeeded: 8 * (16 - count)) }
    return (bits, count)
  }

  /// The TLV in a match when it is no longer than 16 bytes.
  @inline(__always)
  var shortTLV: (bits: UInt128, count: Int)? { shortTLV(hasMask: hasMask) }

  /// The number of bytes of the TLV.
  var encodedLength: Int { field.headerLength + Int(field.length) * (hasMask ? 2 : 1) }

  private var hasMask: Bool { !isExact || field.hasWholeMask }

  /// Reads one TLV.
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let (field, hasMask) = try Field.readHeader(&reader)
    let length = Int(field.length)
    if (1...16).contains(length) {
      let value = try reader.number(count: length)
      self.init(field, value: value, mask: hasMask ? try reader.number(count: length) : .max)
    } else {
      let value = try reader.take(length)
      self.init(field, bytes: value, mask: hasMask ? try reader.take(length) : nil)
    }
  }
}
