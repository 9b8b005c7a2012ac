/// A refusal in Neutron's form: the HTTP status, the type that clients tell errors apart by, and a sentence.
public struct APIError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The HTTP status.
  public var status: Int
  /// Neutron's name for the error, such as `PortNotFound`.
  public var type: String
  /// What is wrong, with the name of the attribute.
  public var message: String

  /// A refusal.
  public init(_ status: Int, _ type: String, _ message: String) {
    self.status = status
    self.type = type
    self.message = message
  }

  /// The type and the sentence.
  public var description: String { "\(type): \(message)" }

  /// Neutron's error document.
  var body: JSONValue {
    let error: JSONValue = .object([
      .init("type", .string(type)), .init("message", .string(message)), .init("detail", .string("")),
    ])
    return .object([.init("NeutronError", error)])
  }

  static func badRequest(_ message: String) -> APIError { APIError(400, "HTTPBadRequest", message) }

  static func invalid(_ attribute: String, _ reason: String) -> APIError {
    badRequest("Invalid input for \(attribute). Reason: \(reason)")
  }

  static func invalidInput(_ reason: String) -> APIError {
    APIError(400, "InvalidInput", "Invalid input for operation: \(reason)")
  }

  static func notFound(_ kind: ResourceCollection, _ id: String) -> APIError {
    let words = kind.singular.split(separator: "_")
    let name = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    guard words.count == 1 else {
      let sentence = words.joined(separator: " ")
      return APIError(
        404, "\(name)NotFound", "\(sentence.prefix(1).uppercased())\(sentence.dropFirst()) \(id) does not exist.")
    }
    return APIError(404, "\(name)NotFound", "\(name) \(id) could not be found.")
  }

  static func store(_ error: StoreError) -> APIError {
    APIError(503, "ServiceUnavailable", "The controller cannot use its store: \(error)")
  }

  static func model(_ error: ModelError) -> APIError {
    APIError(500, "InternalServerError", error.description)
  }
}
