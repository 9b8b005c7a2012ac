import DHCPServer
import Daemon
import EventLoopTasks
import Foundation
import GoalState
import GoalStateStore
import HostNetwork
import Hummingbird
import Logging
import NIOPosix
import NetworkTypes
import Pipeline
import ServiceLifecycle
import Southbound
import SwitchEngine

/// The agent put together: the sessions with Open vSwitch and the controller, the DHCP responder, the underlay and the
/// local API around the one ``Agent``.
///
/// Stopping leaves the switch as it is: guests' packets keep flowing while the agent is gone.
public struct AgentService: Service {
  private let configuration: AgentConfiguration
  private let defaultDatapathType: String
  private let logger: Logger
  private let started = Date()
  /// Nil when the state directory cannot be used: then the agent runs without.
  private let keeper: StateKeeper?
  private let stateProblem: String?
  private let identity: AgentIdentity

  /// - Throws: when the socket or the state directory is another agent's.
  public init(configuration: AgentConfiguration, logger: Logger) throws {
    self.configuration = configuration
    self.logger = logger
    // The kernel's datapath where there is one; the userspace datapath everywhere else.
    defaultDatapathType = (try? HostNetwork.hasGenericNetlinkFamily("ovs_datapath")) == true ? "system" : "netdev"
    try LocalSocket.claim(configuration.apiSocket)
    var found: (any Disk)?
    do throws(StateDirectoryError) {
      let disk = try POSIXDisk(directory: configuration.stateDirectory)
      found = disk
      keeper = StateKeeper(
        disk: disk, host: HostID(configuration.host),
        limits: GoalStateStore.Limits(historyBytes: configuration.historyBytes),
        logger: Logger(label: "\(logger.label).state"))
      stateProblem = nil
    } catch .inUse(let path) {
      throw StateDirectoryError.inUse(path: path)
    } catch {
      // Guests are worth more than what the host would know after its next start.
      keeper = nil
      stateProblem = "\(error)"
      logger.error("the goal state is not kept", metadata: ["reason": "\(error)"])
    }
    identity = AgentInstance.identity(on: found, logger: logger)
  }

  /// Runs until the service group shuts down gracefully, or the task is cancelled.
  public func run() async throws {
    try await cancelWhenGracefulShutdown {
      try await runUntilCancelled()
    }
    SystemdNotifier.stopping()
    await releaseSwitch()
    LocalSocket.release(configuration.apiSocket)
    logger.info("stopped; the switch keeps forwarding")
  }

  /// Lets a switch that starts while no agent runs forward at once. Takes no longer than a local database does.
  private func releaseSwitch() async {
    let settings = configuration.openVSwitch
    let release = Task.detached { try await DatabaseSession.release(settings) }
    let limit = Task.detached {
      try await Task.sleep(for: .seconds(2))
      release.cancel()
    }
    if case .failure(let error) = await release.result {
      logger.warning("other_config:flow-restore-wait may be left set", metadata: ["reason": "\(error)"])
    }
    limit.cancel()
  }

