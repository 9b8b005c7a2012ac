import ArgumentParser
import ControllerCore
import Daemon
import Foundation
import Logging

/// `serve`: runs the controller until SIGTERM or SIGINT.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve the REST API and the agents.")

  @Option(help: "The configuration file.")
  var config = ControllerConfiguration.defaultPath

  @Flag(help: "Check the configuration file and exit.")
  var checkConfig = false

  func run() async throws {
    let configuration: ControllerConfiguration
    do throws(ConfigurationError) {
      configuration = try ControllerConfiguration(ConfigurationReader(contentsOf: config))
    } catch {
      throw CommandFailure.exit(error)
    }
    let logger = Controller.logger(for: configuration)
    let controller = Controller(configuration: configuration, logger: logger)
    if checkConfig {
      do {
        try controller.check()
      } catch {
        throw CommandFailure.exit(error)
      }
      print("\(config): the configuration is valid.")
      return
    }
    do {
      try await controller.run()
    } catch {
      logger.critical("\(error)")
      throw ExitCode.failure
    }
  }
}

/// Ends the program with a sentence on the standard error, without the usage text.
enum CommandFailure {
  static func exit(_ error: some Error) -> ExitCode {
    FileHandle.standardError.write(Data("alioth-controller: \(error)\n".utf8))
    return .failure
  }
}
