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

  /// The recording of this name.
  static func read(_ name: String) throws -> [Entry] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus/\(name).tsv")
    let text = try String(contentsOf: file, encoding: .utf8)
    return try text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      try #require(columns.count == 4, "\(line)")
      return Entry(name: columns[0], bytes: hex(columns[1]), given: columns[2], text: columns[3])
    }
  }
}
