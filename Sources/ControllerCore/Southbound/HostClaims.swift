import Foundation
import GoalState
import Southbound

/// Which agent is taken for which host: one at a time.
///
/// ```
///  nobody is           ─▶ taken
///  the same agent is   ─▶ takes over: its connection before is of no use any more
///  another one is      ─▶ refused, and both are named
/// ```
///
/// A machine that was copied whole has the ids of its original. Then the kernel's run tells: a machine that is started again
/// has a new one and never an old one again, so whoever comes back with one that was taken over from is another machine.
struct HostClaims: Sendable {
  /// An agent that is, or wants to be, taken for a host.
  struct Claim: Sendable {
    /// Which of all claims it is.
    var number: UInt64
    var identity: AgentIdentity
    /// Where it comes from, as the transport writes it.
    var peer: String
    var since: Date
  }

  /// An agent that was refused for another one.
  struct Contender: Sendable, Hashable {
    var identity: AgentIdentity
    /// Its address, without the port, which is another one each time.
    var address: String
    var firstSeen: Date
    var lastSeen: Date
    var attempts: Int
  }

  private var claims: [HostID: Claim] = [:]
  private var contenders: [HostID: Contender] = [:]
  private var earlierBoots: [HostID: [String]] = [:]
  private var last: UInt64 = 0

  /// How many runs of a host's kernel are remembered.
  private static let bootLimit = 16
  /// How long a contender is told of after it was last there: an agent that is refused tries again within half a minute.
  static let contenderSeconds = 120.0

  /// Takes an agent for a host, or throws the sentence that says whose place it would take.
  mutating func claim(
    _ host: HostID, _ identity: AgentIdentity, peer: String, now: Date
  ) throws(SessionRefusal) -> Claim {
    if let held = claims[host] {
      let isCopy = isEarlierBoot(identity, of: host, held)
      guard !identity.isAnother(than: held.identity), !isCopy else {
        note(identity, peer, host, now)
        throw HostClaims.refusal(host, held, identity, peer, isCopy: isCopy)
      }
      if !held.identity.boot.isEmpty, !identity.boot.isEmpty, held.identity.boot != identity.boot {
        var boots = earlierBoots[host] ?? []
        boots.append(held.identity.boot)
        earlierBoots[host] = boots.suffix(HostClaims.bootLimit)
      }
    }
    last += 1
    let claim = Claim(number: last, identity: identity, peer: peer, since: now)
    claims[host] = claim
    return claim
  }

  /// The agent is gone; nothing happens when it was taken over from.
  mutating func release(_ host: HostID, _ claim: Claim) {
    if isCurrent(claim, of: host) { claims[host] = nil }
  }

  /// Whoever would have taken over did not: the agent whose session goes on is still taken for the host.
  mutating func restore(_ host: HostID, _ claim: Claim) {
    if claims[host] == nil { claims[host] = claim }
  }

  func isCurrent(_ claim: Claim, of host: HostID) -> Bool { claims[host]?.number == claim.number }

  /// The agent that is taken for a host.
  func holder(of host: HostID) -> Claim? { claims[host] }

  /// The agent that was refused last for another one, while it still tries.
  func contender(for host: HostID, now: Date) -> Contender? {
    contenders[host].flatMap { now.timeIntervalSince($0.lastSeen) < HostClaims.contenderSeconds ? $0 : nil }
  }

  private func isEarlierBoot(_ identity: AgentIdentity, of host: HostID, _ held: Claim) -> Bool {
    !identity.boot.isEmpty && identity.boot != held.identity.boot
      && earlierBoots[host]?.contains(identity.boot) == true
  }

  private mutating func note(_ identity: AgentIdentity, _ peer: String, _ host: HostID, _ now: Date) {
    let address = HostClaims.address(peer)
    var contender =
      contenders[host].flatMap { $0.identity == identity && $0.address == address ? $0 : nil }
      ?? Contender(identity: identity, address: address, firstSeen: now, lastSeen: now, attempts: 0)
    contender.lastSeen = now
    contender.attempts += 1
    contenders[host] = contender
  }

  private static func refusal(
    _ host: HostID, _ held: Claim, _ identity: AgentIdentity, _ peer: String, isCopy: Bool
  ) -> SessionRefusal {
    let copy = isCopy ? "; one machine is a copy of the other, with its ids" : ""
    return SessionRefusal(
      .notAllowed,
      "two agents say that they are host \(host): the one at \(address(held.peer)) (\(held.identity)), connected since "
        + "\(held.since.neutronText), is; the one at \(address(peer)) (\(identity)) is refused\(copy). Give each a name and "
        + "a certificate of its own, or stop one of them")
  }

  /// The address in a peer as the transport writes it: `ipv4:192.0.2.1:4711`.
  static func address(_ peer: String) -> String {
    var address = peer[...]
    for prefix in ["ipv4:", "ipv6:"] where address.hasPrefix(prefix) {
      address = address.dropFirst(prefix.count)
      if let colon = address.lastIndex(of: ":") { address = address[..<colon] }
    }
    return String(address.filter { $0 != "[" && $0 != "]" })
  }
}
