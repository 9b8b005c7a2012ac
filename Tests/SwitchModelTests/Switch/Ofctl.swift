import Glibc

/// ovs-ofctl as a client of a switch.
struct Ofctl {
  /// Whether it is installed.
  static let isAvailable = access("/usr/bin/ovs-ofctl", X_OK) == 0

  /// A command that failed, with what it said.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// The switch's unix socket.
  let socket: String

  /// Runs a command on the switch; `input` goes to its standard input, for a file named `-`. What it printed.
  @discardableResult
  func callAsFunction(_ command: String, _ arguments: String = "", input: String = "") throws -> String {
    let line = "ovs-ofctl -O OpenFlow13 --timeout=20 \(command) unix:\(socket) \(arguments)"
    let quoted = input.isEmpty ? "</dev/null" : "<<'EOF'\n\(input)\nEOF"
    guard let pipe = popen("\(line) 2>&1 \(quoted)\n", "r") else { throw Failure(description: "popen failed") }
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = fread(&buffer, 1, buffer.count, pipe)
      if count == 0 { break }
      output += buffer.prefix(count)
    }
    let text = String(decoding: output, as: UTF8.self)
    guard pclose(pipe) == 0 else { throw Failure(description: "\(line): \(text)") }
    return text
  }
}
