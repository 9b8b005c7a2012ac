import ArgumentParser
import Daemon
import Glibc

/// `alioth`: the command line of an operator, towards the controller and the node's own agent.
public struct AliothCommand: AsyncParsableCommand {
  /// The command's name, help and sub-commands.
  public static let configuration = CommandConfiguration(
    commandName: "alioth",
    abstract: "Look at and operate Alioth virtual networks.",
    discussion: """
      'host', 'network', 'subnet', 'port', 'router' and 'security-group' talk to the controller; 'show', \
      'goal-state', 'drops', 'history' and 'capture' to the agent of this node.

      Exit codes: 0 done, 1 the operation failed, 64 the command line is wrong.
      """,
    version: "alioth \(aliothVersion)",
    subcommands: [
      HostCommand.self, NetworkCommand.self, SubnetCommand.self, PortCommand.self, RouterCommand.self,
      SecurityGroupCommand.self, ShowCommand.self, GoalStateCommand.self, DropsCommand.self, HistoryCommand.self,
      CaptureCommand.self, DHCPCommand.self,
    ])

  @OptionGroup var global: GlobalOptions

  /// For ArgumentParser; `runAsProcess` is the way in.
  public init() {}

  /// Parses the process's arguments, runs the command that they name, and ends the process with its exit code.
  public static func runAsProcess() async -> Never {
    // A reader that goes away shall end a command through its failing write, not through a signal.
    signal(SIGPIPE, SIG_IGN)
    do {
      try await run(arguments: Array(CommandLine.arguments.dropFirst()))
      exit(withError: nil)
    } catch OutputError.closed {
      exit(withError: nil)
    } catch {
      exit(withError: error)
    }
  }

  /// Runs the command that `arguments` name.
  static func run(arguments: [String]) async throws {
    var command = try parseAsRoot(arguments)
    if var asynchronous = command as? any AsyncParsableCommand {
      try await asynchronous.run()
    } else {
      try command.run()
    }
  }
}
