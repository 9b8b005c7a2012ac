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
  private let held: GoalStateVersion
  /// The neighbors on demand that the agent holds with that.
  private let learned: Set<NeighborID>
  let epoch: String
  private let inventory: Inventory
  /// The directory holds the session until it is closed.
  private let directory: HostDirectory
  private let questions = HostQuestions()
  private let answersReads: Bool
  private let state: Mutex<State>

  /// How far a host's revision may fall behind, for want of changes that concern it, before it is sent a delta that
  /// only moves the revision on: so that it can resume with a delta while its revision is still kept.
  static let longestSilence: UInt64 = 1024
  /// How many answers wait for an agent that does not read; it hears nothing of what it asks besides.
  static let longestQueue = 8192

  private struct State {
    /// Nil until the first update was made.
    var sent: Sent?
    var pending = HostChanges.all
    var movesOn = false
    /// Whether the host holds something that it was never sent, and is to be sent everything; once in a session at most.
    var resync = Resync.none
    /// Since when there is something in `pending`.
    var pendingSince: ContinuousClock.Instant?
    /// What the host has been sent, or is about to be, and has not reported as in force.
    var unapplied = UnappliedChanges()
    /// Answers to what the agent asked: those that have to wait for an update, and those that were in the last one.
    var answers: [NeighborAnswer] = []
    var ready: [NeighborAnswer] = []
    /// Whether the agent is to be told that what it holds back is meant.
    var releasesRemovals = false
    var ended = false
    var waiter: CheckedContinuation<Void, Never>?

    var hasWork: Bool {
      ended || resync == .due || movesOn || releasesRemovals || !pending.isEmpty || !answers.isEmpty || !ready.isEmpty
    }
  }

  private enum Resync {
    case none
    case due
    case done
  }

  private struct Sent {
    var revision: UInt64
    var revisions: [ResourceKey: UInt64]
  }

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
  func mark(_ changes: HostChanges) {
    wake { state in
      state.pending.merge(changes)
      if state.pendingSince == nil, !state.pending.isEmpty { state.pendingSince = .now }
    }
  }

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
  var pendingCount: Int { state.withLock { $0.pending.keys.count + $0.pending.networks.count } }

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
      if case .update(let update) = output { return update }
    }
    return nil
  }

  private struct Work {
    var changes: HostChanges
    var movesOn: Bool
    var sent: Sent?
    var since: ContinuousClock.Instant?
    var isResync = false
    var answers: [NeighborAnswer] = []
    var releasesRemovals = false
  }

  func nextOutput() async -> AgentOutput? {
    while !Task.isCancelled {
      await waitForWork()
      let asked = questions.take()
      if !asked.isEmpty { return .questions(asked) }
      guard let work = state.withLock({ HostSession.take(&$0) }), !Task.isCancelled else { return nil }
      if work.releasesRemovals { return .releaseRemovals }
      if !work.answers.isEmpty { return .answers(work.answers) }
      let update =
        if let sent = work.sent {
          await delta(work.changes, since: sent, evenIfEmpty: work.movesOn)
        } else {
          await firstUpdate(isResync: work.isResync)
        }
      if let update {
        let since = work.since ?? .now
        state.withLock { $0.unapplied.note(update.version.revision, since: since) }
        return .update(update)
      }
    }
    return nil
  }

  /// What is to be done next: answers come behind the update that has what they are about. Nil when the session is over.
  private static func take(_ state: inout State) -> Work? {
    guard !state.ended else { return nil }
    var work = Work(changes: state.pending, movesOn: state.movesOn, sent: state.sent, since: state.pendingSince)
    // The first update says what is to go.
    if state.releasesRemovals, state.sent != nil {
      state.releasesRemovals = false
      work.releasesRemovals = true
      return work
    }
    if !state.ready.isEmpty {
      work.answers = state.ready
      state.ready = []
      return work
    }
    if state.resync == .due {
      state.resync = .done
      work.sent = nil
      work.isResync = true
    }
    state.pending = HostChanges()
    state.pendingSince = nil
    state.movesOn = false
    state.ready = state.answers
    state.answers = []
    return work
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

  /// The difference to what the agent holds when that is known here, everything otherwise. It is told also when there is
  /// none: an agent that holds what it had on its disk does not know otherwise that it is meant.
  private func firstUpdate(isResync: Bool) async -> GoalStateUpdate? {
    let host = host
    let select = selection()
    var base = held.epoch == epoch && !isResync ? await inventory.hostView(host, at: held.revision) : nil
    if asks, let whole = base {
      let learned = learned
      base = await inventory.read { $0.selection(of: whole, learned.contains) }
    }
    guard let base else {
      let (revision, view) = await inventory.read { ($0.revision, select($0, $0.hostView(host))) }
      remember(Sent(revision: revision, revisions: view.mapValues(\.revision)))
      return GoalStateUpdate(
        scope: .snapshot, version: GoalStateVersion(epoch: epoch, revision: revision),
        upserts: view.values.sorted { $0.key < $1.key })
    }
    let sent = Sent(revision: held.revision, revisions: base.mapValues(\.revision))
    remember(sent)
    return await delta(.all, since: sent, isFirst: true)
  }

  private func remember(_ sent: Sent) {
    state.withLock { $0.sent = sent }
  }

  /// What the agent is sent of what its host may have: an agent that asks has the neighbors on demand of hosts that it knows.
  private func selection() -> @Sendable (ModelState, HostView) -> HostView {
    guard asks else { return { $1 } }
    let known = Set(directory.acquaintances(of: host))
    return { state, view in
      state.selection(of: view) { state.host(of: $0).map(known.contains) ?? false }
    }
  }

  private func delta(
    _ changes: HostChanges, since sent: Sent, evenIfEmpty: Bool = false, isFirst: Bool = false
  ) async -> GoalStateUpdate? {
    let host = host
    let known = Set(sent.revisions.keys)
    let select = selection()
    let (revision, resources, keys) = await inventory.read { state -> (UInt64, HostView, Set<ResourceKey>) in
      guard !changes.everything else {
        let view = select(state, state.hostView(host))
        return (state.revision, view, known.union(view.keys))
      }
      var keys = changes.keys
      for network in changes.networks { keys.formUnion(state.keys(of: network, for: host)) }
      var view = HostView()
      for key in keys { view[key] = state.resource(key, for: host) }
      return (state.revision, select(state, view), keys)
    }
    var now = sent
    now.revision = revision
    var upserts: [VersionedResource] = []
    var removals: [ResourceKey] = []
    for key in keys.sorted() {
      if let resource = resources[key] {
        guard sent.revisions[key] != resource.revision else { continue }
        now.revisions[key] = resource.revision
        upserts.append(resource)
      } else if now.revisions.removeValue(forKey: key) != nil {
        removals.append(key)
      }
    }
    guard !upserts.isEmpty || !removals.isEmpty || isFirst || (evenIfEmpty && revision > sent.revision) else {
      return nil
    }
    remember(now)
    // What refers to others goes first when it is removed. All that a delta removes was asked for: the store has each change
    // since. A snapshot may be of a store that lacks what it should have, and is not marked.
    return GoalStateUpdate(
      scope: .delta(from: sent.revision), version: GoalStateVersion(epoch: epoch, revision: revision),
      upserts: upserts, removals: removals.reversed(), areRemovalsIntended: !removals.isEmpty)
  }
}
