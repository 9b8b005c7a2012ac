import NetworkTypes

/// Reads actions.
enum ActionText {
  /// The items of a list, as many as fit into a message.
  static func items(_ piece: TextPiece) throws(TextError) -> [TextItem] { try piece.items() }

  /// A list of actions, `drop` being an empty one.
  static func read(_ piece: TextPiece, depth: Int) throws(TextError) -> [Action] {
    guard depth <= TextError.deepestNesting else {
      throw piece.failure("actions nested \(TextError.deepestNesting) deep at most")
    }
    let items = try items(piece)
    if items.count == 1, let item = items.first, item.name == "drop", item.value == nil { return [] }
    var actions: [Action] = []
    for item in items { actions += try self.actions(item, depth: depth) }
    return actions
  }

  /// What an item stands for: nearly always one action.
  static func actions(_ item: TextItem, depth: Int) throws(TextError) -> [Action] {
    guard item.name == "enqueue" else { return [try action(item, depth: depth)] }
    // An output with a queue of its own.
    let value = try item.required("a port and a queue")
    let parts = value.words.count == 2 ? value.words : value.parts(":")
    guard parts.count == 2 else { throw value.failure("a port and a queue") }
    return [
      .setQueue(try parts[1].integer("a queue's number")), .output(try parts[0].port(), maxLength: .max), .popQueue,
    ]
  }

  /// One action.
  static func action(_ item: TextItem, depth: Int) throws(TextError) -> Action {
    if item.target != nil, item.name.text != "check_pkt_larger" {
      throw item.name.failure("an action without \"->\" behind its parentheses")
    }
    if let action = try sending(item) { return action }
    if let action = try editing(item) { return action }
    if let action = try moving(item) { return action }
    if let action = try steering(item, depth: depth) { return action }
    if let action = try structured(item, depth: depth) { return action }
    if item.value == nil, let port = try? item.name.port() { return output(port) }
    throw item.name.failure("an action")
  }

  /// Sends everything out of a port.
  private static func output(_ port: OFPort) -> Action {
    .output(port, maxLength: port == .controller ? .max : 0)
  }

  /// Actions that send the packet somewhere.
  private static func sending(_ item: TextItem) throws(TextError) -> Action? {
    switch item.name.text.lowercased() {
    case "output":
      let value = try item.required("a port or a field")
      if item.isCall { return try truncated(value) }
      if let port = try? value.port() { return output(port) }
      guard value.firstOffset(of: "[") != nil || FieldNames.sliceField(value.text) != nil else {
        throw value.failure("a port or a field")
      }
      return .outputField(try FieldSlice(value))
    case "controller":
      guard let value = item.value else { return output(.controller) }
      guard !item.isCall else { return try controller(value) }
      return .output(.controller, maxLength: value.isEmpty ? .max : try value.integer("a length of 0 to 65535"))
    case "group": return .group(try item.required("a group").integer("a group's number"))
    case "set_queue": return .setQueue(try item.required("a queue").integer("a queue's number"))
    case "pop_queue":
      try item.requireNoValue()
      return .popQueue
    case "note": return .note(try item.required("bytes").hexBytes(dotted: true))
    case "raw": return .raw(try InstructionText.raw(item.required("the action's bytes")))
    default: return nil
    }
  }

  /// What an output to the controller can say, is one.
  private static func controller(_ piece: TextPiece) throws(TextError) -> Action {
    let action = try ControllerAction(piece)
    let isPlain = action == ControllerAction(maxLength: action.maxLength)
    return isPlain ? .output(.controller, maxLength: action.maxLength) : .controller(action)
  }

  private static func truncated(_ piece: TextPiece) throws(TextError) -> Action {
    var port: OFPort?
    var length: UInt32?
    for item in try piece.items() {
      switch item.name.text {
      case "port": port = try item.required("a port").port()
      case "max_len": length = try item.required("a length").integer("a length")
      default: throw item.name.failure("port= or max_len=")
      }
    }
    guard let port, let length else { throw piece.failure("port= and max_len=") }
    return .outputTruncated(port, length: length)
  }

