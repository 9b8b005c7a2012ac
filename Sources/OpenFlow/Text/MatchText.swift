/// Collects what a text says of a match. Names that depend on other fields are understood at the end: the order of a text
/// does not matter.
struct MatchText {
  private var entries: [(name: TextPiece, value: TextPiece)] = []
  private var fields: [MatchField] = []

  init() {}

  /// The keys of a tag, which two fields make up.
  private static let tagNames: Set<String> = ["dl_vlan", "vlan_tci", "dl_vlan_pcp", "vlan_pcp"]

  /// More than there are fields: who says one twice says it again.
  private static let mostEntries = 512

  /// Takes an item that is part of a match; false when it is not one.
  mutating func take(_ item: TextItem) throws(TextError) -> Bool {
    guard entries.count + fields.count < MatchText.mostEntries else {
      throw item.name.failure("at most \(MatchText.mostEntries) fields")
    }
    let name = item.name.text
    if let value = item.value, !item.isCall {
      guard MatchText.isName(name) else { return false }
      entries.append((item.name, value))
      return true
    }
    guard item.value == nil else { return false }
    if name == "eth" {
      fields.append(MatchField(FieldRegistry.packetType, value: 0))
    } else if let word = Match.words.first(where: { $0.word == name }) {
      fields.append(.ethType(word.etherType))
      if let ipProto = word.ipProto { fields.append(.ipProto(ipProto)) }
    } else if let field = FieldNames.byName[name], FieldRegistry.description(of: field)?.isVariable ?? false {
      // The name of an option alone: it has to be there.
      fields.append(
        MatchField(Field(oxmClass: field.oxmClass, number: field.number, length: 0), bytes: [], mask: []))
    } else {
      return false
    }
    return true
  }

  private static func isName(_ name: String) -> Bool {
    tagNames.contains(name) || FieldNames.byName[name] != nil || FieldNames.numbered(name, length: 0) != nil
  }

  /// The match that everything makes.
  func finish() throws(TextError) -> Match {
    var fields = self.fields
    // The types first: the names of other fields depend on them.
    var later: [(name: TextPiece, value: TextPiece)] = []
    for entry in entries {
      switch FieldNames.byName[entry.name.text] {
      case nil where !MatchText.tagNames.contains(entry.name.text):
        fields.append(try FieldValueText.numbered(entry.name.text, entry.value))
      case .some(.ethType): fields.append(try FieldValueText.read(entry.value, .ethType))
      case .some(let field) where field == FieldRegistry.packetType:
        fields.append(try FieldValueText.read(entry.value, field))
      default: later.append(entry)
      }
    }
    var names = FieldNames(etherType: Match.etherType(of: fields), ipProto: nil)
    for entry in later where FieldNames.byName[entry.name.text] == .ipProto {
      fields.append(try FieldValueText.read(entry.value, names.field("nw_proto") ?? .ipProto))
    }
    later.removeAll { FieldNames.byName[$0.name.text] == .ipProto }
    names = FieldNames(etherType: names.etherType, ipProto: fields.last { $0.field == .ipProto }?.value)
    for entry in later { try MatchText.append(entry, names, to: &fields) }
    return Match(fields)
  }

  private static func append(
    _ entry: (name: TextPiece, value: TextPiece), _ names: FieldNames, to fields: inout [MatchField]
  ) throws(TextError) {
    let name = entry.name.text, value = entry.value
    switch name {
    case "dl_vlan":
      let id = try value.number("a VLAN id of 0 to 4095, or 0xffff for none", upTo: 0xffff)
      guard id <= 0xfff || id == 0xffff else { throw value.failure("a VLAN id of 0 to 4095, or 0xffff for none") }
      fields.append(id == 0xffff ? .vlanUntagged : .vlanVID(UInt16(truncatingIfNeeded: id)))
    case "dl_vlan_pcp", "vlan_pcp":
      // A priority is that of a tag.
      let id = fields.last { $0.field == .vlanVID }
      fields.append(
        MatchField(.vlanVID, value: (id?.value ?? 0) | 0x1000, mask: (id?.mask ?? 0) | 0x1000))
      fields.append(try FieldValueText.read(value, .vlanPCP))
    case "vlan_tci":
      fields += try FieldValueText.read(value, FieldRegistry.vlanTCI).expanded
    case "nw_tos":
      let bits = try value.number("a type of service of 0 to 252, a multiple of 4", upTo: 0xff)
      guard bits & 3 == 0 else { throw value.failure("a type of service that is a multiple of 4") }
      fields.append(MatchField(.ipDSCP, value: bits >> 2))
    default:
      if let field = names.field(name) {
        fields.append(try FieldValueText.read(value, field))
        return
      }
      throw entry.name.failure("a match on ip_proto=6, 17 or 132 (tcp, udp, sctp) with \"\(name)\"")
    }
  }
}

extension Match {
  /// Reads a match as ovs-ofctl writes and reads it: `arp,reg1=0x64,arp_tpa=10.0.0.3`.
  ///
  /// Nothing is left out silently: whether a switch would take the match, `validate()` says.
  ///
  /// - Throws: Where the text is not a match, and what was expected there.
  public init(parsing text: String) throws(TextError) {
    var match = MatchText()
    for item in try TextPiece(text).items() where try !match.take(item) {
      throw item.name.failure("a field of a match")
    }
    self = try match.finish()
  }
}
