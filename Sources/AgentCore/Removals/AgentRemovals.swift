import Foundation
import GoalState

/// What the agent has for removals that are held back; the agent's own.
struct AgentRemovals: Sendable {
  var check: RemovalGuard
  let clock: AgentClock
  /// Since when and until when by the calendar, for people; nil while nothing is held back.
  private(set) var dates: (since: Date, until: Date)?
  /// One for each hold that begins.
  let begun: AsyncStream<Void>
  private let beginning: AsyncStream<Void>.Continuation

  init(limits: RemovalLimits?, clock: AgentClock) {
    check = RemovalGuard(limits: limits)
    self.clock = clock
    (begun, beginning) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// Notes how the hold stands after a change of it.
  mutating func noteHold() {
    guard let hold = check.hold else {
      dates = nil
      return
    }
    guard dates == nil else { return }
    let now = clock.date()
    dates = (now, now.addingTimeInterval((hold.deadline - clock.now()) / .seconds(1)))
    beginning.yield()
  }
}
