/// The fields that are known by name.
enum FieldRegistry {
  /// How a value is written in text.
  enum Format {
    case decimal, hexadecimal, mac, ipv4, ipv6, port, etherType, vlanVID
    /// Hexadecimal in as many digits as a flow label has.
    case label
    /// Decimal, with a mask two hexadecimal digits.
    case byte
    /// A value of zero or one for each of the bits that have a name: `+est-inv`.
    case flags(FlagNames)
    /// The five ways to look at fragments: `no`, `first`, ….
    case fragment
    /// The DSCP where older names have the whole byte.
    case serviceType
    /// A namespace and a number in it: `(1,0x800)`.
    case packetType
  }

  /// What is known of a field.
  struct Description: Sendable {
    /// Open vSwitch's name in actions, such as `ip_src`.
    let name: String
    /// The name in a match, which is often older, such as `nw_src`.
    let matchName: String
    let format: Format
    /// The field as matches and set-field have it.
    let field: Field
    /// The field as Nicira's actions name it: Open vSwitch prefers the NXM number there.
    let sliceField: Field
    /// The name of `sliceField`.
    let sliceName: String
    /// The place in ovs-ofctl's text of a match.
    let textRank: Int
    let requirement: FieldRequirement
    let isMaskable: Bool
    let isSpoken: Bool
    /// Whether the length is up to whoever writes it, `field.length` being the most.
    let isVariable: Bool
    /// The number of bits that Nicira's actions count, when it is not that of matches.
    let sliceBits: Int
  }

  struct Key: Hashable {
    let oxmClass: UInt16
    let number: UInt8
    let experimenter: UInt32
  }

  static let unknownRank = 1000

  static let oxm: UInt16 = 0x8000
  static let packetRegisters: UInt16 = 0x8001
  static let nxmOF: UInt16 = 0x0000
  static let nxmNX: UInt16 = 0x0001
  /// Ericsson's class, whose neighbor discovery fields Open vSwitch took over.
  static let ericsson: UInt16 = 0x1000
  /// The class of experimenters' fields.
  static let experimenter: UInt16 = 0xffff

  /// All known fields.
  static let descriptions: [Description] = rows.enumerated().map { rank, row in
    let field = Field(
      oxmClass: row.oxmClass, number: row.number, length: row.length, experimenter: row.experimenter, bits: row.bits,
      rank: rank)
    let sliceField = row.nxm.map {
      Field(oxmClass: $0.oxmClass, number: $0.number, length: row.length, experimenter: 0, bits: row.bits, rank: rank)
    }
    return Description(
      name: row.name, matchName: row.matchName, format: row.format, field: field, sliceField: sliceField ?? field,
      sliceName: row.sliceName, textRank: row.textRank, requirement: row.requirement, isMaskable: row.isMaskable,
      isSpoken: row.isSpoken, isVariable: row.isVariable, sliceBits: row.sliceBits)
  }

  /// The known fields by their numbers, under the OXM and under the NXM number: both give the one `Field`.
  static let byKey: [Key: Description] = {
    var table: [Key: Description] = [:]
    for description in descriptions {
      for field in [description.field, description.sliceField] {
        table[Key(oxmClass: field.oxmClass, number: field.number, experimenter: field.experimenter)] = description
      }
    }
    return table
  }()

  // What actions ask for, without the texts: encoding asks for it again and again.
  static let sliceFields = descriptions.map(\.sliceField)
  static let sliceBits = descriptions.map(\.sliceBits)

  static func description(of field: Field) -> Description? {
    field.rank < descriptions.count ? descriptions[field.rank] : nil
  }

  /// The known field of this name. The names are those of the rows, so the numbers are in one place only.
  static func known(_ name: String) -> Field {
    descriptions.first { $0.name == name }?.field
      ?? Field(oxmClass: 0, number: 0, length: 0, experimenter: 0, bits: 0, rank: unknownRank)
  }
}
