import GoalState
import GoalStateProtobuf
import NetworkTypes

/// What became of a resource in a message.
package enum DecodedResource: Hashable, Sendable {
  case resource(VersionedResource)
  /// A field is not valid; the other resources of the message are unaffected.
  case refused(ResourceFailure)
}

extension DecodedResource {
  /// Reads the configuration of a network.
  package init(_ configuration: Alcor_Schema_VpcConfiguration) {
    self.init(.network, configuration) { () throws(InvalidField) in .network(try Network(configuration)) }
  }

  /// Reads the configuration of a subnet.
  package init(_ configuration: Alcor_Schema_SubnetConfiguration) {
    self.init(.subnet, configuration) { () throws(InvalidField) in .subnet(try Subnet(configuration)) }
  }

  /// Reads the configuration of a port.
  package init(_ configuration: Alcor_Schema_PortConfiguration) {
    self.init(.port, configuration) { () throws(InvalidField) in .port(try Port(configuration)) }
  }

  /// Reads the configuration of a neighbor.
  package init(_ configuration: Alcor_Schema_NeighborConfiguration) {
    self.init(.neighbor, configuration) { () throws(InvalidField) in .neighbor(try Neighbor(configuration)) }
  }

  /// Reads the configuration of a security group.
  package init(_ configuration: Alcor_Schema_SecurityGroupConfiguration) {
    self.init(.securityGroup, configuration) { () throws(InvalidField) in
      .securityGroup(try SecurityGroup(configuration))
    }
  }

  /// Reads the configuration of a router.
  package init(_ configuration: Alcor_Schema_RouterConfiguration) {
    self.init(.router, configuration) { () throws(InvalidField) in .router(try Router(configuration)) }
  }

  /// - Returns: nil for a kind of resource that this version does not know.
  init?(_ resource: Alioth_Southbound_V1_Resource) {
    switch resource.configuration {
    case .vpc(let configuration): self.init(configuration)
    case .subnet(let configuration): self.init(configuration)
    case .neighbor(let configuration): self.init(configuration)
    case .port(let configuration): self.init(configuration)
    case .securityGroup(let configuration): self.init(configuration)
    case .router(let configuration): self.init(configuration)
    case nil: return nil
    }
  }

  private init(
    _ kind: ResourceKind, _ configuration: some ResourceConfiguration, _ read: () throws(InvalidField) -> Resource
  ) {
    // Alcor's revision has 32 bits; the one with 64 counts when it is there.
    let revision =
      configuration.revision == 0 ? UInt64(configuration.revisionNumber) : configuration.revision
    do throws(InvalidField) {
      if case .UNRECOGNIZED(let value) = configuration.updateType {
        throw InvalidField("update_type \(value) is not known")
      }
      self = .resource(VersionedResource(try read(), revision: revision))
    } catch {
      let key = ResourceKey(kind, reportableIdentifier(configuration.id))
      self = .refused(ResourceFailure(key: key, revision: revision, code: .invalid, message: error.message))
    }
  }
}

/// `id` when it can be one, otherwise as much of it as can be shown.
func reportableIdentifier(_ id: String) -> String {
  if FieldRules.isIdentifier(id) { return id }
  let shown = id.utf8.prefix(64).map { (0x21...0x7e).contains($0) ? $0 : UInt8(ascii: "?") }
  return String(decoding: shown, as: UTF8.self)
}

/// What all configurations begin with.
protocol ResourceConfiguration {
  var revisionNumber: UInt32 { get }
  var id: String { get }
  var updateType: Alcor_Schema_UpdateType { get }
  var revision: UInt64 { get }
}

extension Alcor_Schema_VpcConfiguration: ResourceConfiguration {}
extension Alcor_Schema_SubnetConfiguration: ResourceConfiguration {}
extension Alcor_Schema_PortConfiguration: ResourceConfiguration {}
extension Alcor_Schema_NeighborConfiguration: ResourceConfiguration {}
extension Alcor_Schema_SecurityGroupConfiguration: ResourceConfiguration {}
extension Alcor_Schema_RouterConfiguration: ResourceConfiguration {}

extension Network {
  fileprivate init(_ configuration: Alcor_Schema_VpcConfiguration) throws(InvalidField) {
    self.init(
      id: NetworkID(try FieldRules.identifier(configuration.id, "id")),
      name: try FieldRules.text(configuration.name, "name"),
      vni: try FieldRules.vni(configuration.tunnelID, "tunnel_id"),
      segment: try NetworkSegment(configuration),
      mtu: try FieldRules.mtu(configuration.mtu, "mtu"),
      neighborsOnDemand: configuration.neighborsOnDemand)
  }
}

extension Subnet {
  static let maximumNameServers = 64
  static let maximumHostRoutes = 256

