import ArgumentParser
import FoundationEssentials

/// `alioth show`: this node, as its own agent sees it.
struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show this node: its agent's state, or its flows.",
    subcommands: [ShowStatusCommand.self, ShowFlowsCommand.self], defaultSubcommand: ShowStatusCommand.self)
}

/// `alioth show status`, or just `alioth show`.
struct ShowStatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show this node: its agent's connections, its ports, what is pending or failed and why.",
    discussion: "With '-o json', the agent's answer as it is.")

  @Flag(name: .shortAndLong, help: "Show the counters that are not zero, too.") var verbose = false
  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let console = Console.current
    let socket = global.socket
    if global.output == .json {
      let answer = try await HTTPExchange.with { try await AgentClient(socket: socket, exchange: $0).answer() }
      // A line's end for the terminal, unless the agent sent one.
      try console.writeOutput(answer.last == UInt8(ascii: "\n") ? answer : answer + [UInt8(ascii: "\n")])
      return
    }
    let status = try await HTTPExchange.with { try await AgentClient(socket: socket, exchange: $0).status() }
    let page = StatusPage(status: status, now: Date(), verbose: verbose, colour: console.hasColour)
    try console.printText(page.rendered())
  }
}
