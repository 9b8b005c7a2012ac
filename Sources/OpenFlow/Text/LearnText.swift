extension LearnAction {
  /// Reads `table=1,hard_timeout=60,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],load:0x5->NXM_NX_REG1[3..7],output:NXM_NX_REG4[]`.
  init(_ piece: TextPiece) throws(TextError) {
    self.init()
    for item in try piece.items() {
      if let specification = try Specification(item) {
        specifications.append(specification)
      } else {
        try take(item)
      }
    }
  }

  private mutating func take(_ item: TextItem) throws(TextError) {
    let value = item.value ?? item.name.rest
    switch item.name.text {
    case "table": table = try value.table()
    case "idle_timeout": idleTimeout = try value.integer("0 to 65535 seconds")
    case "hard_timeout": hardTimeout = try value.integer("0 to 65535 seconds")
    case "fin_idle_timeout": finIdleTimeout = try value.integer("0 to 65535 seconds")
    case "fin_hard_timeout": finHardTimeout = try value.integer("0 to 65535 seconds")
    case "priority": priority = try value.integer("a priority of 0 to 65535")
    case "cookie": cookie = try value.wrappingNumber("a cookie")
    case "limit": limit = try value.integer("a number of flows")
    case "result_dst":
      let slice = try FieldSlice(value)
      guard slice.count == 1 else { throw value.failure("a single bit") }
      resultDestination = slice
      flags.insert(.writeResult)
    case "send_flow_rem": flags.insert(.sendFlowRemoved)
    case "delete_learned": flags.insert(.deleteLearned)
    default: throw item.name.failure("a field, load:, output: or what the new flow is to be")
    }
  }
}

extension LearnAction.Specification {
  /// Names that say something of the new flow and not of its match.
  private static let reserved: Set<String> = [
    "table", "idle_timeout", "hard_timeout", "fin_idle_timeout", "fin_hard_timeout", "priority", "cookie", "limit",
    "result_dst", "send_flow_rem", "delete_learned",
  ]

  /// Reads one part of the new flow; nil when the item is not one.
  fileprivate init?(_ item: TextItem) throws(TextError) {
    let name = item.name.text
    guard !Self.reserved.contains(name) else { return nil }
    switch (name, item.value) {
    case ("load", .some(let value)):
      let (source, target) = try ActionText.arrow(value)
      let slice = try FieldSlice(target)
      self.init(count: slice.count, source: try Self.source(source, slice.count), target: .load(slice))
    case ("output", .some(let value)):
      if let number = try? value.integer("a port", UInt16.self) {
        // A port that is known already has the 16 bits of OpenFlow 1.0.
        self.init(count: 16, source: .value(UInt128(number)), target: .output)
        return
      }
      let slice = try FieldSlice(value)
      self.init(count: slice.count, source: .field(slice), target: .output)
    case (_, .some(let value)):
      guard let slice = try? FieldSlice(item.name) else { return nil }
      // A whole field has its value as a match has it, bits have a number or other bits.
      if !name.contains("["), let exact = try? FieldValueText.read(value, slice.field), exact.isExact,
        let number = exact.value
      {
        self.init(count: slice.count, source: .value(number), target: .match(slice))
        return
      }
      self.init(count: slice.count, source: try Self.source(value, slice.count), target: .match(slice))
    case (_, nil):
      guard let slice = try? FieldSlice(item.name) else { return nil }
      self.init(count: slice.count, source: .field(slice), target: .match(slice))
    }
  }

  /// A number of that many bits, or as many bits of a field.
  private static func source(_ piece: TextPiece, _ count: Int) throws(TextError) -> LearnAction.Source {
    if let first = piece[piece.start], (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) {
      let limit = count >= 128 ? UInt128.max : (1 << UInt128(count)) - 1
      return .value(try piece.number("a number of \(count) bits", upTo: limit))
    }
    let slice = try FieldSlice(piece)
    guard slice.count == count else { throw piece.failure("\(count) bits") }
    return .field(slice)
  }
}
