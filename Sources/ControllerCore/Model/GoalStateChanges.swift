import GoalState

/// What of a host's goal state may have changed.
struct HostChanges: Sendable {
  /// Something went out of the host's view: everything is to be compared.
  private(set) var everything = false
  /// Otherwise all of these networks, which came into view.
  private(set) var networks: Set<NetworkID> = []
  /// And these resources, whether they are in the goal state or not.
  private var keys: Set<ResourceKey> = []
  /// And these, which all hosts that see a network have in common: each set is there once for all of them.
  private var common: [NetworkID: Set<ResourceKey>] = [:]

  init(everything: Bool = false, networks: Set<NetworkID> = [], keys: Set<ResourceKey> = []) {
    self.everything = everything
    self.networks = networks
    self.keys = keys
  }

  /// What all hosts that see a network have in common.
  init(_ keys: Set<ResourceKey>, of network: NetworkID) { common = [network: keys] }

  var isEmpty: Bool { !everything && networks.isEmpty && keys.isEmpty && common.isEmpty }

  /// All resources that may have changed, besides whole networks.
  var allKeys: Set<ResourceKey> {
    if keys.isEmpty, common.count == 1, let only = common.values.first { return only }
    return common.values.reduce(keys) { $0.union($1) }
  }

  /// How many these are at most.
  var keyCount: Int { common.values.reduce(keys.count) { $0 + $1.count } }

  static let all = HostChanges(everything: true)

  mutating func merge(_ other: HostChanges) {
    // Most changes are the only ones of most hosts, which then share them.
    guard !isEmpty else {
      self = other
      return
    }
    everything = everything || other.everything
    // Keys say nothing more once everything is to be compared: the memory of a session that is not read stays bounded.
    guard !everything else {
      self = .all
      return
    }
    networks.formUnion(other.networks)
    keys.formUnion(other.keys)
    // All of a network that came into view is looked at in any case.
    for (network, keys) in other.common where !networks.contains(network) {
      if common[network]?.isEmpty == false { common[network]?.formUnion(keys) } else { common[network] = keys }
    }
  }
}

extension HostChanges: Equatable {
  /// Whether both say the same, whoever shares it.
  static func == (lhs: HostChanges, rhs: HostChanges) -> Bool {
    lhs.everything == rhs.everything && lhs.networks == rhs.networks && lhs.allKeys == rhs.allKeys
  }
}

/// What a change of the model means for the hosts that it concerns, and only those.
struct GoalStateChanges: Sendable {
  private(set) var byHost: [HostID: HostChanges] = [:]
  /// The resources that may have changed, for whomever.
  private(set) var keys: Set<ResourceKey> = []
  /// The networks whose neighbors may have.
  private(set) var networks: Set<NetworkID> = []
  /// What is to be told to whoever sees a network in the end.
  private var common: [NetworkID: Set<ResourceKey>] = [:]

  mutating func note(_ keys: Set<ResourceKey>, for hosts: some Sequence<HostID>) {
    guard !keys.isEmpty else { return }
    self.keys.formUnion(keys)
    let changes = HostChanges(keys: keys)
    for host in hosts { byHost[host, default: HostChanges()].merge(changes) }
  }

  /// Notes resources for all hosts that see a network. Whoever sees it no more in the end is to compare everything, and whoever has just
  /// come to see it looks at all of it.
  mutating func note(_ keys: Set<ResourceKey>, of network: NetworkID) {
    self.keys.formUnion(keys)
    common[network, default: []].formUnion(keys)
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

  /// Tells the hosts what they have in common, when all has been noted: however many changes there are, it is once a host.
  mutating func spread(_ visibility: Visibility) {
    for (network, keys) in common {
      let changes = HostChanges(keys, of: network)
      for host in visibility.hosts(of: network) { byHost[host, default: HostChanges()].merge(changes) }
    }
    common = [:]
  }
}
