/// Finds the boundaries of messages in a stream of JSON objects.
///
/// RFC 7047 §4 puts JSON-RPC on a stream without framing: messages follow one another, with or without white space in
/// between. The splitter looks only at brackets and strings; whether a message is well-formed is for the parser. Each
/// byte is looked at once, however finely the stream is cut.
public struct JSONMessageSplitter: Sendable {
  private let limits: JSONLimits
  private var buffer: [UInt8] = []
  /// Up to where the buffer has been handed out.
  private var consumed = 0
  /// Up to where the buffer has been scanned.
  private var scanned = 0
  private var depth = 0
  private var isInString = false
  private var isEscaped = false

  /// A splitter at the start of a stream.
  public init(limits: JSONLimits = JSONLimits()) {
    self.limits = limits
  }

  /// How many bytes wait for the rest of their message.
  public var pendingBytes: Int { buffer.count - consumed }

  /// Takes the next bytes of the stream.
  public mutating func append(_ bytes: some Sequence<UInt8>) {
    if consumed > 0 {
      buffer.removeFirst(consumed)
      scanned -= consumed
      consumed = 0
    }
    buffer.append(contentsOf: bytes)
  }

  /// The next whole message, or nil when more bytes are needed.
  ///
  /// After an error the stream has no known boundary any more and must be given up.
  public mutating func next() throws(JSONError) -> [UInt8]? {
    while scanned < buffer.count {
      let byte = buffer[scanned]
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
      } else if depth == 0 {
        switch byte {
        case 0x20, 0x0a, 0x0d, 0x09: consumed = scanned + 1
        case UInt8(ascii: "{"): depth = 1
        default: throw JSONError(.unexpected(byte, expected: "'{', the start of a message"), at: scanned - consumed)
        }
      } else {
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["):
          depth += 1
          guard depth <= limits.depth else { throw JSONError(.tooDeep(limit: limits.depth), at: scanned - consumed) }
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        default: break
        }
      }
      scanned += 1
      guard scanned - consumed <= limits.messageBytes else {
        throw JSONError(.tooLong(limit: limits.messageBytes), at: limits.messageBytes)
      }
      if depth == 0, scanned > consumed {
        let message = Array(buffer[consumed..<scanned])
        consumed = scanned
        return message
      }
    }
    return nil
  }
}
