import NetworkTypes

/// A strict JSON parser (RFC 8259) over bytes that are all there.
///
/// It takes exactly one value with white space around it. Strings must be UTF-8, escapes complete, surrogates paired,
/// keys distinct; comments, trailing commas and leading zeros are refused.
struct JSONParser {
  private let bytes: [UInt8]
  private let limits: JSONLimits
  private var position = 0

  private init(_ bytes: [UInt8], limits: JSONLimits) {
    self.bytes = bytes
    self.limits = limits
  }

  static func parse(_ bytes: [UInt8], limits: JSONLimits) throws(JSONError) -> JSONValue {
    guard bytes.count <= limits.messageBytes else {
      throw JSONError(.tooLong(limit: limits.messageBytes), at: limits.messageBytes)
    }
    var parser = JSONParser(bytes, limits: limits)
    parser.skipWhitespace()
    let value = try parser.value(depth: 0)
    parser.skipWhitespace()
    if let byte = parser.peek { throw parser.error(.unexpected(byte, expected: "the end of the text")) }
    return value
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func error(_ problem: JSONError.Problem) -> JSONError { JSONError(problem, at: position) }

  /// The error for what stands at the position: another byte, or the end.
  private func mismatch(_ expected: String) -> JSONError {
    if let byte = peek { error(.unexpected(byte, expected: expected)) } else { error(.truncated(expected: expected)) }
  }

  private mutating func skipWhitespace() {
    while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard let byte = peek else { throw mismatch("a value") }
    switch byte {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .boolean(true))
    case UInt8(ascii: "f"): return try literal("false", .boolean(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw mismatch("a value")
    }
  }

  private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    for byte in String(describing: text).utf8 where !take(byte) { throw mismatch(String(describing: text)) }
    return value
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= limits.depth else { throw error(.tooDeep(limit: limits.depth)) }
    position += 1
    var members: [String: JSONValue] = [:]
    skipWhitespace()
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipWhitespace()
      guard peek == UInt8(ascii: "\"") else { throw mismatch("a key") }
      let start = position
      let key = try string()
      skipWhitespace()
      guard take(UInt8(ascii: ":")) else { throw mismatch("':'") }
      skipWhitespace()
      guard members.updateValue(try value(depth: depth), forKey: key) == nil else {
        throw JSONError(.duplicateKey(key), at: start)
      }
      skipWhitespace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw mismatch("',' or '}'") }
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= limits.depth else { throw error(.tooDeep(limit: limits.depth)) }
    position += 1
    var elements: [JSONValue] = []
    skipWhitespace()
    if take(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      skipWhitespace()
      elements.append(try value(depth: depth))
      skipWhitespace()
      if take(UInt8(ascii: "]")) { return .array(elements) }
      guard take(UInt8(ascii: ",")) else { throw mismatch("',' or ']'") }
    }
  }

  private mutating func digits() throws(JSONError) {
    let start = position
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    if position == start { throw mismatch("a digit") }
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    var isWhole = true
    _ = take(UInt8(ascii: "-"))
    // A leading zero stands alone (RFC 8259 §6).
    if !take(UInt8(ascii: "0")) { try digits() }
    if take(UInt8(ascii: ".")) {
      isWhole = false
      try digits()
    }
    if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
      isWhole = false
      position += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    guard position - start <= limits.numberLength else {
      throw JSONError(.numberTooLong(limit: limits.numberLength), at: start)
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let integer = Int64(text) { return .integer(integer) }
    guard let real = Double(text), real.isFinite else { throw JSONError(.numberOutOfRange, at: start) }
    return .real(real)
  }

  private mutating func string() throws(JSONError) -> String {
    let start = position
    position += 1
    var content: [UInt8] = []
    while true {
      guard let byte = peek else { throw mismatch("the end of a string") }
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let text = String(validating: content, as: UTF8.self) else { throw JSONError(.invalidUTF8, at: start) }
        return text
      case UInt8(ascii: "\\"):
        try escape(into: &content)
      case 0..<0x20:
        throw error(.controlCharacter(byte))
      default:
        content.append(byte)
        position += 1
      }
    }
  }

  private mutating func escape(into content: inout [UInt8]) throws(JSONError) {
    let start = position
    position += 1
    guard let byte = peek else { throw mismatch("an escape") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0c)
    case UInt8(ascii: "n"): content.append(0x0a)
    case UInt8(ascii: "r"): content.append(0x0d)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "u"):
      var code = try hexadecimalQuad()
      if (0xd800...0xdbff).contains(code) {
        guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw JSONError(.loneSurrogate, at: start) }
        let low = try hexadecimalQuad()
        guard (0xdc00...0xdfff).contains(low) else { throw JSONError(.loneSurrogate, at: start) }
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)
      }
      guard let scalar = UnicodeScalar(code) else { throw JSONError(.loneSurrogate, at: start) }
      content.append(contentsOf: String(Character(scalar)).utf8)
    default: throw JSONError(.invalidEscape, at: start)
    }
  }

  private mutating func hexadecimalQuad() throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = hexDigitValue(byte) else { throw mismatch("a hexadecimal digit") }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}

extension JSONValue {
  /// Parses one value from all of `bytes`.
  public init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
    self = try JSONParser.parse(bytes, limits: limits)
  }

  /// Parses one value from all of `text`.
  public init(parsing text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) {
    self = try JSONParser.parse(Array(text.utf8), limits: limits)
  }
}
