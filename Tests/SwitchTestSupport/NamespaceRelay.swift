import Foundation
import Glibc
import Synchronization

/// Carries TCP connections between the loopback interfaces of two network namespaces: a test's own and a switch's.
public final class NamespaceRelay: Sendable {
  /// The port that it listens on, at 127.0.0.1.
  public let port: Int
  private let listener: Int32
  private let open = Mutex<[Int32]>([])

  /// Listens in the namespace, and carries connections to the same port of this process's own loopback interface.
  public convenience init(to port: Int, in namespace: String) throws {
    try self.init(listeningIn: namespace, at: port, connectingIn: nil, to: port)
  }

  /// Listens on a free port here, and carries connections to a port of the namespace's loopback interface.
  public convenience init(from namespace: String, port: Int) throws {
    try self.init(listeningIn: nil, at: 0, connectingIn: namespace, to: port)
  }

  private init(listeningIn inside: String?, at port: Int, connectingIn outside: String?, to target: Int) throws {
    let listener = try onThread(in: inside) {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var yes: Int32 = 1
      setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
      let bound = withLoopback(port) { bind(descriptor, $0, $1) }
      guard descriptor >= 0, bound == 0, listen(descriptor, 8) == 0 else {
        throw RelayFailure("listen: errno \(errno)")
      }
      return descriptor
    }
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutableBytes(of: &address) { bytes in
      bytes.withMemoryRebound(to: sockaddr.self) { getsockname(listener, $0.baseAddress, &length) }
    }
    self.listener = listener
    self.port = Int(UInt16(bigEndian: address.sin_port))
    let connect = { @Sendable () throws -> Int32 in
      try onThread(in: outside) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard withLoopback(target, { Glibc.connect(descriptor, $0, $1) }) == 0 else {
          Glibc.close(descriptor)
          throw RelayFailure("connect: errno \(errno)")
        }
        return descriptor
      }
    }
    Thread { [weak self] in
      while true {
        let here = accept(listener, nil, nil)
        if here < 0 { return }
        guard let self, let there = try? connect() else {
          Glibc.close(here)
          continue
        }
        self.open.withLock { $0 += [here, there] }
        Thread { NamespaceRelay.copy(here, there) }.start()
        Thread { NamespaceRelay.copy(there, here) }.start()
      }
    }.start()
  }

  /// Ends listening and cuts every connection.
  public func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    Glibc.close(listener)
    for descriptor in open.withLock({ $0 }) { shutdown(descriptor, Int32(SHUT_RDWR)) }
  }

  /// Descriptors stay open until the process ends: two threads use each, and tests make few of them.
  private static func copy(_ source: Int32, _ target: Int32) {
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = read(source, &buffer, buffer.count)
      if count <= 0 { break }
      var sent = 0
      while sent < count {
        let written = buffer.withUnsafeBytes { bytes in
          send(target, bytes.baseAddress?.advanced(by: sent), count - sent, Int32(MSG_NOSIGNAL))
        }
        if written <= 0 { break }
        sent += written
      }
      if sent < count { break }
    }
    shutdown(source, Int32(SHUT_RDWR))
    shutdown(target, Int32(SHUT_RDWR))
  }
}

/// What the system refused.
private struct RelayFailure: Error {
  let text: String

  init(_ text: String) { self.text = text }
}

private func withLoopback(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  return withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
  }
}

/// Runs `body` on a thread of its own, which enters the namespace for it.
private func onThread(in namespace: String?, _ body: @escaping @Sendable () throws -> Int32) throws -> Int32 {
  guard let namespace else { return try body() }
  let result = Mutex<Result<Int32, any Error>?>(nil)
  let done = DispatchSemaphore(value: 0)
  Thread {
    let answer = Result {
      try enter(namespace)
      return try body()
    }
    result.withLock { $0 = answer }
    done.signal()
  }.start()
  done.wait()
  guard let answer = result.withLock({ $0 }) else { throw RelayFailure("the thread left no result") }
  return try answer.get()
}

/// setns(2), which only shows with _GNU_SOURCE and so does not import: it is looked up by name.
private func enter(_ namespace: String) throws {
  typealias SetNamespace = @convention(c) (Int32, Int32) -> Int32
  let descriptor = Glibc.open("/run/netns/\(namespace)", O_RDONLY | O_CLOEXEC)
  defer { Glibc.close(descriptor) }
  guard descriptor >= 0, let symbol = dlsym(nil, "setns") else { throw RelayFailure("no namespace \(namespace)") }
  guard unsafeBitCast(symbol, to: SetNamespace.self)(descriptor, 0) == 0 else {
    throw RelayFailure("setns: errno \(errno)")
  }
}
