import GoalState
import GoalStateProtobuf
import NetworkTypes

/// VPCs and subnets.
extension AlcorIntake {
  mutating func take(
    _ configuration: Alcor_Schema_VpcConfiguration, _ operation: AlcorOperation
  ) throws(AlcorRefusal) -> AlcorStanding {
    let id = configuration.id
    let held = vpcs[id]
    switch try plan(configuration, operation, held: held?.revision) {
    case .look: return .held
    case .removed: return .gone
    case .remove:
      networks.release(held?.value.vni)
      vpcs[id] = nil
      networks.shaken.insert(id)
      return .gone
    case .put:
      var whole = configuration
      if let held, operation.changesPart(configuration.isDelta) {
        whole = try AlcorDelta.merged(configuration, over: held.configuration)
      }
      let value = try AlcorVPC(whole)
      if value.vni != held?.value.vni {
        try networks.claim(value.vni, for: id)
        networks.release(held?.value.vni)
      }
      deletions.remove(operation.subject)
      vpcs[id] = AlcorHeld(
        revision: max(configuration.effectiveRevision, held?.revision ?? 0), value: value, configuration: whole)
      if value != held?.value { networks.shaken.insert(id) }
      return .held
    }
  }

  mutating func take(
    _ configuration: Alcor_Schema_SubnetConfiguration, _ operation: AlcorOperation
  ) throws(AlcorRefusal) -> AlcorStanding {
    let id = SubnetID(configuration.id)
    let held = subnets[id]
    switch try plan(configuration, operation, held: held?.revision) {
    case .look: return .held
    case .removed: return .gone
    case .remove:
      if let held {
        networks.release(held.value.vni)
        networks.shaken.insert(held.value.vpc)
        mark(.subnet(id), floor: held.revision)
      }
      subnets[id] = nil
      return .gone
    case .put:
      var whole = configuration
      if let held, operation.changesPart(configuration.isDelta) {
        whole = try AlcorDelta.merged(configuration, over: held.configuration)
      }
      var value = try AlcorSubnet(whole)
      if value.vni != held?.value.vni || value.vpc != held?.value.vpc {
        try networks.claim(value.vni, for: value.vpc)
        networks.release(held?.value.vni)
        networks.shaken.insert(value.vpc)
        if let held { networks.shaken.insert(held.value.vpc) }
      }
      value.subnet.networkID = segment(of: value).map(networks.id) ?? NetworkID(value.vpc)
      deletions.remove(operation.subject)
      subnets[id] = AlcorHeld(
        revision: max(configuration.effectiveRevision, held?.revision ?? 0), value: value, configuration: whole)
      if value != held?.value {
        mark(.subnet(id))
        // Its guests may have been waiting for it.
        if held == nil || held?.value.segment != value.segment { networks.shaken.insert(value.vpc) }
      }
      return .held
    }
  }
}

extension AlcorOperation {
  /// Whether a message changes part of what is held: an update that is no full one.
  func changesPart(_ isDelta: Bool) -> Bool { isDelta && operation == .update }
}

extension AlcorVPC {
  init(_ configuration: Alcor_Schema_VpcConfiguration) throws(AlcorRefusal) {
    var named = configuration
    // A VPC may leave the segments to its subnets. Any number is valid in its place.
    if configuration.tunnelID == 0 { named.tunnelID = 1 }
    guard case .network(let network) = try DecodedResource(named).value() else {
      throw AlcorRefusal(.failure, "it is no VPC")
    }
    self.init(template: network, vni: configuration.tunnelID == 0 ? nil : network.vni)
  }
}

extension AlcorSubnet {
  init(_ configuration: Alcor_Schema_SubnetConfiguration) throws(AlcorRefusal) {
    guard case .subnet(let subnet) = try DecodedResource(configuration).value() else {
      throw AlcorRefusal(.failure, "it is no subnet")
    }
    let segment: NetworkSegment
    switch configuration.networkType {
    case .vxlan: segment = .vxlan
    case .gre: segment = .gre
    case .geneve: segment = .geneve
    case .vlan:
      throw AlcorRefusal(.invalidArg, "network_type VLAN of a subnet is not supported: it is the VPC's to say")
    case .vxlanGpe: throw AlcorRefusal(.invalidArg, "network_type VXLAN_GPE is not supported")
    case .UNRECOGNIZED(let number): throw AlcorRefusal(.invalidArg, "network_type \(number) is not known")
    }
    var vni: VNI?
    if configuration.tunnelID != 0 {
      vni = VNI(configuration.tunnelID)
      guard vni != nil else {
        throw AlcorRefusal(
          .invalidArg, "tunnel_id \(configuration.tunnelID) is not a segment number from 1 to 16777215")
      }
    }
    self.init(vpc: configuration.vpcID, vni: vni, segment: segment, subnet: subnet)
  }
}

extension DecodedResource {
  /// The resource, or why it cannot be read.
  func value() throws(AlcorRefusal) -> Resource {
    switch self {
    case .resource(let versioned): return versioned.resource
    case .refused(let failure): throw AlcorRefusal(.invalidArg, failure.message)
    }
  }
}
