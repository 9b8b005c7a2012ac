import GoalState

/// The neighbors of networks that have them on demand: who was used when, by the counts of their flows. A pure value; times are
/// offsets from any fixed instant.
struct LearnedNeighbors: Sendable {
  private struct Use: Sendable {
    var lastUsed: Duration
    var lastLooked: Duration
    var packets: UInt64?
    /// When it was found to be idle last, since somebody sent to it.
    var reported: Duration?
  }

  /// How long a neighbor is kept that nobody sends to.
  let idleTime: Duration
  private var uses: [NeighborID: Use] = [:]

  /// How many neighbors are held at most; more are not asked for.
  static let limit = 16_384

  init(idleTime: Duration) { self.idleTime = idleTime }

  var count: Int { uses.count }

  /// These are held now, and no others. Returns how many of those that are gone were idle.
  mutating func follow(_ held: Set<NeighborID>, now: Duration) -> Int {
    let gone = uses.filter { !held.contains($0.key) }
    for id in gone.keys { uses[id] = nil }
    for id in held where uses[id] == nil { uses[id] = Use(lastUsed: now, lastLooked: now) }
    return gone.count { $0.value.reported != nil }
  }

  /// The neighbors whose flows are to be looked at, those first that nobody has looked at for longest. Each is looked at three
  /// times until it is idle.
  func due(now: Duration, limit: Int) -> [NeighborID] {
    let step = idleTime / 3
    return uses.filter { now - $0.value.lastLooked >= step }
      .sorted { ($0.value.lastLooked, $0.key) < ($1.value.lastLooked, $1.key) }.prefix(limit).map(\.key)
  }

  /// So many packets have gone to the neighbor. A count that went back belongs to a flow that was made anew.
  mutating func looked(at id: NeighborID, packets: UInt64, now: Duration) {
    guard var use = uses[id] else { return }
    if packets != use.packets ?? 0, packets > 0 { (use.lastUsed, use.reported) = (now, nil) }
    use.packets = packets
    use.lastLooked = now
    uses[id] = use
  }

  /// The neighbors that nobody has sent to for too long, as of a look at each since they were told of last: whether they go is
  /// not decided here, so they are told of again and again.
  mutating func takeIdle() -> [NeighborID] {
    let idle = uses.filter { _, use in
      use.lastLooked - use.lastUsed >= idleTime && use.reported.map { $0 < use.lastLooked } ?? true
    }
    for (id, use) in idle { uses[id]?.reported = use.lastLooked }
    return idle.keys.sorted()
  }
}
