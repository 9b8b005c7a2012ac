import GRPCCore
import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf
import Testing

@testable import Southbound

/// Bytes made by `protoc --encode` (3.21.12) from text. A tag is the field's number times 8 plus its wire type: 0 for a
/// varint, 2 for bytes with a length.
@Suite("Messages as protoc encodes them")
struct GoldenTests {
  @Test("a VPC becomes a network, with the 64-bit revision and the MTU in fields from 1000")
  func vpc() throws {
    let golden = try bytes(
      """
      0807              1 revision_number 7
      1201 72           2 request_id "r"
      1a05 7670632d31   3 id "vpc-1"
      2001              4 update_type FULL
      2a01 70           5 project_id "p"
      3204 626c7565     6 name "blue"
      3a0b 31302e302e302e302f3136   7 cidr
      40 ac02           8 tunnel_id 300
      c03e 8780808010   1000 revision 2^32 + 7
      c83e aa0b         1001 mtu 1450
      """.hexColumns)
    let decoded = DecodedResource(try Alcor_Schema_VpcConfiguration(serializedBytes: golden))
    let network = Network(id: NetworkID("vpc-1"), name: "blue", vni: try vni(300), mtu: 1450)
    #expect(decoded == .resource(VersionedResource(.network(network), revision: 0x1_0000_0007)))
  }

  @Test("a subnet as Alcor sends it, without the 64-bit revision")
  func subnet() throws {
    let golden = try bytes(
      """
      0808
      1a05 7375622d31
      2803              5 network_type GENEVE
      3205 7670632d31   6 vpc_id
      3a01 73           7 name
      420b 31302e302e312e302f3234   8 cidr
      48 ac02           9 tunnel_id
      521d 0a08 31302e302e312e31 1211 66613a31363a33653a30303a30303a3031   10 gateway
      5801              11 dhcp_enable
      6a0c 0a0a 3139322e302e322e3533   13 dns_entry_list
      7202 617a         14 availability_zone
      c83e 901c         1001 lease_seconds 3600
      d23e 0b 6578616d706c652e6f7267   1002 domain_name
      da3e 1d 0a0f 3139382e35312e3130302e302f3234 120a 31302e302e312e323534   1003 host_routes
      """.hexColumns)
    let subnet = Subnet(
      id: SubnetID("sub-1"), networkID: NetworkID("vpc-1"), name: "s", prefix: try prefix("10.0.1.0/24"),
      gateway: Subnet.Gateway(address: try ip("10.0.1.1"), mac: try mac("fa:16:3e:00:00:01")),
      dhcpEnabled: true, dnsServers: [try ip("192.0.2.53")],
      hostRoutes: [Subnet.HostRoute(destination: try prefix("198.51.100.0/24"), nextHop: try ip("10.0.1.254"))],
      domainName: "example.org", leaseSeconds: 3600)
    let decoded = DecodedResource(try Alcor_Schema_SubnetConfiguration(serializedBytes: golden))
    #expect(decoded == .resource(VersionedResource(.subnet(subnet), revision: 8)))
  }

  @Test("a port, with fields that the model passes over")
  func port() throws {
    let golden = try bytes(
      """
      0809 1a06 706f72742d31 2001
      2a05 7670632d31   5 vpc_id
      3203 776562       6 name
      3a01 64           7 device_id
      4a11 66613a31363a33653a61613a62623a6363   9 mac_address
      5001              10 admin_state_up
      5a0c 0a0a 3139322e302e322e3131   11 host_info
      6211 0a05 7375622d31 1208 31302e302e312e35   12 fixed_ips
      7204 0a02 7367    14 security_group_ids
      ca3e 05 7765622d31   1001 host_name
      """.hexColumns)
    let port = Port(
      id: PortID("port-1"), networkID: NetworkID("vpc-1"), name: "web", mac: try mac("fa:16:3e:aa:bb:cc"),
      fixedIPs: [FixedIP(subnetID: SubnetID("sub-1"), address: try ip("10.0.1.5"))], adminStateUp: true,
      hostName: "web-1", security: .filtered([SecurityGroupID("sg")]))
    let decoded = DecodedResource(try Alcor_Schema_PortConfiguration(serializedBytes: golden))
    #expect(decoded == .resource(VersionedResource(.port(port), revision: 9)))
  }

