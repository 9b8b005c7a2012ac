import CFrameBatch
import CPcap
import Glibc

extension PacketCapture {
  /// How long a full send queue is waited for.
  private static let patienceMilliseconds: Int32 = 20

  /// Sends frames in their order, many in one system call. A frame that the interface cannot take, as one that is longer
  /// than its MTU, is left out, and the others are sent. When its send queue is full, it is waited for a moment, and what
  /// it does not take then is left out too: whoever misses an answer asks again.
  ///
  /// - Returns: How many were sent.
  /// - Throws: `interfaceGone`, when it is.
  public func inject(_ batch: FrameBatch) throws(CaptureError) -> Int {
    var (sent, next) = (0, 0)
    var hasWaited = false
    while next < batch.count {
      let count = batch.bytes.withUnsafeBufferPointer { bytes in
        batch.ends.withUnsafeBufferPointer { ends in
          guard let first = bytes.baseAddress, let ends = ends.baseAddress else { return Int32(0) }
          return frame_batch_send_next(fileDescriptor, first, ends, UInt32(next), UInt32(batch.count))
        }
      }
      if count > 0 {
        sent += Int(count)
        next += Int(count)
        hasWaited = false
        continue
      }
      let code = errno
      if code == EINTR { continue }
      if isInterfaceGone { throw interfaceGone(attempt: "send \(batch.count) frames") }
      guard [EAGAIN, ENOBUFS].contains(code) else {
        // While the interface is down nothing is taken; anything else is about this one frame.
        if code == ENETDOWN { return sent }
        next += 1
        continue
      }
      guard !hasWaited else { return sent }
      hasWaited = true
      var descriptor = pollfd(fd: fileDescriptor, events: Int16(POLLOUT), revents: 0)
      _ = poll(&descriptor, 1, PacketCapture.patienceMilliseconds)
    }
    return sent
  }
}
