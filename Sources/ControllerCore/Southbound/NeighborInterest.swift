import GoalState

/// Which neighbors an agent has in networks with neighbors on demand.
struct NeighborInterest: Sendable, Hashable {
  /// Nil for all of them: the agent does not know how to ask.
  private var asked: Set<NeighborID>?

  /// How many neighbors one agent may ask for.
  static let limit = 65_536
  /// How long an agent need not ask again for a neighbor that there is not, in seconds: as long as a new one may stay unknown to
  /// a host whose guests have tried it too early.
  static let absenceSeconds: UInt32 = 10

  init(asks: Bool, learned: [NeighborID]) {
    asked = asks ? Set(learned.prefix(NeighborInterest.limit)) : nil
  }

  /// Returns whether there is room for it.
  mutating func insert(_ id: NeighborID) -> Bool {
    guard let count = asked?.count else { return true }
    guard count < NeighborInterest.limit || asked?.contains(id) == true else { return false }
    asked?.insert(id)
    return true
  }

  mutating func remove(_ id: NeighborID) { asked?.remove(id) }

  /// Whether the agent has it, or has all of them.
  func contains(_ id: NeighborID) -> Bool { asked?.contains(id) ?? true }

  /// What of a host's goal state the agent is sent.
  ///
  /// - Parameter isOnDemand: Whether a network has its neighbors on demand.
  func filter(_ view: HostView, isOnDemand: (NetworkID) -> Bool) -> HostView {
    guard let asked else { return view }
    return view.filter { _, versioned in
      guard case .neighbor(let neighbor) = versioned.resource else { return true }
      return asked.contains(neighbor.id) || !isOnDemand(neighbor.networkID)
    }
  }

  /// The same of a goal state that is there as a whole.
  func filter(_ view: HostView) -> HostView {
    filter(view) { id in
      guard case .network(let network)? = view[.network(id)]?.resource else { return false }
      return network.neighborsOnDemand
    }
  }
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

  /// Who comes to know each other when a host asks for a neighbor: the ports of the two hosts, as neighbors of the other. A
  /// packet's receiver has to know its sender, since the security groups of its port may name it, and the host that is known
  /// by then will not ask.
  func acquaintances(
    of neighbor: NeighborID, asking host: HostID
  ) -> (host: HostID, its: [NeighborID], askers: [NeighborID])? {
    guard let other = ports[PortID(neighbor.rawValue)]?.record.host else { return nil }
    return (other, neighbors(on: other, for: host), neighbors(on: host, for: other))
  }

  private func neighbors(on host: HostID, for other: HostID) -> [NeighborID] {
    (portsByHost[host] ?? []).compactMap { id -> NeighborID? in
      guard let network = ports[id]?.record.networkID, isOnDemand(network) else { return nil }
      let neighbor = NeighborID(id.rawValue)
      return resource(.neighbor(neighbor), for: other).map { _ in neighbor }
    }
  }
}
