import DHCPServer
import GoalState
import OpenFlow
import Pipeline
import Reconciler
import SwitchEngine
import SwitchModel

@testable import AgentCore
@testable import CloudTestSupport

// What is seen once everything has healed and come to rest.

extension Simulation {
  func finish() throws(Failure) {
    heal()
    let comesWhole = random.chance(70)
    if comesWhole {
      for guest in cloud.guests where guest.host == 0 { attach(guest.id) }
    }
    plug()
    trace.tell("everything heals")
    // An audit finds what nobody has told of.
    if hasDrifted { loop.run(for: .seconds(400)) }
    // Echoes find out that a connection is none.
    if met.contains(.switchSilent) { loop.run(for: .seconds(30)) }
    try settle("after everything has healed")
    beforeChecks(self)
    let truth = self.truth
    try check(truth)
    try restart(truth)
    // The other hosts have to be computed as well, which takes as long as all the rest.
    if comesWhole, random.chance(20) { try forward() }
  }

  private var truth: Truth {
    var ports = host.view.resolve(guests: controller.resources.keys.filter { $0.kind == .port }.map { PortID($0.id) })
    ports.underlayMTU = host.underlay.interfaceMTU
    ports.routerMAC = HostPorts.routerMAC(of: host.underlay.address)
    return Truth(controller.resources.values.sorted { $0.key < $1.key }, controller.version, on: ports)
  }

  /// Waits until agent, switch, disk and controller agree.
  private func settle(_ moment: String) throws(Failure) {
    if loop.run(for: .seconds(3600), until: { unrest == nil }) {
      loop.run(for: .milliseconds(500))
      if let mistake = controller.mistakes.first { throw fail(mistake) }
      return
    }
    throw fail("\(moment), there is no rest: \(unrest ?? "none is found now")")
  }

  /// Why there is no rest yet.
  private var unrest: String? {
    guard let process = host.process, process.isAttached else { return "the agent is not there" }
    guard let report = controller.report, report.applied == controller.version else {
      return "the report is of \(controller.report.map { "\($0.applied)" } ?? "nothing")"
    }
    let (held, isInForce, toSay) = process.agent.assumeIsolated { ($0.goal.version, $0.isInForce, $0.report) }
    if held != controller.version { return "the agent holds \(held), and is to hold \(controller.version)" }
    let state = process.engine.assumeIsolated { $0.state }
    if !state.quarantined.isEmpty { return "quarantined: \(state.quarantined.mapValues(\.reason))" }
    if !isInForce { return "the agent says that not all is in force; the engine: \(state)" }
    if !state.isInSync { return "the engine is not in sync: \(state)" }
    if report != toSay { return "the agent has to say \(toSay), and has said \(report)" }
    if process.keeper.status != StateKeeper.Status(durable: controller.version) { return "\(process.keeper.status)" }
    if let dead = host.graveyard.first(where: { !$0.isOver }) { return "a killed process still runs: \(dead)" }
    return nil
  }

  // MARK: Truth

  private func check(_ truth: Truth) throws(Failure) {
    try checkSwitch(truth)
    guard let process = host.process, let report = controller.report else { throw fail("there is no agent") }
    try compare("failures", truth.failures, report.failureStatements)
    try compare("pending", truth.pending, report.pendingStatements)
    let snapshot = process.agent.assumeIsolated { $0.snapshot() }
    guard snapshot.isInForce, snapshot.isInSync, snapshot.applied == controller.version, !snapshot.isStale,
      snapshot.digests.desired == snapshot.digests.observed, snapshot.flowsDesired == truth.flows.count,
      snapshot.flowsInstalled == truth.flows.count, snapshot.switchProblem == nil
    else { throw fail("the status says \(snapshot)") }
    let failed = Set(truth.failures.map(\.key))
    let waiting = Set(truth.pending.map(\.key))
    for port in snapshot.ports {
      let key = ResourceKey.port(PortID(port.id))
      let expected =
        failed.contains(key)
        ? "FAILED"
        : waiting.contains(key)
          ? "PENDING" : truth.goal.ports[PortID(port.id)]?.adminStateUp == true ? "ACTIVE" : "DOWN"
      if port.status != expected { throw fail("port \(port.id) is \(port.status), and has to be \(expected)") }
    }
    try compare("ports", truth.goal.ports.keys.map(\.rawValue).sorted(), snapshot.ports.map(\.id))
    try compare("served by DHCP", truth.served.sorted(), process.table.current.all.map(\.name).sorted())
  }

  private func checkSwitch(_ truth: Truth) throws(Failure) {
    let owned = host.bridge.model.flows.filter { Agent.ownership.cookies.contains($0.cookie) }
    let found = Dictionary(owned.map { ($0.key, $0) }) { $1 }
    guard found != truth.flows else {
      let meters = host.bridge.model.meters.filter { Agent.ownership.meters?.contains($0.id) == true }
      return try compare("meters", truth.meters.values.map(\.id).sorted(), meters.map(\.id).sorted())
    }
    let missing = truth.flows.filter { found[$0.key] == nil }.values.map { "missing: \($0)" }
    let stale = found.filter { truth.flows[$0.key] == nil }.values.map { "stale: \($0)" }
    let other = found.filter { truth.flows[$0.key] != nil && truth.flows[$0.key] != $0.value }
      .map { "other: \($0.value)\n  is to be \(truth.flows[$0.key].map { "\($0)" } ?? "")" }
    throw fail("the switch differs:\n" + (missing + stale + other).sorted().prefix(20).joined(separator: "\n"))
  }

  private func compare<Value: Equatable>(_ what: String, _ expected: [Value], _ found: [Value]) throws(Failure) {
    if expected != found { throw fail("\(what): expected \(expected)\nfound \(found)") }
  }

  // MARK: Restart

  /// A new process finds everything on disk and on the switch, and has nothing to do, without a controller and with one.
  private func restart(_ truth: Truth) throws(Failure) {
    let changes = host.bridge.changes
    controller.isReachable = false
    host.kill()
    host.start()
    trace.tell("the agent restarts from disk")
    let version = controller.version
    let isBack = loop.run(for: .seconds(60)) {
      guard let process = host.process, process.isAttached else { return false }
      return process.agent.assumeIsolated { $0.isInForce && $0.applied == version }
    }
    guard isBack, let process = host.process else { throw fail("the agent does not come back from disk") }
    if host.bridge.changes != changes {
      throw fail("the restart changed something \(host.bridge.changes - changes) times")
    }
    try checkSwitch(truth)
    try compare("served by DHCP", truth.served.sorted(), process.table.current.all.map(\.name).sorted())
    controller.isReachable = true
    try settle("after a restart")
    if host.bridge.changes != changes {
      throw fail("the controller's return changed something \(host.bridge.changes - changes) times")
    }
    try check(truth)
  }

  // MARK: Forwarding

  /// Draws packets: what comes of them is what the specification says.
  private func forward() throws(Failure) {
    var comparison = Comparison(seed: seed, generator: generator, cloud: cloud)
    comparison.comparesReasons = false
    comparison.takeOver(host.bridge.model.flows, on: 0)
    for _ in 0..<6 {
      if let difference = comparison.sendFrame() { throw fail(difference) }
    }
  }
}
