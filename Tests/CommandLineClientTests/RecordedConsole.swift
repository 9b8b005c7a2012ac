import ArgumentParser
import Synchronization

@testable import CommandLineClient

/// A console that remembers what a command wrote.
final class RecordedConsole: ConsoleSink {
  private let texts = Mutex((output: "", notes: ""))

  var hasColour: Bool { false }
  var output: String { texts.withLock { $0.output } }
  var notes: String { texts.withLock { $0.notes } }

  func writeOutput(_ bytes: [UInt8]) throws(OutputError) {
    texts.withLock { $0.output += String(decoding: bytes, as: UTF8.self) }
  }

  func writeNote(_ text: String) {
    texts.withLock { $0.notes += text }
  }
}

/// What a command that was run wrote and how it failed.
struct Ran {
  var output: String
  var notes: String
  var failure: String?
}

/// Runs a whole command line.
func ran(_ arguments: String...) async -> Ran { await ran(arguments) }

func ran(_ arguments: [String]) async -> Ran {
  let console = RecordedConsole()
  var failure: String?
  do {
    try await Console.$current.withValue(console) {
      try await AliothCommand.run(arguments: arguments)
    }
  } catch {
    failure = AliothCommand.message(for: error)
  }
  return Ran(output: console.output, notes: console.notes, failure: failure)
}
