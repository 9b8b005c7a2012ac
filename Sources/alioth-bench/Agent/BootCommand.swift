import ArgumentParser
import Glibc
import GoalState
import Southbound

/// Measures how soon an agent that was killed has everything back from its disk, on a switch that has not changed and without a
/// controller.
struct BootCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent-boot",
    abstract: "Give an agent many ports and neighbors, kill it, and start it again without a controller.")

  @OptionGroup var agentOptions: AgentOptions
  @OptionGroup var switchOptions: SwitchOptions
  @OptionGroup var resultOptions: ResultOptions
  @Option(help: "The agent's process.") var agentPid: Int32
  @Option(help: "The agent's program.") var program: String
  @Option(help: "Its configuration.") var config: String
  @Option(help: "The interface of the first port, which a guest is played at.") var guestInterface = "bench0"
  @Option(help: "How many ports; an interface waits for each.") var ports = 1000
  @Option(help: "How many neighbors.") var neighbors = 100_000
  @Option(help: "How often.") var runs = 5
  @Option(help: "Where the agent's log is added to.") var log = "/dev/null"

  func run() async throws {
    let agent = try await AgentUnderTest(
      agentOptions,
      holding: BenchGoal.base + (0..<neighbors).map { BenchGoal.neighbor($0) } + (0..<ports).map { BenchGoal.port($0) })
    try await agent.change([])
    let socket = agentOptions.agentSocket
    try await wait(60) { try $0.number("durable_revision") == $0.number("received_revision") }
    await agent.stop()
    let flows = try AgentCounters(of: socket).flowsInstalled

    let interface = guestInterface
    var pid = agentPid
    var inSync = Samples(), served = Samples()
    var written = 0
    for _ in 0..<runs {
      kill(pid, SIGKILL)
      // The first is another's child; the kernel says when it is gone.
      while kill(pid, 0) == 0, waitpid(pid, nil, WNOHANG) == 0 || pid == agentPid { usleep(10_000) }
      unlink(socket)
      try await Task.sleep(for: .seconds(1))
      let start = Clock.now()
      pid = try spawn()
      let deadline = start + 60_000_000_000
      let offered = Task.detached { try BootGuest(BenchGoal.portMAC(0), on: interface).offered(by: deadline) }
      while !AgentStatus.isReady(by: socket) {
        guard Clock.now() < deadline else {
          throw RawConnection.Failure(description: "the agent has not come back within a minute")
        }
        try await Task.sleep(for: .milliseconds(5))
      }
      inSync.add(nanoseconds: Clock.now() - start)
      served.add(nanoseconds: try await offered.value - start)
      let status = try AgentStatus(of: socket)
      guard status.says("in_sync", "true"), status.says("stale", "true"), try status.number("flows_installed") == flows
      else { throw RawConnection.Failure(description: "the agent is ready, and has not \(flows) flows in force") }
      written = try max(written, status.number("flows_added") + status.number("flows_deleted"))
    }
    kill(pid, SIGTERM)
    waitpid(pid, nil, 0)
    try resultOptions.report(
      Verdict(
        "boot without a controller, \(ports.grouped) ports and \(neighbors.grouped) neighbors, to in sync",
        "\(inSync.median().duration) [\(inSync.smallest().duration)..\(inSync.largest().duration)] of \(runs); "
          + "\(flows.grouped) flows found, \(written) written", limit: "<= 2.5 s", passed: inSync.median() <= 2.5e9))
    try resultOptions.report(
      Verdict(
        "  DHCP answering", "\(served.median().duration) [\(served.smallest().duration)..\(served.largest().duration)]",
        limit: "<= 300 ms", passed: served.median() <= 3e8))
  }

  private func wait(_ seconds: Double, _ condition: (AgentStatus) throws -> Bool) async throws {
    let deadline = Clock.now() + UInt64(seconds * 1e9)
    while try !condition(AgentStatus(of: agentOptions.agentSocket)) {
      guard Clock.now() < deadline else {
        throw RawConnection.Failure(description: "the goal state is not on disk after \(seconds.text()) s")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private func spawn() throws -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor: Int32 in [1, 2] {
      posix_spawn_file_actions_addopen(&actions, descriptor, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    }
    var pid: pid_t = 0
    var arguments: [UnsafeMutablePointer<CChar>?] = []
    for argument in [program, "--config", config] { arguments.append(strdup(argument)) }
    arguments.append(nil)
    defer { arguments.forEach { free($0) } }
    guard posix_spawn(&pid, program, &actions, nil, arguments, environ) == 0 else {
      throw RawConnection.Failure(description: "\(program) cannot be started")
    }
    return pid
  }
}
