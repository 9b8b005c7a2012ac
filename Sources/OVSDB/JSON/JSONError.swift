/// Why some text is not acceptable JSON, and where.
public struct JSONError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// The text ended where something was expected.
    case truncated(expected: String)
    /// A byte stands where something else was expected.
    case unexpected(UInt8, expected: String)
    /// The bytes of a string are not UTF-8.
    case invalidUTF8
    /// A backslash is followed by something that is no escape (RFC 8259 §7).
    case invalidEscape
    /// A `\u` escape is half of a surrogate pair without the other half.
    case loneSurrogate
    /// An unescaped control character in a string.
    case controlCharacter(UInt8)
    /// A number too large for a double.
    case numberOutOfRange
    /// A number of more digits than the limit.
    case numberTooLong(limit: Int)
    /// An object has the same key twice.
    case duplicateKey(String)
    /// Arrays and objects nested deeper than the limit.
    case tooDeep(limit: Int)
    /// More bytes than the limit without an end of the message.
    case tooLong(limit: Int)
  }

  /// What is wrong.
  public let problem: Problem
  /// Where, in bytes from the start of the message (of the stream's unconsumed part for the splitter).
  public let offset: Int

  /// An error at a byte.
  public init(_ problem: Problem, at offset: Int) {
    self.problem = problem
    self.offset = offset
  }
}

extension JSONError: CustomStringConvertible {
  /// A sentence without a full stop.
  public var description: String {
    let text =
      switch problem {
      case .truncated(let expected): "the text ends where \(expected) is expected"
      case .unexpected(let byte, let expected): "\(Self.name(byte)) where \(expected) is expected"
      case .invalidUTF8: "a string is not valid UTF-8"
      case .invalidEscape: "an invalid escape in a string"
      case .loneSurrogate: "half of a surrogate pair in a string"
      case .controlCharacter(let byte): "an unescaped control character (\(Self.name(byte))) in a string"
      case .numberOutOfRange: "a number out of range"
      case .numberTooLong(let limit): "a number of more than \(limit) characters"
      case .duplicateKey(let key): "the key \"\(key)\" twice in one object"
      case .tooDeep(let limit): "values nested deeper than \(limit)"
      case .tooLong(let limit): "a message longer than \(limit) bytes"
      }
    return "\(text), at byte \(offset)"
  }

  private static func name(_ byte: UInt8) -> String {
    (0x21...0x7e).contains(byte) ? "'\(Character(UnicodeScalar(byte)))'" : "byte \(byte)"
  }
}

/// How much of a JSON text is accepted, so that a broken peer cannot exhaust memory or the stack.
public struct JSONLimits: Hashable, Sendable {
  /// Bytes of one message.
  public var messageBytes: Int
  /// Nesting of arrays and objects. OVSDB's deepest message, a schema, nests about ten.
  public var depth: Int
  /// Characters of one number.
  public var numberLength: Int

  /// Limits; the defaults take the whole database of a host with tens of thousands of ports.
  public init(messageBytes: Int = 64 << 20, depth: Int = 64, numberLength: Int = 512) {
    self.messageBytes = messageBytes
    self.depth = depth
    self.numberLength = numberLength
  }
}
