import GoalState
import Southbound

extension HostSession {
  /// What was sent, what is to be sent, and who waits for it.
  struct State {
    /// Nil until the first update was made.
    var sent: SentState?
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
    /// An update that was made as soon as the change was there. It goes before what is pending.
    var made: PreparedUpdate?
    var ended = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  enum Resync {
    case none
    case due
    case done
  }

  /// What is to be done next.
  struct Work {
    var changes: HostChanges
    var movesOn: Bool
    var isFirst: Bool
    var since: ContinuousClock.Instant?
    var isResync = false
    var answers: [NeighborAnswer] = []
    var releasesRemovals = false
    var made: PreparedUpdate?
  }
}

extension HostSession.State {
  /// Whether all that there was to send has been taken, and the session waits for more.
  var isUpToDate: Bool { waiter != nil && sent != nil && !hasWork }

  var hasWork: Bool {
    ended || made != nil || resync == .due || movesOn || releasesRemovals || !pending.isEmpty || !answers.isEmpty
      || !ready.isEmpty
  }

  /// What is to be done next: answers come behind the update that has what they are about. Nil when the session is over.
  mutating func take() -> HostSession.Work? {
    guard !ended else { return nil }
    var work = HostSession.Work(changes: pending, movesOn: movesOn, isFirst: sent == nil, since: pendingSince)
    if let made {
      self.made = nil
      work.made = made
      return work
    }
    // The first update says what is to go.
    if releasesRemovals, sent != nil {
      releasesRemovals = false
      work.releasesRemovals = true
      return work
    }
    if !ready.isEmpty {
      work.answers = ready
      ready = []
      return work
    }
    if resync == .due {
      resync = .done
      work.isFirst = true
      work.isResync = true
    }
    pending = HostChanges()
    pendingSince = nil
    movesOn = false
    ready = answers
    answers = []
    return work
  }
}
