import Glibc
import OpenFlow

/// A connection to a real switch's unix socket that sends bytes as they are, right or wrong.
final class BlockingClient {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let socket: Int32
  private var buffer: [UInt8] = []
  private var barriers: UInt32 = 0xf000_0000

  init(_ path: String) throws {
    socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard connected == 0 else { throw Failure(description: "no connection to \(path)") }
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    try write([4, 0, 0, 8, 0, 0, 0, 0])
    _ = try read()
  }

  deinit { close(socket) }

  /// Sends messages; everything that comes back until all of them are worked off.
  func exchange(_ messages: [[UInt8]]) throws -> [[UInt8]] {
    barriers += 1
    try write(messages.flatMap(\.self) + Raw.message(20, xid: barriers, []))
    var replies: [[UInt8]] = []
    while true {
      let message = try read()
      if message[1] == 21, Array(message[4..<8]) == Raw.number(barriers, 4) { return replies }
      replies.append(message)
    }
  }

  private func write(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard sent > 0 else { throw Failure(description: "the switch is gone") }
      rest = rest.dropFirst(sent)
    }
  }

  private func read() throws -> [UInt8] {
    while true {
      if buffer.count >= 8 {
        let length = Int(buffer[2]) << 8 | Int(buffer[3])
        if length >= 8, buffer.count >= length {
          defer { buffer.removeFirst(length) }
          return Array(buffer.prefix(length))
        }
      }
      var part = [UInt8](repeating: 0, count: 65536)
      let count = recv(socket, &part, part.count, 0)
      guard count > 0 else { throw Failure(description: "the switch does not answer") }
      buffer += part.prefix(count)
    }
  }
}
