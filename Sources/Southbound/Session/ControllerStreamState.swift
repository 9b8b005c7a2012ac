import GoalState
import GoalStateProtobuf
import NetworkTypes

/// The controller's end of a session: takes the agent's messages and says what to do.
///
///     awaitingHello ─hello─▶ idle ─report, more─▶ report ─report─▶ idle
///
/// Questions, answers and what is idle may come wherever heartbeats may.
///
/// Times are offsets from one instant, the origin.
package struct ControllerStreamState: Sendable {
  package enum Action: Sendable, Hashable {
    /// The agent introduced itself.
    case open(AgentHello)
    case report(GoalStateReport)
    case heartbeat
    /// The agent asks for a neighbor.
    case ask(NeighborAsk)
    /// Nobody on the agent's host has sent to these neighbors for long.
    case idle([NeighborID])
    /// The agent answers what its host runs.
    case held(HeldAnswer)
    /// What an update would change.
    case dryRun(DryRunResult, number: UInt64)
    /// Something that can be passed over, for the log.
    case warn(String)
  }

  private enum Phase: Sendable {
    case awaitingHello
    case idle
    case report(ReportAssembly)
  }

  var liveness: Liveness
  private var phase = Phase.awaitingHello
  /// An answer of which more is to come.
  private var answer: HeldAnswerAssembly?
  private let limits: SouthboundLimits
  private let heartbeatInterval: Duration
  private let origin: ContinuousClock.Instant

  package init(
    limits: SouthboundLimits, timing: SouthboundTiming, now: Duration, origin: ContinuousClock.Instant = .now
  ) {
    self.limits = limits
    self.origin = origin
    heartbeatInterval = timing.heartbeatInterval
    liveness = Liveness(awaiting: "hello", within: timing.helloTimeout, now: now)
  }

  package mutating func handle(
    _ message: Alioth_Southbound_V1_AgentMessage, now: Duration
  ) throws(ProtocolViolation) -> [Action] {
    liveness.heard(now: now)
    switch (phase, message.message) {
    case (_, nil): throw .unknownMessage
    case (.awaitingHello, .hello(let hello)):
      let hello = try AgentHello(hello)
      phase = .idle
      liveness.established(interval: heartbeatInterval, now: now)
      return [.open(hello)]
    case (_, .hello): throw .unexpected(message: "a second hello", whilst: "in a session that is open")
    case (.awaitingHello, .report): throw .unexpected(message: "a report", whilst: "before the hello")
    case (.awaitingHello, .heartbeat): throw .unexpected(message: "a heartbeat", whilst: "before the hello")
    case (.idle, .heartbeat), (.report, .heartbeat): return [.heartbeat]
    case (.awaitingHello, .ask): throw .unexpected(message: "a question", whilst: "before the hello")
    case (.awaitingHello, .idle): throw .unexpected(message: "what is idle", whilst: "before the hello")
    case (.awaitingHello, .held): throw .unexpected(message: "an answer", whilst: "before the hello")
    case (_, .held(let held)): return try append(held)
    case (.awaitingHello, .dryRunResult):
      throw .unexpected(message: "the result of a dry run", whilst: "before the hello")
    case (_, .dryRunResult(let result)): return [.dryRun(try DryRunResult(result), number: result.number)]
    case (_, .ask(let ask)): return [.ask(try NeighborAsk(ask))]
    case (_, .idle(let idle)):
      return [.idle(idle.neighborIds.filter(FieldRules.isIdentifier).map { NeighborID($0) })]
    case (.idle, .report(let report)):
      return try append(report, to: ReportAssembly(version: try GoalStateVersion(report), time: origin + now))
    case (.report(let assembly), .report(let report)):
      let version = try GoalStateVersion(report)
      guard version == assembly.report.applied else {
        let began = assembly.report.applied.description
        throw .versionChanged(message: "a part of a report", from: began, to: version.description)
      }
      phase = .idle
      return try append(report, to: assembly)
    }
  }

  private mutating func append(_ held: Alioth_Southbound_V1_Held) throws(ProtocolViolation) -> [Action] {
    var assembly = answer ?? HeldAnswerAssembly(number: held.number)
    answer = nil
    try assembly.append(held)
    guard !held.more else {
      answer = assembly
      return []
    }
    let whole = Action.held(HeldAnswer(number: assembly.number, held: assembly.held))
    guard assembly.unknown > 0 else { return [whole] }
    let warning = "\(assembly.unknown) resources of an answer are of kinds that this version does not know"
    return [.warn(warning), whole]
  }

  private mutating func append(
    _ report: Alioth_Southbound_V1_Report, to begun: ReportAssembly
  ) throws(ProtocolViolation) -> [Action] {
    var assembly = begun
    try assembly.append(report, limit: limits.maximumResources)
    guard !report.more else {
      phase = .report(assembly)
      return []
    }
    phase = .idle
    guard assembly.unknown > 0 else { return [.report(assembly.report)] }
    let warning = "\(assembly.unknown) entries of a report are of kinds that this version does not know"
    return [.warn(warning), .report(assembly.report)]
  }
}

