import GoalState

/// What of a host's goal state may have changed.
struct HostChanges: Sendable, Hashable {
  /// Something went out of the host's view: everything is to be compared.
  var everything = false
  /// Otherwise all of these networks, which came into view.
  var networks: Set<NetworkID> = []
  /// And these resources, whether they are in the goal state or not.
  var keys: Set<ResourceKey> = []

  var isEmpty: Bool { !everything && networks.isEmpty && keys.isEmpty }

  static let all = HostChanges(everything: true)

  mutating func merge(_ other: HostChanges) {
    // Most changes are the only ones of most hosts, which then share them.
    guard !isEmpty else {
      self = other
      return
    }
    everything = everything || other.everything
    // Keys say nothing more once everything is to be compared: the memory of a session that is not read stays bounded.
    if everything {
      networks = []
      keys = []
    } else {
      networks.formUnion(other.networks)
      keys.formUnion(other.keys)
    }
  }
}

/// What a change of the model means for the hosts that it concerns, and only those.
struct GoalStateChanges: Sendable, Hashable {
  private(set) var byHost: [HostID: HostChanges] = [:]
  /// The resources that may have changed, for whomever.
  private(set) var keys: Set<ResourceKey> = []
  /// The networks whose neighbors may have.
  private(set) var networks: Set<NetworkID> = []

  mutating func note(_ keys: Set<ResourceKey>, for hosts: some Sequence<HostID>) {
    guard !keys.isEmpty else { return }
    self.keys.formUnion(keys)
    let changes = HostChanges(keys: keys)
    for host in hosts { byHost[host, default: HostChanges()].merge(changes) }
  }

  /// Notes that a network's neighbors are not what they were.
  mutating func noteNeighbors(of network: NetworkID) { networks.insert(network) }

  mutating func note(_ view: Visibility.Change) {
    for (host, networks) in view.entered { byHost[host, default: HostChanges()].merge(HostChanges(networks: networks)) }
    for (host, routers) in view.routers {
      let keys = Set(routers.map { ResourceKey.router($0) })
      byHost[host, default: HostChanges()].merge(HostChanges(keys: keys))
    }
    for host in view.left { byHost[host, default: HostChanges()].merge(.all) }
  }
}
