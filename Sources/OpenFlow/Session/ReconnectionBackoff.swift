/// How long to wait before another try to connect: it doubles, and begins anew only after a connection that was of use.
/// One that is lost right after its handshake, over and over, is tried less and less often.
///
/// ```
/// loop: wait `delay` ── dial ──▶ `connected(at:)` ── `wasUseful()` maybe ──▶ `lost(at:)` ──▶ loop
///                         └───── failed ──────────────────────────────────▶ `lost(at:)` ──▶ loop
/// ```
public struct ReconnectionBackoff: Hashable, Sendable {
  private let shortest: Duration
  private let longest: Duration
  private let usefulAfter: Duration
  private var next: Duration
  private var connectedSince: Duration?
  private var isUseful = false

  /// A wait that doubles from `shortest` to `longest`. A connection was of use when it lasted for `usefulAfter`, or when
  /// its user said so.
  ///
  /// There is no jitter: a switch on the same host is dialled by nobody else.
  public init(
    shortest: Duration = .milliseconds(100), longest: Duration = .seconds(5), usefulAfter: Duration = .seconds(10)
  ) {
    self.shortest = shortest
    self.longest = max(longest, shortest)
    self.usefulAfter = usefulAfter
    next = shortest
  }

  /// There is a connection, at this time counted from any fixed point.
  public mutating func connected(at now: Duration) {
    connectedSince = now
    isUseful = false
  }

  /// The connection did what it is for.
  public mutating func wasUseful() { isUseful = true }

  /// The connection, or the try, came to an end: how long to wait before the next.
  public mutating func lost(at now: Duration) -> Duration {
    if let connectedSince, isUseful || now - connectedSince >= usefulAfter { next = shortest }
    connectedSince = nil
    isUseful = false
    defer { next = min(next * 2, longest) }
    return next
  }
}
