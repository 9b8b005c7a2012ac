import Glibc

/// The identity of a network namespace.
struct NetworkNamespace: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64

  /// The calling thread's; nil where /proc is not there to ask.
  static func current() -> NetworkNamespace? {
    var status = stat()
    guard stat("/proc/thread-self/ns/net", &status) == 0 else { return nil }
    return NetworkNamespace(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }
}
