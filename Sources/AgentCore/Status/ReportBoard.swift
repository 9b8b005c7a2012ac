import GoalState
import Synchronization

/// Where the agent's latest report is left for the controller's stream to pick up.
///
/// Only the latest counts: reports that nobody took in time are replaced, never queued. Whoever leaves one waits for nobody.
final class ReportBoard: Sendable {
  private struct State {
    var latest: GoalStateReport?
    var sent: GoalStateReport?
    var waiter: Waiter?
    var lastWaiter: UInt64 = 0

    /// Takes the latest report when it is another than the one before.
    mutating func take() -> GoalStateReport? {
      guard let latest, latest != sent else { return nil }
      sent = latest
      return latest
    }

    mutating func takeWaiter() -> Waiter? {
      defer { waiter = nil }
      return waiter
    }
  }

  private struct Waiter {
    let id: UInt64
    let continuation: CheckedContinuation<GoalStateReport?, Never>
  }

  private let state = Mutex(State())

  /// Leaves a report.
  func post(_ report: GoalStateReport) {
    hand { $0.latest = report }
  }

  /// Forgets what was sent: a new connection is told everything again.
  func reset() {
    hand { $0.sent = nil }
  }

  private func hand(_ change: (inout State) -> Void) {
    let (waiter, report) = state.withLock { state -> (Waiter?, GoalStateReport?) in
      change(&state)
      guard state.waiter != nil, let report = state.take() else { return (nil, nil) }
      return (state.takeWaiter(), report)
    }
    waiter?.continuation.resume(returning: report)
  }

  /// The latest report, once it differs from the one that was returned before; nil when the caller is cancelled, or
  /// another caller took its place.
  func next() async -> GoalStateReport? {
    let id = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let (earlier, report, waits) = state.withLock { state -> (Waiter?, GoalStateReport?, Bool) in
          // One stream at a time: whoever waited before is gone.
          let earlier = state.takeWaiter()
          let report = state.take()
          let waits = report == nil && !Task.isCancelled
          if waits { state.waiter = Waiter(id: id, continuation: continuation) }
          return (earlier, report, waits)
        }
        earlier?.continuation.resume(returning: nil)
        if !waits { continuation.resume(returning: report) }
      }
    } onCancel: {
      giveUp(id)
    }
  }

  private func giveUp(_ id: UInt64) {
    let waiter = state.withLock { state in state.waiter?.id == id ? state.takeWaiter() : nil }
    waiter?.continuation.resume(returning: nil)
  }
}
