import GoalState

/// Which hosts have each other's ports, in networks with neighbors on demand.
///
/// It is true of two hosts together and not of one: the sender of a packet asks for its receiver, but the receiver's security groups
/// may name the sender, whom nobody there would ask for. So both have all ports of the other, those that come later, too,
/// from the first question until neither sends to the other any more.
struct Acquaintances: Sendable {
  /// What came of a question.
  enum Meeting: Sendable, Hashable {
    /// The hosts did not know each other before.
    case first
    /// They did.
    case again
    /// One of them knows too many others.
    case refused
  }

  /// By host, the hosts that it knows, with those of their ports that nobody on it has sent to for long.
  private var known: [HostID: [HostID: Set<NeighborID>]] = [:]
  private let limit: Int

  /// How many others a host may know.
  static let hostLimit = 16_384
  /// How long an agent need not ask again for a neighbor that there is not, in seconds: as long as a new one may stay unknown to
  /// a host whose guests have tried it too early.
  static let absenceSeconds: UInt32 = 10

  init(limit: Int = Acquaintances.hostLimit) { self.limit = limit }

  /// The hosts that a host knows.
  func hosts(of host: HostID) -> some Sequence<HostID> & Sendable { Array((known[host] ?? [:]).keys) }

  func knows(_ host: HostID, _ other: HostID) -> Bool { known[host]?[other] != nil }

  /// A host has asked for a port of another, or holds one.
  mutating func meet(_ host: HostID, _ other: HostID) -> Meeting {
    guard known[host]?[other] == nil else {
      known[host]?[other] = []
      return .again
    }
    guard (known[host]?.count ?? 0) < limit, (known[other]?.count ?? 0) < limit else { return .refused }
    known[host, default: [:]][other] = []
    known[other, default: [:]][host] = []
    return .first
  }

  /// Nobody on a host has sent to these ports for long.
  ///
  /// - Parameters:
  ///   - ports: All ports that the host has of the other.
  ///   - others: All that the other has of the host; nil when its agent has them in any case.
  /// - Returns: Whether the two do not know each other any more.
  mutating func idle(
    _ neighbors: Set<NeighborID>, at host: HostID, of other: HostID, ports: Set<NeighborID>, others: Set<NeighborID>?
  ) -> Bool {
    guard let before = known[host]?[other] else { return false }
    let idle = before.union(neighbors).intersection(ports)
    known[host]?[other] = idle
    guard idle == ports else { return false }
    if let others, let back = known[other]?[host], !back.isSuperset(of: others) { return false }
    part(host, other)
    part(other, host)
    return true
  }

  private mutating func part(_ host: HostID, _ other: HostID) {
    known[host]?[other] = nil
    if known[host]?.isEmpty == true { known[host] = nil }
  }
}
