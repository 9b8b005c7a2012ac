import Foundation
import Synchronization

@testable import AgentCore

/// A clock that a test moves on.
final class TestClock: Sendable {
  private struct State {
    var now = Duration.zero
    var sleepers: [(id: UInt64, until: Duration, continuation: CheckedContinuation<Void, any Error>)] = []
    var lastSleeper: UInt64 = 0
  }

  private let state = Mutex(State())

  /// As the agent takes it.
  var clock: AgentClock {
    AgentClock(
      now: { self.state.withLock { $0.now } }, date: { Date(timeIntervalSince1970: 1_700_000_000) },
      sleep: { try await self.sleep(until: $0) })
  }

  /// How many wait for a later time.
  var sleepers: Int { state.withLock { $0.sleepers.count } }

  func advance(by duration: Duration) {
    let awake = state.withLock { state in
      state.now += duration
      defer { state.sleepers.removeAll { $0.until <= state.now } }
      return state.sleepers.filter { $0.until <= state.now }
    }
    for sleeper in awake { sleeper.continuation.resume() }
  }

  private func sleep(until: Duration) async throws {
    let id = state.withLock { state in
      state.lastSleeper += 1
      return state.lastSleeper
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isOver = state.withLock { state in
          guard state.now < until, !Task.isCancelled else { return true }
          state.sleepers.append((id, until, continuation))
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      let sleeper = state.withLock { state in
        defer { state.sleepers.removeAll { $0.id == id } }
        return state.sleepers.first { $0.id == id }
      }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }
}
