/// The last thousand of something's durations.
struct RecentDurations: Sendable {
  private static let size = 1024
  private var durations: [Duration] = []
  private var next = 0

  mutating func note(_ duration: Duration) {
    if durations.count < RecentDurations.size {
      durations.append(duration)
    } else {
      durations[next] = duration
    }
    next = (next + 1) % RecentDurations.size
  }

  /// The duration that so many percent of them do not exceed; nil for none.
  func percentile(_ percent: Int) -> Duration? {
    guard !durations.isEmpty else { return nil }
    let rank = (durations.count * min(max(percent, 1), 100) + 99) / 100
    return durations.sorted()[rank - 1]
  }
}
