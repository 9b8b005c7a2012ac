/// One JSON value (RFC 8259), as RFC 7047 needs it: integers are kept apart from reals, since OVSDB integers are 64 bits
/// wide and a `Double` is not.
public enum JSONValue: Hashable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case boolean(Bool)
  /// A number written without fraction and exponent that fits 64 bits.
  case integer(Int64)
  /// Any other number; always finite when it was parsed.
  case real(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object; its keys are distinct.
  case object([String: JSONValue])
}

extension JSONValue {
  /// The string, or nil for any other kind of value.
  public var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The elements, or nil for any other kind of value.
  public var array: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The members, or nil for any other kind of value.
  public var object: [String: JSONValue]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The number when it is whole and fits 64 bits, however it was written: RFC 7047 §3.1 lets `1.0` stand for 1.
  public var integer: Int64? {
    switch self {
    case .integer(let value): value
    case .real(let value): Int64(exactly: value)
    default: nil
    }
  }

  /// What kind of value this is, for error messages.
  public var kindName: String {
    switch self {
    case .null: "null"
    case .boolean: "a boolean"
    case .integer: "an integer"
    case .real: "a real number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue: CustomStringConvertible {
  /// The serialized value.
  public var description: String { String(decoding: serialized(), as: UTF8.self) }

  /// The serialized value, cut off after `limit` bytes: for error messages that quote what the other side sent.
  public func excerpt(limit: Int = 200) -> String {
    let bytes = serialized()
    guard bytes.count > limit else { return String(decoding: bytes, as: UTF8.self) }
    return String(decoding: bytes.prefix(limit), as: UTF8.self) + "… (\(bytes.count) bytes)"
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// An integer.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// An array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
}
