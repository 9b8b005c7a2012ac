import ArgumentParser
import Glibc

/// Prints everything that was measured as one table.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Print collected results as a table; fails when a limit was missed.")

  @Argument(help: "The file that the results were added to.") var results: String

  func run() throws {
    let verdicts = ProcessFigures.read(results).split(separator: "\n").compactMap { Verdict(line: $0) }
    let header = Verdict("figure", "measured", limit: "limit")
    let width = { (text: (Verdict) -> String) in ([header] + verdicts).map { text($0).count }.max() ?? 0 }
    let figure = width(\.figure)
    let measured = width(\.measured)
    let limit = width(\.limit)
    for verdict in [header] + verdicts {
      let line = [
        verdict.figure.padded(figure), verdict.measured.padded(measured), verdict.limit.padded(limit), verdict.result,
      ].joined(separator: "  ")
      print(String(line.reversed().drop { $0 == " " }.reversed()))
    }
    let missed = verdicts.count { $0.passed == false }
    guard missed == 0 else {
      print("\n\(missed) of \(verdicts.count { $0.passed != nil }) limits missed")
      throw ExitCode(1)
    }
  }
}

extension String {
  fileprivate func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
