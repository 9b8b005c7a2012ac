import GoalState

/// Where the agent's latest report is left for the controller's stream to pick up.
///
/// Only the latest counts: reports that nobody took in time are replaced, never queued.
actor ReportBoard {
  private var latest: GoalStateReport?
  private var sent: GoalStateReport?
  private var waiter: Waiter?
  private var lastWaiter: UInt64 = 0

  private struct Waiter {
    let id: UInt64
    let continuation: CheckedContinuation<GoalStateReport?, Never>
  }

  /// Leaves a report.
  func post(_ report: GoalStateReport) {
    latest = report
    if report != sent { hand(report) }
  }

  /// Forgets what was sent: a new connection is told everything again.
  func reset() {
    sent = nil
    if let latest { hand(latest) }
  }

  /// The latest report, once it differs from the one that was returned before; nil when the caller is cancelled, or
  /// another caller took its place.
  func next() async -> GoalStateReport? {
    if let latest, latest != sent {
      sent = latest
      return latest
    }
    lastWaiter += 1
    let id = lastWaiter
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        // One stream at a time: whoever waited before is gone.
        waiter?.continuation.resume(returning: nil)
        waiter = nil
        if Task.isCancelled {
          continuation.resume(returning: nil)
        } else {
          waiter = Waiter(id: id, continuation: continuation)
        }
      }
    } onCancel: {
      Task { await self.giveUp(id) }
    }
  }

  private func hand(_ report: GoalStateReport) {
    guard let waiter else { return }
    self.waiter = nil
    sent = report
    waiter.continuation.resume(returning: report)
  }

  private func giveUp(_ id: UInt64) {
    guard let waiter, waiter.id == id else { return }
    self.waiter = nil
    waiter.continuation.resume(returning: nil)
  }
}
