import GoalState
import NetworkTypes

/// The store's keys. Beside the resources themselves there are keys that make something unique, and keys that only say
/// what refers to what, so that a transaction can make sure that nothing does.
enum ModelKeys {
  static let everything: StoreKey = "/"

  // Resources.
  static let networks: StoreKey = "/network/"
  static let subnets: StoreKey = "/subnet/"
  static let ports: StoreKey = "/port/"
  static let hosts: StoreKey = "/host/"
  /// Whether a network is up, apart from the network itself: each of its ports is as new as this is. Absent means up.
  static let networkAdminStates: StoreKey = "/network-admin-state/"
  /// Changes with each change of a network's set of subnets or of the prefixes that are delegated to its ports, which a
  /// transaction can thus know to be as it was read.
  static let subnetSets: StoreKey = "/subnet-set/"
  static let portStatuses: StoreKey = "/status/port/"
  static let securityGroups: StoreKey = "/security-group/"
  static let routers: StoreKey = "/router/"

  static func network(_ id: NetworkID) -> StoreKey { StoreKey("/network/" + id.rawValue) }
  static func subnet(_ id: SubnetID) -> StoreKey { StoreKey("/subnet/" + id.rawValue) }
  static func port(_ id: PortID) -> StoreKey { StoreKey("/port/" + id.rawValue) }
  static func host(_ id: HostID) -> StoreKey { StoreKey("/host/" + id.rawValue) }
  static func networkAdminState(_ id: NetworkID) -> StoreKey { StoreKey("/network-admin-state/" + id.rawValue) }
  static func subnetSet(_ id: NetworkID) -> StoreKey { StoreKey("/subnet-set/" + id.rawValue) }
  static func portStatus(_ id: PortID) -> StoreKey { StoreKey("/status/port/" + id.rawValue) }
  static func securityGroup(_ id: SecurityGroupID) -> StoreKey { StoreKey("/security-group/" + id.rawValue) }
  static func router(_ id: RouterID) -> StoreKey { StoreKey("/router/" + id.rawValue) }

  // Unique: the value names the owner.
  static func vni(_ vni: VNI) -> StoreKey { "/unique/vni/\(vni.rawValue)" }
  static func address(_ subnet: SubnetID, _ address: IPAddress) -> StoreKey {
    "/unique/address/\(subnet.rawValue)/\(address.description)"
  }
  static func addresses(of subnet: SubnetID) -> StoreKey { "/unique/address/\(subnet.rawValue)/" }
  static func mac(_ network: NetworkID, _ mac: MACAddress) -> StoreKey {
    "/unique/mac/\(network.rawValue)/\(mac.description)"
  }
  static func tunnel(_ address: IPAddress) -> StoreKey { "/unique/tunnel/\(address.description)" }
  static func segment(vlan: UInt16, _ physicalNetwork: String) -> StoreKey {
    "/unique/segment/vlan/\(physicalNetwork)/\(vlan)"
  }
  static func segment(flat physicalNetwork: String) -> StoreKey { "/unique/segment/flat/\(physicalNetwork)" }
  /// A project's id is any text: it stands percent-encoded.
  static func defaultSecurityGroup(of project: String) -> StoreKey {
    "/unique/default-security-group/\(PercentCoding.encode(project))"
  }

  // Referring: the key is all there is to it.
  static func subnets(of network: NetworkID) -> StoreKey { "/refers/network-subnet/\(network.rawValue)/" }
  static func ports(of network: NetworkID) -> StoreKey { "/refers/network-port/\(network.rawValue)/" }
  static func ports(on host: HostID) -> StoreKey { "/refers/host-port/\(host.rawValue)/" }
  static func subnetReference(_ network: NetworkID, _ subnet: SubnetID) -> StoreKey {
    StoreKey(subnets(of: network).path + subnet.rawValue)
  }
  static func portReference(_ network: NetworkID, _ port: PortID) -> StoreKey {
    StoreKey(ports(of: network).path + port.rawValue)
  }
  static func portReference(_ host: HostID, _ port: PortID) -> StoreKey {
    StoreKey(ports(on: host).path + port.rawValue)
  }
  static func ports(in group: SecurityGroupID) -> StoreKey { "/refers/security-group-port/\(group.rawValue)/" }
  static func portReference(_ group: SecurityGroupID, _ port: PortID) -> StoreKey {
    StoreKey(ports(in: group).path + port.rawValue)
  }
  /// The groups whose rules name a group as the other side.
  static func users(of group: SecurityGroupID) -> StoreKey { "/refers/security-group-user/\(group.rawValue)/" }
  static func userReference(_ group: SecurityGroupID, _ user: SecurityGroupID) -> StoreKey {
    StoreKey(users(of: group).path + user.rawValue)
  }
  static func interfaces(of router: RouterID) -> StoreKey { "/refers/router-port/\(router.rawValue)/" }
  static func interfaceReference(_ router: RouterID, _ port: PortID) -> StoreKey {
    StoreKey(interfaces(of: router).path + port.rawValue)
  }
}
