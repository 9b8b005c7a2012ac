// Some fields are others under another name: an extended register is two or four registers, Nicira's first numbers say in
// one field what the standard says in two. A match has one form, that of the fields that Open vSwitch reports.

extension FieldRegistry {
  /// The place of the first field that is never in a match.
  static let firstFoldedRank = description(of: known("metadata")).map { $0.field.rank + 1 } ?? unknownRank

  /// Nicira's number of the port that the packet came in on, 16 bits wide.
  static let oldInPort = known("in_port")
  /// The whole byte with DSCP and ECN.
  static let serviceType = known("nw_tos")
  /// VLAN priority, presence and id in one.
  static let vlanTCI = known("vlan_tci")
}

extension Field {
  /// Whether a match says it with other fields.
  var isFolded: Bool { rank >= FieldRegistry.firstFoldedRank && rank < FieldRegistry.unknownRank }
}

extension MatchField {
  /// The fields that say the same in a match: most say it themselves.
  var expanded: [MatchField] {
    guard field.isFolded, let value, let mask else { return [self] }
    switch field {
    case FieldRegistry.oldInPort:
      let port = OFPort(compact: UInt16(truncatingIfNeeded: value))
      return [MatchField(.inPort, value: UInt128(port.rawValue), mask: mask == field.allOnes ? .max : mask)]
    case FieldRegistry.serviceType: return [MatchField(.ipDSCP, value: value >> 2, mask: mask >> 2)]
    case FieldRegistry.vlanTCI:
      let id = MatchField(.vlanVID, value: value, mask: mask)
      // Without a tag there is no priority to match.
      return value & 0x1000 == 0 ? [id] : [id, MatchField(.vlanPCP, value: value >> 13, mask: mask >> 13)]
    default:
      // Registers, the one with the lowest number in the highest bits.
      let count = Int(field.length) / 4
      let first = Int(field.oxmClass == FieldRegistry.packetRegisters ? field.number : field.number - 111) * count
      return (0..<count).map { index in
        let shift = UInt128(32 * (count - 1 - index))
        return MatchField(.reg(first + index), value: value >> shift, mask: mask >> shift)
      }
    }
  }
}
