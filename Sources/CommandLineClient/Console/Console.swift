/// Where a command writes: results to standard output, everything else to standard error.
///
/// A task-local value, so that a test can run a whole command and look at what it wrote.
protocol ConsoleSink: Sendable {
  /// Whether results may carry colour: standard output is a terminal that understands it.
  var hasColour: Bool { get }
  /// Writes part of the result.
  func writeOutput(_ bytes: [UInt8]) throws(OutputError)
  /// Writes a note for the person at the terminal; a standard error that is gone is nobody to tell.
  func writeNote(_ text: String)
}

/// The console of the running command.
enum Console {
  @TaskLocal static var current: any ConsoleSink = SystemConsole()
}

extension ConsoleSink {
  /// Writes `text` and the end of its line.
  func printLine(_ text: String) throws(OutputError) {
    try writeOutput(Array((text + "\n").utf8))
  }

  /// Writes `text`, which holds its own line ends.
  func printText(_ text: String) throws(OutputError) {
    try writeOutput(Array(text.utf8))
  }

  /// Writes a note on a line of its own.
  func noteLine(_ text: String) {
    writeNote(text + "\n")
  }
}

/// A result could not be written.
enum OutputError: Error, Equatable, CustomStringConvertible {
  /// The reader went away: it has seen enough, so the command ends without a word.
  case closed
  /// The system's error number, for anything else.
  case failed(Int32)

  var description: String {
    switch self {
    case .closed: "The reader of the standard output has gone."
    case .failed(let code): "Cannot write to the standard output: \(systemMessage(code))."
    }
  }
}
