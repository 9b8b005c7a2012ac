import ArgumentParser
import GoalState

/// Measures what a member costs that joins a large group which many rules name as the other side.
struct MemberChangeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent-member", abstract: "Add one member after the other to a large remote group.")

  @OptionGroup var agentOptions: AgentOptions
  @OptionGroup var switchOptions: SwitchOptions
  @OptionGroup var resultOptions: ResultOptions
  @Option(help: "How many members the group has.") var members = 10_000
  @Option(help: "How many ports are held to the hundred rules that name it; each has an interface.") var ports = 100
  @Option(help: "How many members are added and removed.") var changes = 400

  func run() async throws {
    let ports = (0..<ports).map { BenchGoal.port($0, security: .filtered([BenchGoal.users])) }
    let members = (0..<members).map { BenchGoal.neighbor($0, groups: [BenchGoal.members]) }
    let agent = try await AgentUnderTest(
      agentOptions, holding: BenchGoal.base + [BenchGoal.usersGroup, BenchGoal.membersGroup] + ports + members)
    let plain = try await flows(of: BenchGoal.neighbor(members.count), agent)
    let bare = try BareBundle(socket: switchOptions.socket)
    var times = Samples(), bareTimes = Samples(), added = Samples(), removed = Samples()
    for change in 0..<changes {
      let member = BenchGoal.neighbor(members.count + change, groups: [BenchGoal.members])
      let before = try agent.counters
      try await Task.sleep(for: .milliseconds(5))
      bareTimes.add(nanoseconds: try bare.send())
      times.add(nanoseconds: try await agent.change([member]))
      let between = try agent.counters
      try await agent.change([], removing: [member.key])
      let after = try agent.counters
      added.add(Double(between.flowsAdded - before.flowsAdded))
      removed.add(Double(after.flowsDeleted - between.flowsDeleted))
    }
    let installed = try agent.counters.flowsInstalled
    await agent.stop()
    try bare.remove()
    let membership = added.largest() - Double(plain)
    try resultOptions.report(
      Verdict(
        "member added to a remote group of \(members.count.grouped), p50",
        "\(times.median().duration), p99 \(times.percentile(0.99).duration) of \(changes); \(ports.count) ports, 100 rules, "
          + "\(installed.grouped) flows; a bare bundle of one flow meanwhile \(bareTimes.median().duration)",
        limit: "<= 3 ms", passed: times.median() <= 3e6))
    try resultOptions.report(
      Verdict(
        "  flows of the membership",
        "\(membership.text()) added, \((removed.largest() - Double(plain)).text()) removed; \(plain) of the neighbor itself",
        limit: "1", passed: membership == 1))
  }

  /// How many flows it has that is a member of nothing.
  private func flows(of neighbor: Resource, _ agent: AgentUnderTest) async throws -> Int {
    let before = try agent.counters.flowsAdded
    try await agent.change([neighbor])
    let added = try agent.counters.flowsAdded - before
    try await agent.change([], removing: [neighbor.key])
    return added
  }
}
