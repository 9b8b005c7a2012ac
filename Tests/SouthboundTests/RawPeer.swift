import Foundation
import Glibc
import Southbound

/// Bytes of HTTP/2 over a plain socket: what no client or server of gRPC's would send.
final class RawPeer {
  private let descriptor: Int32

  init(descriptor: Int32) {
    self.descriptor = descriptor
    // A peer that never answers fails the test instead of holding it up.
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  /// Connects to a server on the loopback interface.
  convenience init(to address: SouthboundAddress) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let result = RawPeer.withLoopback(port: address.port) { connect(descriptor, $0, $1) }
    guard descriptor >= 0, result == 0 else { throw POSIXError(.ECONNREFUSED) }
    self.init(descriptor: descriptor)
  }

  static func withLoopback<Result>(
    port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Some bytes; empty once the other end has closed.
  func receive() -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
    return Array(buffer.prefix(max(0, count)))
  }

  /// Reads frames until one of this kind comes on this stream; nil when the other end closes before, or says GOAWAY.
  func awaitFrame(_ kinds: Set<UInt8>, stream: UInt32) -> RawFrame? {
    while true {
      while let frame = RawFrame(taking: &received) {
        if kinds.contains(frame.kind), frame.stream == stream { return frame }
      }
      let bytes = receive()
      guard !bytes.isEmpty else { return nil }
      received += bytes
    }
  }

  /// Passes over the next bytes.
  func skip(_ count: Int) {
    while received.count < count {
      let bytes = receive()
      guard !bytes.isEmpty else { return }
      received += bytes
    }
    received.removeFirst(count)
  }

  private var received: [UInt8] = []
}

/// A frame of HTTP/2 (RFC 9113 section 4.1).
struct RawFrame {
  static let data: UInt8 = 0
  static let headers: UInt8 = 1
  static let reset: UInt8 = 3
  static let settings: UInt8 = 4

  var kind: UInt8
  var flags: UInt8 = 0
  var stream: UInt32 = 0
  var payload: [UInt8] = []

  var bytes: [UInt8] {
    let length = payload.count
    return [UInt8(length >> 16 & 0xff), UInt8(length >> 8 & 0xff), UInt8(length & 0xff), kind, flags]
      + withUnsafeBytes(of: stream.bigEndian) { Array($0) } + payload
  }

  init(kind: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, payload: [UInt8] = []) {
    (self.kind, self.flags, self.stream, self.payload) = (kind, flags, stream, payload)
  }

  /// Takes the first frame off the bytes, if it is all there.
  init?(taking bytes: inout [UInt8]) {
    guard bytes.count >= 9 else { return nil }
    let length = Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2])
    guard bytes.count >= 9 + length else { return nil }
    self.init(
      kind: bytes[3], flags: bytes[4],
      stream: UInt32(bytes[5]) << 24 | UInt32(bytes[6]) << 16 | UInt32(bytes[7]) << 8 | UInt32(bytes[8]),
      payload: Array(bytes[9..<9 + length]))
    bytes.removeFirst(9 + length)
  }

  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  /// Header fields, each a literal without indexing (RFC 7541 section 6.2.2), on stream 1.
  static func headers(_ fields: [(String, String)]) -> RawFrame {
    var block: [UInt8] = []
    for (name, value) in fields {
      block.append(0)
      for text in [name, value] { block += [UInt8(text.utf8.count)] + text.utf8 }
    }
    return RawFrame(kind: headers, flags: 4, stream: 1, payload: block)
  }

  /// A message of gRPC's that says it is this long, of which this is the beginning.
  static func message(length: UInt32, _ beginning: [UInt8]) -> RawFrame {
    RawFrame(
      kind: data, stream: 1, payload: [0] + withUnsafeBytes(of: length.bigEndian) { Array($0) } + beginning)
  }
}

/// A socket on the loopback interface that takes one connection.
final class RawListener: Sendable {
  private let descriptor: Int32
  let address: SouthboundAddress

  init() throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let bound = RawPeer.withLoopback(port: 0) { bind(descriptor, $0, $1) }
    guard descriptor >= 0, bound == 0, listen(descriptor, 8) == 0 else { throw POSIXError(.EADDRINUSE) }
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    self.descriptor = descriptor
    self.address = SouthboundAddress(host: "127.0.0.1", port: Int(in_port_t(bigEndian: address.sin_port)))
  }

  deinit { close(descriptor) }

  func accept() -> RawPeer { RawPeer(descriptor: Glibc.accept(descriptor, nil, nil)) }
}

/// The memory that this process has now, in bytes.
func residentBytes() -> Int {
  let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
  return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
}
