import Glibc

/// The unix socket of the local API as a file: one agent owns it, and it is not left behind.
enum LocalSocket {
  /// Makes way for a new socket: a stale file is removed, one that somebody answers on is not.
  static func claim(_ path: String) throws(LocalSocketError) {
    switch connect(to: path) {
    case 0: throw LocalSocketError(path: path, problem: "another aliothd is running with it: stop that one first")
    case ENOENT: return
    case ECONNREFUSED:
      guard unlink(path) == 0 else {
        throw LocalSocketError(path: path, problem: "left from before and cannot be removed: \(reason(errno))")
      }
    case let code: throw LocalSocketError(path: path, problem: reason(code))
    }
  }

  /// Lets the owner and its group in, and nobody else.
  static func restrict(_ path: String) {
    chmod(path, 0o660)
  }

  /// Removes the file; it may be gone already.
  static func release(_ path: String) {
    unlink(path)
  }

  /// Returns errno of an attempt to connect, 0 when somebody answered.
  private static func connect(to path: String) -> Int32 {
    var address = sockaddr_un()
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return ENAMETOOLONG }
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    return result == 0 ? 0 : errno
  }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}

/// Why the local API's socket cannot be used.
struct LocalSocketError: Error, CustomStringConvertible {
  let path: String
  let problem: String

  var description: String { "the socket \(path) (api.socket): \(problem)" }
}
