/// How many messages of one guest are looked at.
public struct DHCPRateLimit: Hashable, Sendable {
  /// Messages a second in the long run; 0 for no limit.
  public var perSecond: Int
  /// Messages at once, after a pause.
  public var burst: Int

  /// A guest that boots sends four messages, and a few more through a boot program and an initramfs.
  public static let standard = DHCPRateLimit(perSecond: 20, burst: 60)
  /// No limit.
  public static let none = DHCPRateLimit(perSecond: 0, burst: 0)

  /// A limit of the given parts.
  public init(perSecond: Int, burst: Int) {
    self.perSecond = max(0, perSecond)
    self.burst = max(1, burst)
  }
}

/// What a guest may still send: a bucket that fills with time and empties with messages.
struct DHCPTokenBucket: Hashable, Sendable {
  /// Nanoseconds' worth of messages; a message takes `cost` of them.
  private var saved: UInt64 = 0
  private var last: UInt64?

  init() {}

  /// Takes a message at `now`, in nanoseconds of a clock that does not go back; false when there are too many.
  mutating func take(_ limit: DHCPRateLimit, at now: UInt64) -> Bool {
    guard limit.perSecond > 0 else { return true }
    let cost = 1_000_000_000 / UInt64(limit.perSecond)
    let most = cost.multipliedReportingOverflow(by: UInt64(limit.burst))
    let room = most.overflow ? .max : most.partialValue
    if let last {
      let (sum, overflows) = saved.addingReportingOverflow(now > last ? now - last : 0)
      saved = min(room, overflows ? .max : sum)
    } else {
      saved = room
    }
    last = max(now, last ?? now)
    guard saved >= cost else { return false }
    saved -= cost
    return true
  }
}
