import ArgumentParser
import GoalState

/// Measures how long a single port takes on a host that has much already.
struct PortChangeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent-port", abstract: "Add one port after the other on a host with many flows.")

  @OptionGroup var agentOptions: AgentOptions
  @OptionGroup var switchOptions: SwitchOptions
  @OptionGroup var resultOptions: ResultOptions
  @Option(help: "How many flows the host has, at least.") var flows = 100_000
  @Option(help: "How many ports are added and removed.") var changes = 400
  @Option(help: "How many interfaces there are for ports.") var interfaces = 100

  func run() async throws {
    let agent = try await AgentUnderTest(agentOptions, holding: BenchGoal.base)
    try await fill(agent)
    let bare = try BareBundle(socket: switchOptions.socket)
    var times = Samples(), bareTimes = Samples()
    var units = Samples(), added = Samples()
    for change in 0..<changes {
      let port = BenchGoal.port(change % interfaces)
      let before = try agent.counters
      try await Task.sleep(for: .milliseconds(5))
      bareTimes.add(nanoseconds: try bare.send())
      times.add(nanoseconds: try await agent.change([port]))
      let after = try agent.counters
      units.add(Double(after.unitsCompiled - before.unitsCompiled))
      added.add(Double(after.flowsAdded - before.flowsAdded))
      try await agent.change([], removing: [port.key])
    }
    let installed = try agent.counters.flowsInstalled
    await agent.stop()
    try bare.remove()
    let name = "port added on a host with \(installed.grouped) flows"
    try resultOptions.report(
      Verdict(
        "\(name), p50",
        "\(times.median().duration) of \(changes); a bare bundle of one flow meanwhile \(bareTimes.median().duration)",
        limit: "<= 3 ms", passed: times.median() <= 3e6))
    try resultOptions.report(
      Verdict(
        "  p99",
        "\(times.percentile(0.99).duration), at most \(times.largest().duration); a bare bundle "
          + "\(bareTimes.percentile(0.99).duration)", limit: "<= 15 ms",
        passed: times.percentile(0.99) <= 15e6))
    try resultOptions.report(
      Verdict(
        "  units compiled; flows sent", "at most \(units.largest().text()); at most \(added.largest().text())",
        limit: "<= 4; <= 40", passed: units.largest() <= 4 && added.largest() <= 40))
  }

  /// Neighbors until there are enough flows: how many each has is the pipeline's affair.
  private func fill(_ agent: AgentUnderTest) async throws {
    let before = try agent.counters.flowsInstalled
    try await agent.change((0..<1000).map { BenchGoal.neighbor($0) })
    let each = max(1, (try agent.counters.flowsInstalled - before) / 1000)
    try await agent.change((1000..<max(1001, flows / each + 1)).map { BenchGoal.neighbor($0) })
  }
}
