extension Group.Kind {
  /// Open vSwitch's name.
  public var name: String {
    switch self {
    case .all: "all"
    case .select: "select"
    case .indirect: "indirect"
    case .fastFailover: "ff"
    }
  }
}

extension Group: CustomStringConvertible {
  /// As `ovs-ofctl dump-groups` has it: `group_id=1,type=select,bucket=weight:10,actions=output:1`.
  public var description: String {
    let buckets = self.buckets.map { ",bucket=" + $0.text(hasWeight: type == .select) }.joined()
    return "group_id=\(id.rawValue),type=\(type.name)\(buckets)"
  }
}

extension Bucket {
  /// The weight is said in a select group, unless it is the usual one.
  fileprivate func text(hasWeight: Bool) -> String {
    var parts: [String] = []
    if hasWeight && weight != 1 { parts.append("weight:\(weight)") }
    if watchPort != .any { parts.append("watch_port:\(watchPort)") }
    if watchGroup != .any { parts.append("watch_group:\(watchGroup.rawValue)") }
    return (parts + ["actions=\(actions.isEmpty ? "drop" : Action.text(actions))"]).joined(separator: ",")
  }
}

extension GroupMod: CustomStringConvertible {
  /// As `ovs-ofctl add-groups` reads it from a file: `add group_id=1,…`, `delete group_id=1`.
  public var description: String {
    switch command {
    case .add: "add \(group)"
    case .modify: "modify \(group)"
    case .addOrModify: "add_or_mod \(group)"
    case .delete: group.id == .all ? "delete" : "delete group_id=\(group.id.rawValue)"
    }
  }
}

extension Group {
  /// Reads a group as ovs-ofctl writes and reads it: `group_id=1,type=select,bucket=weight:10,output:1`.
  ///
  /// - Throws: Where the text is not a group, and what was expected there.
  public init(parsing text: String) throws(TextError) {
    let piece = try TextPiece(text)
    let group = try GroupText(piece)
    guard let type = group.type else { throw piece.failure("type= with all, select, indirect or ff") }
    self.init(id: try group.requiredID(piece), type: type, buckets: group.buckets)
  }
}

extension GroupMod {
  private static let words: [(word: String, command: Command)] = [
    ("add", .add), ("modify", .modify), ("add_or_mod", .addOrModify), ("delete", .delete),
  ]

  /// Reads a change as a line of a file for `ovs-ofctl add-groups` has it: `add group_id=1,type=all,bucket=output:3`,
  /// `delete group_id=1`, `delete`; without a command it adds.
  ///
  /// - Throws: Where the text is not a change of a group, and what was expected there.
  public init(parsing text: String) throws(TextError) {
    let piece = try TextPiece(text).trimmed
    let end = piece.range.first { TextPiece.isSpace(piece.bytes[$0]) } ?? piece.end
    let word = piece.part(piece.start..<end)
    let command = GroupMod.words.first { word == $0.word }?.command
    let rest = command == nil ? piece : piece.part(end..<piece.end)
    let group = try GroupText(rest)
    guard command != .delete else {
      guard group.buckets.isEmpty else { throw rest.failure("no buckets for a deletion") }
      self = .delete(group.id ?? .all)
      return
    }
    guard let type = group.type else { throw rest.failure("type= with all, select, indirect or ff") }
    self.init(command ?? .add, Group(id: try group.requiredID(rest), type: type, buckets: group.buckets))
  }
}

/// What a text says of a group.
private struct GroupText {
  var id: GroupID?
  var type: Group.Kind?
  var buckets: [Bucket] = []

  init(_ piece: TextPiece) throws(TextError) {
    let starts = GroupText.bucketStarts(piece)
    let head = piece.part(piece.start..<(starts.first?.lowerBound ?? piece.end))
    for item in try head.items() {
      switch item.name.text {
      case "group_id": id = try item.required("a group").group()
      case "type":
        let value = try item.required("all, select, indirect or ff")
        type = Group.Kind.allCases.first { value == $0.name } ?? (value == "fast_failover" ? .fastFailover : nil)
        if type == nil { throw value.failure("all, select, indirect or ff") }
      case "selection_method", "selection_method_param", "fields": break  // OpenFlow 1.3 has no room for them.
      default: throw item.name.failure("group_id=, type= or bucket=")
      }
    }
    for (index, start) in starts.enumerated() {
      let end = starts.indices.contains(index + 1) ? starts[index + 1].lowerBound : piece.end
      buckets.append(try Bucket(piece.part(start.upperBound..<end), isSelect: type == .select))
    }
  }

  func requiredID(_ piece: TextPiece) throws(TextError) -> GroupID {
    guard let id else { throw piece.failure("group_id=") }
    return id
  }

  /// Where the word `bucket=` is, at the beginning of an item.
  private static func bucketStarts(_ piece: TextPiece) -> [Range<Int>] {
    let word = Array("bucket=".utf8)
    var starts: [Range<Int>] = []
    var depth = 0
    for offset in piece.range {
      let byte = piece.bytes[offset]
      if byte == UInt8(ascii: "(") { depth += 1 }
      if byte == UInt8(ascii: ")") { depth -= 1 }
      guard depth == 0, byte == word[0], offset + word.count <= piece.end else { continue }
      let isStart = piece[offset - 1].map { $0 == UInt8(ascii: ",") || TextPiece.isSpace($0) } ?? true
      if isStart, piece.bytes[offset..<(offset + word.count)].elementsEqual(word) {
        starts.append(offset..<(offset + word.count))
      }
    }
    return starts
  }
}

extension Bucket {
  /// Reads `weight:10,watch_port:3,actions=output:1`; a bucket says its actions without a name, too.
  fileprivate init(_ piece: TextPiece, isSelect: Bool) throws(TextError) {
    self.init(weight: isSelect ? 1 : 0, actions: [])
    var items = TextItems(piece)
    var isDrop = false
    while true {
      let rest = items.rest
      guard let item = try items.next() else { break }
      switch item.name.text {
      case "weight":
        weight = try item.required("a weight").integer("a weight of 0 to 65535")
        guard isSelect else { throw item.name.failure("no weight: only the buckets of select groups have one") }
      case "watch_port": watchPort = try item.required("a port").port()
      case "watch_group": watchGroup = try item.required("a group").group()
      case "bucket_id": _ = try item.required("a bucket").integer("a bucket's number", UInt32.self)
      case "actions":
        // The first of the actions is its value.
        let value = try item.required("actions")
        actions += try ActionText.read(rest.part(value.start..<rest.end), depth: 0)
        return
      case "drop" where item.value == nil: isDrop = true
      default: actions += try ActionText.actions(item, depth: 0)
      }
    }
    if isDrop && !actions.isEmpty { throw piece.failure("\"drop\" alone") }
  }
}
