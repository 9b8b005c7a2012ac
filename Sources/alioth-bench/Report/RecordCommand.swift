import ArgumentParser

/// Adds what a script has measured to the results.
struct RecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record", abstract: "Add a result to those of the other commands.")

  @OptionGroup var resultOptions: ResultOptions
  @Option(help: "What it has to be.") var limit = ""
  @Option(help: "yes or no: whether it is.") var passed: String?
  @Argument(help: "What was measured.") var figure: String
  @Argument(help: "What came of it.") var measured: String

  func run() throws {
    try resultOptions.report(Verdict(figure, measured, limit: limit, passed: passed.map { $0 == "yes" }))
  }
}
