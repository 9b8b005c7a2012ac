import Logging
import NetworkTypes
import OVSDB
import OVSDBNIO

/// Keeps a connection to Open vSwitch's database: makes the bridge and its ports, repairs them when somebody changes
/// them, and tells the agent which interfaces there are.
///
/// The actor owns the latest view; the session that it is built on owns the connection, and brings the view up to date when
/// it had to make another. Planning and writing never overlap: a change that comes meanwhile is looked at when the write is
/// answered.
actor DatabaseSession {
  private let settings: AgentConfiguration.OpenVSwitch
  private let plan: SwitchPlan
  private let agent: Agent
  private let board: StatusBoard
  private let logger: Logger

  private let session: OVSDBSession
  /// The number of the present connection; nil while there is none.
  private var connection: Int?
  private var view: OpenVSwitchView?
  /// The connection that the view came by: nothing is planned from one of before.
  private var viewConnection: Int?
  private var isWriting = false
  private var needsLook = false
  /// The count that cur_cfg has to reach for what was written to be in effect.
  private var awaited: Int64 = 0
  private var restoreWait = FlowRestoreWait()

  init(configuration: AgentConfiguration, defaultDatapathType: String, agent: Agent, board: StatusBoard, logger: Logger)
  {
    settings = configuration.openVSwitch
    session = OVSDBSession(to: settings.database, credentials: settings.databaseCredentials)
    plan = SwitchPlan(
      openVSwitch: configuration.openVSwitch, tunnel: configuration.tunnel, dhcpInterface: configuration.dhcpInterface,
      defaultDatapathType: defaultDatapathType)
    self.agent = agent
    self.board = board
    self.logger = logger
  }

  /// Keeps a connection and follows the database, until cancelled.
  func run() async throws {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.session.run() }
      group.addTask { await self.followConnection() }
      group.addTask { await self.followRows() }
    }
    try Task.checkCancellation()
  }

  /// The switch was connected, and its flows are in force; or it is gone.
  func switchChanged(isReplayed: Bool) async {
    if isReplayed { restoreWait.switchReplayed() } else { restoreWait.switchLost() }
    await repair()
  }

  /// Takes back what would keep a switch that starts without this agent from forwarding. Works on a connection of its own,
  /// for when the session has ended.
  static func release(_ settings: AgentConfiguration.OpenVSwitch) async throws {
    let client = try await OVSDBClient.connect(to: settings.database, credentials: settings.databaseCredentials)
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

  private func followConnection() async {
    for await state in await session.states() {
      switch state {
      case .connecting, .ended: break
      case .connected(let connection):
        self.connection = connection
        if await board.database(problem: nil) { logger.info("connected to the Open vSwitch database") }
        await repair()
      case .waiting(let problem, _):
        connection = nil
        await report(problem)
      }
    }
  }

  private func followRows() async {
    do {
      for try await snapshot in await session.monitor().snapshots {
        do throws(RowError) {
          await look(at: try OpenVSwitchView(snapshot.replica), from: snapshot.connection)
        } catch {
          // Nothing is planned from the view of before, which is not what is there.
          view = nil
          await report("\(error)")
        }
      }
    } catch {
      await report("\(error)")
    }
  }

  private func report(_ problem: String) async {
    if await board.database(problem: problem) {
      logger.warning("no connection to the Open vSwitch database", metadata: ["reason": "\(problem)"])
    }
  }

  private func look(at view: OpenVSwitchView, from connection: Int) async {
    if self.view == nil { await board.database(problem: nil) }
    self.view = view
    viewConnection = connection
    await board.datapath(view.bridge(named: settings.bridge))
    await agent.viewChanged(
      SwitchPorts(
        view: view, bridge: settings.bridge, tunnels: plan.tunnel.types, mappings: settings.bridgeMappings,
        dhcp: plan.dhcpInterface))
    await repair()
  }

  private func repair() async {
    needsLook = true
    guard !isWriting else { return }
    isWriting = true
    defer { isWriting = false }
    while needsLook, let connection, connection == viewConnection, let view {
      needsLook = false
      do {
        if let step = try plan.nextStep(in: view, tunnelAddress: await agent.underlay?.address) {
          if step.carriesFlows { await agent.hostConfigured(false) }
          try await write(step.operations, step.changes)
        } else if let root = view.root {
          // In effect, and not only written: ovs-vswitchd may be away, or at work on it.
          await agent.hostConfigured(root.currentConfiguration >= awaited)
          try await tendFlowRestoreWait(root, view)
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

  private func write(_ operations: [OVSDB.Operation], _ changes: [String]) async throws(RequestError) {
    let results = try await session.transact(operations)
    awaited = max(awaited, HostBridgePlan.awaitedConfiguration(results) ?? awaited)
    logger.info("switch set up", metadata: ["changes": "\(changes.joined(separator: "; "))"])
  }

  private func tendFlowRestoreWait(_ root: OpenVSwitchRow, _ view: OpenVSwitchView) async throws {
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
    let results = try await session.transact(operations)
    guard step == .release else { return }
    restoreWait.released(awaiting: HostBridgePlan.awaitedConfiguration(results) ?? .max)
    logger.info("told the switch to forward", metadata: ["step": "other_config:flow-restore-wait removed"])
  }
}
