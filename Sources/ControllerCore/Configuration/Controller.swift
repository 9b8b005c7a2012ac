import Daemon
import Foundation
import GoalState
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Southbound
import UnixSignals

/// The controller put together: store, model, REST API and the agents' stream, until it is told to stop.
public struct Controller: Sendable {
  /// The release.
  public static let version = aliothVersion

  private let configuration: ControllerConfiguration
  private let logger: Logger

  /// A controller for this configuration; nothing is opened yet.
  public init(configuration: ControllerConfiguration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
  }

  /// A logger to the standard error as the configuration has it.
  public static func logger(for configuration: ControllerConfiguration) -> Logger {
    var logger = Logger(label: "alioth-controller") { label in
      switch configuration.logFormat {
      case .text: StreamLogHandler.standardError(label: label)
      case .json: JSONLogHandler(label: label)
      }
    }
    logger.logLevel = configuration.logLevel
    return logger
  }

  /// Checks what the configuration refers to as far as that is possible without opening the store or listening: the
  /// certificates and the key.
  public func check() throws {
    _ = try southboundServer(handler: RefusingHandler())
  }

  private func southboundServer(handler: any AgentSessionHandler) throws -> SouthboundServer {
    try SouthboundServer(
      address: SouthboundAddress(
        host: configuration.southboundAddress.host, port: Int(configuration.southboundAddress.port)),
      security: configuration.security, handler: handler, logger: logger)
  }

  /// Opens the store, listens, and serves until SIGTERM or SIGINT.
  ///
  /// - Throws: what keeps it from starting, or from going on.
  public func run() async throws {
    let store = try SQLiteStore(path: configuration.storePath)
    let revision = try await store.currentRevision()
    logger.info(
      "store opened",
      metadata: ["path": "\(configuration.storePath)", "epoch": "\(store.epoch)", "revision": "\(revision)"])
    let inventory = try await Inventory(store: store, vniRange: configuration.allocation.vniRange, logger: logger)
    let directory = await HostDirectory(
      store: store, inventory: inventory, timeout: configuration.hostTimeout, logger: logger)
    let api = NeutronAPI(
      store: store, inventory: inventory, directory: directory, settings: configuration.allocation, logger: logger)
    let readiness = Readiness(["api", "southbound"], logger: logger)

    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .warning)
    let application = Application(
      responder: APIResponder(api: api, logger: logger),
      configuration: .init(
        address: .hostname(configuration.apiAddress.host, port: Int(configuration.apiAddress.port)),
        serverName: "alioth-controller"),
      onServerRunning: { channel in
        readiness.reached("api", at: channel.localAddress.map { "\($0)" } ?? "?")
      }, logger: quiet)
    let server = try southboundServer(handler: directory)

    // Stopped in reverse order: first the API, then the agents' sessions, and the store last.
    let group = ServiceGroup(
      configuration: .init(
        services: [
          .init(service: ModelService(store: store, inventory: inventory)),
          .init(service: SouthboundService(server: server, directory: directory, readiness: readiness)),
          .init(service: application),
          .init(service: WatchdogService()),
        ], gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
    defer { SystemdNotifier.stopping() }
    do {
      try await group.run()
    } catch {
      await store.close()
      throw error
    }
    await store.close()
    logger.info("stopped")
  }
}

/// Takes nobody; only stands in where credentials are checked.
private struct RefusingHandler: AgentSessionHandler {
  func open(_ hello: AgentHello, peer: String) async throws(SessionRefusal) -> any AgentSession {
    throw SessionRefusal(.unavailable, "The controller only checks its configuration.")
  }
}

/// Keeps the model following the store.
private struct ModelService: Service {
  let store: any Store
  let inventory: Inventory

  func run() async throws {
    try await withGracefulShutdownHandler {
      try await inventory.run()
    } onGracefulShutdown: {
      // Closing the store ends its watch, and with it the model.
      Task { await store.close() }
    }
  }
}

/// Serves the agents.
private struct SouthboundService: Service {
  let server: SouthboundServer
  let directory: HostDirectory
  let readiness: Readiness

  func run() async throws {
    try await withGracefulShutdownHandler {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        group.addTask {
          // Not to be had when listening fails, which `run` reports.
          guard let address = try? await server.listeningAddress else { return }
          readiness.reached("southbound", at: address.description)
        }
        try await group.waitForAll()
      }
    } onGracefulShutdown: {
      SystemdNotifier.stopping()
      directory.stop()
      server.beginShutdown()
    }
  }
}

/// Tells systemd that the process is alive, when systemd wants to know.
private struct WatchdogService: Service {
  func run() async throws {
    guard let interval = SystemdNotifier.watchdogInterval else {
      try? await gracefulShutdown()
      return
    }
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        SystemdNotifier.watchdog()
        try? await Task.sleep(for: interval)
      }
    }
  }
}
