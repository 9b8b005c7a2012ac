import CPcap
import Glibc

/// Ends a capture's wait from another thread.
///
/// A wake-up belongs to whoever stops the capturing thread, and outlives single captures: it is handed to each capture
/// that is opened in turn. It is remembered until a wait consumes it, so that there is no moment at which it is lost.
public final class CaptureWakeUp: Sendable {
  let fileDescriptor: Int32

  /// A wake-up that nobody has used yet.
  ///
  /// Without a descriptor left (EMFILE) the wake-up still works for the callers, but waits end only by their timeout.
  public init() {
    fileDescriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
  }

  deinit {
    if fileDescriptor >= 0 { close(fileDescriptor) }
  }

  /// Makes the current wait, or the next one, return at once. Any thread may call this at any time.
  public func signal() {
    var one: UInt64 = 1
    // The only failure of an 8-byte write is a counter at its maximum, which is signalled already.
    _ = write(fileDescriptor, &one, MemoryLayout<UInt64>.size)
  }

  /// Forgets the signals so far.
  func consume() {
    var count: UInt64 = 0
    _ = read(fileDescriptor, &count, MemoryLayout<UInt64>.size)
  }
}
