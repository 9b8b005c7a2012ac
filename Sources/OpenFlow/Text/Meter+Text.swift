import NetworkTypes

extension Meter.Flags {
  /// The words for flags, in the order in which Open vSwitch prints them.
  static let words: [(word: String, flag: Meter.Flags)] = [
    ("kbps", .kbps), ("pktps", .packets), ("burst", .burst), ("stats", .statistics),
  ]
}

extension Meter: CustomStringConvertible {
  /// As `ovs-ofctl dump-meters` has it, in one line: `meter=1 pktps burst stats bands= type=drop rate=100 burst_size=10`.
  public var description: String {
    var parts = ["meter=\(id)"] + Flags.words.filter { flags.contains($0.flag) }.map(\.word)
    let others = flags.rawValue & ~0xf
    if others != 0 { parts.append("flags:0x\(String(others, radix: 16))") }
    parts.append("bands=")
    return (parts + bands.map { $0.text(hasBurst: flags.contains(.burst)) }).joined(separator: " ")
  }
}

extension MeterBand {
  /// The burst size counts when the meter's flags say so.
  fileprivate func text(hasBurst: Bool) -> String {
    let burst = hasBurst || self.burst != 0 ? " burst_size=\(self.burst)" : ""
    switch kind {
    case .drop: return "type=drop rate=\(rate)\(burst)"
    case .remarkDSCP(let precedence): return "type=dscp_remark rate=\(rate)\(burst) prec_level=\(precedence)"
    case .other(let type, let rest):
      return "type=\(type) rate=\(rate)\(burst) data=0x\(rest.isEmpty ? "" : hexString(rest))"
    }
  }
}

extension MeterMod: CustomStringConvertible {
  /// The command and what ovs-ofctl would be given: `add meter=1 …`, `delete meter=1`.
  public var description: String {
    switch command {
    case .add: "add \(meter)"
    case .modify: "modify \(meter)"
    case .delete: meter.id == .all ? "delete" : "delete meter=\(meter.id)"
    }
  }
}

extension Meter {
  /// Reads a meter as ovs-ofctl writes and reads it: `meter=1,pktps,burst,stats,bands=type=drop,rate=100,burst_size=10`.
  ///
  /// - Throws: Where the text is not a meter, and what was expected there.
  public init(parsing text: String) throws(TextError) {
    try self.init(TextPiece(text))
  }

  fileprivate init(_ piece: TextPiece) throws(TextError) {
    let (head, bands) = piece.split("bands=") ?? piece.split("band=") ?? (piece, nil)
    var id: MeterID?
    var flags: Flags = []
    for item in try head.items() {
      if let flag = Flags.words.first(where: { item.name == $0.word })?.flag {
        try item.requireNoValue()
        flags.insert(flag)
        continue
      }
      switch item.name.text {
      case "meter": id = try item.required("a meter").meter()
      case "flags": flags.insert(Flags(rawValue: try item.required("flags").integer("flags")))
      default: throw item.name.failure("meter=, kbps, pktps, burst, stats or bands=")
      }
    }
    guard let id else { throw piece.failure("meter=") }
    self.init(id: id, flags: flags, bands: try MeterBand.list(bands))
  }
}

extension MeterMod {
  private static let words: [(word: String, command: Command)] = [
    ("add", .add), ("modify", .modify), ("delete", .delete),
  ]

  /// Reads a change: `add meter=1,kbps,bands=type=drop,rate=100`, `delete meter=1`, `delete`; without a command it adds.
  ///
  /// - Throws: Where the text is not a change of a meter, and what was expected there.
  public init(parsing text: String) throws(TextError) {
    let piece = try TextPiece(text).trimmed
    let end = piece.range.first { TextPiece.isSpace(piece.bytes[$0]) } ?? piece.end
    let word = piece.part(piece.start..<end)
    let command = MeterMod.words.first { word == $0.word }?.command
    let rest = command == nil ? piece : piece.part(end..<piece.end)
    if command == .delete, rest.trimmed.isEmpty {
      self = .delete(.all)
      return
    }
    let meter = try Meter(rest)
    guard command != .delete || (meter.bands.isEmpty && meter.flags.isEmpty) else {
      throw rest.failure("no flags and bands for a deletion")
    }
    self.init(command ?? .add, meter)
  }
}

extension MeterBand {
  /// Reads bands, each of which begins with its type.
  fileprivate static func list(_ piece: TextPiece?) throws(TextError) -> [MeterBand] {
    var bands: [MeterBand] = []
    for item in try piece?.items() ?? [] {
      let value = try item.required("a value")
      if item.name == "type" {
        bands.append(MeterBand(kind: try kind(value), rate: 0))
        continue
      }
      guard var band = bands.popLast() else { throw item.name.failure("type= before the rest of a band") }
      switch (item.name.text, band.kind) {
      case ("rate", _): band.rate = try value.integer("a rate")
      case ("burst_size", _): band.burst = try value.integer("a burst size")
      case ("prec_level", .remarkDSCP): band.kind = .remarkDSCP(precedence: try value.integer("a level of 0 to 255"))
      case ("data", .other(let type, _)): band.kind = .other(type: type, try value.prefixedHexBytes())
      default: throw item.name.failure("rate=, burst_size= or prec_level=")
      }
      bands.append(band)
    }
    return bands
  }

  private static func kind(_ piece: TextPiece) throws(TextError) -> Kind {
    switch piece.text {
    case "drop": return .drop
    case "dscp_remark": return .remarkDSCP(precedence: 0)
    default: return .other(type: try piece.integer("drop, dscp_remark or a number"), [])
    }
  }
}
