import Foundation
import FuzzChecks
import NetworkTypes
import Testing

@Suite("What the fuzzers have found worth keeping")
struct CorpusTests {
  @Test("every input of the corpus is taken", arguments: FuzzCheck.all.map(\.name))
  func corpus(name: String) throws {
    let check = try #require(FuzzCheck.all.first { $0.name == name })
    let inputs = try FuzzCorpus.inputs(of: name)
    #expect(!inputs.isEmpty)
    for (line, bytes) in inputs.enumerated() {
      let finding = check.finding(in: bytes)
      #expect(finding == nil, "line \(line + 1) of \(name).hex")
    }
  }

  @Test("there is a fuzzer for every check")
  func fuzzers() throws {
    let targets = try FileManager.default.contentsOfDirectory(atPath: FuzzCorpus.folder.appending(path: "Targets").path)
    #expect(Set(targets.map { $0.lowercased() }) == Set(FuzzCheck.all.map { $0.name.lowercased() }))
  }
}

/// The corpus in the repository: a file for each check, an input in each line, in hexadecimal.
enum FuzzCorpus {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

  static func inputs(of name: String) throws -> [[UInt8]] {
    let text = try String(contentsOf: folder.appending(path: "Corpus/\(name).hex"), encoding: .utf8)
    return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { line in
      let digits = line.utf8.compactMap { hexDigitValue($0) }
      return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
  }
}
