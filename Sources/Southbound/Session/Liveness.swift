/// Whether the other end of a session still speaks. Times are offsets from any fixed instant.
struct Liveness: Sendable {
  private enum Phase: Sendable {
    case greeting(expected: String, timeout: Duration)
    case established(interval: Duration)
  }

  private var phase: Phase
  private var lastHeard: Duration
  /// While a message is worked on, nothing is read: the other end cannot be heard, and is not to blame.
  private var working = false

  init(awaiting greeting: String, within timeout: Duration, now: Duration) {
    phase = .greeting(expected: greeting, timeout: timeout)
    lastHeard = now
  }

  mutating func established(interval: Duration, now: Duration) {
    phase = .established(interval: interval)
    lastHeard = now
  }

  mutating func heard(now: Duration) {
    if case .established = phase { lastHeard = now }
  }

  mutating func beginWork() {
    working = true
  }

  mutating func endWork(now: Duration) {
    working = false
    heard(now: now)
  }

  func check(now: Duration) throws(ProtocolViolation) {
    guard !working else { return }
    switch phase {
    case .greeting(let expected, let timeout):
      if now - lastHeard >= timeout { throw .noGreeting(expected: expected, after: timeout) }
    case .established(let interval):
      let limit = interval * SouthboundTiming.silentIntervals
      if now - lastHeard >= limit { throw .silent(limit) }
    }
  }
}