/// Collects the parts of one report.
private struct ReportAssembly: Sendable {
  var report: GoalStateReport
  var unknown = 0
  private var received = 0
  /// When the first part came.
  private let time: ContinuousClock.Instant

  init(version: GoalStateVersion, time: ContinuousClock.Instant) {
    report = GoalStateReport(applied: version)
    self.time = time
  }

  mutating func append(_ part: Alioth_Southbound_V1_Report, limit: Int) throws(ProtocolViolation) {
    received += part.failures.count + part.pending.count + part.leases.count
    guard received <= limit else { throw .tooMany(message: "a report", limit: limit) }
    if part.hasDigests { report.digests = FlowDigests(part.digests) }
    if part.hasOldestUnappliedMilliseconds {
      // No change is a hundred years old, whatever is said.
      report.oldestUnapplied = time - .milliseconds(min(part.oldestUnappliedMilliseconds, 3_155_760_000_000))
    }
    if part.hasHeldRemovals { report.heldRemovals = try GoalStateReport.HeldRemovals(part.heldRemovals) }
    if part.hasRefusedUpdate { report.refusedUpdate = try GoalStateReport.RefusedUpdate(part.refusedUpdate) }
    for failure in part.failures {
      guard let failure = ResourceFailure(reported: failure) else {
        unknown += 1
        continue
      }
      report.failures.append(failure)
    }
    for pending in part.pending {
      guard let pending = GoalStateReport.Pending(reported: pending) else {
        unknown += 1
        continue
      }
      report.pending.append(pending)
    }
    for lease in part.leases {
      guard let lease = ReportAssembly.lease(lease) else {
        unknown += 1
        continue
      }
      report.leases.append(lease)
    }
  }

  private static func lease(_ lease: Alioth_Southbound_V1_Lease) -> GoalStateReport.Lease? {
    // Up to the end of the year 9999, which is as far as times are written.
    guard (0...253_402_300_799).contains(lease.time),
      let version = lease.ipVersion == 0 ? .v4 : IPVersion(rawValue: Int(lease.ipVersion))
    else { return nil }
    let address = IPAddress(lease.address)
    guard lease.address.isEmpty || address?.version == version else { return nil }
    return GoalStateReport.Lease(
      port: PortID(reportableIdentifier(lease.portID)), version: version,
      lastMessage: ReportText.readable(lease.lastMessage), state: ReportText.readable(lease.state), time: lease.time,
      address: address, hostName: ReportText.readable(lease.hostName),
      vendorClass: ReportText.readable(lease.vendorClass), declines: lease.declines)
  }
}

extension GoalStateVersion {
  fileprivate init(_ report: Alioth_Southbound_V1_Report) throws(ProtocolViolation) {
    try self.init(reported: report.epoch, report.revision)
  }
}
