import Glibc

/// The process's standard output and standard error, written without a buffer in between.
struct SystemConsole: ConsoleSink {
  var hasColour: Bool {
    // https://no-color.org, and terminals that name themselves dumb.
    guard isatty(STDOUT_FILENO) == 1, environmentVariable("NO_COLOR") == nil else { return false }
    return environmentVariable("TERM") != "dumb"
  }

  func writeOutput(_ bytes: [UInt8]) throws(OutputError) {
    let code = writeAll(bytes, to: STDOUT_FILENO)
    switch code {
    case 0: return
    case EPIPE: throw .closed
    default: throw .failed(code)
    }
  }

  func writeNote(_ text: String) {
    _ = writeAll(Array(text.utf8), to: STDERR_FILENO)
  }
}

/// Writes all of `bytes`, also to a descriptor that another process made non-blocking.
///
/// - Returns: 0, or the error number of the write that failed.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
  var remaining = bytes[...]
  while !remaining.isEmpty {
    let written = remaining.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if written >= 0 {
      remaining = remaining.dropFirst(written)
      continue
    }
    switch errno {
    case EINTR: continue
    case EAGAIN:
      var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      _ = poll(&wanted, 1, -1)
    case let code: return code
    }
  }
  return 0
}

/// The value of an environment variable; an empty one counts as unset.
func environmentVariable(_ name: String) -> String? {
  guard let value = getenv(name) else { return nil }
  let text = String(cString: value)
  return text.isEmpty ? nil : text
}

/// The system's message for an error number, as the end of a sentence.
func systemMessage(_ code: Int32) -> String {
  guard let message = strerror(code) else { return "error \(code)" }
  return String(cString: message).lowercased()
}
