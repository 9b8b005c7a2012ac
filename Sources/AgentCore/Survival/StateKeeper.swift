import GoalState
import GoalStateStore
import Logging
import NIOPosix
import Synchronization

/// Keeps the goal state on disk, behind the agent's back: the agent notes what it takes in and goes on, one task writes it.
///
/// While the disk is busy with one thing, what comes meanwhile gathers, and is written and made durable all at once. When the
/// disk fails, everything held is written anew as a snapshot, again and again until it succeeds, and the status says so.
final class StateKeeper: Sendable {
  /// How the disk stands.
  struct Status: Sendable, Equatable {
    /// The version that is durable.
    var durable: GoalStateVersion?
    /// Why a later one is not.
    var problem: String?
  }

  private struct State {
    var pending = PendingEntries()
    var status = Status()
  }

  private let disk: any Disk
  private let host: String
  private let limits: GoalStateStore.Limits
  private let gathering: Duration
  private let retryDelays: (first: Duration, last: Duration)
  private let logger: Logger
  private let time: @Sendable () -> StoredTime
  private let clock: any Clock<Duration>
  private let blocking: any BlockingWork
  private let state = Mutex(State())
  /// The writer's own; whoever opens it does so before the writer begins.
  private let store: Mutex<GoalStateStore?> = Mutex(nil)
  private let (wakeups, wakeup) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  /// - Parameters:
  ///   - time: When things happen, for the history.
  ///   - clock: What is waited by before the disk is tried again.
  ///   - blocking: Where the disk is used.
  init(
    disk: any Disk, host: HostID, limits: GoalStateStore.Limits = .init(), gathering: Duration = .milliseconds(10),
    retryDelays: (first: Duration, last: Duration) = (.seconds(1), .seconds(60)), logger: Logger,
    time: @escaping @Sendable () -> StoredTime = StoredTime.now, clock: any Clock<Duration> = ContinuousClock(),
    blocking: any BlockingWork = NIOThreadPool.singleton
  ) {
    self.disk = disk
    self.host = host.rawValue
    self.limits = limits
    self.gathering = gathering
    self.retryDelays = retryDelays
    self.logger = logger
    self.time = time
    self.clock = clock
    self.blocking = blocking
  }

  var status: Status { state.withLock { $0.status } }

  /// Reads what was kept; before ``run(_:)``.
  ///
  /// - Parameter program: The agent's version, for people.
  func open(program: String) async -> RestoredState? {
    let result = try? await blocking.run { [self] in
      let (opened, found) = GoalStateStore.open(disk, host: host, program: program, limits: limits)
      let mustRewrite = opened.needsSnapshot
      store.withLock { $0 = opened }
      return (RestoredState(found), found.losses, found.notes, mustRewrite)
    }
    guard let (restored, losses, notes, mustRewrite) = result else { return nil }
    for loss in losses { logger.error("kept goal state", metadata: ["lost": "\(loss)"]) }
    for note in notes { logger.notice("kept goal state", metadata: ["note": "\(note)"]) }
    guard let restored else { return nil }
    state.withLock { state in
      state.status.durable = restored.version
      if mustRewrite { state.pending.condense() }
    }
    note(.started(StoredStart(number: restored.number, time: time(), version: restored.version, program: program)))
    return restored
  }

