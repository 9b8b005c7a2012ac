import Foundation
import FuzzChecks
import Testing

@Suite("What the fuzzers have found worth keeping")
struct CorpusTests {
  @Test("every input of the corpus is taken", arguments: FuzzCheck.all.map(\.name))
  func corpus(name: String) throws {
    let check = try #require(FuzzCheck.all.first { $0.name == name })
    let inputs = try FuzzCorpus.inputs(of: name)
    #expect(!inputs.isEmpty)
    for (file, bytes) in inputs {
      let finding = check.finding(in: bytes)
      #expect(finding == nil, "\(name)/\(file)")
    }
  }
}

/// The corpus in the repository.
enum FuzzCorpus {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Corpus")

  /// The inputs of a check by the names of their files, in order.
  static func inputs(of name: String) throws -> [(file: String, bytes: [UInt8])] {
    try FileManager.default.contentsOfDirectory(at: folder.appending(path: name), includingPropertiesForKeys: nil)
      .sorted { $0.lastPathComponent < $1.lastPathComponent }
      .map { (file: $0.lastPathComponent, bytes: Array(try Data(contentsOf: $0))) }
  }
}
