import Glibc

/// Why a capture file could not be written.
public struct PcapngError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was attempted, such as `write a frame`.
  public let attempt: String
  /// The file's name.
  public let file: String
  /// The system's error number.
  public let code: Int32

  /// Whether the file system, or the user's share of it, is full.
  public var isOutOfSpace: Bool { code == ENOSPC || code == EDQUOT }

  /// One line: attempt, file, the system's words.
  public var description: String {
    let text = "cannot \(attempt) to \(file): \(String(cString: strerror(code)))"
    return isOutOfSpace ? "\(text); free some space or capture to another file system" : text
  }
}

/// The file descriptor that a writer's blocks go to.
struct PcapngOutput: ~Copyable {
  private let fileDescriptor: Int32
  private let file: String
  private let closes: Bool

  init(creating path: String) throws(PcapngError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw PcapngError(attempt: "write a capture", file: path, code: errno) }
    fileDescriptor = descriptor
    file = path
    closes = true
  }

  init(fileDescriptor: Int32, name: String) {
    self.fileDescriptor = fileDescriptor
    file = name
    closes = false
  }

  deinit {
    if closes { close(fileDescriptor) }
  }

  /// Writes the whole block, or throws and leaves none of it behind where the file can be cut.
  borrowing func write(_ block: [UInt8], attempt: String) throws(PcapngError) {
    var written = 0
    while written < block.count {
      let descriptor = fileDescriptor
      let count = block[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        written += count
        continue
      }
      // A write of more than nothing returns 0 only where a device takes no more.
      let code = count == 0 ? ENOSPC : errno
      if code == EINTR { continue }
      if code == EAGAIN, waitUntilWritable() { continue }
      if written > 0 { removePartialBlock(written) }
      throw PcapngError(attempt: attempt, file: file, code: code)
    }
  }

  private borrowing func waitUntilWritable() -> Bool {
    var descriptor = pollfd(fd: fileDescriptor, events: Int16(POLLOUT), revents: 0)
    let result = poll(&descriptor, 1, -1)
    return result > 0 || (result < 0 && errno == EINTR)
  }

  private borrowing func removePartialBlock(_ count: Int) {
    let end = lseek(fileDescriptor, 0, SEEK_CUR)
    guard end >= count, ftruncate(fileDescriptor, end - count) == 0 else { return }
    lseek(fileDescriptor, end - count, SEEK_SET)
  }
}
