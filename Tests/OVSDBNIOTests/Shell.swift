import Glibc

/// Commands of a test's own.
enum Shell {
  struct CommandFailed: Error {
    let command: String
    let status: Int32
  }

  /// Runs a command to its end, with Open vSwitch's directories in `directory`. What it prints is in /tmp/NAME.log when it fails.
  static func run(_ command: String, directory: String, name: String) throws {
    var pid: pid_t = 0
    let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"] + ["RUN", "DB", "LOG"].map { "OVS_\($0)DIR=\(directory)" }
    let script = "exec >>/tmp/\(name).log 2>&1\n" + command
    let spawned = withCStrings(["/bin/sh", "-c", script]) { arguments in
      withCStrings(environment) { environment in
        posix_spawn(&pid, "/bin/sh", nil, nil, arguments, environment)
      }
    }
    guard spawned == 0 else { throw CommandFailed(command: command, status: spawned) }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) == -1, errno == EINTR {}
    guard status == 0 else { throw CommandFailed(command: command, status: status) }
    unlink("/tmp/\(name).log")
  }

  private static func withCStrings<T>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> T
  ) -> T {
    var pointers = strings.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("an array with its nil has an address") }
      return body(base)
    }
  }

  struct NoFile: Error {
    let path: String
  }

  /// The text of a small file.
  static func read(_ path: String) throws -> String {
    guard let file = fopen(path, "r") else { throw NoFile(path: path) }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
