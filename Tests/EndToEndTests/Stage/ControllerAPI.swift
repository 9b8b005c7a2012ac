import Foundation

/// The controller's REST API, called from inside of the lab.
struct ControllerAPI {
  let lab: Lab

  /// An answer that has come, whatever its status.
  struct Answer {
    var status: Int
    var body: Data

    func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
      do {
        return try JSONDecoder().decode(type, from: body)
      } catch {
        throw UnexpectedAnswer(status: status, body: String(decoding: body, as: UTF8.self), wanted: "\(type): \(error)")
      }
    }
  }

  /// An answer that is not what was asked for.
  struct UnexpectedAnswer: Error, CustomStringConvertible {
    var status: Int
    var body: String
    var wanted: String

    var description: String { "wanted \(wanted), got \(status): \(body)" }
  }

  func call(_ method: String, _ path: String, text: String? = nil) throws -> Answer {
    var arguments = ["ctl", "curl", "-sS", "--max-time", "20", "-X", method, "-w", "\n%{http_code}"]
    if let text { arguments += ["-H", "Content-Type: application/json", "--data-binary", text] }
    let output = try lab.run(arguments + ["http://127.0.0.1:9696" + path])
    let end = output.lastIndex(of: "\n") ?? output.startIndex
    let status = Int(output[end...].trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    return Answer(status: status, body: Data(output[..<end].utf8))
  }

  func call(_ method: String, _ path: String, body: [String: Any]) throws -> Answer {
    let data = try JSONSerialization.data(withJSONObject: body, options: .sortedKeys)
    return try call(method, path, text: String(decoding: data, as: UTF8.self))
  }

  /// Asks for something that is not a resource's creation, change or removal; it must be answered with 200.
  func act(_ path: String, _ body: [String: Any]) throws {
    let answer = try call("PUT", "/v2.0/\(path)", body: body)
    guard answer.status == 200 else {
      throw UnexpectedAnswer(
        status: answer.status, body: String(decoding: answer.body, as: UTF8.self), wanted: "200 for \(path)")
    }
  }

  /// Creates a resource and returns what the controller made of it.
  func create<Value: Decodable>(_ kind: String, _ fields: [String: Any], as type: Value.Type) throws -> Value {
    let key = kind.replacing("-", with: "_")
    let answer = try call("POST", "/v2.0/\(kind)s", body: [key: fields])
    guard answer.status == 201 else {
      throw UnexpectedAnswer(
        status: answer.status, body: String(decoding: answer.body, as: UTF8.self), wanted: "201 for a \(kind)")
    }
    let resources = try answer.decoded([String: Value].self)
    guard let resource = resources[key] else {
      throw UnexpectedAnswer(status: answer.status, body: "\(resources)", wanted: "a '\(kind)'")
    }
    return resource
  }

  /// Changes fields of a resource.
  func update(_ kind: String, _ id: String, _ fields: [String: Any]) throws {
    let answer = try call("PUT", "/v2.0/\(kind)s/\(id)", body: [kind.replacing("-", with: "_"): fields])
    guard answer.status == 200 else {
      throw UnexpectedAnswer(
        status: answer.status, body: String(decoding: answer.body, as: UTF8.self), wanted: "200 for the \(kind)")
    }
  }

  func port(_ id: String) throws -> Port {
    let answer = try call("GET", "/v2.0/ports/\(id)")
    guard answer.status == 200, let port = try answer.decoded([String: Port].self)["port"] else {
      throw UnexpectedAnswer(
        status: answer.status, body: String(decoding: answer.body, as: UTF8.self), wanted: "port \(id)")
    }
    return port
  }

  /// Deletes a resource; one that is not there any more is no failure.
  func delete(_ kind: String, _ id: String) throws {
    let answer = try call("DELETE", "/v2.0/\(kind)s/\(id)")
    guard answer.status == 204 || answer.status == 404 else {
      throw UnexpectedAnswer(
        status: answer.status, body: String(decoding: answer.body, as: UTF8.self), wanted: "204 for \(kind) \(id)")
    }
  }
}
