/// Tells how much time has passed, by whatever clock it is given.
public struct Stopwatch: Sendable {
  private let read: @Sendable () -> Duration

  /// Begins to count.
  public init(_ clock: any Clock<Duration>) {
    read = Stopwatch.reading(clock)
  }

  /// How much time has passed since it began to count.
  public var elapsed: Duration { read() }

  private static func reading(_ clock: some Clock<Duration>) -> @Sendable () -> Duration {
    let start = clock.now
    return { start.duration(to: clock.now) }
  }
}
