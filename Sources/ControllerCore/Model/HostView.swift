import GoalState
import NetworkTypes

/// Everything that one host is to have.
typealias HostView = [ResourceKey: VersionedResource]

extension ModelState {
  /// The goal state of a host: its ports, their networks with subnets, and the ports of these networks that are on other
  /// hosts.
  func hostView(_ host: HostID) -> HostView {
    var view = HostView()
    let networks = Set((portsByHost[host] ?? []).compactMap { ports[$0]?.record.networkID })
    for network in networks {
      var keys: [ResourceKey] = [.network(network)]
      keys += (subnetsByNetwork[network] ?? []).map { .subnet($0) }
      for port in portsByNetwork[network] ?? [] {
        let isLocal = ports[port]?.record.host == host
        keys.append(isLocal ? .port(port) : .neighbor(NeighborID(port.rawValue)))
      }
      for key in keys { view[key] = resource(key, for: host) }
    }
    return view
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
    case .securityGroup, .router: nil
    }
  }

  private func concerns(_ network: NetworkID, _ host: HostID) -> Bool {
    hostsByNetwork[network]?[host] != nil
  }

  private func network(_ id: NetworkID, for host: HostID) -> VersionedResource? {
    guard concerns(id, host), let stored = networks[id] else { return nil }
    let network = Network(
      id: id, name: stored.record.header.name, vni: stored.record.vni, mtu: stored.record.mtu,
      neighborsOnDemand: stored.record.neighborsOnDemand == true)
    return VersionedResource(.network(network), revision: stored.revision)
  }

  private func subnet(_ id: SubnetID, for host: HostID) -> VersionedResource? {
    guard let stored = subnets[id], concerns(stored.record.networkID, host) else { return nil }
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
      dhcpOptions: record.dhcpOptions ?? [], delegatedPrefixes: record.delegatedPrefixes ?? [])
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
    guard let stored = ports[id], let portHost = stored.record.host, portHost != host,
      concerns(stored.record.networkID, host), let hostRecord = hosts[portHost]
    else { return nil }
    let record = stored.record
    let neighbor = Neighbor(
      id: NeighborID(id.rawValue), networkID: record.networkID, mac: record.mac,
      hostAddress: hostRecord.record.tunnelAddress, fixedIPs: record.fixedIPs)
    return VersionedResource(.neighbor(neighbor), revision: max(stored.revision, hostRecord.revision))
  }
}

extension PortRecord {
  fileprivate var fixedIPs: [FixedIP] {
    addresses.map { FixedIP(subnetID: $0.subnetID, address: $0.address) }
  }
}
