import Glibc
import Southbound

/// Calls of a controller's API, by nothing but system calls.
struct ControllerCalls: Sendable {
  let address: SouthboundAddress

  /// A connection to an IPv4 address.
  static func socket(to address: SouthboundAddress) throws -> Int32 {
    let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw RawConnection.Failure.system("socket") }
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = in_port_t(UInt16(truncatingIfNeeded: address.port).bigEndian)
    guard inet_pton(AF_INET, address.host, &name.sin_addr) == 1 else {
      close(descriptor)
      throw RawConnection.Failure(description: "\(address.host) is no IPv4 address")
    }
    let connected = withUnsafePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else {
      let failure = RawConnection.Failure.system("connect to \(address)")
      close(descriptor)
      throw failure
    }
    return descriptor
  }

  /// Creates what a document says, and returns the answer.
  func post(_ path: String, _ document: String) throws -> String {
    let descriptor = try ControllerCalls.socket(to: address)
    defer { close(descriptor) }
    let request =
      "POST \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
      + "Content-Length: \(document.utf8.count)\r\n\r\n\(document)"
    var bytes = Array(request.utf8)[...]
    while !bytes.isEmpty {
      let sent = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard sent > 0 else { throw RawConnection.Failure.system("write to \(address)") }
      bytes = bytes.dropFirst(sent)
    }
    let answer = ProcessFigures.read(descriptor)
    guard answer.hasPrefix("HTTP/1.1 201") else {
      throw RawConnection.Failure(description: "\(path): \(answer.prefix(2000))")
    }
    return answer
  }

  /// Creates a resource, and returns its id.
  func create(_ path: String, _ document: String) throws -> String {
    let answer = try post(path, document)
    let name = "\"id\":"
    guard let range = answer.firstRange(of: name) else {
      throw RawConnection.Failure(description: "\(path): no id in \(answer.prefix(2000))")
    }
    return String(answer[range.upperBound...].drop { $0 == " " || $0 == "\"" }.prefix { $0 != "\"" })
  }
}
