import GoalState
import NetworkTypes

/// Everything that one host is to have.
typealias HostView = [ResourceKey: VersionedResource]

extension ModelState {
  /// The goal state of a host: its ports with their security groups; the networks of these ports, and those that routers
  /// bring within reach, with subnets and the ports that are on other hosts; and the routers.
  func hostView(_ host: HostID) -> HostView {
    var view = HostView()
    let scope = scope(of: host)
    var keys = scope.groups.map { ResourceKey.securityGroup($0) } + scope.routers.map { .router($0) }
    for network in scope.networks { keys += self.keys(of: network, for: host) }
    for key in keys { view[key] = resource(key, for: host) }
    return view
  }

  /// What a host's goal state is about.
  struct Scope {
    /// Its ports.
    var ports: Set<PortID>
    /// The ports' security groups.
    var groups: Set<SecurityGroupID>
    /// The ports' networks, and those within reach.
    var networks: Set<NetworkID> = []
    /// The routers by which these are.
    var routers: Set<RouterID> = []
  }

  /// What a host's goal state is about.
  func scope(of host: HostID) -> Scope {
    let ports = portsByHost[host] ?? []
    var scope = Scope(ports: ports, groups: Set(ports.flatMap { self.ports[$0]?.record.securityGroups ?? [] }))
    for network in Set(ports.compactMap { self.ports[$0]?.record.networkID }) {
      let reach = visibility.topology.reach(from: network)
      scope.networks.formUnion(reach.networks)
      scope.routers.formUnion(reach.routers)
    }
    return scope
  }

  /// A network, its subnets and its ports, as a host knows them.
  func keys(of network: NetworkID, for host: HostID) -> [ResourceKey] {
    var keys: [ResourceKey] = [.network(network)]
    keys += (subnetsByNetwork[network] ?? []).map { .subnet($0) }
    for port in portsByNetwork[network] ?? [] {
      let isLocal = ports[port]?.record.host == host
      keys.append(isLocal ? .port(port) : .neighbor(NeighborID(port.rawValue)))
    }
    return keys
  }

  /// One resource of a host's goal state; nil when it is not in it.
  ///
  /// `hostView` is made of nothing else, so that what is sent bit by bit adds up to it.
  func resource(_ key: ResourceKey, for host: HostID) -> VersionedResource? {
    switch key.kind {
    case .network: network(NetworkID(key.id), for: host)
    case .subnet: subnet(SubnetID(key.id), for: host)
    case .port: port(PortID(key.id), for: host)
    case .neighbor: neighbor(PortID(key.id), for: host)
    case .securityGroup: securityGroup(SecurityGroupID(key.id), for: host)
    case .router: router(RouterID(key.id), for: host)
    }
  }

  private func network(_ id: NetworkID, for host: HostID) -> VersionedResource? {
    guard visibility.sees(host, id), let stored = networks[id] else { return nil }
    let record = stored.record
    let network = Network(
      id: id, name: record.header.name, vni: record.vni, segment: (record.segment ?? .standard).goalState,
      mtu: record.mtu, neighborsOnDemand: record.neighborsOnDemand == true)
    return VersionedResource(.network(network), revision: stored.revision)
  }

  private func subnet(_ id: SubnetID, for host: HostID) -> VersionedResource? {
    guard let stored = subnets[id], visibility.sees(host, stored.record.networkID) else { return nil }
    let record = stored.record
    let subnet = Subnet(
      id: id, networkID: record.networkID, name: record.header.name, prefix: record.prefix,
      gateway: record.gateway.map { Subnet.Gateway(address: $0, mac: record.gatewayMAC) },
      dhcpEnabled: record.dhcpEnabled, dnsServers: record.dnsServers,
      hostRoutes: record.hostRoutes.map { Subnet.HostRoute(destination: $0.destination, nextHop: $0.nextHop) },
      leaseSeconds: record.leaseSeconds ?? Subnet.defaultLeaseSeconds, dhcpOptions: record.dhcpOptions ?? [],
      rapidCommit: record.rapidCommit ?? false, ipv6RAMode: record.ipv6RAMode, ipv6AddressMode: record.ipv6AddressMode)
    return VersionedResource(.subnet(subnet), revision: stored.revision)
  }

