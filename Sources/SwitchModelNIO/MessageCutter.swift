/// Cuts a stream of bytes into whole messages by the length in their headers.
struct MessageCutter: Sendable {
  private var buffer: [UInt8] = []
  private static let headerSize = 8

  /// The bytes are no messages.
  struct NoMessage: Error {}

  mutating func append(_ bytes: some Sequence<UInt8>) { buffer += bytes }

  /// All messages that are there whole.
  mutating func messages() throws(NoMessage) -> [[UInt8]] {
    var messages: [[UInt8]] = []
    var offset = 0
    while buffer.count - offset >= MessageCutter.headerSize {
      let length = Int(buffer[offset + 2]) << 8 | Int(buffer[offset + 3])
      guard length >= MessageCutter.headerSize else { throw NoMessage() }
      guard buffer.count - offset >= length else { break }
      messages.append(Array(buffer[offset..<(offset + length)]))
      offset += length
    }
    buffer.removeFirst(offset)
    return messages
  }
}
