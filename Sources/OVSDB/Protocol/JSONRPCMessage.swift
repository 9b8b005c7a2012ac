/// A JSON-RPC 1.0 message, as RFC 7047 §4 uses it.
public enum JSONRPCMessage: Hashable, Sendable {
  /// A call that wants an answer.
  case request(id: JSONValue, method: String, parameters: [JSONValue])
  /// A call that wants none; its id is null.
  case notification(method: String, parameters: [JSONValue])
  /// The answer to a request that went well.
  case response(id: JSONValue, result: JSONValue)
  /// The answer to a request that was refused.
  case failure(id: JSONValue, error: JSONValue)

  /// The message in JSON.
  public var json: JSONValue {
    switch self {
    case .request(let id, let method, let parameters):
      .object(["id": id, "method": .string(method), "params": .array(parameters)])
    case .notification(let method, let parameters):
      .object(["id": .null, "method": .string(method), "params": .array(parameters)])
    case .response(let id, let result): .object(["id": id, "result": result, "error": .null])
    case .failure(let id, let error): .object(["id": id, "result": .null, "error": error])
    }
  }

  /// Reads a message.
  public init(json: JSONValue) throws(ProtocolError) {
    guard let members = json.object else { throw ProtocolError(expected: "a JSON-RPC message", found: json) }
    let id = members["id"] ?? .null
    if let method = members["method"] {
      guard let name = method.string else { throw ProtocolError(expected: "a method's name", found: method) }
      guard let parameters = (members["params"] ?? []).array else {
        throw ProtocolError(expected: "an array of parameters of \(name)", found: members["params"] ?? .null)
      }
      self =
        id == .null
        ? .notification(method: name, parameters: parameters) : .request(id: id, method: name, parameters: parameters)
      return
    }
    // ovsdb-server leaves the result out of a failure.
    if let error = members["error"], error != .null {
      self = .failure(id: id, error: error)
    } else if let result = members["result"] {
      self = .response(id: id, result: result)
    } else {
      throw ProtocolError(expected: "a method, a result or an error", found: json)
    }
  }
}
