import CPcap
import Glibc

extension PacketCapture {
  /// How long a full send queue is waited for.
  private static let patienceMilliseconds: Int32 = 20

  /// Sends frames in their order, many in one system call. When the interface's send queue is full, it is waited for a
  /// moment, and what it does not take then is left out: whoever misses an answer asks again.
  ///
  /// - Returns: How many were sent.
  /// - Throws: `interfaceGone`, when it is.
  public func inject(_ batch: FrameBatch) throws(CaptureError) -> Int {
    var sent = 0
    var hasWaited = false
    while sent < batch.count {
      let count = batch.bytes.withUnsafeBufferPointer { bytes in
        batch.ends.withUnsafeBufferPointer { ends in
          guard let first = bytes.baseAddress, let ends = ends.baseAddress else { return Int32(0) }
          return cpcap_send_frames(fileDescriptor, first, ends, UInt32(sent), UInt32(batch.count))
        }
      }
      if count > 0 {
        sent += Int(count)
        continue
      }
      let code = errno
      if code == EINTR { continue }
      if isInterfaceGone { throw interfaceGone(attempt: "send \(batch.count) frames") }
      guard [EAGAIN, ENOBUFS].contains(code), !hasWaited else { return sent }
      hasWaited = true
      var descriptor = pollfd(fd: fileDescriptor, events: Int16(POLLOUT), revents: 0)
      _ = poll(&descriptor, 1, PacketCapture.patienceMilliseconds)
    }
    return sent
  }
}
