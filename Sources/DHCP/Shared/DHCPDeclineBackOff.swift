/// How long a port's guest gets no offer after it declined its address.
///
/// The reservation is the goal state's and does not change, so a guest that finds its address in use would ask, be
/// offered the same and decline for ever. RFC 2131 section 3.1, item 5, has clients wait ten seconds; not all do. One
/// value a port; the time is the caller's.
public struct DHCPDeclineBackOff: Hashable, Sendable {
  private var declines = 0
  private var heldUntil: Duration?

  /// The first wait.
  public static let first = Duration.seconds(10)
  /// The longest wait.
  public static let longest = Duration.seconds(320)

  /// No decline so far.
  public init() {}

  /// The guest declined at `now`: the wait doubles each time.
  public mutating func declined(at now: Duration) {
    let wait = min(DHCPDeclineBackOff.first * (1 << min(declines, 5)), DHCPDeclineBackOff.longest)
    declines += 1
    heldUntil = now + wait
  }

  /// Whether an offer is to be held back at `now`.
  public func holdsOffers(at now: Duration) -> Bool {
    heldUntil.map { now < $0 } ?? false
  }

  /// The guest renewed its address, so the conflict is over. (That it accepted the address says nothing: it declines
  /// after that.)
  public mutating func renewed() {
    self = DHCPDeclineBackOff()
  }
}