  /// Does what takes a while where the disk is used.
  func elsewhere<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
    // The pool is only ever stopped with the process.
    (try? await blocking.run(work)) ?? work()
  }

  /// Some of what was read could not be used.
  func lost(_ unusable: [ResourceFailure]) {
    for failure in unusable.prefix(20) {
      logger.error("kept resource not used", metadata: ["resource": "\(failure.key)", "reason": "\(failure.message)"])
    }
    renew()
  }

  /// The agent has taken in an update.
  func note(_ update: GoalStateUpdate, number: UInt64, changed: Set<ResourceKey>) {
    let time = time()
    state.withLock { $0.pending.add(update, number: number, time: time, changed: changed) }
    wakeup.yield()
  }

  /// All that is held is to be written anew.
  func renew() {
    state.withLock { $0.pending.condense() }
    wakeup.yield()
  }

  /// Something for the history.
  func note(_ entry: JournalEntry) {
    state.withLock { $0.pending.add(.note(entry)) }
    wakeup.yield()
  }

  /// The time, as entries have it.
  var now: StoredTime { time() }

  /// Writes what is noted, until cancelled.
  ///
  /// - Parameter image: All that the agent holds; every update in it has been noted before.
  func run(_ image: @escaping @Sendable () async -> StateImage) async {
    for await _ in wakeups {
      // What the switch makes of an update follows soon: both become durable at once, and the update is on its way to the switch first.
      guard (try? await clock.sleep(for: gathering)) != nil else { return }
      var delay = retryDelays.first
      while await !write(image) {
        guard (try? await clock.sleep(for: delay)) != nil else { return }
        delay = min(delay * 2, retryDelays.last)
      }
    }
  }

  /// Returns whether nothing is left to be tried again.
  private func write(_ image: @Sendable () async -> StateImage) async -> Bool {
    var pending = take()
    guard !pending.isEmpty else { return true }
    var snapshot: StateImage?
    if pending.needsSnapshot || needsSnapshot {
      let current = await image()
      // Nothing is held yet that could be written; what is to be said of it waits.
      guard !current.goal.version.epoch.isEmpty else { return true }
      snapshot = current
      // All that is in the image has been noted by now, and perhaps more.
      var more = take()
      more.restore(pending)
      pending = more
    }
    let (written, entries) = (snapshot, pending)
    let problem = await perform { store throws(StoreError) in
      let pending = entries
      if let snapshot = written {
        try store.rotate(to: snapshot.stored, journal: pending.entries.map(\.summarized.journalEntry))
      } else {
        try store.append(pending.entries.map(\.journalEntry))
      }
    }
    if let problem {
      state.withLock { state in
        let newer = state.pending
        state.pending = pending
        state.pending.condense()
        for entry in newer.entries { state.pending.add(entry) }
        state.status.problem = "\(problem)"
      }
      logger.error("the goal state is not on disk; trying again", metadata: ["reason": "\(problem)"])
      return false
    }
    let wasFailing = state.withLock { state in
      defer { state.status.problem = nil }
      if let version = snapshot?.goal.version ?? pending.last?.version { state.status.durable = version }
      return state.status.problem != nil
    }
    if wasFailing { logger.notice("the goal state is on disk again") }
    if let snapshot { renewIfBehind(snapshot, pending) }
    await makeWay(image)
    return true
  }

  /// Begins the next generation when the journal has become long.
  private func makeWay(_ image: @Sendable () async -> StateImage) async {
    guard store.withLock({ $0?.wantsSnapshot ?? false }) else { return }
    let current = await image()
    let pending = take()
    let problem = await perform { store throws(StoreError) in
      // The old journal leads up to the new snapshot, in case that cannot be read one day.
      if !pending.needsSnapshot { try store.append(pending.entries.map(\.journalEntry)) }
      let entries = pending.needsSnapshot ? pending.entries.map(\.summarized.journalEntry) : []
      try store.rotate(to: current.stored, journal: entries)
    }
    state.withLock { state in
      guard problem == nil else {
        state.status.problem = problem.map { "\($0)" }
        state.pending.restore(pending)
        return
      }
      state.status.durable = current.goal.version
    }
    if problem == nil { renewIfBehind(current, pending) }
    if problem != nil { wakeup.yield() }
  }

  /// What came after the image was made, and before it was written, is not in it.
  private func renewIfBehind(_ image: StateImage, _ written: PendingEntries) {
    if let last = written.last, last.number > image.number { renew() }
  }

  private var needsSnapshot: Bool { store.withLock { $0?.needsSnapshot ?? true } }

  private func take() -> PendingEntries {
    state.withLock { state in
      defer { state.pending = PendingEntries() }
      return state.pending
    }
  }

  /// Does something with the store on a thread that may block. When the disk is full, the history makes room.
  private func perform(
    _ body: @escaping @Sendable (inout GoalStateStore) throws(StoreError) -> Void
  ) async -> StoreError? {
    let work: @Sendable () -> Result<Void, StoreError> = { [self] in
      store.withLock { held in
        guard var store = held else { return .failure(.noSnapshot) }
        defer { held = store }
        do throws(StoreError) {
          return .success(try body(&store))
        } catch {
          if case .disk(let failure) = error, failure.isNoSpace { store.dropHistory() }
          return .failure(error)
        }
      }
    }
    // The pool is only ever stopped with the process.
    switch try? await blocking.run(work) {
    case .success: return nil
    case .failure(let error): return error
    case nil: return .noSnapshot
    }
  }

  /// Reads the history, beside the writer.
  func history(_ query: HistoryQuery) async throws -> HistoryDocument {
    let journals = JournalHistory(disk, host: host)
    return try await blocking.run {
      var history = HistoryAssembly(query)
      try journals.forEachJournal { history.add($0) }
      return history.finish()
    }
  }
}