  private func runUntilCancelled() async throws {
    let table = DHCPTable(key: .destination)
    let board = StatusBoard()
    let link = SwitchLink(configuration: configuration.openVSwitch, board: board)
    // The way from a change to the switch and back, that of a packet, and the session with the controller are on one thread.
    let eventLoop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
    let engine = SwitchEngine<Pipeline.Unit>(ownership: Agent.ownership, eventLoop: eventLoop) { eventLoop in
      try await link.dial(eventLoop)
    }
    let sockets = try await SocketTurn(eventLoop)
    let agent = Agent(
      dhcpTable: table, engine: engine, keeper: keeper, removalLimits: configuration.removalLimits,
      limits: configuration.limits, seeToSockets: { await sockets.take() }, logger: logger(for: "agent"))
    // While the switch's ports are asked for.
    let restoring = Task { [keeper] in
      if let restored = await keeper?.open(program: aliothVersion) { await agent.restore(restored) }
    }
    let punts = PuntDesk(
      agent: agent,
      packets: SwitchPackets(controllerID: Punt.controllerID, eventLoop: eventLoop) { try await link.dial($0, $1) },
      idleTime: configuration.neighborIdleTime, logger: logger(for: "punts"))
    let listener = DHCPServer(table: table, options: dhcpOptions, logger: logger(for: "dhcp"))
    let database = DatabaseSession(
      configuration: configuration, defaultDatapathType: defaultDatapathType, agent: agent, board: board,
      logger: logger(for: "ovsdb"))
    let underlay = UnderlayMonitor(
      tunnel: configuration.tunnel, controller: configuration.source.routeTarget, agent: agent, board: board,
      logger: logger(for: "underlay"))
    let document = StatusReader(
      configuration: configuration, started: started, agent: agent, punts: punts, board: board,
      listener: listener, durability: durability)
    let probe = DHCPProbe(agent: agent, server: listener) { await link.send($0) }
    let api = LocalAPI(
      status: { await document.status() }, flows: { await agent.flows($0) }, drops: { await agent.drops() },
      leases: { DHCPLeaseDocument(table.current) }, history: history, probe: { await probe.run($0) },
      releaseRemovals: { await agent.releaseRemovals("an operator on the host says so") },
      check: { DryRunDocument(try await agent.check($0), held: await agent.goal.version) },
      notReady: { await document.notReady() },
      socket: configuration.apiSocket,
      logger: logger(for: "api"))
    let tasks = EventLoopTaskExecutor.forever(on: eventLoop)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask(executorPreference: tasks) { await agent.run(after: restoring) }
      group.addTask(executorPreference: tasks) { await punts.run() }
      group.addTask { await listener.run() }
      group.addTask {
        for await _ in listener.news {
          // A guest that boots says several things at once, and many guests boot at once.
          try await Task.sleep(for: .seconds(1))
          await agent.leasesChanged()
        }
      }
      group.addTask {
        for await macs in agent.routerAnnouncements { listener.announce(macs) }
      }
      group.addTask { try await database.run() }
      group.addTask {
        for await isReplayed in agent.switchReplays { await database.switchChanged(isReplayed: isReplayed) }
      }
      group.addTask { try await underlay.run() }
      group.addTask {
        await restoring.value
        switch configuration.source {
        case .controller(let controller): try await follow(controller, agent, punts, board, database, on: tasks)
        case .alcor(let alcor): try await serve(alcor, agent, punts, board, database)
        }
      }
      group.addTask {
        try await api.application(onRunning: {
          LocalSocket.restrict(configuration.apiSocket)
          SystemdNotifier.ready(status: "running as host \(configuration.host)")
        }).run()
      }
      group.addTask { try await feedWatchdog(agent) }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private var durability: @Sendable () -> StateKeeper.Status {
    { [keeper, stateProblem] in keeper?.status ?? StateKeeper.Status(durable: nil, problem: stateProblem) }
  }

  private var history: @Sendable (HistoryQuery) async throws -> HistoryDocument {
    { [keeper] query in try await keeper?.history(query) ?? HistoryDocument(entries: [], isCut: false) }
  }

  /// Keeps a session with the controller from the present tunnel address; a new address is a new session, as the
  /// controller tells it to the other hosts.
  private func follow(
    _ controller: AgentConfiguration.Controller, _ agent: Agent, _ punts: PuntDesk, _ board: StatusBoard,
    _ database: DatabaseSession, on tasks: EventLoopTaskExecutor
  ) async throws {
    var client: Task<Void, any Error>?
    defer { client?.cancel() }
    for await address in await agent.tunnelAddresses() {
      client?.cancel()
      _ = await client?.result
      await database.underlayChanged()
      let link = ControllerLink(
        hostID: HostID(configuration.host), tunnelAddress: address, identity: identity, agent: agent, neighbors: punts,
        board: board, logger: logger(for: "southbound"))
      let southbound = try SouthboundClient(
        address: SouthboundAddress(
          host: controller.address.host, port: Int(controller.address.port)),
        security: controller.security, receiver: link, logger: logger(for: "southbound"),
        executor: tasks)
      client = Task { try await southbound.run() }
    }
  }

  /// The interface is silent and up before it is opened: the host must not speak on it, and a port that is down receives
  /// nothing.
  private var dhcpOptions: DHCPServer.Options {
    let interface = configuration.dhcpInterface
    return DHCPServer.Options(interface: interface) {
      let network = try HostNetwork()
      guard try network.link(named: interface) != nil else { return false }
      try network.disableIPv6(interface)
      try network.setLinkUp(interface)
      return true
    }
  }

  /// Tells systemd that the agent's actor still takes its turns; a hung agent is restarted, which costs its guests
  /// nothing.
  private func feedWatchdog(_ agent: Agent) async throws {
    let interval = SystemdNotifier.watchdogInterval
    while true {
      try await Task.sleep(for: interval ?? .seconds(3600))
      _ = await agent.isInForce
      if interval != nil { SystemdNotifier.watchdog() }
    }
  }

  func logger(for part: String) -> Logger {
    Logger(label: "\(logger.label).\(part)")
  }
}

extension AgentConfiguration.Controller {
  fileprivate var security: ClientSecurity {
    guard let tls else { return .plaintext }
    return .mutualTLS(
      CredentialFiles(certificate: tls.certificate, key: tls.key, trust: tls.trustRoots), serverName: tls.serverName)
  }
}
