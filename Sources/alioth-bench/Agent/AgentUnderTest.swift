import ArgumentParser
import GoalState
import Southbound

/// Where the agent and its switch are.
struct AgentOptions: ParsableArguments {
  @Option(help: "The address to wait for the agent at.")
  var listen = "127.0.0.1:7700"

  @Option(help: "The agent's own socket.")
  var agentSocket: String
}

/// An agent that has this program for its controller, on a real switch.
struct AgentUnderTest: Sendable {
  let controller: BenchController
  let agentSocket: String
  private let serving: Task<Void, any Error>

  /// Listens, and waits until the agent has dialled in and holds what every figure begins with.
  ///
  /// - Parameter directory: Who is found when the agent asks for a neighbor.
  init(
    _ options: AgentOptions, holding resources: [Resource],
    directory: @escaping @Sendable (NeighborAsk) -> Resource? = { _ in nil }
  ) async throws {
    controller = BenchController(directory: directory)
    guard let address = SouthboundAddress(options.listen) else {
      throw ValidationError("'\(options.listen)' is no address to listen at")
    }
    let server = try controller.server(address)
    serving = Task { try await server.run() }
    agentSocket = options.agentSocket
    _ = await controller.replace(resources)
  }

  var counters: AgentCounters {
    get throws { try AgentCounters(of: agentSocket) }
  }

  /// Sends a change and waits for the agent's word that it is in force.
  ///
  /// - Returns: How long it took, in nanoseconds.
  @discardableResult
  func change(_ resources: [Resource], removing removals: [ResourceKey] = []) async throws -> UInt64 {
    let acknowledgement = await controller.change(resources, removing: removals)
    let report = acknowledgement.report
    if let failure = report.failures.first { throw RawConnection.Failure(description: failure.message) }
    if let pending = report.pending.first {
      throw RawConnection.Failure(description: "\(pending.key) waits: \(pending.reason)")
    }
    return acknowledgement.nanoseconds
  }

  /// Ends the session; the flows stay on the switch.
  func stop() async {
    serving.cancel()
    _ = await serving.result
  }
}
