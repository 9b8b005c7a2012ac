import GoalState
import GoalStateProtobuf
import NetworkTypes

/// Ports, neighbors, and what is served to ports by DHCP.
extension AlcorIntake {
  mutating func take(
    _ configuration: Alcor_Schema_PortConfiguration, _ operation: AlcorOperation
  ) throws(AlcorRefusal) -> AlcorStanding {
    let id = PortID(configuration.id)
    let held = ports[id]
    switch try plan(configuration, operation, held: held?.revision) {
    case .look: return .held
    case .removed: return .gone
    case .remove:
      if let held {
        stations.remove(held.value.port)
        mark(.port(id), floor: held.revision)
      }
      ports[id] = nil
      return .gone
    case .put:
      var whole = configuration
      if let held, operation.changesPart(configuration.isDelta) {
        whole = try AlcorDelta.merged(configuration, over: held.configuration)
      }
      guard case .port(var port) = try DecodedResource(whole).value() else {
        throw AlcorRefusal(.failure, "it is no port")
      }
      port.networkID = network(in: whole.vpcID, subnet: port.fixedIPs.first?.subnetID)
      let value = AlcorPort(vpc: whole.vpcID, port: port)
      deletions.remove(operation.subject)
      ports[id] = AlcorHeld(
        revision: max(configuration.effectiveRevision, held?.revision ?? 0), value: value, configuration: whole)
      if value != held?.value {
        if let held { stations.remove(held.value.port) }
        stations.insert(port)
        mark(.port(id))
      }
      return .held
    }
  }

  mutating func take(
    _ configuration: Alcor_Schema_NeighborConfiguration, _ operation: AlcorOperation
  ) throws(AlcorRefusal) -> AlcorStanding {
    let id = NeighborID(configuration.id)
    let held = neighbors[id]
    switch try plan(configuration, operation, held: held?.revision) {
    case .look: return .held
    case .removed: return .gone
    case .remove:
      mark(.neighbor(id), floor: held?.revision ?? 0)
      neighbors[id] = nil
      return .gone
    case .put:
      var whole = configuration
      if let held, operation.changesPart(configuration.isDelta) {
        whole = try AlcorDelta.merged(configuration, over: Alcor_Schema_NeighborConfiguration(held.value))
      }
      var value = try AlcorNeighbor(whole)
      value.neighbor.networkID = network(
        in: value.vpc, subnet: value.neighbor.fixedIPs.first?.subnetID, vni: value.vni)
      deletions.remove(operation.subject)
      neighbors[id] = AlcorHeld(
        revision: max(configuration.effectiveRevision, held?.revision ?? 0), value: value, configuration: ())
      if value != held?.value { mark(.neighbor(id)) }
      return .held
    }
  }

  mutating func take(
    _ configuration: Alcor_Schema_DHCPConfiguration, _ operation: AlcorOperation
  ) throws(AlcorRefusal) -> AlcorStanding {
    let id = configuration.id
    let held = dhcp[id]
    switch try plan(configuration, operation, held: held?.revision) {
    case .look: return .held
    case .removed: return .gone
    case .remove:
      if let held {
        stations.removeDHCP(of: held.value.station)
        markStation(held.value.station)
      }
      dhcp[id] = nil
      return .gone
    case .put:
      guard held != nil || operation.operation != .update else {
        throw AlcorRefusal(.failure, "this host does not hold it: there is nothing to update")
      }
      var whole = configuration
      if let held, operation.changesPart(configuration.isDelta) {
        whole = try AlcorDelta.merged(configuration, over: held.configuration)
      }
      let value: AlcorDHCP
      do {
        value = try AlcorDHCP(whole)
      } catch {
        throw AlcorRefusal(error)
      }
      if let other = stations.dhcp(of: value.station), other != id {
        throw AlcorRefusal(
          .failure, "\(value.station.mac) in subnet \(value.station.subnet) is answered as DHCP state \(other) says")
      }
      deletions.remove(operation.subject)
      dhcp[id] = AlcorHeld(
        revision: max(configuration.effectiveRevision, held?.revision ?? 0), value: value, configuration: whole)
      if value != held?.value {
        if let held {
          stations.removeDHCP(of: held.value.station)
          markStation(held.value.station)
        }
        stations.insertDHCP(id, of: value.station)
        markStation(value.station)
      }
      return .held
    }
  }

  /// The host has forgotten neighbors that its guests no longer send to: nobody holds them any more.
  mutating func forget(_ forgotten: [NeighborID]) {
    for id in forgotten {
      guard let held = neighbors.removeValue(forKey: id) else { continue }
      deletions.insert(AlcorOperation.Subject(type: .neighbor, id: id.rawValue), revision: 0)
      // Whatever was sent of it meanwhile goes as well.
      mark(.neighbor(id), floor: held.revision)
    }
  }
}

extension AlcorNeighbor {
  init(_ configuration: Alcor_Schema_NeighborConfiguration) throws(AlcorRefusal) {
    var plain = configuration
    // One address is named once for those in its subnet and once more for those behind a router.
    var seen: Set<String> = []
    if configuration.fixedIps.count > 1 {
      plain.fixedIps.removeAll { !seen.insert("\($0.subnetID) \($0.ipAddress)").inserted }
    }
    guard case .neighbor(let neighbor) = try DecodedResource(plain).value() else {
      throw AlcorRefusal(.failure, "it is no neighbor")
    }
    var vni: VNI?
    if let tunnelID = configuration.fixedIps.first?.tunnelID, tunnelID != 0 {
      vni = VNI(tunnelID)
      guard vni != nil else {
        throw AlcorRefusal(.invalidArg, "fixed_ips.tunnel_id \(tunnelID) is not a segment number from 1 to 16777215")
      }
    }
    self.init(vpc: configuration.vpcID, vni: vni, neighbor: neighbor)
  }
}

extension Alcor_Schema_NeighborConfiguration {
  /// The message that said it.
  fileprivate init(_ held: AlcorNeighbor) {
    self.init(held.neighbor, revision: 0)
    vpcID = held.vpc
    if let vni = held.vni, !fixedIps.isEmpty { fixedIps[0].tunnelID = vni.rawValue }
  }
}

extension AlcorDHCP {
  init(_ configuration: Alcor_Schema_DHCPConfiguration) throws(InvalidField) {
    if case .UNRECOGNIZED(let number) = configuration.updateType {
      throw InvalidField("update_type \(number) is not known")
    }
    var addresses: [IPAddress] = []
    if !configuration.ipv4Address.isEmpty {
      let address = try FieldRules.hostAddress(configuration.ipv4Address, "ipv4_address")
      guard address.version == .v4 else {
        throw InvalidField("ipv4_address", configuration.ipv4Address, "is not an IPv4 address")
      }
      addresses.append(address)
    }
    if !configuration.ipv6Address.isEmpty {
      let address = try FieldRules.hostAddress(configuration.ipv6Address, "ipv6_address")
      guard address.version == .v6 else {
        throw InvalidField("ipv6_address", configuration.ipv6Address, "is not an IPv6 address")
      }
      addresses.append(address)
    }
    self.init(
      station: Station(
        subnet: SubnetID(try FieldRules.identifier(configuration.subnetID, "subnet_id")),
        mac: try FieldRules.mac(configuration.macAddress, "mac_address")),
      addresses: addresses, hostName: try FieldRules.dnsName(configuration.portHostName, "port_host_name"))
  }
}
