import Yams

/// A YAML document flattened into dotted keys, each with its place. Parsing is guarded against hostile text.
struct ConfigurationDocument: Sendable {
  /// One scalar as it is written.
  struct Scalar: Hashable, Sendable {
    let text: String
    let isQuoted: Bool
  }

  /// What stands behind a key.
  enum Value: Hashable, Sendable {
    case scalar(Scalar)
    /// With nil for each element that is no scalar.
    case list([Scalar?])
    case section
    case empty
  }

  /// One key of the file.
  struct Entry: Hashable, Sendable {
    /// The dotted key.
    let key: String
    /// Whether the name in the file itself has a dot.
    let isDottedName: Bool
    let value: Value
    /// Where the key is.
    let line: Int?
    let column: Int?
    /// Where the value is; the key's own place when the value is on another line.
    let valueColumn: Int?
  }

  /// The largest file that is read, in bytes.
  static let largestSize = 1 << 20
  /// How deep sections and lists may be nested.
  static let deepestNesting = 32
  /// How many words may begin like an alias (`*name`) before a text is refused unparsed. Every use of an alias repeats
  /// what it stands for, so that a few hundred bytes can stand for gigabytes; with this few, the parser copes, and the
  /// check of the parsed document refuses real ones.
  static let mostAliasLikeWords = 32

  /// In the order of the file.
  private(set) var entries: [Entry] = []
  private var indices: [String: Int] = [:]

  init(text: String, file: String) throws(ConfigurationError) {
    guard text.utf8.count <= Self.largestSize else { throw Self.tooLarge(file: file) }
    try Self.checkBeforeParsing(text, file: file)
    // The parser keeps a pointer into the string, and a string of up to 15 bytes has no storage to point to.
    var padded = text
    padded += String(repeating: "\n", count: 16)
    let parser: Parser
    let root: Node?
    do {
      parser = try Parser(yaml: padded, encoding: .utf8)
      root = try parser.singleRoot()
    } catch {
      throw Self.error(error, file: file)
    }
    // Nodes refer to their anchors weakly, and the parser is what keeps these.
    defer { withExtendedLifetime(parser) {} }
    guard let root, !Self.isEmpty(root) else { return }
    guard case .mapping(let mapping) = root else {
      throw ConfigurationError(
        file: file, line: root.mark?.line, column: root.mark?.column,
        message: "expected keys with values, such as 'key: value'")
    }
    try add(mapping, below: [], file: file)
  }

  func entry(_ key: String) -> Entry? {
    indices[key].map { entries[$0] }
  }

  /// The sections above a dotted key, outermost first: `a` and `a.b` for `a.b.c`.
  static func sections(of key: String) -> [String] {
    key.indices.filter { key[$0] == "." }.map { String(key[..<$0]) }
  }

  static func tooLarge(file: String) -> ConfigurationError {
    ConfigurationError(file: file, message: "the file is larger than \(largestSize / 1024) KiB")
  }

  private mutating func add(
    _ mapping: Node.Mapping, below path: [String], file: String
  ) throws(ConfigurationError) {
    try Self.check(anchor: mapping.anchor, depth: path.count, mark: mapping.mark, file: file)
    for (keyNode, valueNode) in mapping {
      guard case .scalar(let name) = keyNode else {
        throw ConfigurationError(
          file: file, line: keyNode.mark?.line, column: keyNode.mark?.column, message: "a key must be a word")
      }
      try Self.check(anchor: name.anchor, depth: path.count, mark: name.mark, file: file)
      let key = (path + [name.string]).joined(separator: ".")
      if let first = entry(key) {
        throw Self.duplicate(key, line: name.mark?.line, column: name.mark?.column, first: first.line, file: file)
      }
      let isOnKeyLine = valueNode.mark?.line == name.mark?.line
      indices[key] = entries.count
      entries.append(
        Entry(
          key: key, isDottedName: name.string.contains("."), value: Self.value(of: valueNode), line: name.mark?.line,
          column: name.mark?.column, valueColumn: isOnKeyLine ? valueNode.mark?.column : name.mark?.column))
      switch valueNode {
      case .mapping(let section): try add(section, below: path + [name.string], file: file)
      case .scalar(let scalar):
        try Self.check(anchor: scalar.anchor, depth: path.count, mark: scalar.mark, file: file)
      // Keys take lists of words only, so that whatever else one holds, reading the key or rejecting it is an error.
      case .sequence(let list):
        try Self.check(anchor: list.anchor, depth: path.count, mark: list.mark, file: file)
        for case .scalar(let scalar) in list {
          try Self.check(anchor: scalar.anchor, depth: path.count, mark: scalar.mark, file: file)
        }
      case .alias(let alias): try Self.check(anchor: alias.anchor, depth: path.count, mark: alias.mark, file: file)
      }
    }
  }

  private static func value(of node: Node) -> Value {
    switch node {
    case .mapping: .section
    case .sequence(let list): .list(list.map(scalar))
    case .scalar: scalar(node).map(Value.scalar) ?? .empty
    case .alias: .empty
    }
  }

  /// What the node says when it is a word; nil for anything else, and for null.
  private static func scalar(_ node: Node) -> Scalar? {
    guard case .scalar(let scalar) = node, !isEmpty(node) else { return nil }
    return Scalar(text: scalar.string, isQuoted: scalar.style != .plain)
  }

  /// Whether the node is YAML's null (YAML 1.2.2 §10.3.2).
  private static func isEmpty(_ node: Node) -> Bool {
    guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  private static func check(
    anchor: Anchor?, depth: Int, mark: Mark?, file: String
  ) throws(ConfigurationError) {
    guard anchor == nil else {
      throw ConfigurationError(
        file: file, line: mark?.line, column: mark?.column,
        message: "anchors and aliases ('&', '*') are not supported; write the value out")
    }
    guard depth < deepestNesting else { throw tooDeep(line: mark?.line, file: file) }
  }

  private static func duplicate(
    _ key: String, line: Int?, column: Int?, first: Int?, file: String
  ) -> ConfigurationError {
    let where_ = first.map { "; it is in line \($0) already" } ?? ""
    return ConfigurationError(
      file: file, line: line, column: column, key: key, message: "the key is given twice\(where_)")
  }
}
