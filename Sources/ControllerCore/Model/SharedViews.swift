import GoalState
import Southbound

/// Hosts' goal states with their bytes.
///
/// Nearly all that a host has are neighbors, and hosts with the same networks have the same ones but for their own ports: what is the same for
/// many is made and encoded once, and a host's goal state is put together from it.
struct SharedViews {
  /// A port as all hosts but its own know it.
  private struct SharedNeighbor {
    var host: HostID
    var encoded: EncodedResource
  }

  private var encoded: [ResourceKey: EncodedResource] = [:]
  /// In the order of their ids.
  private var neighbors: [NetworkID: [SharedNeighbor]] = [:]
  private let limit: Int

  /// - Parameter limit: How many resources are kept encoded; all are made anew when there are more.
  init(limit: Int = 262_144) { self.limit = limit }

  /// Forgets what has changed.
  mutating func forget(_ changes: GoalStateChanges) {
    for key in changes.keys { encoded[key] = nil }
    for network in changes.networks { neighbors[network] = nil }
  }

  /// Everything that a host is to have, in the order of the keys: what `ModelState.hostView` says.
  ///
  /// - Parameter known: The hosts whose ports in networks with neighbors on demand the host has; nil when it has all.
  mutating func view(of host: HostID, knowing known: Set<HostID>?, in state: ModelState) -> [EncodedResource] {
    let scope = state.scope(of: host)
    var keys = scope.groups.map { ResourceKey.securityGroup($0) } + scope.routers.map { .router($0) }
    for network in scope.networks {
      keys.append(.network(network))
      keys += (state.subnetsByNetwork[network] ?? []).map { .subnet($0) }
    }
    var view: [EncodedResource] = []
    for key in keys.sorted() {
      if let resource = state.resource(key, for: host) { view.append(encode(resource)) }
    }
    let start = view.count
    for network in scope.networks {
      let known = state.isOnDemand(network) ? known : nil
      let neighbors = neighbors(of: network, in: state)
      view.reserveCapacity(view.count + neighbors.count + scope.ports.count)
      for neighbor in neighbors where neighbor.host != host && known?.contains(neighbor.host) != false {
        view.append(neighbor.encoded)
      }
    }
    if scope.networks.count > 1 { view[start...].sort { $0.key < $1.key } }
    for port in scope.ports.sorted() {
      // Nobody else has it.
      if let resource = state.resource(.port(port), for: host) { view.append(EncodedResource(resource)) }
    }
    return view
  }

  /// One of what a host is to have; nil when it is not in its goal state.
  mutating func resource(
    _ key: ResourceKey, of host: HostID, knowing known: Set<HostID>?, in state: ModelState
  ) -> EncodedResource? {
    switch key.kind {
    case .neighbor: neighbor(PortID(key.id), of: host, knowing: known, in: state)
    case .port: state.resource(key, for: host).map { EncodedResource($0) }
    case .network, .subnet, .securityGroup, .router: state.resource(key, for: host).map { encode($0) }
    }
  }

  /// One neighbor, which is not even made when it has been encoded: each change of it is forgotten.
  private mutating func neighbor(
    _ id: PortID, of host: HostID, knowing known: Set<HostID>?, in state: ModelState
  ) -> EncodedResource? {
    guard let port = state.ports[id]?.record, let owner = port.host, owner != host,
      state.visibility.sees(host, port.networkID),
      known?.contains(owner) != false || !state.isOnDemand(port.networkID)
    else { return nil }
    return encoded[.neighbor(NeighborID(id.text))] ?? state.neighbor(id).map { encode($0.resource) }
  }

  private mutating func neighbors(of network: NetworkID, in state: ModelState) -> [SharedNeighbor] {
    if let known = neighbors[network] { return known }
    let made = (state.portsByNetwork[network] ?? []).sorted().compactMap { id in
      state.neighbor(id).map { SharedNeighbor(host: $0.host, encoded: encode($0.resource)) }
    }
    neighbors[network] = made
    return made
  }

  private mutating func encode(_ resource: VersionedResource) -> EncodedResource {
    let key = resource.key
    if let known = encoded[key], known.resource == resource { return known }
    if encoded.count >= limit { self = SharedViews(limit: limit) }
    let made = EncodedResource(resource)
    encoded[key] = made
    return made
  }
}

extension EncodedResource {
  /// What names the resource.
  var key: ResourceKey { resource.key }
}
