/// One gRPC call on a connection of HTTP/2 of its own (RFC 9113), as the bytes that go each way: as much of it as a call needs that both
/// sides keep open.
///
/// It shares no code with the transport that it is made to load. What it sends is so little that the peer's windows, of a mebibyte at
/// least, never end.
struct HTTP2Call {
  /// Why the call is over.
  struct End: Error, CustomStringConvertible {
    let description: String
  }

  private enum FrameType {
    static let data: UInt8 = 0
    static let headers: UInt8 = 1
    static let resetStream: UInt8 = 3
    static let settings: UInt8 = 4
    static let ping: UInt8 = 6
    static let goAway: UInt8 = 7
    static let windowUpdate: UInt8 = 8
  }

  private enum Setting {
    static let enablePush: UInt8 = 2
    static let initialWindowSize: UInt8 = 4
  }

  private static let headerLength = 9
  private static let stream: UInt32 = 1
  private static let endStream: UInt8 = 1
  private static let acknowledgement: UInt8 = 1
  private static let endHeaders: UInt8 = 4
  private static let padded: UInt8 = 8
  /// What the agent's own transport offers.
  private static let window: UInt32 = 1 << 20
  /// What a connection has until it is said otherwise.
  private static let firstWindow: UInt32 = 65_535
  /// A byte that says whether it is compressed, and a length of four bytes.
  private static let prefixLength = 5
  /// Above this, a message's memory is given back after it.
  private static let keptBytes = 4096

  private var header: [UInt8] = []
  /// Of the frame whose header has been read.
  private var remaining = 0
  private var type: UInt8 = 0
  private var flags: UInt8 = 0
  private var payload: [UInt8] = []
  private var message: [UInt8] = []
  private var unacknowledged: UInt32 = 0

  /// What goes out first: the connection's preface and settings, and the call's headers.
  static func opening(path: String, authority: String) -> [UInt8] {
    // ":method: POST" and ":scheme: http", as the static table has them (RFC 7541, appendix A); the numbers below are names of it.
    var headers: [UInt8] = [0x83, 0x86]
    headers += [0x04] + text(path) + [0x01] + text(authority)
    headers += [0x0f, 0x10] + text("application/grpc") + [0x00] + text("te") + text("trailers")
    let settings: [UInt8] =
      [0, Setting.enablePush, 0, 0, 0, 0, 0, Setting.initialWindowSize] + RawMessage.integer(window)
    return Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(FrameType.settings, 0, 0, settings)
      + frame(FrameType.windowUpdate, 0, 0, RawMessage.integer(window - firstWindow))
      + frame(FrameType.headers, endHeaders, stream, headers)
  }

  /// A message of the call.
  static func message(_ bytes: [UInt8]) -> [UInt8] {
    frame(FrameType.data, 0, stream, [0] + RawMessage.integer(UInt32(bytes.count)) + bytes)
  }

  /// Takes in what was received, and hands out each message that is there whole.
  ///
  /// - Returns: what is to be answered for the connection's sake.
  mutating func receive(
    _ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> [UInt8] {
    var answer: [UInt8] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      if remaining == 0 {
        let part = rest.prefix(HTTP2Call.headerLength - header.count)
        header += part
        rest = rest.dropFirst(part.count)
        guard header.count == HTTP2Call.headerLength else { break }
        remaining = Int(header[0]) << 16 | Int(header[1]) << 8 | Int(header[2])
        (type, flags) = (header[3], header[4])
        header.removeAll(keepingCapacity: true)
        if type == FrameType.data { take(count: remaining, &answer) }
        if remaining == 0 { try end(&answer) }
        continue
      }
      let part = UnsafeRawBufferPointer(rebasing: rest.prefix(remaining))
      rest = rest.dropFirst(part.count)
      remaining -= part.count
      if type == FrameType.data { try take(part, body) } else { payload += part }
      if remaining == 0 { try end(&answer) }
    }
    return answer
  }

  /// Data count against the windows, which are opened again at the half.
  private mutating func take(count: Int, _ answer: inout [UInt8]) {
    unacknowledged += UInt32(count)
    guard unacknowledged >= HTTP2Call.window / 2 else { return }
    let increment: [UInt8] = RawMessage.integer(unacknowledged)
    answer += HTTP2Call.frame(FrameType.windowUpdate, 0, 0, increment)
    answer += HTTP2Call.frame(FrameType.windowUpdate, 0, HTTP2Call.stream, increment)
    unacknowledged = 0
  }

  private mutating func take(_ data: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    message += data
    var offset = 0
    while message.count - offset >= HTTP2Call.prefixLength {
      guard message[offset] == 0 else { throw End(description: "a compressed message, which was not asked for") }
      let length = message[(offset + 1)..<(offset + HTTP2Call.prefixLength)].reduce(0) { $0 << 8 | Int($1) }
      let start = offset + HTTP2Call.prefixLength
      guard message.count - start >= length else {
        message.reserveCapacity(HTTP2Call.prefixLength + length)
        break
      }
      try message.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[start..<(start + length)])) }
      offset = start + length
    }
    if offset == message.count {
      message.removeAll(keepingCapacity: message.capacity <= HTTP2Call.keptBytes)
    } else if offset > 0 {
      message.removeFirst(offset)
    }
  }

  /// A frame is there whole.
  private mutating func end(_ answer: inout [UInt8]) throws {
    defer { payload.removeAll(keepingCapacity: true) }
    switch type {
    case FrameType.data where flags & HTTP2Call.padded != 0: throw End(description: "data with padding")
    case FrameType.data where flags & HTTP2Call.endStream != 0: throw End(description: "the call has ended")
    case FrameType.headers where flags & HTTP2Call.endStream != 0:
      throw End(description: "the call has ended: \(String(decoding: payload, as: UTF8.self))")
    case FrameType.resetStream: throw End(description: "the call was reset, error \(payload)")
    case FrameType.goAway: throw End(description: "the connection is closing, error \(payload)")
    case FrameType.settings where flags & HTTP2Call.acknowledgement == 0:
      answer += HTTP2Call.frame(FrameType.settings, HTTP2Call.acknowledgement, 0, [])
    case FrameType.ping where flags & HTTP2Call.acknowledgement == 0:
      answer += HTTP2Call.frame(FrameType.ping, HTTP2Call.acknowledgement, 0, payload)
    default: break
    }
  }

  private static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
    let length: [UInt8] = RawMessage.integer(UInt32(payload.count))
    return length[1...] + [type, flags] + RawMessage.integer(stream) + payload
  }

  /// A text as HPACK has it, not compressed; of fewer than 127 bytes.
  private static func text(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }
}
