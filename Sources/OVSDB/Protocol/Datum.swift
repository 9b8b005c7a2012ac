/// One basic value of a column (RFC 7047 §5.1, `<atom>`).
public enum Atom: Hashable, Sendable {
  /// A 64-bit integer.
  case integer(Int64)
  /// A real number.
  case real(Double)
  /// A boolean.
  case boolean(Bool)
  /// A string.
  case string(String)
  /// A reference to a row.
  case uuid(RowUUID)
  /// A reference to the row that an `insert` with this `uuid-name` makes in the same transaction.
  case namedUUID(String)
}

/// The value of a column (RFC 7047 §5.1, `<value>`).
///
/// A single atom and a set of just that atom are the same value, here as in RFC 7047, so there is no case for it.
public enum Datum: Hashable, Sendable {
  /// A set; an optional value is a set of at most one atom.
  case set(Set<Atom>)
  /// A map.
  case map([Atom: Atom])

  /// A single atom.
  public static func atom(_ atom: Atom) -> Datum { .set([atom]) }
  /// A single string.
  public static func string(_ text: String) -> Datum { .set([.string(text)]) }
  /// A single integer.
  public static func integer(_ value: Int64) -> Datum { .set([.integer(value)]) }
  /// A set of strings.
  public static func strings(_ texts: some Sequence<String>) -> Datum { .set(Set(texts.map(Atom.string))) }
  /// A map of strings.
  public static func strings(_ pairs: [String: String]) -> Datum {
    var map: [Atom: Atom] = [:]
    for (key, value) in pairs { map[.string(key)] = .string(value) }
    return .map(map)
  }
  /// The value that is not there.
  public static let empty = Datum.set([])
}

/// The columns of a row by name.
public typealias Row = [String: Datum]

extension Atom: Comparable {
  /// An order of no meaning that makes serialized sets and maps the same every time.
  public static func < (lhs: Atom, rhs: Atom) -> Bool {
    switch (lhs, rhs) {
    case (.integer(let a), .integer(let b)): a < b
    case (.real(let a), .real(let b)): a < b
    case (.boolean(let a), .boolean(let b)): !a && b
    case (.string(let a), .string(let b)): a < b
    case (.uuid(let a), .uuid(let b)): a < b
    case (.namedUUID(let a), .namedUUID(let b)): a < b
    default: lhs.rank < rhs.rank
    }
  }

  private var rank: Int {
    switch self {
    case .integer: 0
    case .real: 1
    case .boolean: 2
    case .string: 3
    case .uuid: 4
    case .namedUUID: 5
    }
  }

  /// The atom in JSON.
  public var json: JSONValue {
    switch self {
    case .integer(let value): .integer(value)
    case .real(let value): .real(value)
    case .boolean(let value): .boolean(value)
    case .string(let value): .string(value)
    case .uuid(let value): ["uuid", .string(value.description)]
    case .namedUUID(let value): ["named-uuid", .string(value)]
    }
  }

  /// Reads an atom.
  public init(json: JSONValue) throws(ProtocolError) {
    switch json {
    case .integer(let value): self = .integer(value)
    case .real(let value): self = .real(value)
    case .boolean(let value): self = .boolean(value)
    case .string(let value): self = .string(value)
    case .array(let pair) where pair.count == 2 && pair[0] == "uuid":
      guard let uuid = pair[1].string.flatMap({ RowUUID($0) }) else {
        throw ProtocolError(expected: "a UUID", found: pair[1])
      }
      self = .uuid(uuid)
    case .array(let pair) where pair.count == 2 && pair[0] == "named-uuid":
      guard let name = pair[1].string else { throw ProtocolError(expected: "a UUID's name", found: pair[1]) }
      self = .namedUUID(name)
    default: throw ProtocolError(expected: "an atom", found: json)
    }
  }
}

extension Datum {
  /// The value in JSON: a set of one as the bare atom, which is how ovsdb-server writes it.
  public var json: JSONValue {
    switch self {
    case .set(let atoms):
      if atoms.count == 1, let atom = atoms.first { return atom.json }
      return ["set", .array(atoms.sorted().map(\.json))]
    case .map(let pairs):
      return ["map", .array(pairs.sorted { $0.key < $1.key }.map { [$0.key.json, $0.value.json] })]
    }
  }

  /// Reads a value.
  public init(json: JSONValue) throws(ProtocolError) {
    guard case .array(let pair) = json, pair.count == 2, pair[0] == "set" || pair[0] == "map" else {
      self = .set([try Atom(json: json)])
      return
    }
    guard let elements = pair[1].array else {
      throw ProtocolError(expected: "the elements of a set or map", found: json)
    }
    if pair[0] == "set" {
      var atoms: Set<Atom> = []
      for element in elements {
        guard atoms.insert(try Atom(json: element)).inserted else {
          throw ProtocolError(expected: "distinct elements of a set", found: json)
        }
      }
      self = .set(atoms)
    } else {
      var map: [Atom: Atom] = [:]
      for element in elements {
        guard let entry = element.array, entry.count == 2 else {
          throw ProtocolError(expected: "a key and a value", found: element)
        }
        guard map.updateValue(try Atom(json: entry[1]), forKey: try Atom(json: entry[0])) == nil else {
          throw ProtocolError(expected: "distinct keys of a map", found: json)
        }
      }
      self = .map(map)
    }
  }

  /// Reads the columns of a row.
  static func row(json: JSONValue) throws(ProtocolError) -> Row {
    guard let members = json.object else { throw ProtocolError(expected: "a row", found: json) }
    var row: Row = [:]
    for (column, value) in members {
      do {
        row[column] = try Datum(json: value)
      } catch {
        throw error.within("column \(column)")
      }
    }
    return row
  }

  static func json(row: Row) -> JSONValue { .object(row.mapValues(\.json)) }
}

extension Datum: CustomStringConvertible {
  /// The value in JSON.
  public var description: String { json.description }
}
