import ArgumentParser
import FoundationEssentials
import NIOHTTP1

/// `alioth goal-state`: what this node's agent is to take in, or has not taken in whole.
struct GoalStateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "goal-state", abstract: "Operate on the goal state of this node.",
    subcommands: [GoalStateCheckCommand.self, GoalStateReleaseCommand.self])
}

/// `alioth goal-state release`: carries out the removals that this node's agent holds back.
struct GoalStateReleaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release",
    abstract: "Carry out the removals that this node's agent holds back.",
    discussion: """
      The agent holds back what would take most of the node's ports and neighbors away at once, unless the controller has \
      marked it as intended. 'alioth show' says what, why and until when.
      """)

  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let console = Console.current
    let socket = global.socket
    let body = try await HTTPExchange.with {
      try await AgentClient(socket: socket, exchange: $0).answer(
        to: "/v1/goal-state/removals/release", method: .POST, attempt: "carry out what is held back")
    }
    guard global.output == .table else { return try console.writeOutput(body) }
    guard let told = try? JSONDecoder().decode(Released.self, from: Data(body)) else {
      throw CommandFailure(
        "The answer on \(socket.path) is not understood. Is aliothd of a version like this program's?")
    }
    try console.printLine(told.released == 0 ? "Nothing is held back." : "\(told.released) removals are carried out.")
  }

  private struct Released: Decodable {
    var released: Int
  }
}
