import DHCP
import DHCPServer
import Daemon
import Foundation
import GoalState
import NetworkTypes
import OVSDB
import Pipeline
import SwitchEngine

/// Puts the status together from who knows its parts.
struct StatusReader: Sendable {
  let configuration: AgentConfiguration
  let started: Date
  let agent: Agent
  let punts: PuntDesk
  let board: StatusBoard
  let listener: DHCPServer
  /// How the goal state on disk stands.
  let durability: @Sendable () -> StateKeeper.Status

  func status() async -> StatusDocument {
    let snapshot = await agent.snapshot()
    let link = await board.controller
    let kept = durability()
    let problems = await [board.databaseProblem, board.bridgeProblem, snapshot.switchProblem]
    let problem = problems.compactMap { $0 }.first
    return StatusDocument(
      host: configuration.host, version: aliothVersion, startedAt: started.ISO8601Format(),
      controller: StatusDocument.Controller(
        address: configuration.source.address, state: link.state, since: link.since?.ISO8601Format(),
        error: link.error),
      switch: StatusDocument.Switch(
        state: snapshot.isSwitchConnected ? "connected" : "disconnected", bridge: configuration.openVSwitch.bridge,
        datapathType: await board.datapathType, datapathId: await board.datapathID.map(StatusReader.hexadecimal),
        error: problem, flowsDesired: snapshot.flowsDesired, flowsInstalled: snapshot.flowsInstalled,
        inSync: snapshot.isInSync,
        desiredDigest: StatusReader.hexadecimal(snapshot.digests.desired),
        observedDigest: snapshot.digests.observed.map(StatusReader.hexadecimal)),
      tunnel: StatusDocument.Tunnel(
        type: configuration.tunnel.types.map(\.rawValue).joined(separator: ", "),
        address: snapshot.underlay?.address.description, mtu: smallestMTU(snapshot), error: await board.underlayProblem),
      goalState: StatusDocument.Version(
        epoch: snapshot.version.epoch, receivedRevision: snapshot.version.revision,
        appliedRevision: snapshot.report.applied.revision, behindSeconds: StatusReader.behind(snapshot.report),
        stale: snapshot.isStale,
        durableRevision: kept.durable?.revision, durabilityProblem: kept.problem,
        heldRemovals: snapshot.report.heldRemovals.map(HeldRemovalsDocument.init),
        inForceRevision: snapshot.applied.revision,
        refusedUpdate: snapshot.report.refusedUpdate.map { "revision \($0.version.revision): \($0.reason)" }),
      ports: ports(snapshot),
      pending: snapshot.report.pending.map {
        StatusDocument.Pending(resource: "\($0.key)", revision: $0.revision, reason: $0.reason)
      },
      failures: snapshot.report.failures.map {
        StatusDocument.Failure(
          resource: "\($0.key)", revision: $0.revision, code: $0.code.rawValue, message: $0.message)
      },
      counters: snapshot.counters.merging(dhcpCounters) { first, _ in first }
        .merging(await punts.statusCounters) { first, _ in first })
  }

  /// Why the agent is not ready yet; nil when the goal state received last is in force and DHCP is answered.
  func notReady() async -> String? {
    if let problem = await board.databaseProblem { return "Open vSwitch database: \(problem)" }
    if let problem = await board.bridgeProblem { return "bridge: \(problem)" }
    guard await agent.isSwitchConnected else { return "switch: \(await agent.switchState.problem ?? "being read")" }
    guard listener.counters.isListening else { return "DHCP: not listening on \(configuration.dhcpInterface) yet" }
    guard await agent.goal.isComplete else {
      return "no goal state yet: controller \(configuration.source.address) is \(await board.controller.state)"
    }
    return await agent.isInForce ? nil : "the goal state is being put in force"
  }

  /// What the kind of tunnel with the longest headers leaves to guests.
  private func smallestMTU(_ snapshot: AgentSnapshot) -> Int? {
    let overhead = configuration.tunnel.types.map(\.overhead).max() ?? 0
    return snapshot.underlay.map { $0.interfaceMTU - overhead }
  }

  private func ports(_ snapshot: AgentSnapshot) -> [StatusDocument.Port] {
    let isListening = listener.counters.isListening
    let served = Set(listener.snapshot.all.map(\.name))
    return snapshot.ports.map { port in
      var port = port
      let readiness =
        !isListening
        ? "the responder is not listening" : served.contains(port.id) ? "ready" : "the port is not plugged in"
      port.dhcp = port.dhcp ?? readiness
      port.dhcpv6 = port.dhcpv6 ?? readiness
      return port
    }
  }

  private var dhcpCounters: [String: Int] {
    let counters = listener.counters
    var result = [
      "dhcp_declines": counters.declines, "dhcp_releases": counters.releases, "dhcp_strays": counters.strays,
      "dhcp_send_failures": counters.sendFailures, "dhcp_limited": counters.limited,
      "dhcp_overruns": counters.overruns,
    ]
    for (kind, count) in counters.replies { result["dhcp_replies_\(kind)"] = count }
    for (answer, count) in counters.answers { result["dhcp_replies_\(answer.reply)_\(answer.request)"] = count }
    for (reason, count) in counters.drops { result["dhcp_drops_\(reason.rawValue)"] = count }
    for (kind, count) in counters.repliesV6 { result["dhcpv6_replies_\(kind)"] = count }
    for (answer, count) in counters.answersV6 { result["dhcpv6_replies_\(answer.reply)_\(answer.request)"] = count }
    for (reason, count) in counters.dropsV6 { result["dhcpv6_drops_\(reason.rawValue)"] = count }
    for (reason, count) in counters.solicitationDrops { result["router_solicitation_drops_\(reason.rawValue)"] = count }
    let advertisements = counters.advertisements + counters.unsolicitedAdvertisements
    if advertisements > 0 { result["router_advertisements"] = advertisements }
    return result
  }

  private static func behind(_ report: GoalStateReport) -> Double {
    guard let since = report.oldestUnapplied else { return 0 }
    let (seconds, attoseconds) = (ContinuousClock.now - since).components
    return max(0, Double(seconds) + (Double(attoseconds) / 1e17).rounded(.down) / 10)
  }

  private static func hexadecimal(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: max(0, 16 - digits.count)) + digits
  }
}
