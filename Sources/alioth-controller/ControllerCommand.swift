import ArgumentParser
import ControllerCore

/// `alioth-controller`: the central part of Alioth.
@main
struct ControllerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alioth-controller",
    abstract: "Keeps virtual networks and tells the agents on hosts what to put in force.",
    version: Controller.version, subcommands: [ServeCommand.self, CertificateAuthorityCommand.self])
}
