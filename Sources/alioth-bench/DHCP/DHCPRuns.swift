/// All runs of a benchmark.
struct DHCPRuns: Sendable {
  private let runs: [DHCPRun]

  init(text: String) { runs = text.split(separator: "\n").compactMap { DHCPRun(line: $0) } }

  /// The values of a figure, by round.
  func values(_ figure: String, _ kind: DHCPRun.Kind, of subject: DHCPRun.Subject, bindings: Int) -> [Int: Double] {
    var values: [Int: Double] = [:]
    for run in runs where run.kind == kind && run.subject == subject && run.bindings == bindings {
      values[run.round] = run[figure]
    }
    return values
  }

  /// The median over the rounds, nil when nothing was measured.
  func median(_ figure: String, _ kind: DHCPRun.Kind, of subject: DHCPRun.Subject, bindings: Int) -> Double? {
    let values = values(figure, kind, of: subject, bindings: bindings)
    var samples = Samples(Array(values.values))
    return samples.isEmpty ? nil : samples.median()
  }

  /// The median of what one is of another in the same round, because the machine is not the same in all of them.
  func ratio(
    _ figure: String, _ kind: DHCPRun.Kind, of subject: DHCPRun.Subject, to other: DHCPRun.Subject, bindings: Int
  ) -> Double? {
    let others = values(figure, kind, of: other, bindings: bindings)
    var ratios = Samples()
    for (round, value) in values(figure, kind, of: subject, bindings: bindings) {
      if let other = others[round], other > 0 { ratios.add(value / other) }
    }
    return ratios.isEmpty ? nil : ratios.median()
  }

  /// The sum of a figure over everything that a server was asked.
  func total(_ figure: String, of subject: DHCPRun.Subject) -> Double? {
    let values = runs.filter { $0.subject == subject }.compactMap { $0[figure] }
    return values.isEmpty ? nil : values.reduce(0, +)
  }

  /// The numbers of bindings that a server was measured with.
  func bindings(of subject: DHCPRun.Subject, _ kind: DHCPRun.Kind) -> [Int] {
    Set(runs.filter { $0.subject == subject && $0.kind == kind }.map(\.bindings)).sorted()
  }
}
