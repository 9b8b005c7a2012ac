/// The type of an atom (RFC 7047 §3.2, `<atomic-type>`).
public enum AtomType: String, Hashable, Sendable {
  /// A 64-bit integer.
  case integer
  /// A real number.
  case real
  /// A boolean.
  case boolean
  /// A string.
  case string
  /// A reference to a row.
  case uuid

  /// What a column holds that nobody has set (RFC 7047 §5.2.1).
  var defaultAtom: Atom {
    switch self {
    case .integer: .integer(0)
    case .real: .real(0)
    case .boolean: .boolean(false)
    case .string: .string("")
    case .uuid: .uuid(RowUUID(high: 0, low: 0))
    }
  }

  /// The atom as this type has it, nil when it is of another: JSON does not tell the real number 1 from the integer.
  func normalized(_ atom: Atom) -> Atom? {
    switch (self, atom) {
    case (.integer, .integer), (.real, .real), (.boolean, .boolean), (.string, .string), (.uuid, .uuid): atom
    case (.real, .integer(let value)): .real(Double(value))
    case (.integer, .real(let value)): Int64(exactly: value).map(Atom.integer)
    default: nil
    }
  }
}

/// The type of a column (RFC 7047 §3.2, `<type>`), as far as a copy of its values needs it.
public struct ColumnType: Hashable, Sendable {
  /// The type of a set's elements or of a map's keys.
  public let key: AtomType
  /// The type of a map's values; nil for a set.
  public let value: AtomType?
  /// The least number of elements: 0 or 1.
  public let minimum: Int
  /// The greatest number of elements; nil when there is no limit.
  public let maximum: Int?

  /// A type; a plain value by default.
  public init(_ key: AtomType, value: AtomType? = nil, minimum: Int = 1, maximum: Int? = 1) {
    self.key = key
    self.value = value
    self.minimum = minimum
    self.maximum = maximum
  }

  /// Whether a change of the column is told as what its elements differ by, and not as its new value. ovsdb-server does so
  /// for whatever may have more than one element, sets and maps alike.
  public var isComposite: Bool { maximum.map { $0 > 1 } ?? true }

  /// What the column holds when nobody has set it.
  public var defaultValue: Datum {
    if let value { return .map(minimum == 0 ? [:] : [key.defaultAtom: value.defaultAtom]) }
    return .set(minimum == 0 ? [] : [key.defaultAtom])
  }

  /// Reads a type: the name of an atomic one, or an object.
  public init(json: JSONValue) throws(ProtocolError) {
    guard let members = json.object else {
      self.init(try Self.atomType(json))
      return
    }
    let minimum = try members["min"].map(Self.count) ?? 1
    let isUnlimited = members["max"] == "unlimited"
    let maximum = isUnlimited ? nil : try members["max"].map(Self.count) ?? 1
    guard minimum <= 1, maximum.map({ $0 >= max(minimum, 1) }) ?? true else {
      throw ProtocolError(expected: "0 or 1 elements at least, and as many or more at most", found: json)
    }
    let key = try Self.atomType(members["key"] ?? .null)
    var value: AtomType?
    if let json = members["value"] { value = try Self.atomType(json) }
    self.init(key, value: value, minimum: minimum, maximum: maximum)
  }

  private static func atomType(_ json: JSONValue) throws(ProtocolError) -> AtomType {
    guard let type = (json.string ?? json.object?["type"]?.string).flatMap(AtomType.init(rawValue:)) else {
      throw ProtocolError(expected: "a type of atoms", found: json)
    }
    return type
  }

  private static func count(_ json: JSONValue) throws(ProtocolError) -> Int {
    guard let count = json.integer.flatMap({ Int(exactly: $0) }), count >= 0 else {
      throw ProtocolError(expected: "a number of elements", found: json)
    }
    return count
  }
}
