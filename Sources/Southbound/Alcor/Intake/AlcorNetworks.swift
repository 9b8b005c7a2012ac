import GoalState
import GoalStateProtobuf
import NetworkTypes

/// The networks that there are of Alcor's VPCs and subnets, and whose which VNI is.
struct AlcorNetworks: Sendable {
  /// The networks by id.
  private(set) var ids: [NetworkID: AlcorSegment] = [:]
  private var segments: [AlcorSegment: NetworkID] = [:]
  private var owners: [VNI: (vpc: String, uses: Int)] = [:]
  /// The VPCs whose networks may be others than before.
  var shaken: Set<String> = []

  /// The id of a segment's network, whether there is one or not.
  func id(of segment: AlcorSegment) -> NetworkID { segments[segment] ?? segment.networkID }

  func contains(_ segment: AlcorSegment) -> Bool { segments[segment] != nil }

  /// A VPC, or a subnet of it, names the VNI.
  ///
  /// - Throws: when it is another VPC's, whose guests would be in one network with this one's.
  mutating func claim(_ vni: VNI?, for vpc: String) throws(AlcorRefusal) {
    guard let vni else { return }
    if let owner = owners[vni], owner.vpc != vpc {
      throw AlcorRefusal(.failure, "tunnel_id \(vni) is already that of VPC \(owner.vpc)")
    }
    owners[vni, default: (vpc, 0)].uses += 1
  }

  mutating func release(_ vni: VNI?) {
    guard let vni, let owner = owners[vni] else { return }
    owners[vni] = owner.uses <= 1 ? nil : (owner.vpc, owner.uses - 1)
  }

  mutating func insert(_ segment: AlcorSegment) {
    segments[segment] = segment.networkID
    ids[segment.networkID] = segment
  }

  mutating func remove(_ segment: AlcorSegment) {
    segments[segment] = nil
    ids[segment.networkID] = nil
  }
}

extension AlcorIntake {
  /// The segment of a subnet: its own, or its VPC's.
  func segment(of subnet: AlcorSubnet) -> AlcorSegment? {
    guard let vni = subnet.vni ?? vpcs[subnet.vpc]?.value.vni else { return nil }
    return AlcorSegment(vpc: subnet.vpc, vni: vni)
  }

  /// The network of something in this VPC: that of its subnet, if it is known, of the segment that it is said to be in, or of the
  /// VPC. Without any it is one that there is not, which the goal state waits for.
  func network(in vpc: String, subnet: SubnetID?, vni: VNI? = nil) -> NetworkID {
    if let subnet = subnet.flatMap({ subnets[$0]?.value }), subnet.vpc == vpc {
      return segment(of: subnet).map(networks.id) ?? NetworkID(vpc)
    }
    guard let vni = vni ?? vpcs[vpc]?.value.vni else { return NetworkID(vpc) }
    return networks.id(of: AlcorSegment(vpc: vpc, vni: vni))
  }

  /// Makes the networks that VPCs and subnets name now, and has everything in the network that it belongs to.
  mutating func settleNetworks() {
    guard !networks.shaken.isEmpty else { return }
    let shaken = networks.shaken
    networks.shaken = []
    var wanted: Set<AlcorSegment> = []
    for vpc in shaken {
      if let vni = vpcs[vpc]?.value.vni { wanted.insert(AlcorSegment(vpc: vpc, vni: vni)) }
    }
    for subnet in subnets.values where shaken.contains(subnet.value.vpc) {
      if let segment = segment(of: subnet.value) { wanted.insert(segment) }
    }
    for segment in networks.ids.values where shaken.contains(segment.vpc) && !wanted.contains(segment) {
      networks.remove(segment)
      mark(.network(segment.networkID))
    }
    for segment in wanted {
      networks.insert(segment)
      mark(.network(segment.networkID))
    }
    for (id, held) in subnets where shaken.contains(held.value.vpc) {
      let network = network(in: held.value.vpc, subnet: id)
      guard held.value.subnet.networkID != network else { continue }
      subnets[id]?.value.subnet.networkID = network
      mark(.subnet(id))
    }
    for (id, held) in ports where shaken.contains(held.value.vpc) {
      let network = network(in: held.value.vpc, subnet: held.value.port.fixedIPs.first?.subnetID)
      guard held.value.port.networkID != network else { continue }
      ports[id]?.value.port.networkID = network
      mark(.port(id))
    }
    for (id, held) in neighbors where shaken.contains(held.value.vpc) {
      let neighbor = held.value.neighbor
      let network = network(in: held.value.vpc, subnet: neighbor.fixedIPs.first?.subnetID, vni: held.value.vni)
      guard neighbor.networkID != network else { continue }
      neighbors[id]?.value.neighbor.networkID = network
      mark(.neighbor(id))
    }
  }
}
