import GoalState
import GoalStateProtobuf
import NetworkTypes

/// What is held, as resources of the goal state.
extension AlcorIntake {
  /// - Parameter floor: The least revision that the host takes.
  func resource(_ key: ResourceKey, floor: UInt64) -> VersionedResource? {
    switch key.kind {
    case .network:
      // Networks come of several messages, so that none of their revisions is it.
      return network(NetworkID(key.id)).map { VersionedResource(.network($0), revision: revision) }
    case .subnet:
      guard let held = subnets[SubnetID(key.id)] else { return nil }
      return VersionedResource(.subnet(served(held.value.subnet)), revision: max(floor, held.revision))
    case .port:
      guard let held = ports[PortID(key.id)] else { return nil }
      return VersionedResource(.port(named(held.value.port)), revision: max(floor, held.revision))
    case .neighbor:
      guard let held = neighbors[NeighborID(key.id)] else { return nil }
      return VersionedResource(.neighbor(held.value.neighbor), revision: max(floor, held.revision))
    case .securityGroup:
      guard let held = groups[SecurityGroupID(key.id)] else { return nil }
      return VersionedResource(.securityGroup(held.value), revision: max(floor, held.revision))
    case .router:
      guard let held = routers[RouterID(key.id)] else { return nil }
      return VersionedResource(.router(held.value), revision: max(floor, held.revision))
    }
  }

  private func network(_ id: NetworkID) -> Network? {
    guard let segment = networks.ids[id] else { return nil }
    var network =
      vpcs[segment.vpc]?.value.template
      ?? Network(id: id, vni: segment.vni, segment: carriage(of: segment))
    network.id = id
    network.vni = segment.vni
    if asksForNeighbors { network.neighborsOnDemand = true }
    return network
  }

  /// What carries a network whose VPC is not known: what the first of its subnets says.
  private func carriage(of segment: AlcorSegment) -> NetworkSegment {
    subnets.filter { $0.value.value.vpc == segment.vpc && $0.value.value.vni == segment.vni }
      .min { $0.key < $1.key }?.value.value.segment ?? .vxlan
  }

  /// The subnet with DHCP when a station of it is answered.
  private func served(_ subnet: Subnet) -> Subnet {
    guard stations.hasDHCP(subnet.id) else { return subnet }
    var subnet = subnet
    subnet.dhcpEnabled = true
    if subnet.prefix.version == .v6, subnet.ipv6AddressMode == nil {
      (subnet.ipv6AddressMode, subnet.ipv6RAMode) = (.stateful, subnet.ipv6RAMode ?? .stateful)
    }
    return subnet
  }

  /// The port with the host name that its DHCP says.
  private func named(_ port: Port) -> Port {
    for fixedIP in port.fixedIPs {
      let station = AlcorDHCP.Station(subnet: fixedIP.subnetID, mac: port.mac)
      guard let name = stations.dhcp(of: station).flatMap({ dhcp[$0]?.value.hostName }) else { continue }
      var port = port
      port.hostName = name
      return port
    }
    return port
  }

  /// What has to be in force for a held resource to be.
  func keys(of subject: AlcorOperation.Subject) -> [ResourceKey] {
    switch subject.type {
    case .vpc:
      guard let vni = vpcs[subject.id]?.value.vni else { return [] }
      return [.network(networks.id(of: AlcorSegment(vpc: subject.id, vni: vni)))]
    case .subnet:
      let id = SubnetID(subject.id)
      return [.subnet(id)] + (subnets[id].map { [.network($0.value.subnet.networkID)] } ?? [])
    case .port:
      let id = PortID(subject.id)
      // A port is closed until all of its groups are known.
      return [.port(id)] + (ports[id]?.value.port.security.groups.map(ResourceKey.securityGroup) ?? [])
    case .neighbor: return [.neighbor(NeighborID(subject.id))]
    case .securitygroup: return [.securityGroup(SecurityGroupID(subject.id))]
    case .router: return [.router(RouterID(subject.id))]
    case .dhcp, .gateway, .UNRECOGNIZED: return []
    }
  }

  /// What a resource that is held has come to, by the report of a state that it is in.
  func verdict(on subject: AlcorOperation.Subject, _ report: AlcorReportIndex) -> AlcorVerdict {
    if subject.type == .dhcp { return verdict(onDHCP: subject.id, report) }
    return report.verdict(of: keys(of: subject))
  }
}
