import Logging
import NetworkTypes
import OVSDB
import OVSDBNIO

/// Keeps a connection to Open vSwitch's database: makes the bridge and its ports, repairs them when somebody changes
/// them, and tells the agent which interfaces there are.
///
/// The actor owns the connection and the latest view. Planning and writing never overlap: a change that comes meanwhile
/// is looked at when the write is answered.
actor DatabaseSession {
  private let settings: AgentConfiguration.OpenVSwitch
  private let dhcpInterface: String
  private let tunnel: AgentConfiguration.Tunnel
  private let defaultDatapathType: String
  private let agent: Agent
  private let board: StatusBoard
  private let logger: Logger

  private var client: OVSDBClient?
  private var view: OpenVSwitchView?
  private var isWriting = false
  private var needsLook = false
  /// The count that cur_cfg has to reach for what was written to be in effect.
  private var awaited: Int64 = 0
  private var restoreWait = FlowRestoreWait()

  init(configuration: AgentConfiguration, defaultDatapathType: String, agent: Agent, board: StatusBoard, logger: Logger)
  {
    settings = configuration.openVSwitch
    dhcpInterface = configuration.dhcpInterface
    tunnel = configuration.tunnel
    self.defaultDatapathType = defaultDatapathType
    self.agent = agent
    self.board = board
    self.logger = logger
  }

  /// Connects, follows the database, and connects again, until cancelled.
  func run() async throws {
    var backoff = ReconnectBackoff()
    while !Task.isCancelled {
      let problem: String
      do {
        let client = try await OVSDBClient.connect(path: settings.database)
        problem = await follow(client)
        await client.close()
        backoff.reset()
      } catch {
        problem = "\(error)"
      }
      client = nil
      try Task.checkCancellation()
      if await board.database(problem: problem) {
        logger.warning("no connection to the Open vSwitch database", metadata: ["reason": "\(problem)"])
      }
      try await Task.sleep(for: backoff.next())
    }
  }

  /// The switch was connected, and its flows are in force; or it is gone.
  func switchChanged(isReplayed: Bool) async {
    if isReplayed { restoreWait.switchReplayed() } else { restoreWait.switchLost() }
    await repair()
  }

  /// Takes back what would keep a switch that starts without this agent from forwarding. Works on a connection of its own,
  /// for when the session has ended.
  static func release(database path: String) async throws {
    let client = try await OVSDBClient.connect(path: path)
    defer { Task { await client.close() } }
    for await replica in try await client.monitor() {
      guard let root = try OpenVSwitchView(replica).root, FlowRestoreWait.isOurs(root) else { return }
      _ = try await client.transact(FlowRestoreWait.operations(.release, root: root))
      return
    }
  }

  /// The tunnel's address changed: the tunnel port is looked at again.
  func underlayChanged() async {
    await repair()
  }

  private func follow(_ client: OVSDBClient) async -> String {
    do {
      let replicas = try await client.monitor()
      self.client = client
      if await board.database(problem: nil) { logger.info("connected to the Open vSwitch database") }
      for await replica in replicas {
        let view = try OpenVSwitchView(replica)
        self.view = view
        await board.datapath(view.bridge(named: settings.bridge))
        await agent.viewChanged(
          SwitchPorts(view: view, bridge: settings.bridge, tunnel: request.tunnel.name, dhcp: dhcpInterface))
        await repair()
      }
      try Task.checkCancellation()
      return "\(await client.closed())"
    } catch {
      return "\(error)"
    }
  }

  private var request: HostBridgeRequest {
    HostBridgeRequest(
      bridge: settings.bridge, datapathType: settings.datapathType ?? defaultDatapathType,
      forcesDatapathType: settings.datapathType != nil,
      tunnel: HostBridgeRequest.Tunnel(
        name: "alioth-\(tunnel.encapsulation.rawValue)", type: tunnel.encapsulation,
        destinationPort: tunnel.port),
      dhcpInterface: dhcpInterface)
  }

  private func repair() async {
    needsLook = true
    guard !isWriting else { return }
    isWriting = true
    defer { isWriting = false }
    while needsLook, let client, let view {
      needsLook = false
      var request = request
      request.tunnel.localAddress = await agent.underlay.map { .v4($0.address) }
      do {
        let plan = try HostBridgePlan(for: request, in: view)
        if !plan.isEmpty {
          await agent.hostConfigured(false)
          let results = try await client.transact(plan.operations)
          awaited = max(awaited, HostBridgePlan.awaitedConfiguration(results) ?? awaited)
          logger.info("switch set up", metadata: ["changes": "\(plan.changes.joined(separator: "; "))"])
        } else if let root = view.root {
          // In effect, and not only written: ovs-vswitchd may be away, or at work on it.
          await agent.hostConfigured(root.currentConfiguration >= awaited)
          try await tendFlowRestoreWait(root, view, client)
        }
        await board.bridge(problem: nil)
      } catch {
        // Tried again with the next change of the database, which a lost race or a repair by hand brings.
        if await board.bridge(problem: "\(error)") {
          logger.error("cannot set up the switch", metadata: ["reason": "\(error)"])
        }
      }
    }
  }

  private func tendFlowRestoreWait(_ root: OpenVSwitchRow, _ view: OpenVSwitchView, _ client: OVSDBClient) async throws
  {
    let isWanted =
      switch settings.flowRestoreWait {
      case .auto: view.bridges.values.allSatisfy { $0.name == settings.bridge }
      case .always: true
      case .never: false
      }
    let wasReleased = restoreWait.isReleased
    let step = restoreWait.step(root, isWanted: isWanted)
    if restoreWait.isReleased, !wasReleased { logger.info("the switch forwards with the flows in force") }
    let operations = FlowRestoreWait.operations(step, root: root)
    guard !operations.isEmpty else { return }
    let results = try await client.transact(operations)
    guard step == .release else { return }
    restoreWait.released(awaiting: HostBridgePlan.awaitedConfiguration(results) ?? .max)
    logger.info("told the switch to forward", metadata: ["step": "other_config:flow-restore-wait removed"])
  }
}
