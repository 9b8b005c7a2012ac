/// What is wrong with a JSON text, and where.
public struct JSONParseError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The byte at which reading failed, from 0.
  public var offset: Int
  /// What was expected or is wrong there.
  public var message: String

  /// A sentence for people.
  public var description: String { "invalid JSON at byte \(offset): \(message)" }
}

/// A strict reader of JSON (RFC 8259): one value, UTF-8, no member twice, nesting bounded.
struct JSONParser {
  /// Deep enough for anything the API takes, and far from the end of a thread's stack.
  private static let maximumDepth = 32

  private let bytes: [UInt8]
  private var position = 0

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  static func parse(_ bytes: [UInt8]) throws(JSONParseError) -> JSONValue {
    var parser = JSONParser(bytes)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.position == bytes.count else { throw parser.failure("there is text after the value") }
    return value
  }

  private func failure(_ message: String, at offset: Int? = nil) -> JSONParseError {
    JSONParseError(offset: offset ?? position, message: message)
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d { position += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONParseError) -> JSONValue {
    guard depth < JSONParser.maximumDepth else { throw failure("more than \(JSONParser.maximumDepth) levels deep") }
    skipSpace()
    switch next {
    case nil: throw failure("the text ends where a value is expected")
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .boolean(true))
    case UInt8(ascii: "f"): return try literal("false", .boolean(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: return try number()
    }
  }

  private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONParseError) -> JSONValue {
    let expected = Array(text.description.utf8)
    guard bytes[position...].starts(with: expected) else { throw failure("expected a value") }
    position += expected.count
    return value
  }

  private mutating func object(depth: Int) throws(JSONParseError) -> JSONValue {
    position += 1
    var members: [JSONValue.Member] = []
    var names: Set<String> = []
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object([]) }
    while true {
      skipSpace()
      let start = position
      guard next == UInt8(ascii: "\"") else { throw failure("expected a member's name in double quotes") }
      let name = try string()
      guard names.insert(name).inserted else { throw failure("the member '\(name)' is there twice", at: start) }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw failure("expected ':' after the name '\(name)'") }
      members.append(JSONValue.Member(name, try value(depth: depth + 1)))
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw failure("expected ',' or '}'") }
    }
  }

  private mutating func array(depth: Int) throws(JSONParseError) -> JSONValue {
    position += 1
    var elements: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array([]) }
    while true {
      elements.append(try value(depth: depth + 1))
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(elements) }
      guard take(UInt8(ascii: ",")) else { throw failure("expected ',' or ']'") }
    }
  }

  private mutating func number() throws(JSONParseError) -> JSONValue {
    let start = position
    _ = take(UInt8(ascii: "-"))
    let integerDigits = digits()
    guard integerDigits > 0 else { throw failure("expected a value", at: start) }
    let leading = bytes[start] == UInt8(ascii: "-") ? start + 1 : start
    guard integerDigits == 1 || bytes[leading] != UInt8(ascii: "0") else {
      throw failure("a number has a leading zero", at: start)
    }
    var isInteger = true
    if take(UInt8(ascii: ".")) {
      isInteger = false
      guard digits() > 0 else { throw failure("expected a digit after '.'") }
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      isInteger = false
      position += 1
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      guard digits() > 0 else { throw failure("expected an exponent's digit") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let value = Int(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else { throw failure("the number is too large", at: start) }
    return .number(value)
  }

  private mutating func digits() -> Int {
    let start = position
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position - start
  }

  private mutating func string() throws(JSONParseError) -> String {
    let start = position
    position += 1
    var content: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw failure("a string is not valid UTF-8", at: start)
        }
        return text
      case UInt8(ascii: "\\"): content += Array(try escape().utf8)
      case 0..<0x20: throw failure("a control character in a string must be escaped", at: position - 1)
      default: content.append(byte)
      }
    }
    throw failure("a string is not closed", at: start)
  }

  private mutating func escape() throws(JSONParseError) -> String {
    guard let byte = next else { throw failure("the text ends in an escape") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw failure("unknown escape", at: position - 1)
    }
  }

  private mutating func unicodeEscape() throws(JSONParseError) -> String {
    let start = position
    let first = try codeUnit()
    var units = [first]
    // A character beyond the basic plane is a pair of surrogates (RFC 8259 section 7).
    if (0xd800...0xdbff).contains(first) {
      guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw failure("half a surrogate pair", at: start) }
      units.append(try codeUnit())
    }
    guard let text = String(validating: units, as: UTF16.self) else {
      throw failure("half a surrogate pair", at: start)
    }
    return text
  }

  private mutating func codeUnit() throws(JSONParseError) -> UInt16 {
    guard bytes.count - position >= 4 else { throw failure("expected four hexadecimal digits") }
    let digits = bytes[position..<(position + 4)]
    let text = String(decoding: digits, as: UTF8.self)
    let isHexadecimal = digits.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
    guard isHexadecimal, let value = UInt16(text, radix: 16) else {
      throw failure("expected four hexadecimal digits")
    }
    position += 4
    return value
  }
}