  fileprivate init(_ configuration: Alcor_Schema_SubnetConfiguration) throws(InvalidField) {
    if case .UNRECOGNIZED(let value) = configuration.networkType {
      throw InvalidField("network_type \(value) is not known")
    }
    try FieldRules.count(configuration.dnsEntryList.count, atMost: Subnet.maximumNameServers, "dns_entry_list")
    try FieldRules.count(configuration.hostRoutes.count, atMost: Subnet.maximumHostRoutes, "host_routes")
    var servers: [IPAddress] = []
    for entry in configuration.dnsEntryList {
      servers.append(try FieldRules.hostAddress(entry.entry, "dns_entry_list.entry"))
    }
    var routes: [HostRoute] = []
    for route in configuration.hostRoutes {
      routes.append(try HostRoute(route))
    }
    let prefix = try FieldRules.prefix(configuration.cidr, "cidr")
    self.init(
      id: SubnetID(try FieldRules.identifier(configuration.id, "id")),
      networkID: NetworkID(try FieldRules.identifier(configuration.vpcID, "vpc_id")),
      name: try FieldRules.text(configuration.name, "name"),
      prefix: prefix,
      gateway: configuration.hasGateway ? try Gateway(configuration.gateway) : nil,
      dhcpEnabled: configuration.dhcpEnable,
      dnsServers: servers,
      hostRoutes: routes,
      domainName: try FieldRules.dnsName(configuration.domainName, "domain_name"),
      leaseSeconds: configuration.leaseSeconds == 0 ? Subnet.defaultLeaseSeconds : configuration.leaseSeconds,
      dhcpOptions: try FieldRules.dhcpOptions(
        configuration.extraDhcpOptions.map { ($0.name, $0.value, .v4) }
          + configuration.extraDhcpv6Options.map { ($0.name, $0.value, .v6) }),
      rapidCommit: configuration.rapidCommit,
      ipv6RAMode: try FieldRules.ipv6Mode(
        configuration.ipv6RaMode, of: prefix, dhcpEnabled: configuration.dhcpEnable, "ipv6_ra_mode"),
      ipv6AddressMode: try FieldRules.ipv6Mode(
        configuration.ipv6AddressMode, of: prefix, dhcpEnabled: configuration.dhcpEnable, "ipv6_address_mode"))
  }
}

extension Subnet.Gateway {
  /// - Returns: nil for a gateway that is there but empty, which is how some controllers say "none".
  fileprivate init?(_ gateway: Alcor_Schema_SubnetConfiguration.Gateway) throws(InvalidField) {
    guard !gateway.ipAddress.isEmpty || !gateway.macAddress.isEmpty else { return nil }
    self.init(
      address: try FieldRules.hostAddress(gateway.ipAddress, "gateway.ip_address"),
      mac: try FieldRules.mac(gateway.macAddress, "gateway.mac_address"))
  }
}

extension Subnet.HostRoute {
  fileprivate init(_ route: Alcor_Schema_SubnetConfiguration.HostRoute) throws(InvalidField) {
    let destination = try FieldRules.prefix(route.destination, "host_routes.destination")
    let nextHop = try FieldRules.hostAddress(route.nextHop, "host_routes.next_hop")
    guard (destination.v4 == nil) == (nextHop.v4 == nil) else {
      throw InvalidField(
        "host_routes.next_hop", route.nextHop, "is not of the family of its destination \(destination)")
    }
    self.init(destination: destination, nextHop: nextHop)
  }
}

extension Port {
  fileprivate init(_ configuration: Alcor_Schema_PortConfiguration) throws(InvalidField) {
    var fixedIPs = FixedIPList()
    for fixedIP in configuration.fixedIps {
      try fixedIPs.append(subnet: fixedIP.subnetID, address: fixedIP.ipAddress)
    }
    self.init(
      id: PortID(try FieldRules.identifier(configuration.id, "id")),
      networkID: NetworkID(try FieldRules.identifier(configuration.vpcID, "vpc_id")),
      name: try FieldRules.text(configuration.name, "name"),
      mac: try FieldRules.mac(configuration.macAddress, "mac_address"),
      fixedIPs: fixedIPs.list,
      adminStateUp: configuration.adminStateUp,
      hostName: try FieldRules.dnsName(configuration.hostName, "host_name"),
      dhcpOptions: try FieldRules.dhcpOptions(
        configuration.extraDhcpOptions.map { ($0.name, $0.value, .v4) }
          + configuration.extraDhcpv6Options.map { ($0.name, $0.value, .v6) }),
      delegatedPrefixes: try FieldRules.delegatedPrefixes(configuration.delegatedPrefixes),
      allowedAddressPairs: try FieldRules.addressPairs(
        configuration.allowAddressPairs.map { ($0.ipAddress, $0.macAddress) }),
      security: try PortSecurity(configuration))
  }
}

extension Neighbor {
  fileprivate init(_ configuration: Alcor_Schema_NeighborConfiguration) throws(InvalidField) {
    var fixedIPs = FixedIPList()
    for fixedIP in configuration.fixedIps {
      if case .UNRECOGNIZED(let value) = fixedIP.neighborType {
        throw InvalidField("fixed_ips.neighbor_type \(value) is not known")
      }
      try fixedIPs.append(subnet: fixedIP.subnetID, address: fixedIP.ipAddress)
    }
    self.init(
      id: NeighborID(try FieldRules.identifier(configuration.id, "id")),
      networkID: NetworkID(try FieldRules.identifier(configuration.vpcID, "vpc_id")),
      mac: try FieldRules.mac(configuration.macAddress, "mac_address"),
      hostAddress: try FieldRules.hostAddress(configuration.hostIpAddress, "host_ip_address"),
      fixedIPs: fixedIPs.list,
      allowedAddressPairs: try FieldRules.addressPairs(
        configuration.allowAddressPairs.map { ($0.ipAddress, $0.macAddress) }),
      securityGroupIDs: try FieldRules.securityGroups(configuration.securityGroupIds))
  }
}

/// The addresses of a port or a neighbor, each once.
private struct FixedIPList {
  static let maximum = 256
  private(set) var list: [FixedIP] = []

  mutating func append(subnet: String, address: String) throws(InvalidField) {
    try FieldRules.count(list.count + 1, atMost: FixedIPList.maximum, "fixed_ips")
    let fixedIP = FixedIP(
      subnetID: SubnetID(try FieldRules.identifier(subnet, "fixed_ips.subnet_id")),
      address: try FieldRules.hostAddress(address, "fixed_ips.ip_address"))
    guard !list.contains(fixedIP) else {
      throw InvalidField("fixed_ips.ip_address", address, "occurs twice in subnet \(fixedIP.subnetID)")
    }
    list.append(fixedIP)
  }
}
