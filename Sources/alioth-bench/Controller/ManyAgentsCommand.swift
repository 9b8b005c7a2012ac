import ArgumentParser
import GoalState
import Southbound

/// Measures a controller with many agents: how long it takes until all have what they are to have, how soon they hear of a port, and how
/// much memory each costs; and what an agent is sent that was away.
struct ManyAgentsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "controller-agents",
    abstract: "Connect many simulated agents at once to a controller, whose hosts all share one network.")

  @OptionGroup var resultOptions: ResultOptions
  @Option(help: "Where the controller's API is.") var api = "127.0.0.1:9696"
  @Option(help: "Where the controller waits for agents, in plaintext.") var southbound = "127.0.0.1:7700"
  @Option(help: "The controller's process.") var controllerPid: Int32
  @Option(help: "How many agents.") var agents = 1000
  @Option(help: "How many ports are added once all are there.") var ports = 50
  @Option(help: "How many ports the network has that an agent goes away from and comes back to.") var large = 100_000

  func run() async throws {
    guard let api = SouthboundAddress(api), let southbound = SouthboundAddress(southbound) else {
      throw ValidationError("--api and --southbound are addresses with ports")
    }
    let calls = ControllerCalls(address: api)
    // Ports are bound to hosts that are known.
    try await sessions(of: (0...agents).map { agent($0) }, southbound) { !$0.version.epoch.isEmpty }
    let network = try calls.create("/v2.0/networks", #"{"network": {"name": "shared"}}"#)
    _ = try calls.create("/v2.0/subnets", subnet(network, "10.0.0.0/12"))
    _ = try calls.post(
      "/v2.0/ports", #"{"ports": [\#((0..<agents).map { port(network, host: $0) }.joined(separator: ","))]}"#)

    let all = (0..<agents).map { agent($0) }
    let idle = ProcessFigures(of: controllerPid).residentBytes
    let start = Clock.now()
    var (storm, memory, sent) = (0.0, 0.0, 0)
    var delays = Samples()
    try await AgentSessions.run(all, controller: southbound) { sessions in
      try await wait(for: all, in: sessions, within: 120) {
        $0.resources >= agents + 1 && !$0.version.epoch.isEmpty
      }
      storm = Double(all.map(\.received.at).max() ?? 0) - Double(start)
      try await Task.sleep(for: .seconds(2))
      memory = Double(ProcessFigures(of: controllerPid).residentBytes - idle) / Double(agents)
      sent = all.reduce(0) { $0 + $1.received.resources }
      for number in 0..<ports {
        // Each by itself: the agents' reports on the one before are no part of it.
        try await Task.sleep(for: .milliseconds(200))
        let before = all.map(\.received.version.revision)
        let posted = Clock.now()
        _ = try calls.post("/v2.0/ports", #"{"port": \#(port(network, host: number % agents))}"#)
        try await wait(for: all, in: sessions, within: 30) { $0.lastResources > 0 && $0.at > posted }
        for (agent, revision) in zip(all, before) where agent.received.version.revision > revision {
          delays.add(Double(agent.received.at) - Double(posted))
        }
      }
    }

    try resultOptions.report(
      Verdict(
        "\(agents.grouped) agents at once on one controller, to all in sync",
        "\(storm.duration), \(sent.grouped) resources sent", limit: "<= 5 s", passed: storm <= 5e9))
    try resultOptions.report(
      Verdict(
        "  a port in a network that all share, request to each agent, p99",
        "\(delays.percentile(0.99).duration), p50 \(delays.median().duration) of \(delays.count.grouped)",
        limit: "<= 100 ms", passed: delays.percentile(0.99) <= 100e6))
    try resultOptions.report(
      Verdict(
        "  controller's memory an agent", "\((memory / 1024).text()) KiB", limit: "<= 150 KiB",
        passed: memory <= 150 * 1024))
    try await reconnect(calls, southbound)
  }

  /// An agent that has a large goal state misses ten changes of it.
  private func reconnect(_ calls: ControllerCalls, _ southbound: SouthboundAddress) async throws {
    let network = try calls.create("/v2.0/networks", #"{"network": {"name": "large"}}"#)
    _ = try calls.create("/v2.0/subnets", subnet(network, "10.16.0.0/12"))
    let bulk = 5000
    for first in stride(from: 0, to: large, by: bulk) {
      let documents = (first..<min(large, first + bulk)).map { port(network, host: $0 == 0 ? agents : $0 % agents) }
      _ = try calls.post("/v2.0/ports", #"{"ports": [\#(documents.joined(separator: ","))]}"#)
    }
    let agent = agent(agents)
    try await sessions(of: [agent], southbound) { $0.resources >= large && !$0.version.epoch.isEmpty }
    for number in 0..<10 { _ = try calls.post("/v2.0/ports", #"{"port": \#(port(network, host: number))}"#) }
    let before = agent.received
    try await sessions(of: [agent], southbound) { $0.version.revision > before.version.revision }
    let after = agent.received
    let missed = after.resources - before.resources
    try resultOptions.report(
      Verdict(
        "reconnect of an agent that missed 10 of \(before.resources.grouped) resources",
        "\(missed.grouped) resources, \((after.bytes - before.bytes).grouped) bytes", limit: "<= 10 resources",
        passed: missed <= 10))
  }

  private func sessions(
    of agents: [SimulatedAgent], _ controller: SouthboundAddress,
    until condition: (SimulatedAgent.Received) -> Bool
  ) async throws {
    try await AgentSessions.run(agents, controller: controller) {
      try await wait(for: agents, in: $0, within: 120, condition)
    }
  }

  private func wait(
    for agents: [SimulatedAgent], in sessions: AgentSessions, within seconds: Double,
    _ condition: (SimulatedAgent.Received) -> Bool
  ) async throws {
    let deadline = Clock.now() + UInt64(seconds * 1e9)
    while let late = agents.first(where: { !condition($0.received) }) {
      try sessions.check()
      guard Clock.now() < deadline else {
        throw RawConnection.Failure(
          description: "\(late.host) has only \(late.received) after \(seconds.text()) s")
      }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  private func agent(_ number: Int) -> SimulatedAgent {
    SimulatedAgent(host: host(number), tunnelAddress: "172.16.\(number / 250).\(1 + number % 250)")
  }

  private func host(_ number: Int) -> String { "host-\(number)" }

  private func port(_ network: String, host number: Int) -> String {
    #"{"network_id": "\#(network)", "binding:host_id": "\#(host(number))"}"#
  }

  private func subnet(_ network: String, _ prefix: String) -> String {
    #"{"subnet": {"network_id": "\#(network)", "ip_version": 4, "cidr": "\#(prefix)"}}"#
  }
}