  private func port(_ id: PortID, for host: HostID) -> VersionedResource? {
    guard let stored = ports[id], stored.record.host == host else { return nil }
    let record = stored.record
    let port = Port(
      id: id, networkID: record.networkID, name: record.header.name, mac: record.mac, fixedIPs: record.fixedIPs,
      adminStateUp: isUp(record), hostName: record.dnsName.isEmpty ? nil : record.dnsName,
      dhcpOptions: record.dhcpOptions ?? [], delegatedPrefixes: record.delegatedPrefixes ?? [],
      allowedAddressPairs: record.addressPairs, security: record.security)
    return VersionedResource(.port(port), revision: goalStateRevision(of: stored))
  }

  /// A network that is down takes its ports down.
  func isUp(_ port: PortRecord) -> Bool {
    port.adminStateUp && networkAdminStates[port.networkID]?.record ?? true
  }

  /// The revision at which what the port's host sees of it last changed.
  func goalStateRevision(of port: Stored<PortRecord>) -> UInt64 {
    max(port.revision, networkAdminStates[port.record.networkID]?.revision ?? 0)
  }

  private func neighbor(_ id: PortID, for host: HostID) -> VersionedResource? {
    guard let stored = ports[id], visibility.sees(host, stored.record.networkID), let neighbor = neighbor(id),
      neighbor.host != host
    else { return nil }
    return neighbor.resource
  }

  /// A port as other hosts than its own know it, and its own.
  func neighbor(_ id: PortID) -> (host: HostID, resource: VersionedResource)? {
    guard let stored = ports[id], let host = stored.record.host, let hostRecord = hosts[host] else { return nil }
    let record = stored.record
    let neighbor = Neighbor(
      id: NeighborID(id.text), networkID: record.networkID, mac: record.mac,
      hostAddress: hostRecord.record.tunnelAddress, fixedIPs: record.fixedIPs,
      allowedAddressPairs: record.addressPairs, securityGroupIDs: record.security.groups)
    return (host, VersionedResource(.neighbor(neighbor), revision: max(stored.revision, hostRecord.revision)))
  }

  private func securityGroup(_ id: SecurityGroupID, for host: HostID) -> VersionedResource? {
    guard groupUse.has(host, memberOf: id), let stored = securityGroups[id] else { return nil }
    return VersionedResource(.securityGroup(stored.record.goalState), revision: stored.revision)
  }

  /// A router is put anew whenever an interface of it comes or goes, so that its revision says so.
  private func router(_ id: RouterID, for host: HostID) -> VersionedResource? {
    guard visibility.sees(host, id), let stored = routers[id] else { return nil }
    let record = stored.record
    let interfaces = (visibility.topology.interfaces[id] ?? []).compactMap { interface -> Router.Interface? in
      guard let port = ports[interface.port]?.record else { return nil }
      // The gateway's address and MAC address are the subnet's, which hosts have.
      guard port.hasGatewayMAC != true else { return Router.Interface(subnetID: interface.subnet) }
      return Router.Interface(
        subnetID: interface.subnet, address: Subnet.Gateway(address: interface.address, mac: port.mac))
    }
    let router = Router(
      id: id, name: record.header.name, adminStateUp: record.adminStateUp, interfaces: interfaces,
      routes: record.routes.map { Router.Route(destination: $0.destination, nextHop: $0.nextHop) })
    return VersionedResource(.router(router), revision: stored.revision)
  }
}

extension PortRecord {
  fileprivate var fixedIPs: [FixedIP] {
    addresses.map { FixedIP(subnetID: $0.subnetID, address: $0.address) }
  }

  fileprivate var addressPairs: [AddressPair] {
    (allowedAddressPairs ?? []).map { AddressPair(prefix: $0.prefix, mac: $0.mac) }
  }
}
