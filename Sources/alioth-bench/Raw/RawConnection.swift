import Glibc

/// A connection to a switch made of nothing but system calls that block.
///
/// It shares no code with the library, as it is what the library is measured by. One thread uses it.
final class RawConnection {
  /// What went wrong, in words.
  struct Failure: Error, CustomStringConvertible {
    let description: String

    static func system(_ call: String) -> Failure {
      Failure(description: "\(call): \(String(cString: strerror(errno)))")
    }
  }

  /// A message: its type, its transaction id, and all of its bytes.
  struct Message {
    let type: UInt8
    let xid: UInt32
    let bytes: [UInt8]
  }

  let descriptor: Int32
  private var buffer: [UInt8] = []
  private var consumed = 0
  private var chunk = [UInt8](repeating: 0, count: 65_536)

  /// Connects to a unix socket and agrees on OpenFlow 1.3.
  init(unix path: String) throws {
    descriptor = try RawConnection.open()
    guard try RawConnection.connects(descriptor, to: path) else { throw Failure.system("connect to \(path)") }
    try write(RawMessage.hello)
    while try read().type != 0 {}
    try write(RawMessage.plain(type: 5, xid: 2))
    while try read().type != 6 {}
  }

  /// The time in microseconds since 1970 when somebody listens at a unix socket, nil when nobody does.
  static func listens(unix path: String) throws -> Int? {
    let descriptor = try open()
    defer { close(descriptor) }
    return try connects(descriptor, to: path) ? Clock.wallMicroseconds() : nil
  }

  /// A socket for `connects`.
  static func open() throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Failure.system("socket") }
    return descriptor
  }

  /// Connects a socket; returns false when nobody listens.
  static func connects(_ descriptor: Int32, to path: String) throws -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(path.utf8)
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw Failure(description: "the socket's name is too long: \(path)")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
  }

  deinit { close(descriptor) }

  /// Writes all of it.
  func write(_ bytes: [UInt8]) throws {
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeBytes { all in
        send(descriptor, all.baseAddress.map { $0 + offset }, all.count - offset, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        offset += count
      } else if errno != EINTR {
        throw Failure.system("write")
      }
    }
  }

  /// Waits for the next message. Echo requests of the switch are answered and not returned.
  func read() throws -> Message {
    while true {
      if let message = next() {
        guard message.type == 2 else { return message }
        var answer = message.bytes
        answer[1] = 3
        try write(answer)
        continue
      }
      try receive()
    }
  }

  /// The next message that has been received already.
  func next() -> Message? {
    let available = buffer.count - consumed
    guard available >= 8 else { return nil }
    let length = Int(buffer[consumed + 2]) << 8 | Int(buffer[consumed + 3])
    guard available >= length, length >= 8 else { return nil }
    let bytes = Array(buffer[consumed..<(consumed + length)])
    consumed += length
    if consumed == buffer.count {
      buffer.removeAll(keepingCapacity: true)
      consumed = 0
    }
    return Message(type: bytes[1], xid: bytes[4..<8].reduce(0) { $0 << 8 | UInt32($1) }, bytes: bytes)
  }

  /// Takes what the socket has, and waits for it when it has nothing.
  func receive() throws {
    let count = recv(descriptor, &chunk, chunk.count, 0)
    if count > 0 {
      buffer.append(contentsOf: chunk[..<count])
    } else if count == 0 {
      throw Failure(description: "the switch closed the connection")
    } else if errno != EINTR {
      throw Failure.system("read")
    }
  }

  /// Waits until the switch has worked off everything that was written before.
  func barrier() throws {
    try write(RawMessage.plain(type: 20, xid: 3))
    while true {
      let message = try read()
      if message.type == 21 { return }
      if message.type == 1 { throw Failure(description: "the switch refused something: \(message.bytes)") }
    }
  }

  /// Deletes all flows of all tables.
  func deleteAllFlows() throws {
    try write(RawMessage.deleteAll)
    try barrier()
  }

  /// Deletes the flows with these cookies.
  func deleteFlows(cookie: UInt64, mask: UInt64) throws {
    try write(RawMessage.delete(cookie: cookie, mask: mask))
    try barrier()
  }
}

/// Messages by hand.
enum RawMessage {
  /// Versions up to 1.3, and a bitmap that says 1.3 only.
  static let hello: [UInt8] = [4, 0, 0, 16, 0, 0, 0, 1, 0, 1, 0, 8, 0, 0, 0, 0x10]

  /// Every table, no cookie, every output, every packet.
  static let deleteAll = delete(cookie: 0, mask: 0)

  /// Every table, these cookies, every output, every packet.
  static func delete(cookie: UInt64, mask: UInt64) -> [UInt8] {
    [4, 14, 0, 56, 0, 0, 0, 4] + integer(cookie) + integer(mask) + [0xff, 3, 0, 0, 0, 0, 0, 0]
      + [UInt8](repeating: 0xff, count: 12) + [0, 0, 0, 0] + [0, 1, 0, 4, 0, 0, 0, 0]
  }

  /// Only a header.
  static func plain(type: UInt8, xid: UInt32) -> [UInt8] { [4, type, 0, 8] + integer(xid) }

  static let controlLength = 24
  /// The kind of a bundle control that closes.
  static let close: UInt8 = 2
  /// The kind of a bundle control that commits.
  static let commit: UInt8 = 4

  /// ONF's bundle control.
  static func bundleControl(_ kind: UInt8, bundle: UInt32, xid: UInt32) -> [UInt8] {
    [4, 4, 0, 24] + integer(xid) + [0x4f, 0x4e, 0x46, 0, 0, 0, 8, 0xfc] + integer(bundle) + [0, kind, 0, 3]
  }

  static func integer<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
    stride(from: Number.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// Whether this is the answer to a bundle's commit.
  static func isCommitReply(_ message: RawConnection.Message) -> Bool {
    message.type == 4 && message.bytes.count >= 24 && message.bytes[12...15] == [0, 0, 8, 0xfc]
      && message.bytes[21] == commit + 1
  }
}
