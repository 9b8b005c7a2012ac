import GoalState
import Southbound
import Synchronization

/// Why a host does not say what it runs.
enum HeldQueryFailure: Error, Hashable, Sendable {
  /// Its agent is not connected, or is no longer.
  case notConnected
  /// Its agent is of a version that does not answer.
  case notUnderstood
  /// It has not answered what it was asked before.
  case busy
  /// It has not answered in time.
  case noAnswer(after: Duration)
}

/// What one session's agent is asked, and who waits for the answers.
///
/// Nothing else waits for an answer. A question that was waited for in vain counts as open until it is answered or the
/// session ends, so that an agent that does not answer is not asked more and more.
final class HostQuestions: Sendable {
  private struct State {
    var last: UInt64 = 0
    var unsent: [HeldQuestion] = []
    /// All that are not answered, with who waits; nil for one that nobody waits for any more.
    var open: [UInt64: Waiter?] = [:]
    var ended = false
  }

  private typealias Waiter = CheckedContinuation<Result<HeldResources, HeldQueryFailure>, Never>

  private let state = Mutex(State())

  /// How many may be open at once.
  static let mostAtOnce = HeldQuestion.mostAtOnce / 2

  /// Whether there is something to send.
  var isWaiting: Bool { state.withLock { !$0.unsent.isEmpty } }

  /// What is to be sent, once each.
  func take() -> [HeldQuestion] {
    state.withLock { state in
      defer { state.unsent = [] }
      return state.unsent
    }
  }

  /// Asks, and waits for the answer.
  ///
  /// - Parameter wake: Called once the question is there to be taken.
  func ask(
    _ query: HeldQuery, timeout: Duration, wake: () -> Void
  ) async throws(HeldQueryFailure) -> HeldResources {
    let result = await withCheckedContinuation { (waiter: Waiter) in
      let number = state.withLock { state -> Result<UInt64, HeldQueryFailure> in
        guard !state.ended else { return .failure(.notConnected) }
        guard state.open.count < HostQuestions.mostAtOnce else { return .failure(.busy) }
        state.last += 1
        state.open[state.last] = waiter
        state.unsent.append(HeldQuestion(number: state.last, query: query))
        return .success(state.last)
      }
      switch number {
      case .failure(let failure): waiter.resume(returning: .failure(failure))
      case .success(let number):
        wake()
        Task {
          try? await Task.sleep(for: timeout)
          settle(number, .failure(.noAnswer(after: timeout)), isAnswer: false)
        }
      }
    }
    return try result.get()
  }

  /// An answer has come; one to a question that is not open is passed over.
  func answered(_ answer: HeldAnswer) {
    settle(answer.number, .success(answer.held), isAnswer: true)
  }

  /// The session is over.
  func end() {
    let waiting = state.withLock { state in
      defer { state.open = [:] }
      state.ended = true
      state.unsent = []
      return state.open.values.compactMap { $0 }
    }
    for waiter in waiting { waiter.resume(returning: .failure(.notConnected)) }
  }

  private func settle(_ number: UInt64, _ result: Result<HeldResources, HeldQueryFailure>, isAnswer: Bool) {
    let waiter = state.withLock { state -> Waiter? in
      guard let waiter = state.open[number] else { return nil }
      // One that was never sent needs no answer.
      let wasSent = !state.unsent.contains { $0.number == number }
      state.unsent.removeAll { $0.number == number }
      if isAnswer || !wasSent {
        state.open[number] = nil
      } else {
        state.open[number] = .some(nil)
      }
      return waiter
    }
    waiter?.resume(returning: result)
  }
}
