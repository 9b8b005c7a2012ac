/// How long to wait before dialling again: longer after each failure, and different for each agent, so that those of a
/// controller that restarts do not come back at one instant.
struct Backoff: Sendable {
  let minimum: Duration
  let maximum: Duration
  private var previous: Duration

  init(minimum: Duration, maximum: Duration) {
    self.minimum = minimum
    self.maximum = max(minimum, maximum)
    previous = minimum
  }

  /// The next wait: anywhere between the minimum and three times the wait before, up to the maximum.
  ///
  /// - Parameter random: 0 to 1.
  mutating func next(random: Double) -> Duration {
    let ceiling = min(maximum, previous * 3)
    previous = minimum + (ceiling - minimum) * min(max(random, 0), 1)
    return previous
  }

  /// After a connection that lived.
  mutating func reset() {
    previous = minimum
  }
}
