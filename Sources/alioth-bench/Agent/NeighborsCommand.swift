import ArgumentParser
import GoalState

/// Measures how long one port with many neighbors takes, from the goal state's being sent to the agent's acknowledgement.
struct NeighborsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent-neighbors",
    abstract: "Send an agent a port with N neighbors, and the switch the same flows from a raw sender, in turn.")

  @OptionGroup var agentOptions: AgentOptions
  @OptionGroup var switchOptions: SwitchOptions
  @OptionGroup var resultOptions: ResultOptions
  @Option(help: "How many neighbors; several times, for several figures.") var neighbors = [100, 1000, 10_000, 100_000]
  @Option(help: "How often each; large ones less often.") var runs = 15

  func run() async throws {
    let agent = try await AgentUnderTest(agentOptions, holding: BenchGoal.base)
    for count in neighbors { try await measure(count, agent) }
    await agent.stop()
  }

  private func measure(_ count: Int, _ agent: AgentUnderTest) async throws {
    let resources = (0..<count).map { BenchGoal.neighbor($0) } + [BenchGoal.port(0)]
    let keys = resources.map(\.key)
    let connection = try RawConnection(unix: switchOptions.socket)
    let base = try await InstalledFlows(socket: switchOptions.socket)

    // What is installed is counted and becomes the raw sender's.
    let before = try agent.counters
    try await agent.change(resources)
    let after = try agent.counters
    let flows = try await InstalledFlows(socket: switchOptions.socket).subtracting(base).withoutMeters()
    let encoded = EncodedBundles(flows, size: switchOptions.bundleSize)
    try await agent.change([], removing: keys)

    var ratios = Samples(), own = Samples(), raw = Samples()
    let runs = max(3, count >= 100_000 ? runs / 5 : count >= 10_000 ? runs / 3 : runs)
    for run in 0..<runs {
      // Who comes first has the switch at its most rested: take turns.
      var taken: (own: Double, raw: Double) = (0, 0)
      for step in 0..<2 {
        try await Task.sleep(for: .milliseconds(200))
        if (run + step) % 2 == 0 {
          taken.own = Double(try await agent.change(resources))
          try await agent.change([], removing: keys)
        } else {
          taken.raw = Double(
            try RawSender(connection: connection).send(encoded, inFlight: switchOptions.inFlight).nanoseconds)
          try connection.deleteFlows(cookie: InstalledFlows.cookie, mask: InstalledFlows.cookieMask)
        }
      }
      own.add(taken.own)
      raw.add(taken.raw)
      ratios.add(taken.own / taken.raw)
    }
    let added = after.flowsAdded - before.flowsAdded
    let each = Double(added) / Double(count)
    try resultOptions.report(
      Verdict(
        "port with \(count.grouped) neighbors, to acknowledgement",
        "\(ratios.median().text(2)) of raw [\(ratios.smallest().text(2))..\(ratios.largest().text(2))] of \(runs); "
          + "\(own.median().duration) and \(raw.median().duration)",
        limit: "<= 1.25 of raw", passed: ratios.median() <= 1.25))
    try resultOptions.report(
      Verdict(
        "  flows",
        "\(added.grouped), \(each.text(2)) a neighbor; \((after.unitsCompiled - before.unitsCompiled).grouped) units",
        limit: "<= 3 a neighbor", passed: added <= 3 * count + NeighborsCommand.portFlows))
  }

  /// The port's own flows, and those of its network.
  private static let portFlows = 40
}
