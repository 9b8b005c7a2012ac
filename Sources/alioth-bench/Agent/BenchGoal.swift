import GoalState
import NetworkTypes
import OpenFlow
import Pipeline

/// A host's part of a virtual private cloud: one network with a router in its subnet, ports here and on fifty other hosts.
enum BenchGoal {
  private static let networkID = NetworkID("6f7a3c1e-0000-4000-8000-000000000001")
  private static let subnetID = SubnetID("6f7a3c1e-0000-4000-8000-000000000002")
  private static let routerID = RouterID("6f7a3c1e-0000-4000-8000-000000000003")
  /// The group that ports are held to, whose rules name `members`.
  static let users = SecurityGroupID("6f7a3c1e-0000-4000-8000-000000000004")
  /// The group that rules name as the other side.
  static let members = SecurityGroupID("6f7a3c1e-0000-4000-8000-000000000005")

  /// The network by itself.
  static var network: [Resource] { network(asking: false) }

  private static func network(asking: Bool) -> [Resource] {
    VNI(4711).map { [.network(Network(id: networkID, vni: $0, neighborsOnDemand: asking))] } ?? []
  }

  /// The network, its subnet and its router.
  static var base: [Resource] { base(asking: false) }

  /// The same.
  ///
  /// - Parameter asking: Whether hosts ask for neighbors in the network.
  static func base(asking: Bool) -> [Resource] {
    guard let prefix = IPPrefix("10.0.0.0/8"), let address = IPAddress("10.0.0.1"),
      let mac = MACAddress("fa:16:3f:ff:00:01")
    else { return [] }
    return network(asking: asking) + [
      .subnet(
        Subnet(
          id: subnetID, networkID: networkID, prefix: prefix, gateway: Subnet.Gateway(address: address, mac: mac))),
      .router(Router(id: routerID, interfaces: [Router.Interface(subnetID: subnetID)])),
    ]
  }

  /// A group with a hundred rules, each of another port, for members of another group.
  static var usersGroup: Resource {
    .securityGroup(
      SecurityGroup(
        id: users,
        rules: (0..<100).map { number in
          let port = UInt16(8000 + number)
          return SecurityGroupRule(
            id: "rule-\(number)", direction: .ingress, traffic: .transport(6, ports: port...port),
            remote: .group(members))
        }))
  }

  /// A group without rules.
  static var membersGroup: Resource { .securityGroup(SecurityGroup(id: members)) }

  /// The id that the interface of a port claims.
  static func portID(_ number: Int) -> PortID { PortID("6f7a3c1e-0000-4000-a000-\(digits(number))") }

  /// A port of this host.
  static func port(_ number: Int, security: PortSecurity = .guarded) -> Resource {
    .port(
      Port(
        id: portID(number), networkID: networkID, mac: portMAC(number),
        fixedIPs: [FixedIP(subnetID: subnetID, address: .v4(portAddress(number)))],
        security: security))
  }

  static func portMAC(_ number: Int) -> MACAddress { MACAddress(rawValue: 0xfa16_3f00_0000 | UInt64(number)) }
  static func portAddress(_ number: Int) -> IPv4Address {
    IPv4Address(rawValue: 0x0a80_0000 + UInt32(truncatingIfNeeded: number))
  }

  static func neighborMAC(_ number: Int) -> MACAddress { MACAddress(rawValue: 0xfa16_3e00_0000 | UInt64(number)) }
  static func neighborAddress(_ number: Int) -> IPv4Address {
    IPv4Address(rawValue: 0x0a00_0002 + UInt32(truncatingIfNeeded: number))
  }

  /// The neighbor that has a MAC address of `neighborMAC`, if it is one.
  static func neighbor(having mac: MACAddress) -> Resource? {
    mac.rawValue >> 24 == 0xfa163e ? neighbor(Int(mac.rawValue & 0xff_ffff)) : nil
  }

  static func neighborID(_ number: Int) -> NeighborID { NeighborID("6f7a3c1e-0000-4000-9000-\(digits(number))") }

  /// How many other hosts there are.
  static let hostCount = 50

  /// A port of another host.
  static func neighbor(_ number: Int, groups: [SecurityGroupID] = []) -> Resource {
    let number32 = UInt32(truncatingIfNeeded: number)
    return .neighbor(
      Neighbor(
        id: neighborID(number), networkID: networkID, mac: neighborMAC(number),
        hostAddress: .v4(IPv4Address(rawValue: 0xc000_020c + number32 % UInt32(hostCount))),
        fixedIPs: [FixedIP(subnetID: subnetID, address: .v4(neighborAddress(number)))],
        securityGroupIDs: groups))
  }

  /// A host on which the first ports are plugged in.
  static func host(ports: Int) -> HostPorts {
    let guests = (0..<ports).map { number in
      (
        portID(number),
        HostPorts.Attachment.attached(
          OFPort(rawValue: UInt32(truncatingIfNeeded: 10 + number)), interface: "vm\(number)")
      )
    }
    return HostPorts(
      tunnel: OFPort(rawValue: 1), dhcp: OFPort(rawValue: 2),
      routerMAC: MACAddress(0x0a, 0xd2, 192, 0, 2, 11), guests: Dictionary(uniqueKeysWithValues: guests))
  }

  /// What a controller sends that has all of this.
  static func snapshot(_ resources: [Resource]) -> GoalStateUpdate {
    GoalStateUpdate(
      scope: .snapshot, version: GoalStateVersion(epoch: "bench", revision: 1),
      upserts: resources.map { VersionedResource($0, revision: 1) })
  }

  private static func digits(_ number: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: max(0, 12 - text.count)) + text
  }
}
