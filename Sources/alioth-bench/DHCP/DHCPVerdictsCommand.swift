import ArgumentParser

/// Judges what `bench-dhcp` has measured.
struct DHCPVerdictsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dhcp-verdicts", abstract: "Compare DHCP servers by the runs in a file.")

  @OptionGroup var resultOptions: ResultOptions
  @Argument(help: "The file of the runs, a line of KEY=VALUE each.") var runs: String

  func run() throws {
    let runs = DHCPRuns(text: ProcessFigures.read(runs))
    for subject in DHCPRun.Subject.allCases where subject != .alioth {
      for bindings in runs.bindings(of: subject, .load) { try describe(subject, bindings, runs) }
    }
    for bindings in runs.bindings(of: .alioth, .load) {
      try judgeRate(bindings, runs)
      try judgeCPU("under load", .load, bindings, runs)
      try judgeLatency(bindings, runs)
      try judgeCPU("one client at a time", .alone, bindings, runs)
    }
    try judgeCorrectness(runs)
    for subject in DHCPRun.Subject.allCases {
      try judgeFlood(subject, runs)
      try judgeMemory(subject, runs)
    }
  }

  /// What the others do, for comparison.
  private func describe(_ subject: DHCPRun.Subject, _ bindings: Int, _ runs: DHCPRuns) throws {
    let median = { figure, kind in runs.median(figure, kind, of: subject, bindings: bindings) }
    var parts: [String] = []
    if let rate = median("exchanges_per_s", .load), let cpu = median("cpu_us", .load) {
      parts.append("\(rate.text())/s, \(cpu.text(1)) µs CPU each")
    }
    if let p50 = median("p50_us", .alone), let p99 = median("p99_us", .alone), let cpu = median("cpu_us", .alone) {
      parts.append("alone p50 \((p50 * 1000).duration), p99 \((p99 * 1000).duration), \(cpu.text(1)) µs CPU")
    }
    try resultOptions.report(
      Verdict("DHCP, \(subject.name), \(bindings.grouped) bindings", parts.joined(separator: "; ")))
  }

  private func judgeRate(_ bindings: Int, _ runs: DHCPRuns) throws {
    guard let rate = runs.median("exchanges_per_s", .load, of: .alioth, bindings: bindings) else { return }
    // What the guests could not ask for is no limit of the server's, so that it is told how busy that was.
    let cpu = runs.median("cpu_us", .load, of: .alioth, bindings: bindings) ?? 0
    let busy = (rate * cpu / 1e4).text()
    var line = "DHCP, alioth, \(bindings.grouped) bindings, exchanges"
    for (other, least) in [(DHCPRun.Subject.bare, 0.8), (.kea, 5), (.dnsmasq, 10)] {
      guard let ratio = runs.ratio("exchanges_per_s", .load, of: .alioth, to: other, bindings: bindings),
        let theirs = runs.median("exchanges_per_s", .load, of: other, bindings: bindings)
      else { continue }
      try resultOptions.report(
        Verdict(
          line, "\(rate.text())/s, \(busy) % busy, \(ratio.text(2)) x \(other.name)'s \(theirs.text())/s",
          limit: ">= \(least.text(least < 1 ? 1 : 0)) x", passed: ratio >= least))
      line = "  beside \(other == .bare ? "Kea" : "dnsmasq")"
    }
  }

  private func judgeLatency(_ bindings: Int, _ runs: DHCPRuns) throws {
    for (figure, name, most) in [("p50_us", "p50", 1.25), ("p99_us", "p99", 2)] {
      guard let ratio = runs.ratio(figure, .alone, of: .alioth, to: .bare, bindings: bindings),
        let ours = runs.median(figure, .alone, of: .alioth, bindings: bindings),
        let theirs = runs.median(figure, .alone, of: .bare, bindings: bindings)
      else { continue }
      try resultOptions.report(
        Verdict(
          "  one client at a time, \(name)",
          "\((ours * 1000).duration), \(ratio.text(2)) x bare C's \((theirs * 1000).duration)",
          limit: "<= \(most.text(2)) x", passed: ratio <= most))
    }
  }

  private func judgeCPU(_ when: String, _ kind: DHCPRun.Kind, _ bindings: Int, _ runs: DHCPRuns) throws {
    guard let ratio = runs.ratio("cpu_us", kind, of: .alioth, to: .bare, bindings: bindings),
      let ours = runs.median("cpu_us", kind, of: .alioth, bindings: bindings),
      let theirs = runs.median("cpu_us", kind, of: .bare, bindings: bindings)
    else { return }
    try resultOptions.report(
      Verdict(
        "  CPU for each, \(when)", "\(ours.text(1)) µs, \(ratio.text(2)) x bare C's \(theirs.text(1)) µs",
        limit: "<= 1.50 x", passed: ratio <= 1.5))
  }

  /// Not one reply may be wrong, without checksums or missing, however much is asked.
  private func judgeCorrectness(_ runs: DHCPRuns) throws {
    let figures = ["failed", "wrong", "bad_checksums"]
    for subject in DHCPRun.Subject.allCases {
      let totals = figures.map { runs.total($0, of: subject) ?? 0 }
      guard let completed = runs.total("completed", of: subject) else { continue }
      let retries = runs.total("retries", of: subject) ?? 0
      try resultOptions.report(
        Verdict(
          "DHCP, \(subject.name), replies",
          "\(totals[0].text()) exchanges failed, \(totals[1].text()) replies wrong, \(totals[2].text()) without right "
            + "checksums, \(retries.text()) retries in \(completed.text()) exchanges",
          limit: subject == .alioth ? "0" : "", passed: subject == .alioth ? totals.allSatisfy { $0 == 0 } : nil))
    }
  }

  private func judgeFlood(_ subject: DHCPRun.Subject, _ runs: DHCPRuns) throws {
    for bindings in runs.bindings(of: subject, .flood) {
      let served = runs.values("completed", .flood, of: subject, bindings: bindings)
      let failed = runs.values("failed", .flood, of: subject, bindings: bindings)
      var slowest = Samples(Array(runs.values("max_us", .flood, of: subject, bindings: bindings).values))
      let rate = runs.median("flood_per_s", .flood, of: subject, bindings: bindings) ?? 0
      let fewest = served.values.min() ?? 0
      let largest = slowest.largest() * 1000
      let isJudged = subject == .alioth
      try resultOptions.report(
        Verdict(
          "DHCP, \(subject.name), 100 guests in a flood of \(rate.text())/s",
          "\(fewest.text()) served; the slowest after \(largest.duration)",
          limit: isJudged ? "all, <= 50 ms" : "",
          passed: isJudged ? failed.values.allSatisfy { $0 == 0 } && fewest >= 100 && largest <= 50e6 : nil))
    }
  }

  /// What a binding costs: a server with many is compared with one that has the fewest.
  private func judgeMemory(_ subject: DHCPRun.Subject, _ runs: DHCPRuns) throws {
    let counts = runs.bindings(of: subject, .memory)
    guard let few = counts.first, let many = counts.last, many > few,
      let small = runs.median("rss", .memory, of: subject, bindings: few),
      let large = runs.median("rss", .memory, of: subject, bindings: many)
    else { return }
    let each = (large - small) / Double(many - few)
    let isJudged = subject == .alioth
    try resultOptions.report(
      Verdict(
        "DHCP, \(subject.name), memory, \(many.grouped) bindings",
        "\(each.text()) bytes RSS a binding; \((small / 1e6).text(1)) MB with \(few.grouped)",
        limit: isJudged ? "<= 600 bytes" : "", passed: isJudged ? each <= 600 : nil))
  }
}
