import Foundation
import GoalState
import NetworkTypes

/// Resources as the documents that the API shows.
enum Documents {
  static func all(_ collection: ResourceCollection, _ state: ModelState, _ directory: HostDirectory) -> [JSONValue] {
    switch collection {
    case .networks: state.networks.values.map { NetworkPlanning.show($0, state) }
    case .subnets: state.subnets.values.map { SubnetPlanning.show($0) }
    case .ports: state.ports.values.map { PortPlanning.show($0, state) }
    case .agents: state.hosts.values.map { agent($0, directory) }
    case .securityGroups: state.securityGroups.values.map { SecurityGroupPlanning.show($0) }
    case .securityGroupRules:
      state.securityGroups.values.flatMap { group in
        group.record.rules.map { SecurityGroupRulePlanning.show($0, of: group.record) }
      }
    case .routers: state.routers.values.map { RouterPlanning.show($0) }
    }
  }

  static func one(
    _ collection: ResourceCollection, _ id: String, _ state: ModelState, _ directory: HostDirectory
  ) -> JSONValue? {
    switch collection {
    case .networks: state.networks[NetworkID(id)].map { NetworkPlanning.show($0, state) }
    case .subnets: state.subnets[SubnetID(id)].map { SubnetPlanning.show($0) }
    case .ports: state.ports[PortID(id)].map { PortPlanning.show($0, state) }
    case .agents: AgentPlanning.find(id, state).map { agent($0, directory) }
    case .securityGroups: state.securityGroups[SecurityGroupID(id)].map { SecurityGroupPlanning.show($0) }
    case .securityGroupRules: SecurityGroupRulePlanning.show(id, state)
    case .routers: state.routers[RouterID(id)].map { RouterPlanning.show($0) }
    }
  }

  private static func agent(_ host: Stored<HostRecord>, _ directory: HostDirectory) -> JSONValue {
    let activity = directory.activity(of: host.record.host)
    return AgentPlanning.show(host, activity, isAlive: directory.isAlive(activity))
  }

  /// The attributes of a collection's documents, read off an example, so that there is one list of them only.
  static func attributes(_ collection: ResourceCollection) -> Set<String> {
    let header = RecordHeader(id: "", name: "", projectID: "", description: "", now: .distantPast)
    let state = ModelState(vniRange: 1...1)
    let document: JSONValue? =
      switch collection {
      case .networks:
        VNI(1).map { NetworkPlanning.show(Stored(record: NetworkRecord(header: header, vni: $0), revision: 0), state) }
      case .subnets:
        IPPrefix(containing: .v4(.any), length: 0).map { prefix in
          let record = SubnetRecord(
            header: header, networkID: NetworkID(""), prefix: prefix, gateway: nil, gatewayMAC: .zero, pools: [],
            dhcpEnabled: false, dnsServers: [], hostRoutes: [], dhcpOptions: nil)
          return SubnetPlanning.show(Stored(record: record, revision: 0))
        }
      case .ports:
        PortPlanning.show(
          Stored(
            record: PortRecord(
              header: header, networkID: NetworkID(""), mac: .zero, addresses: [], adminStateUp: true, deviceID: "",
              deviceOwner: "", host: nil, bindingProfile: nil, dnsName: "", dhcpOptions: nil), revision: 0), state)
      case .agents:
        AgentPlanning.show(
          Stored(
            record: HostRecord(host: HostID(""), agentID: "", tunnelAddress: .v4(.any), createdAt: .distantPast),
            revision: 0), HostActivity(), isAlive: false)
      case .securityGroups: SecurityGroupPlanning.show(Stored(record: group(header), revision: 0))
      case .securityGroupRules:
        SecurityGroupRulePlanning.show(
          SecurityGroupRecord.Rule(header: header, direction: .ingress, version: .v4), of: group(header))
      case .routers:
        RouterPlanning.show(
          Stored(record: RouterRecord(header: header, adminStateUp: true, routes: []), revision: 0))
      }
    return Set((document?.members ?? []).map(\.name))
  }

  private static func group(_ header: RecordHeader) -> SecurityGroupRecord {
    SecurityGroupRecord(header: header, isStateful: true, isDefault: false, rules: [])
  }
}
