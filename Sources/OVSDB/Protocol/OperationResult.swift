/// What one operation of a committed transaction did (RFC 7047 §5.2).
public enum OperationResult: Hashable, Sendable {
  /// An insert made this row.
  case inserted(RowUUID)
  /// A select found these rows.
  case rows([Row])
  /// An update, mutate or delete hit so many rows.
  case count(Int64)
  /// A wait, comment or assert, which say nothing.
  case done
}

/// Why an operation, or the commit of a transaction, was refused (RFC 7047 §3.1 `<error>` and §4.1.3).
public struct OperationError: Error, Hashable, Sendable {
  /// The kind of error as RFC 7047 and ovsdb-server name it, such as "constraint violation".
  public let name: String
  /// What ovsdb-server says about it.
  public let details: String?
  /// The part of the request that it did not understand.
  public let syntax: String?

  /// An error.
  public init(name: String, details: String? = nil, syntax: String? = nil) {
    self.name = name
    self.details = details
    self.syntax = syntax
  }

  /// Reads an error object, or the bare string that ovsdb-server sends for an unknown method.
  init?(json: JSONValue) {
    if let name = json.string {
      self.init(name: name)
    } else if let members = json.object, let name = members["error"]?.string {
      self.init(name: name, details: members["details"]?.string, syntax: members["syntax"]?.string)
    } else {
      return nil
    }
  }

  /// A `wait` did not come true within its time.
  public static let timedOut = "timed out"
  /// An `assert` found that the client does not hold the lock.
  public static let notOwner = "not owner"
  /// The server does not know the method.
  public static let unknownMethod = "unknown method"
  /// A row would break a rule of the schema, such as a name that exists already.
  public static let constraintViolation = "constraint violation"
  /// A row refers to one that is not there, or is still referred to.
  public static let referentialIntegrityViolation = "referential integrity violation"
}

extension OperationError: CustomStringConvertible {
  /// The name, and the details when there are any.
  public var description: String {
    var text = name
    if let details { text += ": \(details)" }
    if let syntax { text += " (in \(syntax.prefix(200)))" }
    return text
  }
}

/// A transaction that was refused: nothing of it was applied.
public struct TransactionFailure: Error, Hashable, Sendable {
  /// Which operation was refused, from 0; nil when all were accepted and the commit failed.
  public let index: Int?
  /// What the operation was.
  public let operation: String?
  /// Why.
  public let error: OperationError

  /// A failure.
  public init(index: Int?, operation: String?, error: OperationError) {
    self.index = index
    self.operation = operation
    self.error = error
  }

  /// Whether the database was not as the transaction's `wait` operations, or the schema's unique names, demand: somebody else
  /// changed it meanwhile. Planning anew from the current state is the way on.
  public var isRaceLost: Bool {
    error.name == OperationError.timedOut || error.name == OperationError.constraintViolation
      || error.name == OperationError.referentialIntegrityViolation
  }
}

extension TransactionFailure {
  /// Whether an `assert` found that we do not hold its lock.
  public var isLockLost: Bool { error.name == OperationError.notOwner }
}

extension TransactionFailure: CustomStringConvertible {
  /// A sentence without a full stop.
  public var description: String {
    guard let index else { return "the transaction was refused at its commit: \(error)" }
    return "operation \(index + 1) of the transaction (\(operation ?? "unknown")) was refused: \(error)"
  }
}

/// A transaction's outcome.
public enum TransactionOutcome: Hashable, Sendable {
  /// Everything is in the database.
  case committed([OperationResult])
  /// Nothing is.
  case refused(TransactionFailure)

  /// Reads the result of `transact`.
  ///
  /// RFC 7047 §4.1.3: an element for each operation; after a refused one the rest are null; and when only the commit failed
  /// (integrity, constraints) an extra element with the error follows.
  public init(json: JSONValue, of operations: [Operation]) throws(ProtocolError) {
    guard let elements = json.array else { throw ProtocolError(expected: "an array of results", found: json) }
    for (index, element) in elements.enumerated() {
      guard let members = element.object, members["error"] != nil else { continue }
      guard let error = OperationError(json: element) else {
        throw ProtocolError(expected: "an error", found: element).within("result \(index)")
      }
      let isCommit = index >= operations.count
      self = .refused(
        TransactionFailure(
          index: isCommit ? nil : index, operation: isCommit ? nil : operations[index].summary, error: error))
      return
    }
    guard elements.count == operations.count else {
      throw ProtocolError(expected: "\(operations.count) results", found: json)
    }
    var results: [OperationResult] = []
    for (index, operation) in operations.enumerated() {
      do {
        results.append(try OperationResult(json: elements[index], of: operation))
      } catch {
        throw error.within("result \(index)").within(operation.summary)
      }
    }
    self = .committed(results)
  }
}

extension OperationResult {
  fileprivate init(json: JSONValue, of operation: Operation) throws(ProtocolError) {
    guard let members = json.object else { throw ProtocolError(expected: "a result", found: json) }
    switch operation {
    case .insert:
      guard let value = members["uuid"], case .uuid(let uuid) = try Atom(json: value) else {
        throw ProtocolError(expected: "the UUID of the new row", found: json)
      }
      self = .inserted(uuid)
    case .select:
      guard let elements = members["rows"]?.array else { throw ProtocolError(expected: "rows", found: json) }
      var rows: [Row] = []
      for element in elements { rows.append(try Datum.row(json: element)) }
      self = .rows(rows)
    case .update, .mutate, .delete:
      guard let count = members["count"]?.integer, count >= 0 else {
        throw ProtocolError(expected: "a count of rows", found: json)
      }
      self = .count(count)
    case .wait, .comment, .abort, .assert:
      self = .done
    }
  }
}
