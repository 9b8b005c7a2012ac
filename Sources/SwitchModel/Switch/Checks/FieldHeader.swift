import OpenFlow

/// The header of a field in a match or an action, and how many bytes of value follow it.
struct FieldHeader {
  let field: Field
  let hasMask: Bool
  /// The bytes of the header.
  let length: Int
  /// The bytes of the value, and of the mask when there is one.
  let width: Int

  /// Reads the header at `offset`; `end` is where the fields end.
  init(_ bytes: [UInt8], at offset: Int, end: Int) throws(Refusal) {
    guard offset + 4 <= end, let oxmClass = bytes.uint16(at: offset), let number = bytes.byte(at: offset + 2),
      let payload = bytes.byte(at: offset + 3)
    else { throw .badMatchLength }
    let isExperimenter = oxmClass == 0xffff
    guard !isExperimenter || (offset + 8 <= end && payload >= 4) else { throw .badMatchLength }
    let experimenter = isExperimenter ? bytes.uint32(at: offset + 4) ?? 0 : 0
    hasMask = number & 1 == 1
    length = isExperimenter ? 8 : 4
    width = (Int(payload) - (isExperimenter ? 4 : 0)) / (hasMask ? 2 : 1)
    field = Field(
      oxmClass: oxmClass, number: number >> 1, length: UInt8(truncatingIfNeeded: width), experimenter: experimenter)
  }

  /// Where what follows the value and the mask begins.
  func next(after offset: Int) -> Int { offset + length + width * (hasMask ? 2 : 1) }
}

extension KeyField {
  /// The known field of this header; nil when there is none of this number and length.
  init?(_ header: FieldHeader) {
    guard header.field.experimenter == 0 || header.field.experimenter == 0x4f4e_4600,
      let field = KeyField(header.field),
      field.byteCount == header.width || field.isTunnelOption
    else { return nil }
    self = field
  }

  /// Whether there is a field of the header's number, of another length.
  static func isKnown(_ header: FieldHeader) -> Bool { header.width > 0 && KeyField(header.field) != nil }

  /// How many bits actions can name: of the fragment's byte there are two.
  var bitCount: Int { place == .fragment ? 2 : bits }

  /// Whether it is a tunnel option, whose length a mapping says.
  var isTunnelOption: Bool { if case .tunnelOption = place { true } else { false } }

  /// The bytes of a value. A label of 20 bits takes four.
  var byteCount: Int { bits == 20 ? 4 : (bits + 7) / 8 }

  /// Whether a match may name some of its bits only (meta-flow.h).
  var isMaskable: Bool {
    switch place {
    case .recirculation, .conjunction, .inPort, .inPort16, .actionSetOutput, .ctZone, .ctProtocol, .etherType,
      .vlanPriority, .mplsLabel, .mplsClass, .mplsBottom, .mplsTTL, .ipProtocol, .tos, .dscp, .ecn, .ttl, .arpOperation,
      .type, .code, .ndReserved, .ndOptionsType:
      false
    default: true
    }
  }

  /// Whether the field can have this value: bits that it does not have are zero (mf_is_value_valid).
  func isValid(_ value: UInt128) -> Bool {
    switch place {
    case .inPort, .actionSetOutput: OFPort(UInt32(truncatingIfNeeded: value)).isRepresentable
    case .tos: value & 3 == 0
    case .fragment: value <= 3
    case .arpOperation, .ctState: value <= 0xff
    default: value & ~allOnes == 0
    }
  }
}
