import NetworkTypes

extension TrackAction {
  /// Reads `commit,force,table=9,zone=5,nat(src=10.0.0.1),exec(set_field:1->ct_mark),alg=ftp`.
  init(_ piece: TextPiece, depth: Int) throws(TextError) {
    self.init()
    for item in try piece.items() {
      switch item.name.text {
      case "commit":
        try item.requireNoValue()
        commit = true
      case "force":
        try item.requireNoValue()
        force = true
      case "table": table = try item.required("a table").table()
      case "zone":
        let value = try item.required("a zone")
        if let number = try? value.integer("a zone", UInt16.self) {
          zone = .number(number)
        } else {
          let slice = try FieldSlice(value)
          guard slice.count == 16 else { throw value.failure("a zone of 0 to 65535, or 16 bits of a field") }
          zone = .field(slice)
        }
      case "nat": translation = try TranslateAction(item)
      case "exec": actions = try ActionText.read(item.required("actions"), depth: depth + 1)
      case "alg":
        let value = try item.required("a helper")
        switch value.text {
        case "ftp": helper = 21
        case "tftp": helper = 69
        default: helper = try value.integer("ftp, tftp or a port")
        }
      default: throw item.name.failure("commit, force, table=, zone=, nat, exec() or alg=")
      }
    }
  }
}

extension TranslateAction {
  /// Reads `nat`, `nat(src)`, `nat(dst=10.0.0.1-10.0.0.9:80-90,persistent)`.
  fileprivate init(_ item: TextItem) throws(TextError) {
    self.init(.existing)
    for part in try item.value?.items() ?? [] {
      switch part.name.text {
      case "src", "dst":
        guard kind == .existing else { throw part.name.failure("src or dst once") }
        kind = part.name == "src" ? .source : .destination
        if let value = part.value { try read(value) }
      case "persistent": options.insert(.persistent)
      case "hash": options.insert(.hash)
      case "random": options.insert(.random)
      default: try readPorts(part)
      }
    }
  }

  /// Ports without addresses, as ovs-ofctl writes them: `src80-90`.
  private mutating func readPorts(_ item: TextItem) throws(TextError) {
    let isSource = item.name.firstOffset(of: "src") == item.name.start
    guard isSource || item.name.firstOffset(of: "dst") == item.name.start, item.value == nil, kind == .existing else {
      throw item.name.failure("src, dst, persistent, hash or random")
    }
    kind = isSource ? .source : .destination
    ports = try TranslateAction.ports(item.name.part((item.name.start + 3)..<item.name.end))
  }

  private static func ports(_ piece: TextPiece) throws(TextError) -> Range<UInt16> {
    let (first, last) = piece.split("-") ?? (piece, nil)
    let low: UInt16 = try first.integer("a port of 0 to 65535")
    guard let last else { return Range(low) }
    return Range(low, through: try last.integer("a port of 0 to 65535"))
  }

  /// Addresses and ports: `10.0.0.1-10.0.0.9:80-90`, `[2001:db8::1]-[2001:db8::9]:80`, `2001:db8::1`, `:80`.
  private mutating func read(_ piece: TextPiece) throws(TextError) {
    var portPiece: TextPiece?
    if piece[piece.start] == UInt8(ascii: "[") {
      var (first, rest) = try TranslateAction.bracketed(piece)
      var last: IPv6Address?
      let low = try first.ipv6()
      if rest[rest.start] == UInt8(ascii: "-") {
        (first, rest) = try TranslateAction.bracketed(rest.part((rest.start + 1)..<rest.end))
        last = try first.ipv6()
      }
      addresses = .v6(Range(low, through: last))
      if !rest.isEmpty {
        guard rest[rest.start] == UInt8(ascii: ":") else { throw rest.failure("\":\" and ports") }
        portPiece = rest.part((rest.start + 1)..<rest.end)
      }
    } else {
      let colons = piece.range.filter { piece.bytes[$0] == UInt8(ascii: ":") }
      var addressPiece = piece
      if colons.count == 1, let colon = colons.first {
        addressPiece = piece.part(piece.start..<colon)
        portPiece = piece.part((colon + 1)..<piece.end)
      }
      let (first, last) = addressPiece.split("-") ?? (addressPiece, nil)
      if colons.count > 1 {
        addresses = .v6(Range(try first.ipv6(), through: try TranslateAction.ipv6(last)))
      } else if !addressPiece.isEmpty {
        addresses = .v4(Range(try first.ipv4(), through: try TranslateAction.ipv4(last)))
      }
    }
    if let portPiece { ports = try TranslateAction.ports(portPiece) }
  }

  private static func ipv6(_ piece: TextPiece?) throws(TextError) -> IPv6Address? {
    guard let piece else { return nil }
    return try piece.ipv6()
  }

  private static func ipv4(_ piece: TextPiece?) throws(TextError) -> IPv4Address? {
    guard let piece else { return nil }
    return try piece.ipv4()
  }

  /// What is between brackets, and what is after them.
  private static func bracketed(_ piece: TextPiece) throws(TextError) -> (inside: TextPiece, rest: TextPiece) {
    guard piece[piece.start] == UInt8(ascii: "["), let close = piece.firstOffset(of: "]") else {
      throw piece.failure("an address in brackets")
    }
    return (piece.part((piece.start + 1)..<close), piece.part((close + 1)..<piece.end))
  }
}
