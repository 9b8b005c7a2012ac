import Foundation
import Testing

@testable import OpenFlow

/// What was recorded from ovs-ofctl by Tools/record_text.py.
enum Corpus {
  struct Entry: CustomTestStringConvertible {
    let name: String
    /// The message, or what the recording is about.
    let bytes: [UInt8]
    /// What ovs-ofctl was given.
    let given: String
    /// What ovs-ofctl printed.
    let text: String

    var testDescription: String { name }
  }

  /// The columns of the lines of a file.
  static func lines(_ path: String) throws -> [[String]] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus/\(path).tsv")
    let text = try String(contentsOf: file, encoding: .utf8)
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// The commands that the recordings were made with, by the names of recording and entry.
  static let commands: [String: [String: String]] = {
    var commands: [String: [String: String]] = [:]
    for name in ["flows", "groups", "meters"] {
      for columns in (try? lines("sources/\(name)")) ?? [] where columns.count == 3 {
        commands[name, default: [:]][columns[0]] = columns[1]
      }
    }
    return commands
  }()

  /// The line of a file that says the same as a command with its argument.
  static func line(_ command: String, _ argument: String) -> String {
    let words = [
      "--strict mod-flows": "modify_strict ", "mod-flows": "modify ", "--strict del-flows": "delete_strict ",
      "del-flows": "delete ", "mod-group": "modify ", "del-groups": "delete ", "mod-meter": "modify ",
      "del-meters": "delete ",
    ]
    return (words[command] ?? "") + argument
  }

  /// The recording of this name.
  static func read(_ name: String) throws -> [Entry] {
    try lines(name).map { columns in
      try #require(columns.count == 4, "\(columns)")
      return Entry(name: columns[0], bytes: hex(columns[1]), given: columns[2], text: columns[3])
    }
  }
}
