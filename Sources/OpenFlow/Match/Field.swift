/// A field of a packet or of its metadata, as OXM and Open vSwitch's NXM number them (OpenFlow 1.3.5 section 7.2.2.3).
///
/// The known fields are static members; any other field is kept by its numbers, so that a flow of somebody else can be
/// read, compared and written back.
public struct Field: Hashable, Sendable {
  /// The namespace: 0x8000 OXM basic, 0x0000 and 0x0001 Nicira, 0xffff experimenter.
  public let oxmClass: UInt16
  /// The number within the class, 7 bits.
  public let number: UInt8
  /// The length of a value in bytes.
  public let length: UInt8
  /// Who defined the field when the class is 0xffff, otherwise zero.
  public let experimenter: UInt32
  // There is one of these in every field of every match, so it is kept small.
  private let bitCount: UInt16
  private let place: UInt16

  init(oxmClass: UInt16, number: UInt8, length: UInt8, experimenter: UInt32, bits: Int, rank: Int) {
    self.oxmClass = oxmClass
    self.number = number
    self.length = length
    self.experimenter = experimenter
    bitCount = UInt16(truncatingIfNeeded: bits)
    place = UInt16(truncatingIfNeeded: rank)
  }

  /// The number of bits that count; the higher ones of the value's bytes are zero.
  public var bits: Int { Int(bitCount) }
  /// The place in the canonical order of a match; unknown fields come last.
  var rank: Int { Int(place) }

  /// The field with these numbers: one of the known ones when there is one.
  public init(oxmClass: UInt16, number: UInt8, length: UInt8, experimenter: UInt32 = 0) {
    let number = number & 0x7f
    let key = FieldRegistry.Key(oxmClass: oxmClass, number: number, experimenter: experimenter)
    let known = FieldRegistry.byKey[key]
    if let known, known.field.length == length {
      self = known.field
    } else {
      // A tunnel option has the length that it was given in the option table.
      let isOption = known.map { $0.isVariable && length < $0.field.length } ?? false
      self.init(
        oxmClass: oxmClass, number: number, length: length, experimenter: experimenter, bits: Int(length) * 8,
        rank: known.map { isOption ? $0.field.rank : FieldRegistry.unknownRank } ?? FieldRegistry.unknownRank)
    }
  }

  /// Whether the numbers are the same.
  public static func == (lhs: Field, rhs: Field) -> Bool {
    lhs.oxmClass == rhs.oxmClass && lhs.number == rhs.number && lhs.length == rhs.length
      && lhs.experimenter == rhs.experimenter
  }

  /// Hashes the numbers.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(UInt32(oxmClass) << 16 | UInt32(number) << 8 | UInt32(length))
    hasher.combine(experimenter)
  }

  /// All bits of a value that count; meaningful for values of at most 16 bytes.
  var allOnes: UInt128 { bits >= 128 ? .max : (UInt128(1) &<< UInt128(truncatingIfNeeded: bits)) &- 1 }
  /// Whether a value comes with a mask even when all bits count: the length has room for more of them, and Open vSwitch
  /// compares the mask with that.
  var hasWholeMask: Bool { oxmClass == FieldRegistry.nxmNX && (number == 104 || number == 105) }
  /// Whether the header carries the experimenter's id.
  var isExperimenter: Bool { oxmClass == 0xffff }
  /// The length of the field's header.
  var headerLength: Int { isExperimenter ? 8 : 4 }
}

extension Field: CustomStringConvertible {
  /// The name that Open vSwitch has for the field, such as `arp_spa`.
  public var description: String {
    FieldRegistry.description(of: self)?.name ?? unknownName
  }

  /// The number of bits that actions can reach.
  var sliceBits: Int { rank < FieldRegistry.sliceBits.count ? FieldRegistry.sliceBits[rank] : bits }

  /// The field under the number that Open vSwitch uses in Nicira's actions.
  var sliceField: Field { rank < FieldRegistry.sliceFields.count ? FieldRegistry.sliceFields[rank] : self }

  /// A name made of the numbers, for a field that is not known here.
  var unknownName: String {
    isExperimenter ? "oxm_\(oxmClass)_\(experimenter)_\(number)" : "oxm_\(oxmClass)_\(number)"
  }
}

extension Field {
  /// Appends the header of a value of this field; with a mask the length is doubled.
  func appendHeader(to bytes: inout [UInt8], hasMask: Bool) {
    bytes.appendInteger(header(hasMask: hasMask))
    if isExperimenter { bytes.appendInteger(experimenter) }
  }

  /// The header without an experimenter's id.
  func header(hasMask: Bool) -> UInt32 {
    let payload = UInt8(truncatingIfNeeded: Int(length) * (hasMask ? 2 : 1) + (isExperimenter ? 4 : 0))
    return UInt32(oxmClass) << 16 | UInt32(number) << 9 | (hasMask ? 0x100 : 0) | UInt32(payload)
  }

  /// Reads a header. The length of the field is half of the payload when there is a mask.
  static func readHeader(
    _ reader: inout WireReader
  ) throws(MalformedMessage) -> (field: Field, hasMask: Bool) {
    let start = reader
    let oxmClass = try reader.integer(UInt16.self)
    let number = try reader.integer(UInt8.self)
    var length = Int(try reader.integer(UInt8.self))
    var experimenter: UInt32 = 0
    if oxmClass == 0xffff {
      guard length >= 4 else {
        throw start.malformed("an experimenter field of \(length) bytes has no room for its id")
      }
      experimenter = try reader.integer()
      length -= 4
    }
    let hasMask = number & 1 == 1
    if hasMask {
      guard length % 2 == 0 else { throw start.malformed("a value with a mask has the odd length \(length)") }
      length /= 2
    }
    let field = Field(
      oxmClass: oxmClass, number: number >> 1, length: UInt8(truncatingIfNeeded: length), experimenter: experimenter)
    return (field, hasMask)
  }
}
