import DHCPServer
import GoalState
import Logging
import NetworkTypes
import OpenFlow
import Pipeline
import Reconciler
import SwitchEngine

/// The owner of everything that the agent knows: the goal state, the switch's ports, and what follows from them.
///
/// Events come in as calls that only note what changed. One loop, `run`, turns what was noted into flows, hands them to
/// the engine, and reports when they are in force; however many events arrive meanwhile, the next turn takes them all.
///
/// ```
///  goal state ──▶ ┐                ┌▶ compile dirty units ─▶ engine ─▶ bundles ─▶ confirmed ─▶ report
///  switch ports ─▶├ dirty units ──▶┤        ▲                                         │
///  underlay ─────▶┘                └────────┴───────── anything new meanwhile ◀───────┘
/// ```
///
/// The agent runs where its engine does, on the event loop of the connection to the switch: what comes in goes out as flows, and
/// what is confirmed as a report, without changing threads on the way. Between two slices the loop sees to its sockets.
actor Agent {
  /// How many units are compiled before their flows are handed to the engine: the switch works on them while the next
  /// ones are compiled.
  static let compileSlice = 256

  nonisolated let dhcpTable: DHCPTable
  nonisolated let reports = ReportBoard()
  nonisolated let engine: SwitchEngine<Unit>
  let logger: Logger
  let troubleInterval: Duration
  let clock: AgentClock
  /// With how many units of an update that is still arriving the work begins.
  let begunFrom: Int
  /// Returns when the event loop has looked at its sockets once more.
  let seeToSockets: @Sendable () async -> Void
  private let (wakeups, wakeup) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  var goal = HostGoalState()
  private(set) var ports = HostPorts()
  /// What the engine said last.
  private(set) var switchState = SwitchEngineState<Unit>()
  private(set) var unsettled: [Unit: CompiledUnit.Status] = [:]
  var applied = GoalStateVersion(epoch: "", revision: 0)
  /// What was reported to wait, and waits for nothing but the switch now: the engine's number for its flows, once it has them.
  private(set) var settling: [Unit: UInt64] = [:]
  private(set) var underlay: Underlay?
  private(set) var unitsCompiled = 0
  /// What has been received and is not in force yet.
  var unapplied = UnappliedChanges()
  /// Whether an update has arrived in part: what is in force meanwhile is no version.
  var isReceiving = false
  private var tunnelAddress: AsyncStream<IPv4Address>.Continuation?
  /// What packets that are handed over need.
  var punts = AgentPunts()
  /// What is kept on disk, and how what is held came about.
  var survival = AgentSurvival()
  /// Removals that are held back.
  var removals: AgentRemovals
  /// The last update, when it was refused as a whole, and for what.
  var refused: (update: GoalStateReport.RefusedUpdate, failures: [ResourceFailure])?
  private(set) var dirty = DirtyUnits([.host])
  private var switchPorts: (any PortResolving)?
  var dhcpPorts = DHCPPorts()
  /// Ports whose router says something else than its guest has heard.
  var unannounced: Set<PortID> = []
  /// Versions that the engine has been given, each with the number of its last update and the engine's for the last of it.
  private var underway: [(version: GoalStateVersion, number: UInt64, change: UInt64)] = []
  /// The engine's number for the last that it has been given.
  private var lastChange: UInt64 = 0
  var reportedQuarantines: [Unit: String] = [:]
  /// Whether the rows of the database that the flows rest on are in effect.
  private(set) var isHostConfigured = false
  /// The connection whose flows were in force last, by its number.
  private var replayedConnection = 0
  private let (replays, replayed) = AsyncStream.makeStream(of: Bool.self, bufferingPolicy: .bufferingNewest(1))
  private let (announcements, announcing) = AsyncStream.makeStream(of: [MACAddress].self)

  /// - Parameters:
  ///   - keeper: Keeps the goal state on disk; nil for an agent that forgets it.
  ///   - troubleInterval: How long what is not in force is not worth a word to the controller.
  ///   - clock: What is waited by.
  ///   - removalLimits: What may go at once; nil for everything.
  ///   - begunFrom: With how many units of an update that is still arriving the work begins.
  ///   - seeToSockets: Called between the parts of long work: returns when the event loop has looked at its sockets. Nil for a
  ///     pause by the clock, which most often is enough.
  init(
    dhcpTable: DHCPTable, engine: SwitchEngine<Unit>, keeper: StateKeeper? = nil, removalLimits: RemovalLimits? = nil,
    limits: HostLimits = HostLimits(), troubleInterval: Duration = .seconds(1), clock: AgentClock = .machine,
    begunFrom: Int = Agent.compileSlice / 2, seeToSockets: (@Sendable () async -> Void)? = nil, logger: Logger
  ) {
    self.troubleInterval = troubleInterval
    self.clock = clock
    self.begunFrom = begunFrom
    self.seeToSockets = seeToSockets ?? { try? await clock.sleep(clock.now() + .microseconds(20)) }
    self.dhcpTable = dhcpTable
    self.engine = engine
    self.logger = logger
    removals = AgentRemovals(limits: removalLimits, clock: clock)
    survival.keeper = keeper
    goal.limits = limits
  }

  /// Turns what changed into flows and reports, and keeps the switch and the disk as they say, until cancelled.
  ///
  /// - Parameter restoring: What takes over the state from disk. Until it has ended the switch is not read, which keeps some
  ///   datapaths from forwarding guests' requests for their addresses, and nothing is written to the disk.
  func run(after restoring: Task<Void, Never>? = nil) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        await restoring?.value
        await self.engine.run()
      }
      if let keeper = survival.keeper {
        group.addTask {
          await restoring?.value
          await keeper.run { await self.image() }
        }
      }
      group.addTask { await self.watchSwitch() }
      group.addTask { await self.turn() }
      group.addTask { await self.reportTrouble() }
      group.addTask { await self.watchRemovals() }
      await group.waitForAll()
    }
  }

  private func watchSwitch() async {
    for await _ in engine.changes { await observeSwitch() }
  }

  private func turn() async {
    for await _ in wakeups { await synchronize() }
  }

  /// The engine's.
  nonisolated var unownedExecutor: UnownedSerialExecutor { engine.unownedExecutor }

  // MARK: Events

  /// The goal state has changed: what follows from it is compiled anew.
  func take(_ changes: HostGoalState.Changes) {
    dirty.formUnion(Dependencies.units(affectedBy: changes, in: goal))
    noteNeighbors(changes)
    if changes.resources.contains(where: { $0.kind == .port }) { _ = resolvePorts() }
  }

  /// The switch's database changed: the ports are looked up anew.
  func viewChanged(_ new: some PortResolving) {
    let isFirst = switchPorts == nil
    switchPorts = new
    if resolvePorts() || isFirst { wake() }
  }

  /// The bridge's ports, and what the underlay tells, with the interfaces of these guests.
  func hostPorts(of guests: some Collection<PortID>) -> HostPorts {
    var ports = switchPorts?.resolve(guests: guests) ?? HostPorts()
    ports.underlayMTU = underlay?.interfaceMTU
    ports.routerMAC = underlay.map { HostPorts.routerMAC(of: $0.address) }
    return ports
  }

  /// Returns whether a port is another than before.
  private func resolvePorts() -> Bool {
    let old = ports
    ports = hostPorts(of: goal.ports.keys)
    if ports.guests != old.guests { notePorts() }
    dirty.formUnion(Dependencies.units(affectedBy: old, ports, in: goal))
    return old != ports
  }

  /// The underlay's address or MTU is now this; guests are told the MTU by DHCP, and routers are known by the address.
  func underlayChanged(_ new: Underlay?) {
    guard new != underlay else { return }
    let oldAddress = underlay?.address
    underlay = new
    _ = resolvePorts()
    if let address = new?.address, address != oldAddress { tunnelAddress?.yield(address) }
    wake()
  }

  /// The bridge and its ports are in effect as they were asked for, or are not.
  func hostConfigured(_ isInEffect: Bool) async {
    guard isInEffect != isHostConfigured else { return }
    isHostConfigured = isInEffect
    if isInEffect { await observeSwitch() }
  }

  /// Tells true whenever all flows have come into force on a new connection to the switch, and false when it is lost. For
  /// one reader.
  nonisolated var switchReplays: AsyncStream<Bool> { replays }

  /// The ports, by what tells them in the responder's table, whose guests are to be told of their router without asking. For
  /// one reader.
  nonisolated var routerAnnouncements: AsyncStream<[MACAddress]> { announcements }

  /// The tunnel address, now and whenever it changes. For one reader.
  func tunnelAddresses() -> AsyncStream<IPv4Address> {
    let (stream, continuation) = AsyncStream.makeStream(of: IPv4Address.self, bufferingPolicy: .bufferingNewest(1))
    tunnelAddress = continuation
    if let underlay { continuation.yield(underlay.address) }
    return stream
  }

  func wake() {
    wakeup.yield()
  }

  // MARK: The loop's turn

  /// Compiles what is dirty, and hands it to the engine.
  ///
  /// Until the goal state and the switch's ports are both known in full, the engine sends nothing: what is on the switch
  /// from before keeps the guests' network running, and a half-known state would tear it down. A switch that has none of
  /// the agent's flows has nothing to tear down, and gets them as they are compiled.
  private func synchronize() async {
    // Without the switch's ports nothing goes out, and all that hangs by them would be compiled again with them.
    guard switchPorts != nil else { return }
    let isComplete = goal.isComplete
    while !dirty.isEmpty {
      let (version, number) = (goal.version, survival.number)
      let units = dirty.take(Agent.compileSlice)
      let compiled = compile(units)
      let isEmpty = switchState.flowsInstalled == 0
      let input: DesiredInput? = !isComplete ? nil : dirty.isEmpty ? .complete : isEmpty ? .arriving : nil
      lastChange = await engine.update(states: compiled, zones: zones(of: units), input: input)
      for unit in units where settling[unit] != nil { settling[unit] = lastChange }
      if dirty.isEmpty, isComplete, !isReceiving, version == goal.version {
        underway.append((version, number, lastChange))
      }
      // What was handed over goes out, and answers come in, before the next slice: the event loop looks at its sockets only when
      // nothing else is to be done on it, so that to yield would not be enough.
      if !dirty.isEmpty { await seeToSockets() }
    }
    noteHandedOver(lastChange)
    // A version that changes nothing is in force with the one before, which may still be on its way.
    if isComplete, (underway.last?.version ?? applied) != goal.version {
      let (version, number) = (goal.version, survival.number)
      lastChange = await engine.update(states: [], input: .complete)
      underway.append((version, number, lastChange))
    }
    await observeSwitch()
  }

  /// Takes the engine's state over, and reports what came into force.
  func observeSwitch() async {
    let state = await engine.state
    guard state.number >= switchState.number else { return }
    let old = switchState
    switchState = state
    logChanges(since: old)
    if state.features == nil, old.features != nil { replayed.yield(false) }
    if state.isInSync, state.history.connections != replayedConnection {
      replayedConnection = state.history.connections
      replayed.yield(true)
    }
    guard isHostConfigured else { return }
    releaseFound(inForce: state.changeInForce)
    if !settling.isEmpty { settling = settling.filter { $0.value > state.changeInForce } }
    var inForce: (number: UInt64, version: GoalStateVersion)?
    while let first = underway.first, first.change <= state.changeInForce {
      underway.removeFirst()
      inForce = (first.number, first.version)
      guard underway.isEmpty || applied.epoch != first.version.epoch || applied.revision != first.version.revision
      else {
        continue
      }
      applied = first.version
      if applied.epoch == goal.version.epoch { unapplied.inForce(applied.revision) }
      logger.info("goal state in force", metadata: ["version": "\(applied)", "flows": "\(state.flowsDesired)"])
    }
    if let inForce { noteInForce(inForce.number, inForce.version) }
    guard dirty.isEmpty, underway.isEmpty, !isReceiving, goal.isComplete, switchPorts != nil,
      lastChange <= state.changeInForce
    else { return }
    announceRouters()
    reports.post(report)
  }

  /// Has guests told what their router says now, once the flows that it comes to them by are in force.
  private func announceRouters() {
    guard !unannounced.isEmpty else { return }
    announcing.yield(unannounced.compactMap { dhcpPorts.place(of: $0) })
    unannounced = []
  }

  /// Only ports have zones, and nearly all units are neighbors.
  private func zones(of units: [Unit]) -> [Unit: UInt16] {
    let compiler = Compiler(goal: goal, host: ports)
    var zones: [Unit: UInt16] = [:]
    for unit in units {
      if case .port = unit { zones[unit] = compiler.conntrackZone(of: unit) }
    }
    return zones
  }

  private func compile(_ units: [Unit]) -> [(owner: Unit, desired: DesiredState)] {
    let compiler = Compiler(goal: goal, host: ports)
    defer { updateBindings(units) }
    return units.map { unit in
      let compiled = compiler.compile(unit)
      unitsCompiled += 1
      let before = unsettled[unit]
      unsettled[unit] = compiled.status == .complete ? nil : compiled.status
      if compiled.status != .complete {
        settling[unit] = nil
      } else if before != nil {
        settling[unit] = .max
      }
      return (owner: unit, desired: DesiredState(flows: compiled.flows, meters: compiled.meters))
    }
  }

  // MARK: What is in force

  /// A guest was told something: the controller is, too.
  func leasesChanged() async {
    // What is being put in force is reported when it is, with this.
    guard isInForce, underway.isEmpty else { return }
    reports.post(report)
  }

  /// Whether the goal state received last is in force.
  var isInForce: Bool {
    goal.isComplete && switchPorts != nil && isHostConfigured && dirty.isEmpty && applied == goal.version
      && lastChange <= switchState.changeInForce
  }
  /// Whether a switch is connected.
  var isSwitchConnected: Bool { switchState.features != nil }
}
