import NetworkTypes

/// Reads a daemon's settings from YAML, one dotted key at a time.
///
/// Sections are mappings: `tunnel.address` is `address` under `tunnel`. A key that is not in the file reads as nil, and
/// so does an empty file's every key. Reading marks a key as known; `rejectUnknownKeys` then refuses what is left over,
/// so that a misspelt key is an error and not a default. The file is refused as a whole when it is larger than 1 MiB,
/// nested deeply, has duplicate keys, or uses anchors and aliases, which a settings file has no need for.
public struct ConfigurationReader: Sendable {
  /// The file's name, for errors.
  public let file: String
  private let document: ConfigurationDocument
  private var knownKeys: Set<String> = []
  /// Keys whose last part is a name of the file's own, which may have dots.
  private var ownNames: Set<String> = []

  /// Reads `text`.
  ///
  /// - Parameter file: the name that errors give.
  public init(text: String, file: String) throws(ConfigurationError) {
    self.file = file
    document = try ConfigurationDocument(text: text, file: file)
  }

  /// Reads the file at `path`.
  public init(contentsOf path: String) throws(ConfigurationError) {
    try self.init(text: readConfigurationFile(path), file: path)
  }

  /// The text of `key`, as it is written. Numbers and words such as `no` stay the text that they are.
  public mutating func string(_ key: String) throws(ConfigurationError) -> String? {
    try scalar(key, expected: "text")?.text
  }

  /// The whole number of `key`, in decimal.
  public mutating func integer(_ key: String, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int? {
    let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    guard let scalar = try scalar(key, expected: expected) else { return nil }
    guard !scalar.isQuoted else { throw failure(key, "'\(scalar.text)' is quoted text, expected \(expected)") }
    let digits = scalar.text.first == "-" ? scalar.text.dropFirst() : scalar.text[...]
    let isDecimal = !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    // 010 would be 8 to a reader of YAML 1.1 and 10 to one of YAML 1.2.
    guard isDecimal, digits == "0" || digits.first != "0", let value = Int(scalar.text), range.contains(value) else {
      throw failure(key, "'\(scalar.text)' is not \(expected)")
    }
    return value
  }

  /// The truth value of `key`: `true` or `false`.
  public mutating func boolean(_ key: String) throws(ConfigurationError) -> Bool? {
    guard let scalar = try scalar(key, expected: "true or false") else { return nil }
    guard !scalar.isQuoted else { throw failure(key, "'\(scalar.text)' is quoted text, expected true or false") }
    switch scalar.text {
    case "true": return true
    case "false": return false
    default: throw failure(key, "'\(scalar.text)' is not true or false")
    }
  }

  /// What `parse` makes of the text of `key`.
  ///
  /// - Parameter what: what the text should be, with its article, such as `an IP address`.
  public mutating func parsed<T>(
    _ key: String, as what: String, _ parse: (String) -> T?
  ) throws(ConfigurationError) -> T? {
    guard let scalar = try scalar(key, expected: what) else { return nil }
    guard let value = parse(scalar.text) else { throw failure(key, "'\(scalar.text)' is not \(what)") }
    return value
  }

  /// What `parse` makes of each element of the list of `key`, which may be empty.
  ///
  /// - Parameter what: what each element should be, with its article.
  public mutating func list<T>(
    _ key: String, of what: String, _ parse: (String) -> T?
  ) throws(ConfigurationError) -> [T]? {
    guard let entry = try entry(key) else { return nil }
    guard case .list(let elements) = entry.value else { throw failure(key, "expected a list, each \(what)") }
    var values: [T] = []
    for element in elements {
      guard let element else { throw failure(key, "has an element that is not \(what)") }
      guard let value = parse(element.text) else { throw failure(key, "'\(element.text)' is not \(what)") }
      values.append(value)
    }
    return values
  }

  /// The keys that the file has directly below `key`, each with what `parse` makes of its text.
  ///
  /// - Parameter what: what each text should be, with its article.
  public mutating func mapping<T>(
    _ key: String, to what: String, _ parse: (String) -> T?
  ) throws(ConfigurationError) -> [String: T]? {
    guard let entry = try entry(key) else { return nil }
    switch entry.value {
    case .section, .empty: break
    case .scalar, .list: throw failure(key, "expected a section, with \(what) for each key below it")
    }
    var values: [String: T] = [:]
    for child in document.entries where child.key.hasPrefix(key + ".") {
      ownNames.insert(child.key)
      // A key further below finds its own section, which is no text.
      values[String(child.key.dropFirst(key.count + 1))] = try parsed(child.key, as: what, parse)
    }
    return values
  }

  /// Whether the file has anything in this section; one that is there and empty is like one that is not there.
  public func hasSection(_ key: String) -> Bool {
    document.entries.contains { $0.key == key ? $0.value != .empty : $0.key.hasPrefix(key + ".") }
  }

  /// Throws for the first key in the file that nobody has asked for.
  public func rejectUnknownKeys() throws(ConfigurationError) {
    guard let entry = document.entries.first(where: { !isKnown($0) }) else { return }
    throw ConfigurationError(
      file: file, line: entry.line, column: entry.column, key: entry.key, message: unknownKeyMessage(entry.key))
  }

  /// An error about `key`, at its place in the file when it is there.
  public func failure(_ key: String, _ message: String) -> ConfigurationError {
    let entry = document.entry(key)
    return ConfigurationError(file: file, line: entry?.line, column: entry?.valueColumn, key: key, message: message)
  }

  private mutating func scalar(
    _ key: String, expected: String
  ) throws(ConfigurationError) -> ConfigurationDocument.Scalar? {
    guard let entry = try entry(key) else { return nil }
    switch entry.value {
    case .scalar(let scalar): return scalar
    case .empty: throw failure(key, "has no value, expected \(expected); remove the line for the default")
    case .list: throw failure(key, "found a list, expected \(expected)")
    case .section: throw failure(key, "found a section, expected \(expected)")
    }
  }

  /// The entry of `key`, which is known from then on.
  private mutating func entry(_ key: String) throws(ConfigurationError) -> ConfigurationDocument.Entry? {
    knownKeys.insert(key)
    for section in ConfigurationDocument.sections(of: key) {
      guard let entry = document.entry(section) else { continue }
      switch entry.value {
      case .section, .empty: continue
      case .list: throw failure(section, "found a list, expected a section with the keys below it")
      case .scalar(let scalar):
        throw failure(section, "found '\(scalar.text)', expected a section with the keys below it")
      }
    }
    return document.entry(key)
  }

  /// A section is known when a known key is below it.
  private func isKnown(_ entry: ConfigurationDocument.Entry) -> Bool {
    if knownKeys.contains(entry.key), !entry.isDottedName || ownNames.contains(entry.key) { return true }
    switch entry.value {
    case .empty: return knownKeys.contains { $0.hasPrefix(entry.key + ".") }
    case .section: return true  // Its keys are entries of their own.
    case .scalar, .list: return false
    }
  }

  private func unknownKeyMessage(_ key: String) -> String {
    if knownKeys.contains(key) {
      return "keys are not written with dots; write '\(key)' as a section with the key below it"
    }
    guard let nearest = nearestKey(to: key, among: knownKeys) else { return "there is no such key" }
    return "there is no such key; did you mean '\(nearest)'?"
  }
}
