import DHCP
import GoalState
import Logging
import NetworkTypes
import OpenFlow
import Pipeline
import Reconciler

/// The owner of everything that the agent knows: the goal state, the switch's ports, what is desired and what is
/// installed.
///
/// Events come in as calls that only note what changed. One loop, `run`, turns what was noted into flows, sends the
/// difference, and reports when it is in force; however many events arrive meanwhile, the next turn takes them all.
///
/// ```
///  goal state ──▶ ┐                ┌▶ compile dirty units ─▶ difference ─▶ bundle ─▶ confirmed ─▶ report
///  switch ports ─▶├ dirty units ──▶┤        ▲                                          │
///  switch up/down ┘                └────────┴───────── anything new meanwhile ◀────────┘
/// ```
actor Agent {
  /// Flows in one bundle: a commit runs to its end in the switch's main thread, so a large one would hold up
  /// everything else there.
  static let bundleLimit = 4096
  /// How long a refused unit waits for another try without its input having changed.
  static let quarantineRetry = Duration.seconds(60)

  nonisolated let dhcpTable: DHCPBindingTable
  nonisolated let reports = ReportBoard()
  private let logger: Logger
  private let (wakeups, wakeup) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  private(set) var goal = HostGoalState()
  private(set) var ports = HostPorts()
  private(set) var reconciler = FlowReconciler<Unit>(ownership: FlowCookie.ownership)
  private(set) var unsettled: [Unit: CompiledUnit.Status] = [:]
  private(set) var applied = GoalStateVersion(epoch: "", revision: 0)
  private(set) var underlay: Underlay?
  private(set) var unitsCompiled = 0
  private var tunnelAddress: AsyncStream<IPv4Address>.Continuation?
  private var dirty: Set<Unit> = [.host]
  private var switchPorts: (any PortResolving)?
  private var dhcpEntries: [OFPort: DHCPBindingTable.Entry] = [:]
  private var dhcpPorts: [PortID: OFPort] = [:]
  private var connection: (number: UInt64, to: any SwitchProgramming)?
  private var connections: UInt64 = 0
  private var reportedQuarantines: Set<Unit> = []

  init(dhcpTable: DHCPBindingTable, logger: Logger) {
    self.dhcpTable = dhcpTable
    self.logger = logger
  }

  /// Turns what changed into flows and reports, until cancelled.
  func run() async {
    for await _ in wakeups {
      await synchronize()
    }
  }

  // MARK: Events

  /// The controller sent a snapshot or a delta.
  func received(_ update: GoalStateUpdate) {
    let changes = goal.apply(update)
    dirty.formUnion(Dependencies.units(affectedBy: changes, in: goal))
    if changes.resources.contains(where: { $0.kind == .port }) { _ = resolvePorts() }
    logger.info(
      "goal state received",
      metadata: [
        "version": "\(goal.version)", "scope": "\(update.scope)", "changed": "\(changes.resources.count)",
        "refused": "\(goal.failures.count)",
      ])
    for failure in update.refused {
      logger.warning("resource refused", metadata: ["resource": "\(failure.key)", "reason": "\(failure.message)"])
    }
    wake()
  }

  /// The switch's database changed: the ports are looked up anew.
  func viewChanged(_ new: some PortResolving) {
    let isFirst = switchPorts == nil
    switchPorts = new
    if resolvePorts() || isFirst { wake() }
  }

  /// Returns whether a port is another than before.
  private func resolvePorts() -> Bool {
    guard let switchPorts else { return false }
    let old = ports
    ports = switchPorts.resolve(guests: goal.ports.keys)
    dirty.formUnion(Dependencies.units(affectedBy: old, ports, in: goal))
    return old != ports
  }

  /// The underlay's address or MTU is now this; guests are told the MTU by DHCP.
  func underlayChanged(_ new: Underlay?) {
    guard new != underlay else { return }
    let oldAddress = underlay?.address
    underlay = new
    dirty.formUnion(goal.ports.keys.map(Unit.port))
    if let address = new?.address, address != oldAddress { tunnelAddress?.yield(address) }
    wake()
  }

  /// The tunnel address, now and whenever it changes. For one reader.
  func tunnelAddresses() -> AsyncStream<IPv4Address> {
    let (stream, continuation) = AsyncStream.makeStream(of: IPv4Address.self, bufferingPolicy: .bufferingNewest(1))
    tunnelAddress = continuation
    if let underlay { continuation.yield(underlay.address) }
    return stream
  }

  /// A connection to the switch is up: what it has is read and compared. Returns when that is done.
  ///
  /// - Throws: when the switch cannot be read; the connection is of no use then.
  func adopt(_ new: any SwitchProgramming) async throws -> UInt64 {
    connections += 1
    let number = connections
    let flows = try await new.flows(cookie: FlowCookie.owner, mask: FlowCookie.ownerMask)
    guard number == connections else { throw CancellationError() }
    compileDirty()
    reconciler.loadInstalled(flows)
    connection = (number, new)
    logger.info(
      "switch connected",
      metadata: [
        "flows_found": "\(flows.count)", "flows_desired": "\(reconciler.desiredCount)",
        "flows_different": "\(reconciler.differenceCount)",
      ])
    wake()
    return number
  }

  /// The connection that `adopt` numbered is gone.
  func lost(connection number: UInt64) {
    guard connection?.number == number else { return }
    connection = nil
    reconciler.disconnected()
  }

  /// Gives refused units another try.
  func retryQuarantined() {
    guard !reconciler.quarantined.isEmpty else { return }
    reconciler.retryQuarantined()
    wake()
  }

  private func wake() {
    wakeup.yield()
  }

  // MARK: The loop's turn

  /// Compiles what is dirty, sends the difference until there is none, and reports.
  ///
  /// Until the goal state and the switch's ports are both known in full, nothing is sent: what is on the switch from
  /// before keeps the guests' network running, and a half-known state would tear it down.
  private func synchronize() async {
    compileDirty()
    guard goal.isComplete, switchPorts != nil else { return }
    reconciler.sweeps = true
    while let (number, programming) = connection {
      compileDirty()
      guard let batch = reconciler.nextBatch(limit: Agent.bundleLimit) else { break }
      do {
        let refusals = try await programming.commit(reconciler.changes(in: batch))
        guard connection?.number == number else { continue }
        settle(batch, refusals)
      } catch {
        logger.warning("switch connection failed", metadata: ["reason": "\(error)"])
        lost(connection: number)
        await programming.close()
      }
    }
    guard reconciler.isSettled, dirty.isEmpty else { return }
    if applied != goal.version {
      applied = goal.version
      logger.info("goal state in force", metadata: ["version": "\(applied)", "flows": "\(reconciler.desiredCount)"])
    }
    await reports.post(report)
  }

  private func settle(_ batch: FlowReconciler<Unit>.Batch, _ refusals: [BundleRefusal]) {
    guard !refusals.isEmpty else {
      reconciler.committed(batch)
      return
    }
    reconciler.refused(batch, refusals)
    for (unit, quarantine) in reconciler.quarantined where !reportedQuarantines.contains(unit) {
      logger.error("flow refused", metadata: ["resource": "\(unit)", "reason": "\(quarantine.reason)"])
    }
    reportedQuarantines = Set(reconciler.quarantined.keys)
  }

  private func compileDirty() {
    guard !dirty.isEmpty else { return }
    let compiler = Compiler(goal: goal, host: ports)
    for unit in dirty {
      let compiled = compiler.compile(unit)
      unitsCompiled += 1
      reconciler.setDesired(compiled.flows, for: unit)
      unsettled[unit] = compiled.status == .complete ? nil : compiled.status
    }
    updateBindings()
    dirty = []
  }

  /// Swaps in a new table of reservations when one of the dirty ports changed.
  private func updateBindings() {
    let ids = dirty.compactMap { unit -> PortID? in
      if case .port(let id) = unit { id } else { nil }
    }
    guard !ids.isEmpty else { return }
    for id in ids {
      if let old = dhcpPorts.removeValue(forKey: id), dhcpEntries[old]?.port == id { dhcpEntries[old] = nil }
    }
    for id in ids {
      guard let port = goal.ports[id], let ofport = ports.guests[id]?.port,
        let binding = DHCPBinding(port: port, in: goal, underlayMTU: underlay?.guestMTU)
      else { continue }
      dhcpPorts[id] = ofport
      dhcpEntries[ofport] = DHCPBindingTable.Entry(port: id, binding: binding)
    }
    dhcpTable.publish(dhcpEntries)
  }

  // MARK: What is in force

  /// What the controller is told.
  var report: GoalStateReport {
    GoalStateReport(applied: applied, failures: failures, pending: pending)
  }

  /// What was refused, by the model, by the compiler and by the switch.
  var failures: [ResourceFailure] {
    var failures = goal.failures
    let add = { (unit: Unit, code: ResourceFailure.Code, message: String) in
      guard let key = unit.resource else { return }
      failures.append(
        ResourceFailure(key: key, revision: self.goal.revision(of: key) ?? 0, code: code, message: message))
    }
    for (unit, status) in unsettled.sorted(by: { $0.key < $1.key }) {
      if case .invalid(let reason) = status { add(unit, .invalid, reason) }
    }
    for conflict in reconciler.conflicts {
      add(
        conflict.owner, .invalid, "\(conflict.holder) of the same network already has its address: \(conflict.flow.key)"
      )
    }
    for (unit, quarantine) in reconciler.quarantined.sorted(by: { $0.key < $1.key }) {
      add(unit, .switchRefused, quarantine.reason)
    }
    return failures
  }

  /// What waits for something that is not there yet.
  var pending: [GoalStateReport.Pending] {
    unsettled.sorted { $0.key < $1.key }.compactMap { unit, status in
      guard case .waiting(let reason) = status, let key = unit.resource else { return nil }
      return GoalStateReport.Pending(key: key, revision: goal.revision(of: key) ?? 0, reason: reason)
    }
  }

  /// Whether the goal state received last is in force.
  var isInForce: Bool { goal.isComplete && switchPorts != nil && reconciler.isSettled && applied == goal.version }
  /// Whether a switch is connected.
  var isSwitchConnected: Bool { connection != nil }
}
