import GoalState
import Southbound
import Synchronization

/// One agent's session: what was sent to it, and what may have changed since.
///
/// `nextUpdate` is called by one task at a time; everything else comes from any. While it is not called, changes merge
/// into sets of keys and networks, and into "everything" once a network goes: memory is bounded by the host's goal state.
final class HostSession: AgentSession {
  let host: HostID
  let peer: String
  let claim: HostClaims.Claim
  /// Whether the agent asks for neighbors; one that does not is told of all of them.
  let asks: Bool
  let held: GoalStateVersion
  /// The neighbors on demand that the agent holds with that.
  let learned: Set<NeighborID>
  let epoch: String
  let inventory: Inventory
  /// The directory holds the session until it is closed.
  let directory: HostDirectory
  private let questions = HostQuestions()
  private let answersReads: Bool
  let state: Mutex<State>

  /// How far a host's revision may fall behind, for want of changes that concern it, before it is sent a delta that
  /// only moves the revision on: so that it can resume with a delta while its revision is still kept.
  static let longestSilence: UInt64 = 1024
  /// How many answers wait for an agent that does not read; it hears nothing of what it asks besides.
  static let longestQueue = 8192

  init(
    hello: AgentHello, peer: String, claim: HostClaims.Claim, epoch: String, inventory: Inventory,
    directory: HostDirectory
  ) {
    self.host = hello.hostID
    self.peer = peer
    self.claim = claim
    self.asks = hello.asks
    self.held = hello.held
    self.learned = Set(hello.learned)
    self.answersReads = hello.answersReads
    self.epoch = epoch
    self.inventory = inventory
    self.directory = directory
    self.state = Mutex(State(pendingSince: .now))
  }

  /// Notes what may have changed, and wakes the session.
  func mark(_ changes: HostChanges) { wake { HostSession.note(changes, &$0) } }

  /// The same, of a change that has just been taken in.
  ///
  /// - Parameter outcome: What has become of it, for an agent that has all of its host's goal state. A session that waits has been
  ///   sent everything up to this change, and needs to ask nobody for this one.
  func mark(_ changes: HostChanges, outcome: () -> Inventory.Outcome) {
    guard !asks, !changes.everything, changes.networks.isEmpty, changes.keyCount <= HostSession.fewKeys,
      state.withLock({ $0.isUpToDate })
    else { return mark(changes) }
    let outcome = outcome()
    wake { state in
      guard state.isUpToDate else { return HostSession.note(changes, &state) }
      guard let update = HostSession.makeDelta(outcome, &state.sent, epoch: epoch) else { return }
      state.unapplied.note(update.version.revision, since: .now)
      state.made = update
    }
  }

  private static func note(_ changes: HostChanges, _ state: inout State) {
    state.pending.merge(changes)
    if state.pendingSince == nil, !state.pending.isEmpty { state.pendingSince = .now }
  }

  /// How many changes are looked at while the next ones wait.
  private static let fewKeys = 16

  /// Ends the session: the agent is disconnected.
  func end() {
    questions.end()
    wake { $0.ended = true }
  }

  /// Has the agent carry out the removals that it holds back.
  func releaseRemovals() {
    wake { $0.releasesRemovals = true }
  }

  /// How much waits to be sent, in resources and whole networks: as many as there are of these, however often they change.
  var pendingCount: Int { state.withLock { $0.pending.allKeys.count + $0.pending.networks.count } }

  /// Since when the oldest change that concerns the host has not been reported as in force; nil when all is.
  var behindSince: ContinuousClock.Instant? {
    state.withLock { state in
      guard let pending = state.pendingSince else { return state.unapplied.oldest }
      return min(pending, state.unapplied.oldest ?? pending)
    }
  }

  /// What the host runs.
  func held(_ query: HeldQuery, timeout: Duration) async throws(HeldQueryFailure) -> HeldResources {
    guard answersReads else { throw .notUnderstood }
    return try await questions.ask(query, timeout: timeout) { wake { _ in } }
  }

  var isEnded: Bool { state.withLock { $0.ended } }

  /// The revision of the last update; nil before the first.
  var sentRevision: UInt64? { state.withLock { $0.sent?.revision } }

  private func wake(_ change: (inout State) -> Void) {
    let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
      change(&state)
      guard state.hasWork || questions.isWaiting else { return nil }
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  // AgentSession

  func nextUpdate() async -> GoalStateUpdate? {
    while let output = await nextOutput() {
      if case .prepared(let update) = output { return update.update }
    }
    return nil
  }

  func nextOutput() async -> AgentOutput? {
    while !Task.isCancelled {
      await waitForWork()
      let asked = questions.take()
      if !asked.isEmpty { return .questions(asked) }
      guard let work = state.withLock({ $0.take() }), !Task.isCancelled else { return nil }
      if let made = work.made { return .prepared(made) }
      if work.releasesRemovals { return .releaseRemovals }
      if !work.answers.isEmpty { return .answers(work.answers) }
      let update =
        if work.isFirst {
          await firstUpdate(isResync: work.isResync)
        } else {
          await delta(work.changes, evenIfEmpty: work.movesOn)
        }
      if let update {
        let since = work.since ?? .now
        state.withLock { $0.unapplied.note(update.version.revision, since: since) }
        return .prepared(update)
      }
    }
    return nil
  }

  func asked(_ ask: NeighborAsk) async {
    directory.heard(from: self)
    let id = await directory.neighbor(ask, for: host)
    wake { state in
      guard state.answers.count < HostSession.longestQueue else { return }
      guard let id else {
        state.answers.append(
          NeighborAnswer(number: ask.number, isFound: false, rememberSeconds: Acquaintances.absenceSeconds))
        return
      }
      state.pending.merge(HostChanges(keys: [.neighbor(id)]))
      state.answers.append(NeighborAnswer(number: ask.number, isFound: true))
    }
  }

  func idle(_ neighbors: [NeighborID]) async {
    directory.heard(from: self)
    await directory.idle(neighbors, at: host)
  }

  func received(_ answer: HeldAnswer) async {
    directory.heard(from: self)
    questions.answered(answer)
  }

  func received(_ report: GoalStateReport) async {
    if report.applied.epoch == epoch { state.withLock { $0.unapplied.inForce(report.applied.revision) } }
    // The host holds a later revision than it was sent: its idea of the history is another one than the store's.
    if report.failures.contains(where: { $0.code == .outOfOrder }) {
      wake { if $0.resync == .none { $0.resync = .due } }
    }
    await directory.received(report, from: self)
  }

  func heartbeat() async {
    directory.heard(from: self)
    guard let sent = sentRevision else { return }
    let current = await inventory.read { $0.revision }
    if current > sent, current - sent >= HostSession.longestSilence { wake { $0.movesOn = true } }
  }

  func closed() async {
    end()
    directory.closed(self)
  }

  private func waitForWork() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let ready = state.withLock { state in
          guard !state.hasWork, !questions.isWaiting, !Task.isCancelled else { return true }
          state.waiter = continuation
          return false
        }
        if ready { continuation.resume() }
      }
    } onCancel: {
      state.withLock { state in
        defer { state.waiter = nil }
        return state.waiter
      }?.resume()
    }
  }
}
