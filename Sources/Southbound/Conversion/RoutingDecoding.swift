import GoalState
import GoalStateProtobuf
import NetworkTypes

extension NetworkSegment {
  init(_ configuration: Alcor_Schema_VpcConfiguration) throws(InvalidField) {
    let name = try FieldRules.text(configuration.physicalNetwork, "physical_network")
    if configuration.networkType != .vlan, !name.isEmpty {
      throw InvalidField("physical_network", name, "is for networks of network_type VLAN only")
    }
    switch configuration.networkType {
    case .vxlan: self = .vxlan
    case .geneve: self = .geneve
    case .gre: self = .gre
    case .vlan:
      guard !name.isEmpty else { throw InvalidField("physical_network is missing") }
      guard configuration.vlanID <= 4094 else {
        throw InvalidField("vlan_id \(configuration.vlanID) is not one from 1 to 4094, or 0 for untagged frames")
      }
      self =
        configuration.vlanID == 0
        ? .flat(physicalNetwork: name)
        : .vlan(UInt16(truncatingIfNeeded: configuration.vlanID), physicalNetwork: name)
    case .vxlanGpe: throw InvalidField("network_type VXLAN_GPE is not supported")
    case .UNRECOGNIZED(let value): throw InvalidField("network_type \(value) is not known")
    }
  }
}

extension Router {
  /// The most subnets of one router.
  static let maximumInterfaces = 1_000
  /// The most routes of one router, and of one subnet of it.
  static let maximumRoutes = 10_000

  init(_ configuration: Alcor_Schema_RouterConfiguration) throws(InvalidField) {
    let field = "subnet_routing_tables"
    try FieldRules.count(configuration.subnetRoutingTables.count, atMost: Router.maximumInterfaces, field)
    var interfaces: [Interface] = []
    for table in configuration.subnetRoutingTables {
      let subnet = SubnetID(try FieldRules.identifier(table.subnetID, "\(field).subnet_id"))
      guard !interfaces.contains(where: { $0.subnetID == subnet }) else {
        throw InvalidField("\(field).subnet_id", table.subnetID, "occurs twice")
      }
      var address: Subnet.Gateway?
      if !table.ipAddress.isEmpty || !table.macAddress.isEmpty {
        address = Subnet.Gateway(
          address: try FieldRules.hostAddress(table.ipAddress, "\(field).ip_address"),
          mac: try FieldRules.mac(table.macAddress, "\(field).mac_address"))
      }
      interfaces.append(
        Interface(
          subnetID: subnet, address: address,
          routes: try Router.routes(table.routingRules, "\(field).routing_rules")))
    }
    self.init(
      id: RouterID(try FieldRules.identifier(configuration.id, "id")),
      name: try FieldRules.text(configuration.name, "name"), adminStateUp: !configuration.adminStateDown,
      interfaces: interfaces, routes: try Router.routes(configuration.routes, "routes"))
  }

  private static func routes(
    _ rules: [Alcor_Schema_RouterConfiguration.RoutingRule], _ field: String
  ) throws(InvalidField) -> [Route] {
    try FieldRules.count(rules.count, atMost: maximumRoutes, field)
    var routes: [Route] = []
    var destinations: Set<IPPrefix> = []
    for rule in rules where rule.operationType != .delete {
      let destination = try FieldRules.prefix(rule.destination, "\(field).destination")
      // Alcor's controllers name the subnets themselves as routes without a next hop.
      guard !rule.nextHopIp.isEmpty else { continue }
      let nextHop = try FieldRules.hostAddress(rule.nextHopIp, "\(field).next_hop_ip")
      guard nextHop.version == destination.version else {
        throw InvalidField("\(field).next_hop_ip", rule.nextHopIp, "is not of the family of \(destination)")
      }
      guard destinations.insert(destination).inserted else {
        throw InvalidField("\(field).destination", rule.destination, "occurs twice")
      }
      routes.append(Route(destination: destination, nextHop: nextHop))
    }
    return routes
  }
}
