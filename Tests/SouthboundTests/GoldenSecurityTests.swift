import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf
import Testing

@testable import Southbound

/// Bytes made by `protoc --encode` (3.21.12) from text, as in `GoldenTests`.
@Suite("Messages on security and routing as protoc encodes them")
struct GoldenSecurityTests {
  @Test("a security group: a rule as Alcor sends it, one with ICMPv6's type and code 0, one of all protocols")
  func securityGroup() throws {
    let golden = try bytes(
      """
      080b 1a04 73672d31 2a05 7670632d31 3203 776562   revision_number, id, vpc_id, name
      3a1d                     7 security_group_rules
        1204 73672d31 1a02 7231   2 security_group_id, 3 id
        2001                      4 direction INGRESS
        3850 40bb03               7 port_range_min 80, 8 port_range_max 443
        4a0a 31302e302e302e302f38   9 remote_ip_prefix
      3a1a 1a02 7232 2001
        2801                      5 ethertype IPV6
        388001                    7 port_range_min 128
        5204 73672d32             10 remote_group_id
        c03e 3a                   1000 protocol_number 58
        c83e 01 d03e 01           1001 has_range_min, 1002 has_range_max
      3a08 1a02 7233 c03e 8002    1000 protocol_number 256
      c03e 0c c83e 01             1000 revision 12, 1001 stateless
      """.hexColumns)
    let group = SecurityGroup(
      id: SecurityGroupID("sg-1"), name: "web", isStateful: false,
      rules: [
        SecurityGroupRule(
          id: "r1", direction: .ingress, traffic: .transport(6, ports: 80...443),
          remote: .prefix(try prefix("10.0.0.0/8"))),
        SecurityGroupRule(
          id: "r2", direction: .ingress, version: .v6, traffic: .icmp(type: 128, code: 0),
          remote: .group(SecurityGroupID("sg-2"))),
        SecurityGroupRule(id: "r3", direction: .egress),
      ])
    let decoded = DecodedResource(try Alcor_Schema_SecurityGroupConfiguration(serializedBytes: golden))
    #expect(decoded == .resource(VersionedResource(.securityGroup(group), revision: 12)))
  }

  @Test("a router: routes of one subnet, an address that is not the gateway's, routes for all")
  func router() throws {
    let golden = try bytes(
      """
      080d 1a03 722d31
      2a11 30613a30303a30303a30303a30303a3031   5 host_dvr_mac_address
      3234 0a05 7375622d31        6 subnet_routing_tables
        120d 220b 31302e302e322e302f3234        4 destination
        121c 220e 3139322e3136382e302e302f3136 2a08 31302e302e312e39 3005   5 next_hop_ip, 6 priority
      3227 0a05 7375622d32
        c23e 09 31302e302e322e3737              1000 ip_address
        ca3e 11 66613a31363a33653a30303a30303a3032   1001 mac_address
      ca3e 01 72 d03e 01          1001 name, 1002 admin_state_down
      da3e 15 2209 302e302e302e302f30 2a08 31302e302e312e38   1003 routes
      """.hexColumns)
    let router = Router(
      id: RouterID("r-1"), name: "r", adminStateUp: false,
      interfaces: [
        Router.Interface(
          subnetID: SubnetID("sub-1"),
          routes: [Router.Route(destination: try prefix("192.168.0.0/16"), nextHop: try ip("10.0.1.9"))]),
        Router.Interface(
          subnetID: SubnetID("sub-2"),
          address: Subnet.Gateway(address: try ip("10.0.2.77"), mac: try mac("fa:16:3e:00:00:02"))),
      ], routes: [Router.Route(destination: try prefix("0.0.0.0/0"), nextHop: try ip("10.0.1.8"))])
    let decoded = DecodedResource(try Alcor_Schema_RouterConfiguration(serializedBytes: golden))
    #expect(decoded == .resource(VersionedResource(.router(router), revision: 13)))
  }

  @Test("a network in a VLAN, whose neighbors are asked for")
  func vlan() throws {
    let golden = try bytes(
      """
      1a05 7670632d32 4007        3 id, 8 tunnel_id
      d03e 01                     1002 network_type VLAN
      da3e 08 706879736e657431    1003 physical_network
      e03e 64 e83e 01             1004 vlan_id 100, 1005 neighbors_on_demand
      """.hexColumns)
    let network = Network(
      id: NetworkID("vpc-2"), vni: try vni(7), segment: .vlan(100, physicalNetwork: "physnet1"),
      neighborsOnDemand: true)
    let decoded = DecodedResource(try Alcor_Schema_VpcConfiguration(serializedBytes: golden))
    #expect(decoded == .resource(VersionedResource(.network(network), revision: 0)))
  }

  @Test("a neighbor with what it may send from, and its security groups")
  func neighbor() throws {
    let golden = try bytes(
      """
      1a01 6e 2a01 76
      3a11 66613a31363a33653a61613a62623a6363
      4a09 3139322e302e322e32
      5a0f 0a0d 323030313a6462383a3a2f3634   11 allow_address_pairs
      ca3e 04 73672d31 ca3e 04 73672d32      1001 security_group_ids
      """.hexColumns)
    let neighbor = Neighbor(
      id: NeighborID("n"), networkID: NetworkID("v"), mac: try mac("fa:16:3e:aa:bb:cc"),
      hostAddress: try ip("192.0.2.2"), fixedIPs: [],
      allowedAddressPairs: [AddressPair(prefix: try prefix("2001:db8::/64"))],
      securityGroupIDs: [SecurityGroupID("sg-1"), SecurityGroupID("sg-2")])
    let decoded = DecodedResource(try Alcor_Schema_NeighborConfiguration(serializedBytes: golden))
    #expect(decoded == .resource(VersionedResource(.neighbor(neighbor), revision: 0)))
  }

  @Test("a port that is held to a group, and may send from other addresses")
  func port() throws {
    let golden = try bytes(
      """
      1a01 70 2a01 76
      4a11 66613a31363a33653a61613a62623a6363
      6a0a 0a08 31302e302e312e39             13 allow_address_pairs
      6a20 0a0b 31302e392e302e302f3136 1211 30303a30303a35653a30303a30313a3037
      7206 0a04 73672d31                     14 security_group_ids
      e83e 01                                1005 port_security PORT_SECURITY_FILTERED
      """.hexColumns)
    let port = Port(
      id: PortID("p"), networkID: NetworkID("v"), mac: try mac("fa:16:3e:aa:bb:cc"), fixedIPs: [], adminStateUp: false,
      allowedAddressPairs: [
        AddressPair(prefix: try prefix("10.0.1.9/32")),
        AddressPair(prefix: try prefix("10.9.0.0/16"), mac: try mac("00:00:5e:00:01:07")),
      ], security: .filtered([SecurityGroupID("sg-1")]))
    let decoded = DecodedResource(try Alcor_Schema_PortConfiguration(serializedBytes: golden))
    #expect(decoded == .resource(VersionedResource(.port(port), revision: 0)))
  }
}
