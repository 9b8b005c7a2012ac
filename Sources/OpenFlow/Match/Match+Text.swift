import NetworkTypes

extension Match: CustomStringConvertible {
  /// As ovs-ofctl has it: `arp,reg1=0x64,arp_tpa=10.0.0.3`.
  public var description: String {
    let fields = self.fields
    let number = { (field: Field) -> UInt128? in
      fields.first { $0.field == field && $0.isExact }?.value
    }
    let etherType = number(.ethType)
    let shorthand = Match.shorthand(etherType: etherType, ipProto: number(.ipProto))
    var parts = fields.filter { !shorthand.covers.contains($0.field) }.map { field in
      (rank: FieldRegistry.description(of: field.field)?.textRank ?? FieldRegistry.unknownRank, text: field.description)
    }
    if let word = shorthand.word { parts.append((rank: Match.shorthandRank, text: word)) }
    // The sort is not stable by itself; the index keeps fields of one rank in their canonical order.
    return parts.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
      .map { $0.element.text }.joined(separator: ",")
  }

  private static let shorthandRank = 19

  /// The word that stands for the Ethernet type and, when it is well known, the IP protocol.
  private static func shorthand(etherType: UInt128?, ipProto: UInt128?) -> (word: String?, covers: [Field]) {
    let words: [UInt128: String]
    switch etherType {
    case 0x0800:
      words = [1: "icmp", 2: "igmp", 6: "tcp", 17: "udp", 132: "sctp"]
      if let ipProto, let word = words[ipProto] { return (word, [.ethType, .ipProto]) }
      return ("ip", [.ethType])
    case 0x86dd:
      words = [6: "tcp6", 17: "udp6", 58: "icmp6", 132: "sctp6"]
      if let ipProto, let word = words[ipProto] { return (word, [.ethType, .ipProto]) }
      return ("ipv6", [.ethType])
    case 0x0806: return ("arp", [.ethType])
    case 0x8035: return ("rarp", [.ethType])
    case 0x8847: return ("mpls", [.ethType])
    case 0x8848: return ("mplsm", [.ethType])
    default: return (nil, [])
    }
  }
}

extension MatchField: CustomStringConvertible {
  /// As ovs-ofctl has it in a match: `nw_dst=10.0.0.0/24`, `reg1=0x64`.
  public var description: String {
    guard let known = FieldRegistry.description(of: field) else { return "\(field.unknownName)=\(valueText)" }
    guard known.format == .vlanVID, let value, let mask else { return "\(known.matchName)=\(valueText)" }
    if isExact && value & 0x1000 != 0 { return "dl_vlan=\(value & 0xfff)" }
    return "vlan_tci=0x" + hexString(UInt64(truncatingIfNeeded: value), digits: 4) + "/0x"
      + String(UInt64(truncatingIfNeeded: mask), radix: 16)
  }

  /// The value, and the mask after a slash when there is one.
  var valueText: String {
    switch content {
    case .bytes(let value, let mask):
      return "0x" + hexString(value) + (mask.map { "/0x" + hexString($0) } ?? "")
    case .number(let value, let mask):
      let format = FieldRegistry.description(of: field)?.format ?? .hexadecimal
      let text = MatchField.text(value, format: format)
      guard !isExact else { return text }
      return "\(text)/\(MatchField.maskText(mask, format: format))"
    }
  }

  private static func text(_ value: UInt128, format: FieldRegistry.Format) -> String {
    let low = UInt64(truncatingIfNeeded: value)
    switch format {
    case .decimal: return String(value)
    case .hexadecimal: return "0x" + String(value, radix: 16)
    case .mac: return MACAddress(rawValue: low).description
    case .ipv4: return IPv4Address(rawValue: UInt32(truncatingIfNeeded: low)).description
    case .ipv6: return IPv6Address(high: UInt64(truncatingIfNeeded: value >> 64), low: low).description
    case .port: return OFPort(rawValue: UInt32(truncatingIfNeeded: low)).description
    case .etherType: return "0x" + hexString(low, digits: 4)
    case .vlanVID: return String(value & 0xfff)
    }
  }

  private static func maskText(_ mask: UInt128, format: FieldRegistry.Format) -> String {
    switch format {
    case .decimal, .port, .etherType, .vlanVID: return "0x" + String(mask, radix: 16)
    case .ipv4:
      if let length = prefixLength(mask, width: 32) { return String(length) }
    case .ipv6:
      if let length = prefixLength(mask, width: 128) { return String(length) }
    case .hexadecimal, .mac: break
    }
    return text(mask, format: format)
  }

  private static func prefixLength(_ mask: UInt128, width: Int) -> Int? {
    let zeros = min(mask.trailingZeroBitCount, width)
    let ones = (mask >> UInt128(zeros)).trailingZeroBitCount == 0 ? (~(mask >> UInt128(zeros))).trailingZeroBitCount : 0
    return zeros + ones == width ? ones : nil
  }
}