  /// Actions that change headers.
  private static func editing(_ item: TextItem) throws(TextError) -> Action? {
    let value = item.value ?? item.name.rest
    switch item.name.text {
    case "push_vlan": return .pushVLAN(try value.integer("an Ethernet type"))
    case "pop_vlan", "strip_vlan": return .popVLAN
    case "push_mpls": return .pushMPLS(try value.integer("an Ethernet type"))
    case "pop_mpls": return .popMPLS(try value.integer("an Ethernet type"))
    case "push_pbb": return .pushPBB(try value.integer("an Ethernet type"))
    case "pop_pbb": return .popPBB
    case "encap": return .encapsulate(try Encapsulation(value))
    case "decap": return .decapsulate(try PacketType(decapsulated: value))
    case "mod_nw_ttl": return .setTTL(try value.integer("a TTL of 0 to 255"))
    case "dec_ttl": return try decrementTTL(item)
    case "set_mpls_ttl": return .setMPLSTTL(try value.integer("a TTL of 0 to 255"))
    case "dec_mpls_ttl": return .decrementMPLSTTL
    case "dec_nsh_ttl": return .decrementNSHTTL
    case "copy_ttl_out": return .copyTTLOut
    case "copy_ttl_in": return .copyTTLIn
    case "mod_dl_src": return .setField(.ethSrc(try value.mac()))
    case "mod_dl_dst": return .setField(.ethDst(try value.mac()))
    case "mod_nw_src": return .setField(.ipv4Src(try value.ipv4()))
    case "mod_nw_dst": return .setField(.ipv4Dst(try value.ipv4()))
    case "mod_nw_tos":
      let bits = try value.number("a type of service that is a multiple of 4", upTo: 0xff)
      guard bits & 3 == 0 else { throw value.failure("a type of service that is a multiple of 4") }
      return .setField(.ipDSCP(UInt8(truncatingIfNeeded: bits >> 2)))
    case "mod_nw_ecn": return .setField(MatchField(.ipECN, value: try value.number("0 to 3", upTo: 3)))
    case "set_mpls_label":
      let label = FieldRegistry.known("mpls_label")
      return .setField(MatchField(label, value: try value.number("a label of 20 bits", upTo: label.allOnes)))
    case "set_mpls_tc":
      return .setField(MatchField(FieldRegistry.known("mpls_tc"), value: try value.number("0 to 7", upTo: 7)))
    case "set_tunnel": return .setField(.tunnelID(try value.integer("a key of 64 bits")))
    case "set_tunnel64": return .setField(.tunnelID(try value.integer("a key of 64 bits")))
    default: return nil
    }
  }

  private static func decrementTTL(_ item: TextItem) throws(TextError) -> Action {
    guard let value = item.value else { return .decrementTTL }
    var controllers: [UInt16] = []
    for word in value.words { controllers.append(try word.integer("a controller's id")) }
    return .decrementTTLTelling(controllers: controllers)
  }

  /// Actions that work on bits of fields.
  private static func moving(_ item: TextItem) throws(TextError) -> Action? {
    let value = item.value ?? item.name.rest
    switch item.name.text {
    case "set_field": return .setField(try setField(value))
    case "load", "reg_load": return try load(value)
    case "move", "reg_move":
      let (source, destination) = try arrow(value)
      let (from, to) = (try FieldSlice(source), try FieldSlice(destination))
      guard from.count == to.count else { throw destination.failure("\(from.count) bits, as many as are moved") }
      return .move(from: from, to: to)
    case "push": return .push(try FieldSlice(value))
    case "pop": return .pop(try FieldSlice(value))
    case "delete_field":
      guard let field = FieldNames.sliceField(value.text) else { throw value.failure("a field") }
      return .deleteField(field)
    case "check_pkt_larger":
      guard let target = item.target else { throw item.name.rest.failure("\"->\" and a bit") }
      let slice = try FieldSlice(target)
      guard slice.count == 1 else { throw target.failure("a single bit") }
      return .checkLength(try value.integer("a length"), into: slice)
    default: return nil
    }
  }

  /// What is before and after `->`.
  static func arrow(_ piece: TextPiece) throws(TextError) -> (TextPiece, TextPiece) {
    guard let (before, after) = piece.split("->") else { throw piece.rest.failure("\"->\" and a field") }
    return (before.trimmed, after.trimmed)
  }

