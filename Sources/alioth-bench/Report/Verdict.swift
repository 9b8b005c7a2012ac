import ArgumentParser
import Glibc

/// One line of the table: what was measured, and what it has to be.
struct Verdict: Sendable {
  let figure: String
  let measured: String
  let limit: String
  /// Nil when there is nothing to be reached.
  let passed: Bool?

  init(_ figure: String, _ measured: String, limit: String = "", passed: Bool? = nil) {
    self.figure = figure
    self.measured = measured
    self.limit = limit
    self.passed = passed
  }

  /// Reads a line that `line` made.
  init?(line: Substring) {
    let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 4 else { return nil }
    self.init(parts[0], parts[1], limit: parts[2], passed: parts[3].isEmpty ? nil : parts[3] == "PASS")
  }

  var line: String { [figure, measured, limit, result].joined(separator: "\t") }
  var result: String { passed.map { $0 ? "PASS" : "FAIL" } ?? "" }
}

/// Where results are collected for the table.
struct ResultOptions: ParsableArguments {
  @Option(help: "A file to add the results to, for the report.")
  var results: String?

  /// Prints a result, and keeps it.
  func report(_ verdict: Verdict) throws {
    let limit = verdict.limit.isEmpty ? "" : " (limit \(verdict.limit)) \(verdict.result)"
    print("\(verdict.figure): \(verdict.measured)\(limit)")
    fflush(nil)
    guard let results else { return }
    guard let file = fopen(results, "a") else { throw RawConnection.Failure.system("open \(results)") }
    fputs("\(verdict.line)\n", file)
    fclose(file)
  }
}
