import CPcap
import Glibc

extension PacketCapture {
  /// Waits until frames are there to drain.
  ///
  /// - Parameter timeoutMilliseconds: how long to wait at most; 0 only looks, a negative number waits for ever.
  /// - Returns: true when frames may be there; false after the timeout, and when the wake-up was signalled.
  public func wait(timeoutMilliseconds: Int32) throws(CaptureError) -> Bool {
    let deadline = timeoutMilliseconds < 0 ? nil : monotonicMilliseconds() + Int64(timeoutMilliseconds)
    while true {
      if isDown, isInterfaceGone { throw interfaceGone(attempt: "wait for frames") }
      var descriptors: InlineArray<2, pollfd> = [
        pollfd(fd: fileDescriptor, events: Int16(POLLIN), revents: 0),
        // A negative descriptor is ignored by poll(2), which is what a wake-up without one needs.
        pollfd(fd: wakeUp.fileDescriptor, events: Int16(POLLIN), revents: 0),
      ]
      let left = deadline.map { Int32(clamping: max(0, $0 - monotonicMilliseconds())) } ?? -1
      // The kernel reports that an interface goes down, and not that it is removed after that: so one looks.
      let slice = isDown && !(0...100).contains(left) ? 100 : left
      var span = descriptors.mutableSpan
      let result = span.withUnsafeMutableBufferPointer { poll($0.baseAddress, nfds_t($0.count), slice) }
      if result < 0 {
        guard errno == EINTR else { throw systemFailure(errno) }
        continue
      }
      if descriptors[1].revents != 0 {
        wakeUp.consume()
        return false
      }
      let events = descriptors[0].revents
      if events & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 {
        try checkSocketError()
        if events & Int16(POLLIN) == 0 { continue }
      }
      if events & Int16(POLLIN) != 0 {
        isDown = false
        return true
      }
      if result == 0, slice == left { return false }
    }
  }

  /// Takes the error that poll announced off the socket, and throws unless it only says that the interface is down.
  private func checkSocketError() throws(CaptureError) {
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    guard getsockopt(fileDescriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else { throw systemFailure(errno) }
    if isInterfaceGone { throw interfaceGone(attempt: "wait for frames") }
    // An interface that went down reports ENETDOWN once, and the socket goes on when it comes up again.
    guard code == 0 || code == ENETDOWN else { throw systemFailure(code) }
    isDown = true
  }

  private func systemFailure(_ code: Int32) -> CaptureError {
    CaptureError(
      kind: .failed, interface: interface, attempt: "wait for frames", reason: String(cString: strerror(code)))
  }
}

/// As of the kernel's last tick, some milliseconds ago at most: the exact time takes five times as long to read, and is read
/// for each packet where packets come one by one.
private func monotonicMilliseconds() -> Int64 {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now)
  return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
}
