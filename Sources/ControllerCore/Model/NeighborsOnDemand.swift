import GoalState

/// Two hosts' ports in networks with neighbors on demand, as neighbors of each other.
struct HostPair: Sendable, Hashable {
  let host: HostID
  let other: HostID
  /// The other's ports that the host may have.
  let neighbors: Set<NeighborID>
  /// The host's ports that the other may have.
  let others: Set<NeighborID>
}

extension ModelState {
  /// Whether agents ask for a network's neighbors.
  func isOnDemand(_ network: NetworkID) -> Bool { networks[network]?.record.neighborsOnDemand == true }

  /// The neighbor that a host's agent asks for; nil when there is none that the host may have.
  func neighbor(_ ask: NeighborAsk, for host: HostID) -> NeighborID? {
    guard let port = portIndex.port(in: ask.networkID, having: ask.target) else { return nil }
    let id = NeighborID(port.rawValue)
    return resource(.neighbor(id), for: host).map { _ in id }
  }

  /// The host that a neighbor is on.
  func host(of neighbor: NeighborID) -> HostID? { ports[PortID(neighbor.rawValue)]?.record.host }

  /// The ports of two hosts that they are told of when they come to know each other.
  func pair(_ host: HostID, _ other: HostID) -> HostPair {
    HostPair(
      host: host, other: other, neighbors: neighbors(on: other, for: host), others: neighbors(on: host, for: other))
  }

  private func neighbors(on host: HostID, for other: HostID) -> Set<NeighborID> {
    Set(
      (portsByHost[host] ?? []).compactMap { id -> NeighborID? in
        guard let network = ports[id]?.record.networkID, isOnDemand(network) else { return nil }
        let neighbor = NeighborID(id.rawValue)
        return resource(.neighbor(neighbor), for: other).map { _ in neighbor }
      })
  }

  /// What of a host's goal state its agent is sent: of networks with neighbors on demand, only the neighbors that are
  /// wanted.
  func selection(of view: HostView, _ isWanted: (NeighborID) -> Bool) -> HostView {
    view.filter { _, versioned in
      guard case .neighbor(let neighbor) = versioned.resource else { return true }
      return isWanted(neighbor.id) || !isOnDemand(neighbor.networkID)
    }
  }
}
