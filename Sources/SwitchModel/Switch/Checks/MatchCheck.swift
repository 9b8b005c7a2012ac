import OpenFlow

/// Reads a match as Open vSwitch does (nx-match.c): field by field, each in the light of those before it, and with the
/// very error for what is wrong.
///
/// What was read says which fields actions may set, and makes the match in the form in which Open vSwitch lists it.
struct MatchCheck {
  /// What is known of each part of a packet, and which of its bits.
  private(set) var parts: [KeyField.Place: (value: UInt128, mask: UInt128)] = [:]
  private var fields: [MatchField] = []
  private var options: Set<UInt8> = []
  /// Where the bytes after the match begin.
  private(set) var end = 0

  /// Every packet.
  init() {}

  /// Reads the ofp_match at `offset`.
  ///
  /// - Parameter options: The tunnel options that fields are mapped to.
  init(_ bytes: [UInt8], at offset: Int, options: Set<UInt8>) throws(Refusal) {
    self.options = options
    guard let type = bytes.uint16(at: offset), let length = bytes.uint16(at: offset + 2) else { throw .badMatchLength }
    // Type 0 is the match of OpenFlow 1.1, of 88 bytes, which Open vSwitch reads and this model does not.
    guard type == 1 else { throw type == 0 ? .badMatchLength : .badMatchType }
    guard length >= 4 else { throw .badMatchLength }
    end = offset + (Int(length) + 7) / 8 * 8
    guard end <= bytes.count else { throw .badMatchLength }
    var next = offset + 4
    while next < offset + Int(length) {
      next = try read(bytes, at: next, end: offset + Int(length))
    }
  }

  private mutating func read(_ bytes: [UInt8], at offset: Int, end: Int) throws(Refusal) -> Int {
    let header = try FieldHeader(bytes, at: offset, end: end)
    let next = header.next(after: offset)
    let field = KeyField(header)
    if case .tunnelOption(let index, _) = field?.place, !options.contains(index) { throw .invalidOptionField }
    guard next <= end else { throw .badMatchLength }
    let payload = offset + header.length
    if header.hasMask {
      for index in payload..<(payload + header.width) where bytes[index] & ~bytes[index + header.width] != 0 {
        throw .badWildcards
      }
    }
    guard let field, let value = bytes.number(at: payload, count: header.width) else { throw .badField }
    let mask = header.hasMask ? bytes.number(at: payload + header.width, count: header.width) ?? 0 : field.fullMask
    guard field.isMaskable || mask == 0 || mask == field.fullMask else { throw .badMask }
    guard field.isValid(value) else { throw .badValue }
    guard satisfies(field.prerequisite) else { throw .badPrerequisite }
    guard field.pieces.allSatisfy({ (parts[$0.part]?.mask ?? 0) & $0.ones == 0 }) else { throw .duplicateField }
    add(field, header.field, value: value & field.allOnes, mask: mask & field.allOnes)
    return next
  }

  private mutating func add(_ field: KeyField, _ number: Field, value: UInt128, mask: UInt128) {
    var value = value
    var mask = mask
    // Of the state only the bits that there are count.
    if case .ctState = field.place { mask &= 0xff }
    if case .inPort16 = field.place {
      value = UInt128(OFPort(wide: UInt16(truncatingIfNeeded: value)).rawValue)
      mask = mask == 0 ? 0 : 0xffff_ffff
    }
    for piece in field.pieces {
      let old = parts[piece.part] ?? (0, 0)
      parts[piece.part] = (old.value | piece.moved(value), old.mask | piece.moved(mask))
    }
    if case .vlanPriority = field.place, mask != 0 {
      let old = parts[.vlanControl] ?? (0, 0)
      parts[.vlanControl] = (old.value | MatchCheck.vlanPresent, old.mask | MatchCheck.vlanPresent)
    }
    if !field.isListedByPart { fields.append(MatchField(number, value: value, mask: mask)) }
  }

  static let vlanPresent: UInt128 = 0x1000

  /// The value of a part, as far as it is known; zero where it is not.
  func value(_ part: KeyField.Place) -> UInt128 { parts[part]?.value ?? 0 }

  /// Assumes a value, for the actions after one that changes it.
  mutating func assume(_ part: KeyField.Place, _ value: UInt128) { parts[part] = (value, .max) }

  // MARK: The match

  /// The match as Open vSwitch lists it.
  var match: Match { Match(fields + listedParts) }

  /// The fields of the parts that several fields stand for, each as the one that is listed.
  private var listedParts: [MatchField] {
    var listed: [MatchField] = []
    for (part, content) in parts {
      switch part {
      case .register(let index):
        listed.append(MatchField(.reg(index), value: content.value, mask: content.mask))
      case .vlanControl:
        listed.append(MatchField(.vlanVID, value: content.value & 0x1fff, mask: content.mask & 0x1fff))
        if content.value & 0x1fff != 0, content.mask & 0xe000 != 0 {
          let priority = Field(oxmClass: 0x8000, number: 7, length: 1)
          listed.append(MatchField(priority, value: content.value >> 13))
        }
      case .dscp:
        let dscp = Field(oxmClass: 0x8000, number: 8, length: 1)
        listed.append(MatchField(dscp, value: content.value, mask: content.mask))
      case .inPort: listed.append(MatchField(.inPort, value: content.value, mask: content.mask))
      default: break
      }
    }
    return listed
  }

  /// Whether connection fields are of another address family than the match: Open vSwitch refuses the flow then, with
  /// an error about actions.
  var mixesFamilies: Bool {
    let ofIPv4 = (parts[.ctIPv4Source]?.mask ?? 0) | (parts[.ctIPv4Destination]?.mask ?? 0)
    let ofIPv6 = (parts[.ctIPv6Source]?.mask ?? 0) | (parts[.ctIPv6Destination]?.mask ?? 0)
    return ofIPv4 != 0 && value(.etherType) != 0x0800 || ofIPv6 != 0 && value(.etherType) != 0x86dd
  }
}

extension MatchCheck {
  /// Whether the packets of the match have what a field needs (mf_are_prereqs_ok).
  func satisfies(_ prerequisite: KeyField.Prerequisite) -> Bool {
    let type = value(.etherType)
    let isIP = type == 0x0800 || type == 0x86dd
    let number = value(.ipProtocol)
    switch prerequisite {
    case .none: return true
    case .arp: return type == 0x0806 || type == 0x8035
    case .ipv4: return type == 0x0800
    case .ipv6: return type == 0x86dd
    case .ip: return isIP
    case .vlan: return value(.vlanControl) & MatchCheck.vlanPresent != 0
    case .mpls: return type == 0x8847 || type == 0x8848
    case .connection:
      let state = value(.ctState)
      let knowsValid = (parts[.ctState]?.mask ?? 0) & 0x10 != 0 && state & 0x10 == 0
      return state & 0xcf != 0 || (state & 0x20 != 0 && knowsValid)
    case .transport(let wanted): return isIP && number == UInt128(wanted) && value(.fragment) & 2 == 0
    case .icmp: return type == 0x0800 && number == UInt128(IPNumber.icmp)
    case .icmpv6: return type == 0x86dd && number == UInt128(IPNumber.icmpv6)
    case .neighborDiscovery: return isNeighborDiscovery([135, 136])
    case .neighborSolicitation: return isNeighborDiscovery([135])
    case .neighborAdvertisement: return isNeighborDiscovery([136])
    }
  }

  private func isNeighborDiscovery(_ types: [UInt128]) -> Bool {
    satisfies(.icmpv6) && types.contains(value(.type)) && value(.code) == 0
  }
}
