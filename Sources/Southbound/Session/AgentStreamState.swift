import GoalState
import GoalStateProtobuf

/// The agent's end of a session: takes the controller's messages and says what to do.
///
/// Answers may come wherever heartbeats may, and only to questions that were asked.
///
///     awaitingWelcome ─welcome─▶ idle ─snapshot_begin─▶ snapshot ─snapshot_end─▶ idle
///                                idle ─delta, more────▶ delta ────delta─────────▶ idle
///
/// Heartbeats may come anywhere after the welcome. Times are offsets from any fixed instant.
package struct AgentStreamState: Sendable {
  package enum Action: Sendable, Hashable {
    /// The controller accepted the agent, and wants to hear something this often.
    case connected(heartbeatInterval: Duration)
    /// A part of an update, which comes whole when its last part is here.
    case begin(GoalStatePart)
    /// A whole update.
    case deliver(GoalStateUpdate)
    /// A whole update that is not to be taken in, and the number under which to answer what it would change.
    case rehearse(GoalStateUpdate, number: UInt64)
    /// The removals that are held back are intended.
    case releaseRemovals
    /// The answer to a question; what it is about has been delivered.
    case answer(NeighborAnswer)
    /// The controller asks what the host runs.
    case read(HeldQuestion)
    /// Something that can be passed over, for the log.
    case warn(String)
  }

  private enum Phase: Sendable {
    case awaitingWelcome
    case idle
    case snapshot(UpdateAssembly)
    case delta(UpdateAssembly)

    var name: String {
      switch self {
      case .awaitingWelcome: "before the welcome"
      case .idle: "outside of a snapshot"
      case .snapshot: "inside of a snapshot"
      case .delta: "between the parts of a delta"
      }
    }
  }

  /// The version that deltas build on.
  package private(set) var held: GoalStateVersion
  /// The same before the last update.
  private var heldBefore: GoalStateVersion
  /// The version that the controller believes to be held although it was refused.
  private var refused: GoalStateVersion?
  var liveness: Liveness
  private var phase = Phase.awaitingWelcome
  /// The only epoch of this session, once it is known.
  private var epoch: String?
  /// The questions that wait for their answers.
  private var unanswered: Set<UInt64> = []
  /// The controller's questions that have not been answered.
  private var reads: Set<UInt64> = []
  private let limits: SouthboundLimits

  package init(held: GoalStateVersion, limits: SouthboundLimits, welcomeTimeout: Duration, now: Duration) {
    self.held = held
    heldBefore = held
    self.limits = limits
    liveness = Liveness(awaiting: "welcome", within: welcomeTimeout, now: now)
  }

  package mutating func handle(
    _ message: Alioth_Southbound_V1_ControllerMessage, now: Duration
  ) throws(ProtocolViolation) -> [Action] {
    try handle(ControllerFrame(message), now: now)
  }

  /// Takes a message whose resources have been read.
  mutating func handle(_ frame: ControllerFrame, now: Duration) throws(ProtocolViolation) -> [Action] {
    liveness.heard(now: now)
    switch frame.message.message {
    case .welcome(let welcome): return try handle(welcome, now: now)
    case .snapshotBegin(let begin): return try handle(begin)
    case .resources: return try handle(frame.upserts)
    case .snapshotEnd(let end): return try handle(end)
    case .delta(let delta): return try handle(delta, frame.upserts)
    case .progress(let progress): return try handle(progress)
    case .heartbeat:
      if case .awaitingWelcome = phase { throw unexpected("a heartbeat") }
      return []
    case .answer(let answer): return try handle(answer)
    case .read(let read): return try handle(read)
    case .releaseRemovals:
      if case .awaitingWelcome = phase { throw unexpected("the release of removals") }
      return [.releaseRemovals]
    case nil: throw .unknownMessage
    }
  }

  private mutating func handle(
    _ welcome: Alioth_Southbound_V1_Welcome, now: Duration
  ) throws(ProtocolViolation) -> [Action] {
    guard case .awaitingWelcome = phase else { throw .unexpected(message: "a second welcome", whilst: phase.name) }
    let milliseconds = welcome.heartbeatIntervalMilliseconds
    guard (10...600_000).contains(milliseconds) else {
      throw .invalid("the welcome's heartbeat interval of \(milliseconds) ms is not between 10 ms and 10 minutes")
    }
    if !welcome.epoch.isEmpty { try checkEpoch(welcome.epoch) }
    phase = .idle
    let interval = Duration.milliseconds(milliseconds)
    liveness.established(interval: interval, now: now)
    return [.connected(heartbeatInterval: interval)]
  }

  private mutating func handle(_ begin: Alioth_Southbound_V1_SnapshotBegin) throws(ProtocolViolation) -> [Action] {
    guard case .idle = phase else { throw unexpected("the beginning of a snapshot") }
    try checkEpoch(begin.epoch)
    let version = GoalStateVersion(epoch: begin.epoch, revision: begin.revision)
    phase = .snapshot(
      UpdateAssembly(
        scope: .snapshot, version: version, limit: limits.maximumResources,
        areRemovalsIntended: begin.removalsIntended, isAllOrNothing: begin.allOrNothing, dryRun: begin.dryRun))
    return []
  }

  private mutating func handle(_ resources: [DecodedResource?]) throws(ProtocolViolation) -> [Action] {
    guard case .snapshot(var assembly) = phase else { throw unexpected("a snapshot's resources") }
    // The phase must not keep a second reference to what grows, or each part would copy everything before it.
    phase = .idle
    let upserts = try assembly.upsert(resources)
    defer { phase = .snapshot(assembly) }
    return assembly.beginning(upserts)
  }

  private mutating func handle(_ end: Alioth_Southbound_V1_SnapshotEnd) throws(ProtocolViolation) -> [Action] {
    guard case .snapshot(let assembly) = phase else { throw unexpected("the end of a snapshot") }
    let version = GoalStateVersion(epoch: end.epoch, revision: end.revision)
    guard version == assembly.update.version else {
      let began = assembly.update.version.description
      throw .versionChanged(message: "the snapshot's end", from: began, to: version.description)
    }
    guard end.resourceCount == assembly.received else {
      throw .countMismatch(announced: end.resourceCount, received: assembly.received)
    }
    return complete(assembly)
  }

  private mutating func handle(
    _ delta: Alioth_Southbound_V1_Delta, _ resources: [DecodedResource?]
  ) throws(ProtocolViolation) -> [Action] {
    let from = GoalStateVersion(epoch: delta.epoch, revision: delta.fromRevision)
    let version = GoalStateVersion(epoch: delta.epoch, revision: delta.toRevision)
    var assembly: UpdateAssembly
    switch phase {
    case .idle:
      guard !held.epoch.isEmpty, from == held else { throw .notHeld(from: from, held: held) }
      try checkEpoch(delta.epoch)
      guard delta.toRevision >= delta.fromRevision else {
        throw .backwards(message: "a delta", revision: delta.toRevision, held: held.revision)
      }
      let scope = GoalStateUpdate.Scope.delta(from: delta.fromRevision)
      assembly = UpdateAssembly(
        scope: scope, version: version, limit: limits.maximumResources, areRemovalsIntended: delta.removalsIntended,
        isAllOrNothing: delta.allOrNothing, dryRun: delta.dryRun)
    case .delta(let begun):
      guard begun.update.version == version, begun.update.scope == .delta(from: delta.fromRevision) else {
        let began = "\(begun.update.version)"
        throw .versionChanged(message: "a part of a delta", from: began, to: "\(version) from \(delta.fromRevision)")
      }
      guard begun.dryRun == delta.dryRun, begun.update.isAllOrNothing == delta.allOrNothing,
        begun.update.areRemovalsIntended == delta.removalsIntended
      else {
        throw .invalid("a part of a delta to revision \(delta.toRevision) is marked otherwise than its beginning")
      }
      assembly = begun
    case .awaitingWelcome, .snapshot: throw unexpected("a delta")
    }
    phase = .idle
    let upserts = try assembly.upsert(resources)
    try assembly.remove(delta.removals)
    guard delta.more else { return complete(assembly) }
    defer { phase = .delta(assembly) }
    return assembly.beginning(upserts)
  }

  private mutating func handle(_ progress: Alioth_Southbound_V1_Progress) throws(ProtocolViolation) -> [Action] {
    guard case .idle = phase else { throw unexpected("progress") }
    guard !held.epoch.isEmpty else {
      throw .unexpected(message: "progress", whilst: "before any snapshot, with nothing held")
    }
    // Progress does not say what it builds on.
    if let refused { throw .notHeld(from: refused, held: held) }
    guard progress.revision >= held.revision else {
      throw .backwards(message: "progress", revision: progress.revision, held: held.revision)
    }
    let version = GoalStateVersion(epoch: held.epoch, revision: progress.revision)
    let scope = GoalStateUpdate.Scope.delta(from: held.revision)
    return complete(UpdateAssembly(scope: scope, version: version, limit: limits.maximumResources))
  }

  /// Notes that a question is being asked.
  mutating func asked(_ number: UInt64) { unanswered.insert(number) }

  private mutating func handle(_ answer: Alioth_Southbound_V1_Answer) throws(ProtocolViolation) -> [Action] {
    if case .awaitingWelcome = phase { throw unexpected("an answer") }
    guard unanswered.remove(answer.number) != nil else {
      throw .unexpected(message: "an answer to question \(answer.number)", whilst: "which was not asked")
    }
    return [
      .answer(
        NeighborAnswer(number: answer.number, isFound: answer.found, rememberSeconds: answer.rememberSeconds))
    ]
  }

  private mutating func handle(_ read: Alioth_Southbound_V1_Read) throws(ProtocolViolation) -> [Action] {
    if case .awaitingWelcome = phase { throw unexpected("a question") }
    let question = try HeldQuestion(read)
    guard reads.count < HeldQuestion.mostAtOnce, reads.insert(question.number).inserted else {
      throw .tooMany(message: "what is asked of the host at once", limit: HeldQuestion.mostAtOnce)
    }
    return [.read(question)]
  }

  /// Notes that a question of the controller's is being answered.
  mutating func answered(_ number: UInt64) { reads.remove(number) }

  private mutating func complete(_ assembly: UpdateAssembly) -> [Action] {
    var assembly = assembly
    phase = .idle
    let update = assembly.finish()
    let action: Action
    if assembly.dryRun == 0 {
      heldBefore = held
      held = update.version
      refused = nil
      action = .deliver(update)
    } else {
      action = .rehearse(update, number: assembly.dryRun)
    }
    guard assembly.unknown > 0 else { return [action] }
    let kinds = "\(assembly.unknown) resources of kinds that this version does not know"
    return [.warn("version \(update.version) has \(kinds); they are passed over"), action]
  }

  /// The update that was delivered last was not taken in: deltas build on what was held before.
  mutating func refuse(_ update: GoalStateUpdate) {
    guard held == update.version else { return }
    refused = update.version
    held = heldBefore
  }

  /// All messages of a session are of one epoch.
  private mutating func checkEpoch(_ epoch: String) throws(ProtocolViolation) {
    guard FieldRules.isIdentifier(epoch) else { throw .invalid("the epoch \(quoted(epoch)) is not an id") }
    if let known = self.epoch, known != epoch {
      throw .versionChanged(message: "a message", from: "epoch \(known)", to: "epoch \(epoch)")
    }
    self.epoch = epoch
  }

  private func unexpected(_ message: String) -> ProtocolViolation {
    .unexpected(message: message, whilst: phase.name)
  }
}
