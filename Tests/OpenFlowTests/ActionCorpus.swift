import Foundation
import Testing

@testable import OpenFlow

/// Lists of actions as ovs-ofctl writes and prints them, recorded by Tools/record-actions.
struct RecordedActions: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]
  /// What ovs-ofctl prints; empty for what it does not read.
  let text: String

  var testDescription: String { name }

  /// The whole corpus.
  static let all: [RecordedActions] = {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus/actions.tsv")
    let text = (try? String(contentsOf: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap { line in
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard columns.count == 3 else { return nil }
      return RecordedActions(name: columns[0], bytes: hex(columns[1]), text: columns[2])
    }
  }()

  /// Those that are typed here.
  static let known = all.filter { !$0.isUnknown }

  /// What is kept as bytes: actions of other versions of OpenFlow and of nobody.
  var isUnknown: Bool {
    [
      "set-queue-nicira", "dec-ttl-nicira", "group-nicira", "debug-slow", "debug-recirc", "unknown",
      "unknown-experimenter", "output-field-new",
    ].contains(name)
  }

  func decode() throws(MalformedMessage) -> [Action] { try RecordedActions.decode(bytes) }

  static func decode(_ bytes: [UInt8]) throws(MalformedMessage) -> [Action] {
    var reader = WireReader(bytes, structure: "actions")
    return try Action.decodeList(&reader)
  }

  static func encode(_ actions: [Action]) -> [UInt8] {
    var bytes: [UInt8] = []
    for action in actions { action.encode(to: &bytes) }
    return bytes
  }
}
