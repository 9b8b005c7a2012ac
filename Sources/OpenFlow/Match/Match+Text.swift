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
    let tag = Match.tag(fields.first { $0.field == .vlanVID }, fields.first { $0.field == .vlanPCP })
    let names = FieldNames(etherType: Match.etherType(of: fields), ipProto: fields.last { $0.field == .ipProto }?.value)
    var parts: [(rank: Int, text: String)] = []
    for field in fields where !shorthand.covers.contains(field.field) && !tag.covers.contains(field.field) {
      let known = FieldRegistry.description(of: field.field)
      parts.append((rank: known?.textRank ?? FieldRegistry.unknownRank, text: field.text(names)))
    }
    // Where the text is about a packet that has been looked up before, that it is a frame is said.
    if fields.contains(where: { $0.field == Match.recirculation }), Match.isSaidToBeEthernet(fields) {
      parts.append((rank: Match.shorthandRank - 1, text: "eth"))
    }
    if let word = shorthand.word { parts.append((rank: Match.shorthandRank, text: word)) }
    if let text = tag.text { parts.append((rank: Match.tagRank, text: text)) }
    // The sort is not stable by itself; the index keeps fields of one rank in their canonical order.
    return parts.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
      .map { $0.element.text }.joined(separator: ",")
  }

  private static let recirculation = FieldRegistry.known("recirc_id")

  /// The Ethernet type that the names of other fields depend on: a packet type says it too.
  static func etherType(of fields: [MatchField]) -> UInt128? {
    if let type = fields.last(where: { $0.field == .ethType })?.value { return type }
    let packetType = fields.last { $0.field == FieldRegistry.packetType }?.value
    return packetType.flatMap { $0 >> 16 == 1 ? $0 & 0xffff : nil }
  }

  /// Whether a field makes sense in an Ethernet frame only.
  static func isSaidToBeEthernet(_ fields: [MatchField]) -> Bool {
    fields.contains { ($0.field == .ethType || $0.field.requirement == .ethernet) && !$0.isWildcard }
  }

  private static let shorthandRank = 190
  private static let tagRank = 610

  /// The words that stand for an Ethernet type, and an IP protocol when it is well known.
  static let words: [(word: String, etherType: UInt16, ipProto: UInt8?)] = [
    ("ip", 0x0800, nil), ("ipv6", 0x86dd, nil), ("arp", 0x0806, nil), ("rarp", 0x8035, nil), ("mpls", 0x8847, nil),
    ("mplsm", 0x8848, nil), ("icmp", 0x0800, 1), ("igmp", 0x0800, 2), ("tcp", 0x0800, 6), ("udp", 0x0800, 17),
    ("sctp", 0x0800, 132), ("tcp6", 0x86dd, 6), ("udp6", 0x86dd, 17), ("icmp6", 0x86dd, 58), ("sctp6", 0x86dd, 132),
  ]

  /// The word that stands for the Ethernet type and, when it is well known, the IP protocol.
  private static func shorthand(etherType: UInt128?, ipProto: UInt128?) -> (word: String?, covers: [Field]) {
    guard let etherType else { return (nil, []) }
    let both = words.first { UInt128($0.etherType) == etherType && $0.ipProto.map { UInt128($0) } == ipProto }
    if let both, both.ipProto != nil { return (both.word, [.ethType, .ipProto]) }
    let one = words.first { UInt128($0.etherType) == etherType && $0.ipProto == nil }
    return (one?.word, one == nil ? [] : [.ethType])
  }

  /// The text for a VLAN tag: id and priority are one field where there is no older name for what is matched.
  private static func tag(_ id: MatchField?, _ priority: MatchField?) -> (text: String?, covers: [Field]) {
    guard id != nil || priority != nil else { return (nil, []) }
    let idValue = id?.value ?? 0, idMask = id?.mask ?? 0
    let priorityValue = priority?.value ?? 0, priorityMask = priority?.mask ?? 0
    let isPresent = idMask & idValue & 0x1000 != 0
    // A priority that is not that of a tag has no place in an older name.
    let covers: [Field] = isPresent ? [.vlanVID, .vlanPCP] : [.vlanVID]
    guard isPresent || id != nil else { return (nil, []) }
    let isWhole = [0, 0xfff].contains(idMask & 0xfff) && [0, 7].contains(priorityMask)
    guard isPresent && isWhole && (idMask & 0xfff != 0 || priorityMask != 0) else {
      let value = UInt64(truncatingIfNeeded: idValue | (isPresent ? priorityValue << 13 : 0))
      let mask = UInt64(truncatingIfNeeded: idMask | (isPresent ? priorityMask << 13 : 0))
      return ("vlan_tci=0x\(hexString(value, digits: 4))/0x\(hexString(mask, digits: 4))", covers)
    }
    let parts = [
      idMask & 0xfff == 0 ? nil : "dl_vlan=\(idValue & 0xfff)",
      priorityMask == 0 ? nil : "dl_vlan_pcp=\(priorityValue)",
    ]
    return (parts.compactMap { $0 }.joined(separator: ","), covers)
  }
}

