/// Cuts a stream of bytes into messages by the length in their headers. It never holds more than one message and what
/// was received with it.
struct MessageFraming {
  private var buffer: [UInt8] = []
  private var offset = 0

  /// Adds what was received.
  mutating func append(_ bytes: [UInt8]) {
    if offset == buffer.count {
      buffer = bytes
    } else {
      if offset > 0 { buffer.removeFirst(offset) }
      buffer += bytes
    }
    offset = 0
  }

  /// The next whole message, or nil when more bytes are needed.
  ///
  /// - Throws: When the header cannot be one. Where the next message begins is unknown then: the connection is lost.
  mutating func next() throws(MalformedMessage) -> [UInt8]? {
    let available = buffer.count - offset
    guard available >= 1 else { return nil }
    let version = buffer[offset]
    guard (1...6).contains(version) else {
      throw MalformedMessage(
        structure: "ofp_header", offset: 0, reason: "expected an OpenFlow version of 1 to 6, found \(version)")
    }
    guard available >= MessageHeader.size else { return nil }
    let length = Int(buffer[offset + 2]) << 8 | Int(buffer[offset + 3])
    guard length >= MessageHeader.size else {
      throw MalformedMessage(
        structure: "ofp_header", offset: 2, reason: "expected a length of at least 8, found \(length)")
    }
    guard available >= length else { return nil }
    if length == buffer.count {
      // Received alone, as short answers are: nothing to copy.
      defer { buffer = [] }
      return buffer
    }
    let message = Array(buffer[offset..<(offset + length)])
    offset += length
    return message
  }
}
