import NetworkTypes

/// Reads the attributes of one resource in a request, and refuses what is left over.
///
/// Neutron converts before it validates: numbers and booleans may come as text.
struct AttributeReader {
  /// An attribute that may be null.
  enum Presence<Value> {
    case absent
    case null
    case value(Value)
  }

  private let members: [JSONValue.Member]
  private let prefix: String
  private var taken: Set<String> = []

  /// - Parameter within: the attribute that this object is the value of, for errors.
  init(_ value: JSONValue, _ what: String, within prefix: String = "") throws(APIError) {
    guard let members = value.members else {
      throw .badRequest("Invalid input for \(what). Reason: \(value.kind) is not an object.")
    }
    self.members = members
    self.prefix = prefix
  }

  mutating func take(_ name: String) -> JSONValue? {
    taken.insert(name)
    return members.first { $0.name == name }?.value
  }

  private func invalid(_ name: String, _ reason: String) -> APIError { .invalid(prefix + name, reason) }

  mutating func text(_ name: String, maximum: Int = 255) throws(APIError) -> String? {
    guard let value = take(name) else { return nil }
    guard let text = value.string else { throw invalid(name, "\(value.kind) is not a string.") }
    guard text.unicodeScalars.count <= maximum else {
      throw invalid(name, "the text is longer than \(maximum) characters.")
    }
    // Agents refuse control characters in text, so that their logs and terminals stay readable.
    guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      throw invalid(name, "the text has a control character.")
    }
    return text
  }

  /// Text where null means empty, as nova sends for what it takes back.
  mutating func textOrNull(_ name: String, maximum: Int = 255) throws(APIError) -> String? {
    if case .null? = members.first(where: { $0.name == name })?.value {
      taken.insert(name)
      return ""
    }
    return try text(name, maximum: maximum)
  }

  mutating func boolean(_ name: String) throws(APIError) -> Bool? {
    guard let value = take(name) else { return nil }
    switch value {
    case .boolean(let flag): return flag
    case .integer(0): return false
    case .integer(1): return true
    case .string(let text):
      switch text.lowercased() {
      case "true", "1": return true
      case "false", "0": return false
      default: throw invalid(name, "'\(text)' cannot be converted to boolean.")
      }
    default: throw invalid(name, "\(value.kind) cannot be converted to boolean.")
    }
  }

  mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(APIError) -> Presence<Int> {
    guard let value = take(name) else { return .absent }
    if value == .null { return .null }
    let number = value.integer ?? value.string.flatMap { Int($0) }
    guard let number else {
      throw invalid(name, "\(value.string.map { "'\($0)'" } ?? value.kind) is not an integer.")
    }
    guard range.contains(number) else {
      throw invalid(name, "\(number) is not between \(range.lowerBound) and \(range.upperBound).")
    }
    return .value(number)
  }

  mutating func parsed<Value>(
    _ name: String, _ what: String, _ parse: (String) -> Value?
  ) throws(APIError) -> Presence<Value> {
    guard let value = take(name) else { return .absent }
    if value == .null { return .null }
    guard let text = value.string, let parsed = parse(text) else {
      throw invalid(name, "\(value.string.map { "'\($0)'" } ?? value.kind) is not a valid \(what).")
    }
    return .value(parsed)
  }

  /// A list; null means empty.
  mutating func list(_ name: String, maximum: Int) throws(APIError) -> [JSONValue]? {
    guard let value = take(name) else { return nil }
    if value == .null { return [] }
    guard let list = value.array else { throw invalid(name, "\(value.kind) is not a list.") }
    guard list.count <= maximum else { throw invalid(name, "the list has more than \(maximum) elements.") }
    return list
  }

  mutating func addresses(
    _ name: String, _ version: IPVersion, maximum: Int
  ) throws(APIError) -> [IPAddress]? {
    guard let list = try list(name, maximum: maximum) else { return nil }
    var addresses: [IPAddress] = []
    for element in list {
      guard let address = element.string.flatMap({ IPAddress($0) }), address.version == version, address.isHostAddress
      else {
        throw invalid(
          name, "\(element.string.map { "'\($0)'" } ?? element.kind) is not a valid \(version) address of a host.")
      }
      guard !addresses.contains(address) else { throw invalid(name, "'\(address)' is there twice.") }
      addresses.append(address)
    }
    return addresses
  }

  /// Attributes that clients send with a value that says "not used": those are taken, any other is refused.
  mutating func expect(_ name: String, oneOf allowed: [JSONValue]) throws(APIError) {
    guard let value = take(name), !allowed.contains(value) else { return }
    throw invalid(name, "this controller does not support a value for it yet.")
  }

  /// Refuses attributes that nobody asked for.
  func finish(readOnly: Set<String> = [], verb: String = "POST") throws(APIError) {
    let rest = members.map(\.name).filter { !taken.contains($0) }
    if let name = rest.first(where: { readOnly.contains($0) }) {
      throw .badRequest(
        verb == "PUT"
          ? "Cannot update read-only attribute \(name)" : "Attribute '\(name)' not allowed in \(verb)")
    }
    guard rest.isEmpty else {
      throw .badRequest("Unrecognized attribute(s) '\(rest.map { prefix + $0 }.joined(separator: ", "))'")
    }
  }
}
