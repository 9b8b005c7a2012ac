import Logging
import OpenFlow
import OpenFlowNIO

extension SwitchConnection: SwitchProgramming {}

/// Keeps a connection to the bridge's management socket, and lends it to the agent while it is up.
struct SwitchLink: Sendable {
  let configuration: AgentConfiguration.OpenVSwitch
  let agent: Agent
  let board: StatusBoard
  let logger: Logger

  /// Connects, hands the connection over, and connects again, until cancelled.
  func run() async throws {
    let path = "\(configuration.runDirectory)/\(configuration.bridge).mgmt"
    var backoff = ReconnectBackoff()
    while !Task.isCancelled {
      let problem: String
      do {
        let connection = try await SwitchConnection.connect(to: .unix(path))
        problem = await use(connection)
        backoff.reset()
      } catch {
        problem = "\(error)"
      }
      try Task.checkCancellation()
      if await board.openFlow(problem: problem) {
        logger.warning("no connection to the switch", metadata: ["socket": "\(path)", "reason": "\(problem)"])
      }
      try await Task.sleep(for: backoff.next())
    }
  }

  /// Returns why the connection ended.
  private func use(_ connection: SwitchConnection) async -> String {
    await withTaskCancellationHandler {
      do {
        let number = try await agent.adopt(connection)
        await board.openFlow(problem: nil)
        let reason = await connection.closed
        await agent.lost(connection: number)
        return "\(reason)"
      } catch {
        await connection.close()
        return "\(error)"
      }
    } onCancel: {
      Task { await connection.close() }
    }
  }
}
