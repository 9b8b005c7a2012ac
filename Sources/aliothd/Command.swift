import AgentCore
import ArgumentParser
import Daemon
import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// The host networking agent.
@main
struct Command: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "aliothd",
    abstract: "The Alioth agent: puts this host's virtual networks in force on Open vSwitch.",
    discussion: """
      Runs in the foreground until SIGTERM or SIGINT, and leaves the guests' network running when it stops. \
      See 'alioth show' for what it is doing.
      """,
    version: aliothVersion)

  @Option(help: "The configuration file.")
  var config = AgentConfiguration.defaultPath

  @Flag(help: "Only check the configuration file: exit with 0 when it is valid.")
  var checkConfig = false

  func run() async throws {
    let configuration = try AgentConfiguration(contentsOf: config, hostName: hostName())
    if checkConfig {
      print("\(config) is valid")
      return
    }
    configuration.log.bootstrap()
    let logger = Logger(label: "aliothd")
    logger.info("starting", metadata: ["version": "\(aliothVersion)", "host": "\(configuration.host)"])
    do {
      let service = try AgentService(configuration: configuration, logger: logger)
      let group = ServiceGroup(
        configuration: ServiceGroupConfiguration(
          services: [service], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
      try await group.run()
    } catch {
      logger.critical("cannot run", metadata: ["reason": "\(error)"])
      throw ExitCode.failure
    }
  }

  /// What hostname(1) prints; empty when the kernel does not say.
  private func hostName() -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
    return String(decoding: buffer.lazy.map(UInt8.init(bitPattern:)).prefix { $0 != 0 }, as: UTF8.self)
  }
}
