import GoalState
import GoalStateProtobuf
import NetworkTypes

extension AlcorIntake {
  /// An intake that goes on with what the host holds of an earlier one, such as from its disk.
  ///
  /// What a goal state does not say is lost: which DHCP states there were (host names stay with their ports), the ids of
  /// routes, which a change of one then has to name by its destination, and which subnet had its segment from its VPC.
  init(
    restoring goal: HostGoalState, limits: AlcorLimits = AlcorLimits(), asksForNeighbors: Bool = false
  ) {
    self.init(limits: limits, asksForNeighbors: asksForNeighbors, revision: goal.version.revision)
    let segments = goal.networks.compactMapValues { AlcorSegment($0) }
    let siblings = segments.values.reduce(into: [:]) { $0[$1.vpc, default: 0] += 1 }
    for (id, segment) in segments {
      networks.insert(segment)
      guard vpcs[segment.vpc] == nil, let network = goal.networks[id] else { continue }
      var configuration = Alcor_Schema_VpcConfiguration(network, revision: 0)
      configuration.id = segment.vpc
      // Of several segments it cannot be told which is the VPC's own.
      if siblings[segment.vpc] != 1 { configuration.tunnelID = 0 }
      guard let value = try? AlcorVPC(configuration) else { continue }
      try? networks.claim(value.vni, for: segment.vpc)
      vpcs[segment.vpc] = AlcorHeld(revision: 0, value: value, configuration: configuration)
    }
    for (id, subnet) in goal.subnets {
      let segment = segments[subnet.networkID]
      var configuration = Alcor_Schema_SubnetConfiguration(subnet, revision: 0)
      configuration.vpcID = segment?.vpc ?? subnet.networkID.rawValue
      configuration.tunnelID = UInt64(segment?.vni.rawValue ?? 0)
      guard var value = try? AlcorSubnet(configuration) else { continue }
      value.subnet.networkID = subnet.networkID
      try? networks.claim(value.vni, for: value.vpc)
      subnets[id] = AlcorHeld(
        revision: goal.revision(of: .subnet(id)) ?? 0, value: value, configuration: configuration)
    }
    for (id, port) in goal.ports {
      var configuration = Alcor_Schema_PortConfiguration(port, revision: 0)
      configuration.vpcID = segments[port.networkID]?.vpc ?? port.networkID.rawValue
      ports[id] = AlcorHeld(
        revision: goal.revision(of: .port(id)) ?? 0, value: AlcorPort(vpc: configuration.vpcID, port: port),
        configuration: configuration)
      stations.insert(port)
    }
    for (id, neighbor) in goal.neighbors {
      let segment = segments[neighbor.networkID]
      let hasSubnet = neighbor.fixedIPs.first.map { goal.subnets[$0.subnetID] != nil } ?? false
      let value = AlcorNeighbor(
        vpc: segment?.vpc ?? neighbor.networkID.rawValue, vni: hasSubnet ? nil : segment?.vni, neighbor: neighbor)
      neighbors[id] = AlcorHeld(revision: goal.revision(of: .neighbor(id)) ?? 0, value: value, configuration: ())
    }
    for (id, group) in goal.securityGroups {
      let configuration = Alcor_Schema_SecurityGroupConfiguration(group, revision: 0)
      groups[id] = AlcorHeld(
        revision: goal.revision(of: .securityGroup(id)) ?? 0, value: group, configuration: configuration)
    }
    for (id, router) in goal.routers {
      let configuration = Alcor_Schema_RouterConfiguration(router, revision: 0)
      routers[id] = AlcorHeld(
        revision: goal.revision(of: .router(id)) ?? 0, value: router, configuration: configuration)
    }
  }
}
