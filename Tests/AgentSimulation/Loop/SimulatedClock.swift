/// A simulation's time: it passes only when nothing is left to be done.
struct SimulatedClock: Clock {
  struct Instant: InstantProtocol {
    var time: Duration

    func advanced(by duration: Duration) -> Instant { Instant(time: time + duration) }
    func duration(to other: Instant) -> Duration { other.time - time }
    static func < (left: Instant, right: Instant) -> Bool { left.time < right.time }
  }

  let loop: SimulatedLoop

  var now: Instant { Instant(time: loop.time) }
  var minimumResolution: Duration { .milliseconds(1) }

  func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    let sleeper = Sleeper()
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
        sleeper.continuation = continuation
        sleeper.timer = loop.after(deadline.time - loop.time) { sleeper.wake() }
      }
    } onCancel: {
      sleeper.cancel(loop)
    }
  }

  /// Of the loop's thread.
  private final class Sleeper: @unchecked Sendable {
    var continuation: CheckedContinuation<Void, any Error>?
    var timer: UInt64?

    func wake() {
      continuation?.resume()
      continuation = nil
    }

    func cancel(_ loop: SimulatedLoop) {
      if let timer { loop.cancel(timer) }
      continuation?.resume(throwing: CancellationError())
      continuation = nil
    }
  }
}
