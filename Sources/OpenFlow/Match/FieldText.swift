import NetworkTypes

/// How ovs-ofctl writes the values of fields.
enum FieldText {
  /// A value, with its mask when single bits count.
  static func text(_ value: UInt128, mask: UInt128?, _ format: FieldRegistry.Format) -> String {
    switch format {
    case .flags(let names):
      let low = UInt64(truncatingIfNeeded: value)
      return mask.map { names.signed(low, mask: UInt64(truncatingIfNeeded: $0)) } ?? names.set(low)
    case .fragment: return fragment(value, mask: mask ?? 3)
    default:
      guard let mask else { return exact(value, format) }
      return "\(masked(value, format))/\(maskText(mask, format))"
    }
  }

  private static func exact(_ value: UInt128, _ format: FieldRegistry.Format) -> String {
    let low = UInt64(truncatingIfNeeded: value)
    switch format {
    case .decimal, .byte, .serviceType: return String(value)
    case .hexadecimal, .flags, .fragment: return value == 0 ? "0" : "0x" + String(value, radix: 16)
    case .label: return "0x" + hexString(low, digits: 5)
    case .mac: return MACAddress(rawValue: low).description
    case .ipv4: return IPv4Address(rawValue: UInt32(truncatingIfNeeded: low)).description
    case .ipv6: return ipv6(value)
    case .port:
      // OFPP_UNSET is what nothing has been sent to.
      return low == 0xffff_fff7 ? "UNSET" : OFPort(rawValue: UInt32(truncatingIfNeeded: low)).description
    case .etherType: return "0x" + hexString(low, digits: 4)
    case .vlanVID: return String(value & 0xfff)
    case .packetType:
      let number = low & 0xffff
      return "(\(low >> 16),\(low >> 16 == 1 ? "0x" + String(number, radix: 16) : String(number)))"
    }
  }

  /// A value that is followed by a mask.
  private static func masked(_ value: UInt128, _ format: FieldRegistry.Format) -> String {
    switch format {
    case .decimal, .serviceType, .port, .etherType, .vlanVID, .packetType: return "0x" + String(value, radix: 16)
    case .byte: return "0x" + hexString(UInt64(truncatingIfNeeded: value), digits: 2)
    default: return exact(value, format)
    }
  }

  private static func maskText(_ mask: UInt128, _ format: FieldRegistry.Format) -> String {
    switch format {
    case .ipv4: return prefixLength(mask, width: 32).map(String.init) ?? exact(mask, format)
    case .ipv6: return prefixLength(mask, width: 128).map(String.init) ?? exact(mask, format)
    default: return masked(mask, format)
    }
  }

  /// The words for fragments, with the two bits each: a fragment, and not the first.
  static let fragments: [(word: String, value: UInt128, mask: UInt128)] = [
    ("no", 0, 3), ("yes", 1, 1), ("first", 1, 3), ("later", 3, 3), ("not_later", 0, 2),
  ]

  private static func fragment(_ value: UInt128, mask: UInt128) -> String {
    fragments.first { $0.value == value && $0.mask == mask }?.word
      ?? "0x\(String(value, radix: 16))" + (mask == 3 ? "" : "/0x\(String(mask, radix: 16))")
  }

  /// An address with an IPv4 address at its end is written with dots, as the C library does.
  private static func ipv6(_ value: UInt128) -> String {
    let address = IPv6Address(high: UInt64(truncatingIfNeeded: value >> 64), low: UInt64(truncatingIfNeeded: value))
    let last = IPv4Address(rawValue: UInt32(truncatingIfNeeded: value))
    if value >> 32 == 0xffff { return "::ffff:\(last)" }
    return value >> 32 == 0 && value > 0xffff ? "::\(last)" : address.description
  }

  private static func prefixLength(_ mask: UInt128, width: Int) -> Int? {
    let zeros = min(mask.trailingZeroBitCount, width)
    let ones = (mask >> UInt128(zeros)).trailingZeroBitCount == 0 ? (~(mask >> UInt128(zeros))).trailingZeroBitCount : 0
    return zeros + ones == width ? ones : nil
  }
}
