import OpenFlow

/// A right to do something so many times a second, and as many more times at once as were saved up. Times are offsets from any
/// fixed instant.
struct TokenBucket: Hashable, Sendable {
  private let rate: Double
  private let burst: Double
  private var level: Double
  private var filled: Duration

  init(rate: Double, burst: Double, now: Duration) {
    self.rate = rate
    self.burst = burst
    level = burst
    filled = now
  }

  /// Takes one, if there is one.
  mutating func take(now: Duration) -> Bool {
    fill(now)
    guard level >= 1 else { return false }
    level -= 1
    return true
  }

  /// Whether it is as good as new.
  mutating func isFull(now: Duration) -> Bool {
    fill(now)
    return level >= burst
  }

  private mutating func fill(_ now: Duration) {
    guard now > filled else { return }
    let (seconds, attoseconds) = (now - filled).components
    level = min(burst, level + (Double(seconds) + Double(attoseconds) / 1e18) * rate)
    filled = now
  }
}

/// A token bucket for each port; those that are full again are forgotten.
struct PortBuckets: Sendable {
  private let rate: Double
  private let burst: Double
  private var buckets: [OFPort: TokenBucket] = [:]

  init(rate: Double, burst: Double) {
    self.rate = rate
    self.burst = burst
  }

  var count: Int { buckets.count }

  /// Takes one of a port's, if there is one.
  mutating func take(_ port: OFPort, now: Duration) -> Bool {
    buckets[port, default: TokenBucket(rate: rate, burst: burst, now: now)].take(now: now)
  }

  mutating func forgetFull(now: Duration) {
    for port in buckets.keys where buckets[port]?.isFull(now: now) == true { buckets[port] = nil }
  }
}