  /// `5->reg0`, `10.0.0.1/255.0.0.0->ip_src`.
  private static func setField(_ piece: TextPiece) throws(TextError) -> MatchField {
    let (value, name) = try arrow(piece)
    if let field = FieldNames.byName[name.text] {
      if field == .vlanVID { return try vlan(value) }
      return try FieldValueText.read(value, field)
    }
    guard FieldNames.numbered(name.text, length: 0) != nil else { throw name.failure("a field") }
    return try FieldValueText.numbered(name.text, value)
  }

  /// The id of a tag with its presence bit, which goes without saying where a tag is set.
  private static func vlan(_ piece: TextPiece) throws(TextError) -> MatchField {
    try FieldValueText.read(piece, .vlanVID)
  }

  /// `5->NXM_NX_REG0[0..3]`.
  private static func load(_ piece: TextPiece) throws(TextError) -> Action {
    let (value, target) = try arrow(piece)
    let slice = try FieldSlice(target)
    guard slice.count <= 64 else { throw target.failure("at most 64 bits") }
    let number = try value.number("a number of \(slice.count) bits", upTo: (1 << UInt128(slice.count)) - 1)
    return .load(UInt64(truncatingIfNeeded: number), slice)
  }

  /// Actions that say how the packet goes on.
  private static func steering(_ item: TextItem, depth: Int) throws(TextError) -> Action? {
    switch item.name.text {
    case "resubmit":
      let value = try item.required("a port or a table")
      return item.isCall ? try resubmit(value) : .resubmit(port: try value.port(), table: .all)
    case "ct_clear": return .ctClear
    case "exit": return .exit
    case "clone": return .clone(try read(item.required("actions"), depth: depth + 1))
    case "conjunction":
      let parts = try item.required("an id and a clause").words
      guard parts.count == 2, let (clause, count) = parts[1].split("/") else {
        throw item.name.failure("conjunction(id,clause/count)")
      }
      let number = try clause.number("a clause of 1 to 64", upTo: 256)
      guard number > 0 else { throw clause.failure("a clause of 1 to 64") }
      return .conjunction(
        id: try parts[0].integer("an id"), clause: UInt8(truncatingIfNeeded: number - 1),
        of: try count.integer("how many clauses there are"))
    case "fin_timeout":
      var (idle, hard): (UInt16, UInt16) = (0, 0)
      for part in try item.required("timeouts").items() {
        switch part.name.text {
        case "idle_timeout": idle = try part.required("seconds").integer("0 to 65535 seconds")
        case "hard_timeout": hard = try part.required("seconds").integer("0 to 65535 seconds")
        default: throw part.name.failure("idle_timeout= or hard_timeout=")
        }
      }
      return .finTimeout(idle: idle, hard: hard)
    default: return nil
    }
  }

  private static func resubmit(_ piece: TextPiece) throws(TextError) -> Action {
    let parts = piece.parts(",").map(\.trimmed)
    guard (1...3).contains(parts.count) else { throw piece.failure("a port, a table and ct at most") }
    let port = parts[0].isEmpty ? OFPort.inPort : try parts[0].port()
    let table = parts.count < 2 || parts[1].isEmpty ? TableID.all : try parts[1].table()
    guard parts.count == 3 else { return .resubmit(port: port, table: table) }
    guard parts[2] == "ct" else { throw parts[2].failure("ct") }
    return .resubmitTuple(port: port, table: table)
  }

  /// Actions that are structures of their own.
  private static func structured(_ item: TextItem, depth: Int) throws(TextError) -> Action? {
    switch item.name.text {
    case "ct": return .track(try TrackAction(item.required("how to track"), depth: depth))
    case "learn": return .learn(try LearnAction(item.required("what to learn")))
    case "multipath": return .multipath(try MultipathAction(item.required("how to choose")))
    case "bundle": return .bundle(try BundleAction(item.required("how to choose"), loads: false))
    case "bundle_load": return .bundle(try BundleAction(item.required("how to choose"), loads: true))
    case "sample": return .sample(try SampleAction(item.required("what to sample")))
    default: return nil
    }
  }
}
