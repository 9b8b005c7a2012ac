/// Some consecutive bits of a field: what Nicira's move, load and output actions work on.
public struct FieldSlice: Hashable, Sendable {
  /// The field.
  public let field: Field
  /// The lowest bit, 0 being the least significant one of the field.
  public let offset: Int
  /// The number of bits.
  public let count: Int

  /// All bits of a field.
  public init(_ field: Field) {
    self.init(field, offset: 0, count: field.sliceBits)
  }

  /// The `count` bits from `offset` on.
  public init(_ field: Field, offset: Int, count: Int) {
    self.field = field
    self.offset = offset
    self.count = count
  }

  /// All bits of a register.
  public static func reg(_ index: Int) -> FieldSlice { FieldSlice(.reg(index)) }

  /// The field under the number that Open vSwitch uses in Nicira's actions.
  var wireField: Field { field.sliceField }

  /// Offset and number of bits in the 16 bits of ofs_nbits; they are 10 and 6 bits wide.
  var packed: UInt16 {
    UInt16(truncatingIfNeeded: offset & 0x3ff) << 6 | UInt16(truncatingIfNeeded: (count - 1) & 0x3f)
  }

  init(_ field: Field, packed: UInt16) {
    self.init(field, offset: Int(packed >> 6), count: Int(packed & 0x3f) + 1)
  }
}

extension FieldSlice: CustomStringConvertible {
  /// As ovs-ofctl has it: `NXM_OF_ETH_SRC[]`, `NXM_NX_REG0[0..15]`.
  public var description: String {
    let name = FieldRegistry.description(of: field)?.sliceName ?? field.unknownName
    if offset == 0 && count == field.sliceBits { return "\(name)[]" }
    return count == 1 ? "\(name)[\(offset)]" : "\(name)[\(offset)..\(offset + count - 1)]"
  }
}
