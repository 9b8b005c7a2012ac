import GoalState

/// What of a host's goal state may have changed.
struct HostChanges: Sendable, Hashable {
  /// A network came or went: everything is to be compared.
  var everything = false
  /// Otherwise these resources, whether they are in the goal state or not.
  var keys: Set<ResourceKey> = []

  var isEmpty: Bool { !everything && keys.isEmpty }

  static let all = HostChanges(everything: true)

  mutating func merge(_ other: HostChanges) {
    everything = everything || other.everything
    // Keys say nothing more once everything is to be compared: the memory of a session that is not read stays bounded.
    if everything { keys = [] } else { keys.formUnion(other.keys) }
  }
}

/// What a change of the model means for the hosts that it concerns, and only those.
struct GoalStateChanges: Sendable, Hashable {
  private(set) var byHost: [HostID: HostChanges] = [:]

  mutating func note(_ key: ResourceKey, for hosts: Set<HostID>) {
    for host in hosts { byHost[host, default: HostChanges()].merge(HostChanges(keys: [key])) }
  }

  mutating func note(port: PortID, hostsBefore: Set<HostID>, hostsAfter: Set<HostID>) {
    let keys: Set<ResourceKey> = [.port(port), .neighbor(NeighborID(port.rawValue))]
    for host in hostsBefore.intersection(hostsAfter) {
      byHost[host, default: HostChanges()].merge(HostChanges(keys: keys))
    }
    for host in hostsBefore.symmetricDifference(hostsAfter) { byHost[host, default: HostChanges()].merge(.all) }
  }
}