extension MatchField: CustomStringConvertible {
  /// As ovs-ofctl has it in a match: `nw_dst=10.0.0.0/24`, `reg1=0x64`.
  public var description: String {
    field == .vlanPCP && isExact ? "dl_vlan_pcp=\(valueText)" : text(nil)
  }

  /// As it stands in a match of these names: an older name is used when it means the field there.
  fileprivate func text(_ names: FieldNames?) -> String {
    guard let known = FieldRegistry.description(of: field), isReadable(known) else { return numberedText }
    if case .bytes([], .some) = content { return known.matchName }
    if case .packetType = known.format, value == 0 { return "eth" }
    if case .serviceType = known.format, let value { return "\(known.matchName)=\(value << 2)" }
    let value = matchText(known)
    // A tunnel option of another length has the same name.
    guard let names, names.field(known.matchName)?.rank != field.rank else { return "\(known.matchName)=\(value)" }
    return names.field(known.name)?.rank == field.rank ? "\(known.name)=\(value)" : numberedText
  }

  /// The value as a match has it: what is said of a tunnel is said bit by bit.
  private func matchText(_ known: FieldRegistry.Description) -> String {
    guard field.hasWholeMask, field != .ctState, case .flags(let names) = known.format, let value, let mask else {
      return valueText
    }
    return names.signed(UInt64(truncatingIfNeeded: value), mask: UInt64(truncatingIfNeeded: mask))
  }

  /// Whether the value can be written in the field's own way, and read back.
  private func isReadable(_ known: FieldRegistry.Description) -> Bool {
    // That of a tag is part of the tag's text.
    if field == .vlanPCP { return false }
    if case .port = known.format, let value, (0xff00...0xffff).contains(value) { return false }
    if case .vlanVID = known.format { return isExact && value.map { $0 & 0x1000 != 0 } ?? false }
    return known.isMaskable || isExact
  }

  /// With the numbers of the field, and all digits of its value.
  private var numberedText: String {
    switch content {
    case .bytes: return "\(field.unknownName)=\(valueText)"
    case .number(let value, let mask):
      let digits = { (number: UInt128) in
        let text = String(number, radix: 16)
        return "0x" + String(repeating: "0", count: max(0, 2 * Int(field.length) - text.count)) + text
      }
      return "\(field.unknownName)=\(digits(value))" + (isExact ? "" : "/\(digits(mask))")
    }
  }

  /// The value, and the mask after a slash when there is one.
  var valueText: String {
    let known = FieldRegistry.description(of: field)
    switch content {
    case .bytes(let value, let mask):
      return MatchField.bytesText(value) + (mask.map { "/" + MatchField.bytesText($0) } ?? "")
    case .number(let value, let mask) where known?.isVariable ?? true:
      let texts = MatchField.texts(value, isExact ? nil : mask, length: Int(field.length))
      return texts.joined(separator: "/")
    case .number(let value, let mask):
      return FieldText.text(value, mask: isExact ? nil : mask, known?.format ?? .hexadecimal)
    }
  }

  /// Value and mask of a field whose length is not known from its name: the digits say it where a plain number would not.
  private static func texts(_ value: UInt128, _ mask: UInt128?, length: Int) -> [String] {
    let numbers = [value] + (mask.map { [$0] } ?? [])
    let plain = numbers.map { $0 == 0 ? "0" : String($0, radix: 16) }
    let isPlain = plain.contains { ($0.count + 1) / 2 == length } && plain.contains { $0 != "0" }
    return plain.map { text in
      if isPlain { return text == "0" ? text : "0x" + text }
      return "0x" + String(repeating: "0", count: max(0, 2 * length - text.count)) + text
    }
  }

  private static func bytesText(_ bytes: [UInt8]) -> String {
    bytes.isEmpty ? "0" : "0x" + hexString(bytes)
  }
}
