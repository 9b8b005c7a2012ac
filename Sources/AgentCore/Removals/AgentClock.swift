import Foundation

/// The time as the agent sees it; a test has its own.
struct AgentClock: Sendable {
  /// As an offset from any fixed instant: nobody sets it.
  var now: @Sendable () -> Duration
  /// By the calendar, for people.
  var date: @Sendable () -> Date
  /// Waits until an offset has come, or the task is cancelled.
  var sleep: @Sendable (_ until: Duration) async throws -> Void

  /// The machine's.
  static var machine: AgentClock {
    let start = ContinuousClock.now
    return AgentClock(
      now: { ContinuousClock.now - start }, date: { Date() },
      sleep: { try await Task.sleep(until: start + $0, clock: .continuous) })
  }
}
