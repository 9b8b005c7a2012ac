import ArgumentParser

/// How results are written.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
  case table
  case json
}

/// The options that every command accepts, before or after its name.
struct GlobalOptions: ParsableArguments, Sendable {
  @Option(
    help: ArgumentHelp(
      "The controller's REST API (environment: ALIOTH_CONTROLLER; default: \(ControllerAddress.standard.base)).",
      valueName: "url"),
    transform: { try ControllerAddress(parsing: $0, origin: .option) })
  var controller: ControllerAddress?

  @Option(
    help: ArgumentHelp(
      "The socket of this node's agent (environment: ALIOTH_AGENT_SOCKET; default: \(AgentSocket.standard.path)).",
      valueName: "path"),
    completion: .file())
  var agentSocket: String?

  @Option(name: .shortAndLong, help: "How to write results.")
  var output: OutputFormat = .table

  /// The controller to talk to: the option's, the environment's, or the standard one.
  func controllerAddress() throws -> ControllerAddress {
    if let controller { return controller }
    guard let text = environmentVariable(ControllerAddress.environmentName) else { return .standard }
    do throws(OptionError) {
      return try ControllerAddress(parsing: text, origin: .environment)
    } catch {
      throw CommandFailure(sentence(error.description))
    }
  }

  /// The agent's socket: the option's, the environment's, or the standard one.
  var socket: AgentSocket {
    if let agentSocket { return AgentSocket(path: agentSocket, origin: .option) }
    if let path = environmentVariable(AgentSocket.environmentName) {
      return AgentSocket(path: path, origin: .environment)
    }
    return .standard
  }

  /// Runs `body` with a client of the controller.
  func withController<Result: Sendable>(
    _ body: (ControllerClient) async throws -> Result
  ) async throws -> Result {
    let address = try controllerAddress()
    return try await HTTPExchange.with { try await body(ControllerClient(address: address, exchange: $0)) }
  }
}
