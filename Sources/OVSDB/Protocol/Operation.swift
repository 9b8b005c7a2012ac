/// A test that a row must pass (RFC 7047 §5.1, `<condition>`).
public struct Condition: Hashable, Sendable {
  /// How a column is compared.
  public enum Function: String, Hashable, Sendable {
    /// Less; numbers only.
    case less = "<"
    /// Less or equal; numbers only.
    case lessOrEqual = "<="
    /// Equal.
    case equal = "=="
    /// Not equal.
    case notEqual = "!="
    /// Greater or equal; numbers only.
    case greaterOrEqual = ">="
    /// Greater; numbers only.
    case greater = ">"
    /// The column holds at least all elements (or key and value pairs) of the value.
    case includes
    /// The column holds none of them.
    case excludes
  }

  /// The column.
  public let column: String
  /// The comparison.
  public let function: Function
  /// What is compared with.
  public let value: Datum

  /// A condition.
  public init(_ column: String, _ function: Function, _ value: Datum) {
    self.column = column
    self.function = function
    self.value = value
  }

  /// The row of this identity.
  public static func row(_ uuid: RowUUID) -> Condition { Condition("_uuid", .equal, .atom(.uuid(uuid))) }

  var json: JSONValue { [.string(column), .string(function.rawValue), value.json] }
}

/// A change of a column in place (RFC 7047 §5.1, `<mutation>`).
public struct Mutation: Hashable, Sendable {
  /// What is done.
  public enum Mutator: String, Hashable, Sendable {
    /// Adds to a number.
    case add = "+="
    /// Subtracts from a number.
    case subtract = "-="
    /// Adds elements to a set, or pairs to a map whose keys are not there yet: an existing key keeps its value.
    case insert
    /// Removes elements from a set; from a map the pairs given, or the keys of a set.
    case delete
  }

  /// The column.
  public let column: String
  /// What is done.
  public let mutator: Mutator
  /// With what.
  public let value: Datum

  /// A mutation.
  public init(_ column: String, _ mutator: Mutator, _ value: Datum) {
    self.column = column
    self.mutator = mutator
    self.value = value
  }

  var json: JSONValue { [.string(column), .string(mutator.rawValue), value.json] }
}

/// One step of a transaction (RFC 7047 §5.2).
public enum Operation: Hashable, Sendable {
  /// Makes a row; other operations of the transaction refer to it as `Atom.namedUUID(name)`.
  case insert(table: String, row: Row, name: String?)
  /// Reads rows; all columns when none are named.
  case select(table: String, conditions: [Condition], columns: [String]?)
  /// Sets columns.
  case update(table: String, conditions: [Condition], row: Row)
  /// Changes columns in place, one mutation after the other.
  case mutate(table: String, conditions: [Condition], mutations: [Mutation])
  /// Removes rows.
  case delete(table: String, conditions: [Condition])
  /// Goes on only when the rows that pass the conditions are (`isEqual`) or are not the given ones, compared by the columns
  /// given. With a timeout of 0 ms the transaction fails at once when they are not.
  case wait(
    table: String, conditions: [Condition], columns: [String], isEqual: Bool, rows: [Row], timeoutMilliseconds: Int64?)
  /// Goes into the database's journal beside the transaction.
  case comment(String)
  /// Makes the transaction fail.
  case abort
  /// Goes on only when the client holds the lock.
  case assert(lock: String)

  /// The operation's name in RFC 7047, and its table if it has one, for messages.
  public var summary: String {
    switch self {
    case .insert(let table, _, _): "insert into \(table)"
    case .select(let table, _, _): "select from \(table)"
    case .update(let table, _, _): "update of \(table)"
    case .mutate(let table, _, _): "mutate of \(table)"
    case .delete(let table, _): "delete from \(table)"
    case .wait(let table, _, _, _, _, _): "wait on \(table)"
    case .comment: "comment"
    case .abort: "abort"
    case .assert: "assert"
    }
  }

  /// The operation in JSON.
  public var json: JSONValue {
    switch self {
    case .insert(let table, let row, let name):
      var members: [String: JSONValue] = ["op": "insert", "table": .string(table), "row": Datum.json(row: row)]
      if let name { members["uuid-name"] = .string(name) }
      return .object(members)
    case .select(let table, let conditions, let columns):
      var members: [String: JSONValue] = ["op": "select", "table": .string(table), "where": Self.json(conditions)]
      if let columns { members["columns"] = .array(columns.map(JSONValue.string)) }
      return .object(members)
    case .update(let table, let conditions, let row):
      return .object([
        "op": "update", "table": .string(table), "where": Self.json(conditions), "row": Datum.json(row: row),
      ])
    case .mutate(let table, let conditions, let mutations):
      return .object([
        "op": "mutate", "table": .string(table), "where": Self.json(conditions),
        "mutations": .array(mutations.map(\.json)),
      ])
    case .delete(let table, let conditions):
      return .object(["op": "delete", "table": .string(table), "where": Self.json(conditions)])
    case .wait(let table, let conditions, let columns, let isEqual, let rows, let timeout):
      var members: [String: JSONValue] = [
        "op": "wait", "table": .string(table), "where": Self.json(conditions),
        "columns": .array(columns.map(JSONValue.string)), "until": isEqual ? "==" : "!=",
        "rows": .array(rows.map(Datum.json(row:))),
      ]
      if let timeout { members["timeout"] = .integer(timeout) }
      return .object(members)
    case .comment(let text): return .object(["op": "comment", "comment": .string(text)])
    case .abort: return .object(["op": "abort"])
    case .assert(let lock): return .object(["op": "assert", "lock": .string(lock)])
    }
  }

  private static func json(_ conditions: [Condition]) -> JSONValue { .array(conditions.map(\.json)) }
}
