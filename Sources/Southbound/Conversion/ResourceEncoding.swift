import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf

extension Alcor_Schema_VpcConfiguration {
  /// The message that says `network`.
  package init(_ network: Network, revision: UInt64) {
    self.init()
    revisionNumber = UInt32(clamping: revision)
    self.revision = revision
    updateType = .full
    id = network.id.rawValue
    name = network.name
    tunnelID = network.vni.rawValue
    (networkType, physicalNetwork, vlanID) =
      switch network.segment {
      case .vxlan: (.vxlan, "", 0)
      case .geneve: (.geneve, "", 0)
      case .gre: (.gre, "", 0)
      case .vlan(let id, let name): (.vlan, name, UInt32(id))
      case .flat(let name): (.vlan, name, 0)
      }
    neighborsOnDemand = network.neighborsOnDemand
    mtu = UInt32(clamping: network.mtu ?? 0)
  }
}

extension Alcor_Schema_SubnetConfiguration {
  /// The message that says `subnet`.
  package init(_ subnet: Subnet, revision: UInt64) {
    self.init()
    revisionNumber = UInt32(clamping: revision)
    self.revision = revision
    updateType = .full
    id = subnet.id.rawValue
    vpcID = subnet.networkID.rawValue
    name = subnet.name
    cidr = subnet.prefix.description
    if let gateway = subnet.gateway {
      self.gateway = .with {
        $0.ipAddress = gateway.address.description
        $0.macAddress = gateway.mac.description
      }
    }
    dhcpEnable = subnet.dhcpEnabled
    dnsEntryList = subnet.dnsServers.map { server in .with { $0.entry = server.description } }
    hostRoutes = subnet.hostRoutes.map { route in
      .with {
        $0.destination = route.destination.description
        $0.nextHop = route.nextHop.description
      }
    }
    domainName = subnet.domainName ?? ""
    leaseSeconds = subnet.leaseSeconds
    rapidCommit = subnet.rapidCommit
    ipv6RaMode = Alcor_Schema_Ipv6Mode(subnet.ipv6RAMode)
    ipv6AddressMode = Alcor_Schema_Ipv6Mode(subnet.ipv6AddressMode)
    extraDhcpOptions = subnet.dhcpOptions.filter { $0.version == .v4 }.map(
      Alcor_Schema_SubnetConfiguration.ExtraDhcpOption.init)
    extraDhcpv6Options = subnet.dhcpOptions.filter { $0.version == .v6 }.map(
      Alcor_Schema_SubnetConfiguration.ExtraDhcpOption.init)
  }
}

extension Alcor_Schema_Ipv6Mode {
  fileprivate init(_ mode: IPv6Mode?) {
    self =
      switch mode {
      case nil: .none
      case .slaac: .slaac
      case .stateless: .stateless
      case .stateful: .stateful
      }
  }
}

extension Alcor_Schema_PortConfiguration {
  /// The message that says `port`.
  package init(_ port: Port, revision: UInt64) {
    self.init()
    revisionNumber = UInt32(clamping: revision)
    self.revision = revision
    updateType = .full
    id = port.id.rawValue
    vpcID = port.networkID.rawValue
    name = port.name
    macAddress = port.mac.description
    adminStateUp = port.adminStateUp
    fixedIps = port.fixedIPs.map { fixedIP in
      .with {
        $0.subnetID = fixedIP.subnetID.rawValue
        $0.ipAddress = fixedIP.address.description
      }
    }
    hostName = port.hostName ?? ""
    delegatedPrefixes = port.delegatedPrefixes.map(\.description)
    allowAddressPairs = port.allowedAddressPairs.map { pair in
      .with {
        $0.ipAddress = pair.prefix.description
        $0.macAddress = pair.mac?.description ?? ""
      }
    }
    portSecurity =
      switch port.security {
      case .off: .off
      case .guarded: .guarded
      case .filtered: .filtered
      }
    securityGroupIds = port.security.groups.map { id in .with { $0.id = id.rawValue } }
    extraDhcpOptions = port.dhcpOptions.filter { $0.version == .v4 }.map(
      Alcor_Schema_PortConfiguration.ExtraDhcpOption.init)
    extraDhcpv6Options = port.dhcpOptions.filter { $0.version == .v6 }.map(
      Alcor_Schema_PortConfiguration.ExtraDhcpOption.init)
  }
}

extension Alcor_Schema_NeighborConfiguration {
  /// The message that says `neighbor`.
  package init(_ neighbor: Neighbor, revision: UInt64) {
    self.init()
    revisionNumber = UInt32(clamping: revision)
    self.revision = revision
    updateType = .full
    id = neighbor.id.rawValue
    vpcID = neighbor.networkID.rawValue
    macAddress = neighbor.mac.description
    hostIpAddress = neighbor.hostAddress.description
    fixedIps = neighbor.fixedIPs.map { fixedIP in
      .with {
        $0.neighborType = .l2
        $0.subnetID = fixedIP.subnetID.rawValue
        $0.ipAddress = fixedIP.address.description
      }
    }
    allowAddressPairs = neighbor.allowedAddressPairs.map { pair in
      .with {
        $0.ipAddress = pair.prefix.description
        $0.macAddress = pair.mac?.description ?? ""
      }
    }
    securityGroupIds = neighbor.securityGroupIDs.map(\.rawValue)
  }
}

extension Alioth_Southbound_V1_Resource {
  init(_ versioned: VersionedResource) {
    self.init()
    configuration =
      switch versioned.resource {
      case .network(let network): .vpc(Alcor_Schema_VpcConfiguration(network, revision: versioned.revision))
      case .subnet(let subnet): .subnet(Alcor_Schema_SubnetConfiguration(subnet, revision: versioned.revision))
      case .port(let port): .port(Alcor_Schema_PortConfiguration(port, revision: versioned.revision))
      case .securityGroup(let group):
        .securityGroup(Alcor_Schema_SecurityGroupConfiguration(group, revision: versioned.revision))
      case .router(let router): .router(Alcor_Schema_RouterConfiguration(router, revision: versioned.revision))
      case .neighbor(let neighbor):
        .neighbor(Alcor_Schema_NeighborConfiguration(neighbor, revision: versioned.revision))
      }
  }
}

extension Alcor_Schema_SubnetConfiguration.ExtraDhcpOption {
  fileprivate init(_ option: ExtraDHCPOption) {
    self.init()
    name = option.name
    value = option.value
  }
}

extension Alcor_Schema_PortConfiguration.ExtraDhcpOption {
  fileprivate init(_ option: ExtraDHCPOption) {
    self.init()
    name = option.name
    value = option.value
  }
}
