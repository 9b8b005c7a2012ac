import Foundation
import Synchronization

/// An advisory lock on a file, held by this process until it is released or the process ends.
final class FileLock: Sendable {
  private let descriptor: Mutex<Int32?>

  /// - Throws: `StoreError.unusable` when another process has the lock, or the file cannot be made.
  init(path: String, for store: String) throws(StoreError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      let reason = String(cString: strerror(errno))
      throw .unusable(
        "Cannot open the store \(store): making its lock file \(path) failed: \(reason). The directory must exist and be "
          + "writable for the user that the controller runs as.")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let inUse = errno == EWOULDBLOCK
      let reason = String(cString: strerror(errno))
      Foundation.close(descriptor)
      throw .unusable(
        inUse
          ? "The store \(store) is in use by another process: stop the other controller, or give this one another "
            + "store.path."
          : "Cannot lock the store \(store) by \(path): \(reason).")
    }
    self.descriptor = Mutex(descriptor)
  }

  func release() {
    descriptor.withLock { descriptor in
      if let open = descriptor { Foundation.close(open) }
      descriptor = nil
    }
  }

  deinit {
    release()
  }
}
