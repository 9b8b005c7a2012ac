import OpenFlow

/// Some bits of a field, and the part of a packet that they are: several fields may stand for one part.
struct FieldPiece {
  let part: KeyField.Place
  /// The lowest bit in the field.
  let offset: Int
  let count: Int
  /// The lowest bit in the part.
  let shift: Int

  /// The bits of the part.
  var ones: UInt128 { PacketKey.ones(count) << UInt128(clamping: shift) }

  /// The bits of a field's value, where the part has them.
  func moved(_ value: UInt128) -> UInt128 {
    (value >> UInt128(clamping: offset) & PacketKey.ones(count)) << UInt128(clamping: shift)
  }
}

extension KeyField {
  /// The parts that the field stands for.
  var pieces: [FieldPiece] {
    switch place {
    case .doubleRegister(let index):
      (0..<2).map { FieldPiece(part: .register(2 * index + $0), offset: 32 * (1 - $0), count: 32, shift: 0) }
    case .quadRegister(let index):
      (0..<4).map { FieldPiece(part: .register(4 * index + $0), offset: 32 * (3 - $0), count: 32, shift: 0) }
    case .vlanID: [FieldPiece(part: .vlanControl, offset: 0, count: 13, shift: 0)]
    case .vlanPriority: [FieldPiece(part: .vlanControl, offset: 0, count: 3, shift: 13)]
    case .tos: [FieldPiece(part: .dscp, offset: 2, count: 6, shift: 0)]
    case .inPort16: [FieldPiece(part: .inPort, offset: 0, count: 32, shift: 0)]
    default: [FieldPiece(part: place, offset: 0, count: bits, shift: 0)]
    }
  }

  /// Whether Open vSwitch lists the field in another form than it may be given in.
  var isListedByPart: Bool {
    switch place {
    case .register, .doubleRegister, .quadRegister, .vlanControl, .vlanID, .vlanPriority, .tos, .dscp, .inPort,
      .inPort16:
      true
    default: false
    }
  }

  /// All bits of the value's bytes.
  var fullMask: UInt128 { PacketKey.ones(byteCount * 8) }
}
