/// Which rows of a table a monitor watches (ovsdb-server(7) §4.1.12, `where`).
public enum RowSelection: Hashable, Sendable {
  /// All rows.
  case all
  /// No row.
  case none
  /// The rows that pass at least one of the conditions, other than in a transaction, where a row has to pass all of them.
  case any([Condition])

  /// The conditions in JSON, as `where` has them.
  var json: JSONValue {
    switch self {
    case .all: [.boolean(true)]
    // An empty array would stand for all rows.
    case .none, .any([]): [.boolean(false)]
    case .any(let conditions): .array(conditions.map(\.json))
    }
  }

  /// The columns that have to be known to tell whether a row is selected.
  var columns: Set<String> {
    guard case .any(let conditions) = self else { return [] }
    return Set(conditions.map(\.column).filter { $0 != "_uuid" })
  }

  /// Whether a row is selected.
  func contains(_ row: Row, uuid: RowUUID) -> Bool {
    switch self {
    case .all: true
    case .none: false
    case .any(let conditions): conditions.contains { $0.holds(for: row, uuid: uuid) }
    }
  }
}

extension Condition {
  /// Whether a row passes (RFC 7047 §5.1); false when the row lacks the column.
  func holds(for row: Row, uuid: RowUUID) -> Bool {
    guard let held = column == "_uuid" ? Datum.atom(.uuid(uuid)) : row[column] else { return false }
    switch function {
    case .equal: return held == value
    case .notEqual: return held != value
    case .less: return Self.compare(held, value) { $0 < $1 }
    case .lessOrEqual: return Self.compare(held, value) { $0 <= $1 }
    case .greaterOrEqual: return Self.compare(held, value) { $0 >= $1 }
    case .greater: return Self.compare(held, value) { $0 > $1 }
    case .includes:
      switch (held, value) {
      case (.set(let held), .set(let wanted)): return held.isSuperset(of: wanted)
      case (.map(let held), .map(let wanted)): return wanted.allSatisfy { held[$0.key] == $0.value }
      default: return false
      }
    case .excludes:
      switch (held, value) {
      case (.set(let held), .set(let unwanted)): return held.isDisjoint(with: unwanted)
      case (.map(let held), .map(let unwanted)): return unwanted.allSatisfy { held[$0.key] != $0.value }
      default: return false
      }
    }
  }

  private static func compare(_ a: Datum, _ b: Datum, _ holds: (Double, Double) -> Bool) -> Bool {
    guard case .set(let a) = a, case .set(let b) = b, a.count == 1, b.count == 1, let a = a.first, let b = b.first
    else { return false }
    switch (a, b) {
    // Integers wider than a double's mantissa are compared as what they are.
    case (.integer(let a), .integer(let b)): return holds(a < b ? -1 : a > b ? 1 : 0, 0)
    case (.real(let a), .real(let b)): return holds(a, b)
    case (.integer(let a), .real(let b)): return holds(Double(a), b)
    case (.real(let a), .integer(let b)): return holds(a, Double(b))
    default: return false
    }
  }
}