  @Test("a neighbor, of type L3 and with an IPv6 address")
  func neighbor() throws {
    let golden = try bytes(
      """
      080a 1a03 6e2d31 2a05 7670632d31
      3a11 66613a31363a33653a61613a62623a6464   7 mac_address
      4a0a 3139322e302e322e3132   9 host_ip_address
      5219 0801 1205 7375622d31 1a0b 323030313a6462383a3a35 28 ac02   10 fixed_ips
      """.hexColumns)
    let neighbor = Neighbor(
      id: NeighborID("n-1"), networkID: NetworkID("vpc-1"), mac: try mac("fa:16:3e:aa:bb:dd"),
      hostAddress: try ip("192.0.2.12"),
      fixedIPs: [FixedIP(subnetID: SubnetID("sub-1"), address: try ip("2001:db8::5"))])
    let decoded = DecodedResource(try Alcor_Schema_NeighborConfiguration(serializedBytes: golden))
    #expect(decoded == .resource(VersionedResource(.neighbor(neighbor), revision: 10)))
  }

  @Test("a delta is read, and written as the same bytes but for what Alcor's own fields add")
  func delta() throws {
    let golden = try bytes(
      """
      2a39                5 delta
        0a01 65 1003 1805   1 epoch "e", 2 from_revision 3, 3 to_revision 5
        2229 1a27           4 upserts, 3 neighbor
          1a01 6e 2a01 76
          3a11 30323a30303a30303a30303a30303a3031
          4a09 3139322e302e322e31
          c03e 05           1000 revision
        2a05 0804 1201 70   5 removals: kind port, id "p"
      """.hexColumns)
    let neighbor = Neighbor(
      id: NeighborID("n"), networkID: NetworkID("v"), mac: try mac("02:00:00:00:00:01"),
      hostAddress: try ip("192.0.2.1"), fixedIPs: [])
    let update = GoalStateUpdate(
      scope: .delta(from: 3), version: version("e", 5),
      upserts: [VersionedResource(.neighbor(neighbor), revision: 5)], removals: [.port(PortID("p"))])
    let message = try Alioth_Southbound_V1_ControllerMessage(serializedBytes: golden)

    var agent = AgentStreamState.welcomed(held: version("e", 3))
    #expect(try agent.handle(message, now: .zero) == [.deliver(update)])

    var written = Array(UpdateMessages(update, lastSent: version("e", 3), chunkBytes: 65_536))
    #expect(written.count == 1)
    // Ours says the revision in Alcor's 32 bits too, and that the configuration is a whole one.
    written[0].delta.upserts[0].neighbor.revisionNumber = 0
    written[0].delta.upserts[0].neighbor.updateType = .delta
    #expect(try written[0].serializedBytes() == golden)
  }

  @Test("a hello is read, and written as the same bytes")
  func hello() throws {
    let golden = try bytes(
      """
      0a23                1 hello
        0a05 6e6f646531     1 host_id "node1"
        120a 3139322e302e322e3131   2 tunnel_address
        1a05 302e312e30     3 agent_version "0.1.0"
        2201 62             4 boot_id "b"
        2a01 65             5 epoch "e"
        30 ac02             6 revision 300
      """.hexColumns)
    let hello = AgentHello(
      hostID: HostID("node1"), tunnelAddress: try ip("192.0.2.11"), agentVersion: "0.1.0", held: version("e", 300),
      identity: AgentIdentity(boot: "b"))
    var controller = ControllerStreamState(limits: SouthboundLimits(), timing: SouthboundTiming(), now: .zero)
    let message = try Alioth_Southbound_V1_AgentMessage(serializedBytes: golden)
    #expect(try controller.handle(message, now: .zero) == [.open(hello)])
    let written = Alioth_Southbound_V1_AgentMessage.with { $0.hello = Alioth_Southbound_V1_Hello(hello) }
    #expect(try written.serializedBytes() == golden)
  }

