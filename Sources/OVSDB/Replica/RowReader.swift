/// Reads typed values out of a row.
struct RowReader {
  let table: String
  let uuid: RowUUID
  let row: Row

  func fail(_ column: String, _ expected: String) -> RowError {
    RowError(table: table, uuid: uuid, column: column, expected: expected, found: row[column])
  }

  /// The only atom of a set of at most one, read by `convert`.
  private func optional<T>(_ column: String, _ expected: String, _ convert: (Atom) -> T?) throws(RowError) -> T? {
    guard case .set(let atoms) = row[column], atoms.count <= 1 else { throw fail(column, expected) }
    guard let atom = atoms.first else { return nil }
    guard let value = convert(atom) else { throw fail(column, expected) }
    return value
  }

  private func all<T: Hashable>(
    _ column: String, _ expected: String, _ convert: (Atom) -> T?
  ) throws(RowError) -> Set<T> {
    guard case .set(let atoms) = row[column] else { throw fail(column, expected) }
    var values: Set<T> = []
    for atom in atoms {
      guard let value = convert(atom) else { throw fail(column, expected) }
      values.insert(value)
    }
    return values
  }

  func string(_ column: String) throws(RowError) -> String {
    guard let value = try optionalString(column) else { throw fail(column, "a string") }
    return value
  }

  func optionalString(_ column: String) throws(RowError) -> String? {
    try optional(column, "a string") { if case .string(let value) = $0 { value } else { nil } }
  }

  func integer(_ column: String) throws(RowError) -> Int64 {
    guard let value = try optionalInteger(column) else { throw fail(column, "an integer") }
    return value
  }

  func optionalInteger(_ column: String) throws(RowError) -> Int64? {
    try optional(column, "an integer") { if case .integer(let value) = $0 { value } else { nil } }
  }

  func parsed<T>(_ column: String, as expected: String, _ parse: (String) -> T?) throws(RowError) -> T? {
    try optional(column, expected) { if case .string(let value) = $0 { parse(value) } else { nil } }
  }

  func strings(_ column: String) throws(RowError) -> Set<String> {
    try all(column, "strings") { if case .string(let value) = $0 { value } else { nil } }
  }

  func integers(_ column: String) throws(RowError) -> Set<Int64> {
    try all(column, "integers") { if case .integer(let value) = $0 { value } else { nil } }
  }

  func boolean(_ column: String) throws(RowError) -> Bool {
    let value = try optional(column, "a boolean") { if case .boolean(let value) = $0 { value } else { nil } }
    guard let value else { throw fail(column, "a boolean") }
    return value
  }

  /// - Parameter whenWatched: Whether the column may be missing, in a replica of a monitor that does not ask for it.
  func references(_ column: String, whenWatched: Bool = false) throws(RowError) -> Set<RowUUID> {
    if whenWatched, row[column] == nil { return [] }
    return try all(column, "references to rows") { if case .uuid(let value) = $0 { value } else { nil } }
  }

  func map(_ column: String) throws(RowError) -> [String: String] {
    guard case .map(let pairs) = row[column] else { throw fail(column, "a map of strings") }
    var map: [String: String] = [:]
    for (key, value) in pairs {
      guard case .string(let key) = key, case .string(let value) = value else { throw fail(column, "a map of strings") }
      map[key] = value
    }
    return map
  }
}

extension RowReader {
  /// References by number.
  func numberedReferences(_ column: String) throws(RowError) -> [UInt32: RowUUID] {
    guard case .map(let pairs) = row[column] else { throw fail(column, "a map of references to rows") }
    var map: [UInt32: RowUUID] = [:]
    for (key, value) in pairs {
      guard case .integer(let key) = key, let number = UInt32(exactly: key), case .uuid(let value) = value else {
        throw fail(column, "a map of references to rows")
      }
      map[number] = value
    }
    return map
  }
}

/// A column that does not hold what the Open_vSwitch schema says it holds.
public struct RowError: Error, Hashable, Sendable {
  /// The table.
  public let table: String
  /// The row.
  public let uuid: RowUUID
  /// The column.
  public let column: String
  /// What the schema says is there.
  public let expected: String
  /// What is there; nil when the column is not.
  public let found: Datum?
}

extension RowError: CustomStringConvertible {
  /// A sentence without a full stop.
  public var description: String {
    let value = found.map { $0.json.excerpt() } ?? "nothing"
    return "column \(column) of row \(uuid) in table \(table): expected \(expected), found \(value)"
  }
}
