import GoalState
import GoalStateProtobuf
import NetworkTypes
import Testing

@testable import Southbound

/// Text that must be an address and so on: a test that misspells one fails at that line.
func mac(_ text: String) throws -> MACAddress { try #require(MACAddress(text)) }
func ip(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }
func prefix(_ text: String) throws -> IPPrefix { try #require(IPPrefix(text)) }
func vni(_ value: Int) throws -> VNI { try #require(VNI(value)) }

/// One resource of each kind, with every field in use.
func sampleResources() throws -> [VersionedResource] {
  [
    VersionedResource(
      .network(Network(id: NetworkID("vpc-1"), name: "blue", vni: try vni(300), mtu: 1450)), revision: 1),
    VersionedResource(
      .subnet(
        Subnet(
          id: SubnetID("sub-1"), networkID: NetworkID("vpc-1"), name: "net", prefix: try prefix("10.0.1.0/24"),
          gateway: Subnet.Gateway(address: try ip("10.0.1.1"), mac: try mac("fa:16:3e:00:00:01")),
          dhcpEnabled: true, dnsServers: [try ip("192.0.2.53"), try ip("2001:db8::53")],
          hostRoutes: [Subnet.HostRoute(destination: try prefix("198.51.100.0/24"), nextHop: try ip("10.0.1.254"))],
          domainName: "example.org", leaseSeconds: 3600,
          dhcpOptions: [ExtraDHCPOption(name: "ntp-server", value: "192.0.2.1")])), revision: 2),
    VersionedResource(
      .subnet(
        Subnet(
          id: SubnetID("sub-2"), networkID: NetworkID("vpc-1"), prefix: try prefix("2001:db8:1::/64"),
          dhcpEnabled: true, rapidCommit: true, ipv6RAMode: .slaac, ipv6AddressMode: .stateless)), revision: 3),
    VersionedResource(
      .neighbor(
        Neighbor(
          id: NeighborID("n-1"), networkID: NetworkID("vpc-1"), mac: try mac("fa:16:3e:aa:bb:dd"),
          hostAddress: try ip("192.0.2.12"),
          fixedIPs: [FixedIP(subnetID: SubnetID("sub-1"), address: try ip("10.0.1.6"))],
          allowedAddressPairs: [AddressPair(prefix: try prefix("10.0.1.64/26"))],
          securityGroupIDs: [SecurityGroupID("sg-1")])),
      revision: 0x1_0000_0007),
    VersionedResource(
      .network(
        Network(
          id: NetworkID("vpc-2"), vni: try vni(301), segment: .vlan(7, physicalNetwork: "physnet1"),
          neighborsOnDemand: true)), revision: 4),
    VersionedResource(
      .securityGroup(
        SecurityGroup(
          id: SecurityGroupID("sg-1"), name: "web", isStateful: false,
          rules: [
            SecurityGroupRule(
              id: "r1", direction: .ingress, traffic: .transport(6, ports: 80...443),
              remote: .prefix(try prefix("10.0.0.0/8"))),
            SecurityGroupRule(
              id: "r2", direction: .egress, version: .v6, traffic: .icmp(type: 128, code: 0),
              remote: .group(SecurityGroupID("sg-2"))),
          ])), revision: 5),
    VersionedResource(
      .router(
        Router(
          id: RouterID("router-1"), name: "r", adminStateUp: false,
          interfaces: [
            Router.Interface(
              subnetID: SubnetID("sub-1"),
              address: Subnet.Gateway(address: try ip("10.0.1.7"), mac: try mac("fa:16:3e:00:00:07")))
          ], routes: [Router.Route(destination: try prefix("0.0.0.0/0"), nextHop: try ip("10.0.1.9"))])), revision: 6),
    VersionedResource(
      .port(
        Port(
          id: PortID("port-1"), networkID: NetworkID("vpc-1"), name: "web", mac: try mac("fa:16:3e:aa:bb:cc"),
          fixedIPs: [
            FixedIP(subnetID: SubnetID("sub-1"), address: try ip("10.0.1.5")),
            FixedIP(subnetID: SubnetID("sub-2"), address: try ip("2001:db8:1::5")),
          ],
          adminStateUp: false, hostName: "web-1",
          dhcpOptions: [ExtraDHCPOption(name: "dns-server", value: "2001:db8::1", version: .v6)],
          delegatedPrefixes: [try #require(IPv6Prefix("2001:db8:100::/56"))],
          allowedAddressPairs: [
            AddressPair(prefix: try prefix("10.0.1.64/26"), mac: try mac("00:00:5e:00:01:07"))
          ], security: .filtered([SecurityGroupID("sg-1")]))), revision: UInt64.max),
  ]
}

/// `count` neighbors of one network, as a large snapshot has them.
func neighbors(_ count: Int) throws -> [VersionedResource] {
  try (1...count).map { number in
    let neighbor = Neighbor(
      id: NeighborID("5a1e6c3e-0000-4000-8000-\(number)"), networkID: NetworkID("vpc-1"),
      mac: MACAddress(rawValue: 0x0200_0000_0000 + UInt64(number)), hostAddress: try ip("192.0.2.12"),
      fixedIPs: [
        FixedIP(subnetID: SubnetID("sub-1"), address: .v4(IPv4Address(rawValue: 0x0a00_0000 + UInt32(number))))
      ])
    return VersionedResource(.neighbor(neighbor), revision: UInt64(number))
  }
}

/// The bytes of hexadecimal text; spaces and line ends are ignored.
func bytes(_ hex: String) throws -> [UInt8] {
  let digits = hex.filter { !$0.isWhitespace }
  try #require(digits.count.isMultiple(of: 2))
  var result: [UInt8] = []
  var rest = Substring(digits)
  while !rest.isEmpty {
    result.append(try #require(UInt8(rest.prefix(2), radix: 16)))
    rest = rest.dropFirst(2)
  }
  return result
}

func version(_ epoch: String, _ revision: UInt64) -> GoalStateVersion {
  GoalStateVersion(epoch: epoch, revision: revision)
}

extension DecodedResource {
  /// The sentence of the refusal, or nil.
  var refusal: String? {
    if case .refused(let failure) = self { failure.message } else { nil }
  }
}