  @Test("a report is written as protoc writes it, and read back")
  func report() throws {
    let golden = try bytes(
      """
      1223                2 report
        0a01 65 1005        1 epoch "e", 2 revision 5
        1a0e                3 failures
          0a05 0802 1201 73   1 key: subnet "s"
          1004 1802 2201 6d   2 revision 4, 3 code unresolved, 4 message "m"
        220c                4 pending
          0a05 0804 1201 70   1 key: port "p"
          1005 1a01 72        2 revision 5, 3 reason "r"
      """.hexColumns)
    let report = GoalStateReport(
      applied: version("e", 5),
      failures: [ResourceFailure(key: .subnet(SubnetID("s")), revision: 4, code: .unresolved, message: "m")],
      pending: [GoalStateReport.Pending(key: .port(PortID("p")), revision: 5, reason: "r")])
    let written = reportMessages(report, chunkBytes: 65_536)
    #expect(try written.map { try $0.serializedBytes() as [UInt8] } == [golden])
    var controller = try ControllerStreamState.opened()
    let message = try Alioth_Southbound_V1_AgentMessage(serializedBytes: golden)
    #expect(try controller.handle(message, now: .zero) == [.report(report)])
  }

  @Test("the two formats of Alcor's goal state number DHCP and neighbors differently")
  func alcorFormats() throws {
    let second = try bytes(
      """
      0802
      1215 0a0a 3139322e302e322e3131 1207 0a05 0805 1201 64   2 host_resources: DHCP "d"
      320c 0a01 64 1207 0801 1203 1a01 64   6 dhcp_states
      3a0c 0a01 6e 1207 0804 1203 1a01 6e   7 neighbor_states
      """.hexColumns)
    let v2 = try Alcor_Schema_GoalStateV2(serializedBytes: second)
    #expect(v2.formatVersion == 2)
    #expect(v2.hostResources["192.0.2.11"]?.resources.first?.type == .dhcp)
    #expect(v2.dhcpStates["d"]?.configuration.id == "d")
    #expect(v2.neighborStates["n"]?.operationType == .delete)
    let first = try bytes(
      """
      0801
      2a07 0802 1203 1a01 6e   5 neighbor_states
      3a07 0801 1203 1a01 64   7 dhcp_states
      """.hexColumns)
    let v1 = try Alcor_Schema_GoalState(serializedBytes: first)
    #expect(v1.neighborStates.first?.operationType == .update)
    #expect(v1.dhcpStates.first?.configuration.id == "d")
  }

  @Test("Alcor's services keep their names, for they are the paths of the calls")
  func servicePaths() {
    let push = Alcor_Schema_GoalStateProvisioner.Method.PushGoalStatesStream.descriptor
    #expect(push.fullyQualifiedMethod == "alcor.schema.GoalStateProvisioner/PushGoalStatesStream")
    let unary = Alcor_Schema_GoalStateProvisioner.Method.PushNetworkResourceStates.descriptor
    #expect(unary.fullyQualifiedMethod == "alcor.schema.GoalStateProvisioner/PushNetworkResourceStates")
    let subscribe = Alcor_Schema_SubscribeInfoProvisioner.Method.PushNodeSubscribeInfo.descriptor
    #expect(subscribe.fullyQualifiedMethod == "alcor.schema.SubscribeInfoProvisioner/PushNodeSubscribeInfo")
  }
}

extension String {
  /// Each line up to its annotation, which three spaces set off.
  var hexColumns: String {
    split(separator: "\n").map { line in
      let line = line.drop { $0 == " " }
      var end = line.startIndex
      while end < line.endIndex, !line[end...].hasPrefix("   ") { end = line.index(after: end) }
      return String(line[..<end])
    }.joined()
  }
}
