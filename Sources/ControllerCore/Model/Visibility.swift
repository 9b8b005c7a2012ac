import GoalState
import NetworkTypes

/// Which hosts have which networks and routers in their goal state: those within reach of a network that they have a port
/// of.
///
/// Kept by counting, so that a port that comes or goes costs nothing when its host has another of its network.
struct Visibility: Sendable {
  /// How many reasons hosts have.
  private typealias Counts = [HostID: Int]

  /// What came into view of hosts, and went out of it.
  struct Change: Sendable {
    var entered: [HostID: Set<NetworkID>] = [:]
    /// Hosts that a network is out of view of.
    var left: Set<HostID> = []
    /// Routers that came or went.
    var routers: [HostID: Set<RouterID>] = [:]
  }

  private(set) var topology = RouterTopology()
  /// The ports of each network by their host.
  private var ports: [NetworkID: Counts] = [:]
  private var networkViews: [NetworkID: Counts] = [:]
  private var routerViews: [RouterID: Counts] = [:]

  /// The hosts that see a network.
  func hosts(of network: NetworkID) -> some Collection<HostID> { (networkViews[network] ?? [:]).keys }

  /// The hosts that see a router.
  func hosts(of router: RouterID) -> some Collection<HostID> { (routerViews[router] ?? [:]).keys }

  func sees(_ host: HostID, _ network: NetworkID) -> Bool { networkViews[network]?[host] != nil }

  func sees(_ host: HostID, _ router: RouterID) -> Bool { routerViews[router]?[host] != nil }

  /// Takes over a port: of a guest on a host, or of a router.
  mutating func replace(_ old: PortRecord?, by new: PortRecord?) -> Change {
    var change = Change()
    // The new one first, so that what stays in view does not leave it for a moment.
    if let new, let host = new.host { count(1, new.networkID, on: host, &change) }
    if let old, let host = old.host { count(-1, old.networkID, on: host, &change) }
    apply(topology.replace(old, by: new), &change)
    return change
  }

  /// Takes over a router's routes.
  mutating func replaceRoutes(of router: RouterID, by routes: [SubnetRecord.Route]) -> Change {
    var change = Change()
    apply(topology.replaceRoutes(of: router, by: routes), &change)
    return change
  }

  private mutating func count(_ difference: Int, _ network: NetworkID, on host: HostID, _ change: inout Change) {
    let before = ports[network]?[host] ?? 0
    let after = before + difference
    ports[network, default: [:]][host] = after > 0 ? after : nil
    if ports[network]?.isEmpty == true { ports[network] = nil }
    guard (before > 0) != (after > 0) else { return }
    view(topology.reach(from: network), difference, by: host, &change)
  }

  private mutating func apply(_ changes: [RouterTopology.Change], _ change: inout Change) {
    for (network, before, after) in changes {
      for host in (ports[network] ?? [:]).keys {
        view(after, 1, by: host, &change)
        view(before, -1, by: host, &change)
      }
    }
  }

  private mutating func view(
    _ reach: RouterTopology.Reach, _ difference: Int, by host: HostID, _ change: inout Change
  ) {
    for network in reach.networks where Visibility.count(difference, &networkViews, network, host) {
      if difference > 0 {
        change.entered[host, default: []].insert(network)
      } else {
        change.left.insert(host)
      }
    }
    for router in reach.routers where Visibility.count(difference, &routerViews, router, host) {
      change.routers[host, default: []].insert(router)
    }
  }

  /// Counts one reason more or less; returns whether it is the first, or was the last.
  private static func count<Key>(
    _ difference: Int, _ views: inout [Key: Counts], _ key: Key, _ host: HostID
  ) -> Bool {
    let before = views[key]?[host] ?? 0
    let after = before + difference
    views[key, default: [:]][host] = after > 0 ? after : nil
    if views[key]?.isEmpty == true { views[key] = nil }
    return (before > 0) != (after > 0)
  }
}
