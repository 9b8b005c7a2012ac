/// The wait before another try: doubles from 100 ms to 5 s. A local socket comes back quickly or not at all, and nobody
/// else dials it, so there is no jitter.
struct ReconnectBackoff: Sendable {
  private var delay = ReconnectBackoff.shortest

  private static let shortest = Duration.milliseconds(100)
  private static let longest = Duration.seconds(5)

  /// The next wait.
  mutating func next() -> Duration {
    defer { delay = min(delay * 2, ReconnectBackoff.longest) }
    return delay
  }

  /// A connection was up: the next failure is a new story.
  mutating func reset() { delay = ReconnectBackoff.shortest }
}
