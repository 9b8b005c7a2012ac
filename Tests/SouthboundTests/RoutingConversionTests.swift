import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf
import Testing

@testable import Southbound

@Suite("Routing between messages and the model")
struct RoutingConversionTests {
  private func validRouter() -> Alcor_Schema_RouterConfiguration {
    .with {
      $0.id = "router-1"
      $0.subnetRoutingTables = [
        .with {
          $0.subnetID = "sub-1"
          $0.routingRules = [
            .with {
              $0.destination = "192.168.0.0/16"
              $0.nextHopIp = "10.0.1.9"
            }
          ]
        }
      ]
    }
  }

  @Test("a router as Alcor sends it: a table for a subnet, whose own destinations need no next hop")
  func alcorRouter() throws {
    var configuration = validRouter()
    configuration.hostDvrMacAddress = "0a:00:00:00:00:01"
    configuration.subnetRoutingTables[0].routingRules.append(.with { $0.destination = "10.0.2.0/24" })
    configuration.subnetRoutingTables[0].routingRules.append(
      .with {
        $0.operationType = .delete
        $0.destination = "nonsense"
      })
    let router = Router(
      id: RouterID("router-1"),
      interfaces: [
        Router.Interface(
          subnetID: SubnetID("sub-1"),
          routes: [Router.Route(destination: try prefix("192.168.0.0/16"), nextHop: try ip("10.0.1.9"))])
      ])
    #expect(DecodedResource(configuration) == .resource(VersionedResource(.router(router), revision: 0)))
  }

  @Test(
    "a router's fields are checked",
    arguments: [
      Change<Alcor_Schema_RouterConfiguration>("id is missing") { $0.id = "" },
      Change("subnet_routing_tables.subnet_id is missing") { $0.subnetRoutingTables[0].subnetID = "" },
      Change("subnet_routing_tables.subnet_id \"sub-1\" occurs twice") {
        $0.subnetRoutingTables.append($0.subnetRoutingTables[0])
      },
      Change("subnet_routing_tables.ip_address \"\" is not an IPv4 or IPv6 address") {
        $0.subnetRoutingTables[0].macAddress = "fa:16:3e:00:00:01"
      },
      Change("subnet_routing_tables.mac_address \"\" is not a MAC address such as fa:16:3e:00:00:01") {
        $0.subnetRoutingTables[0].ipAddress = "10.0.1.1"
      },
      Change("subnet_routing_tables.ip_address \"224.0.0.1\" is not an address that a host can have") {
        $0.subnetRoutingTables[0].ipAddress = "224.0.0.1"
      },
      Change(
        "subnet_routing_tables.routing_rules.destination \"10.0.0.1/8\" is not a network in CIDR notation with its host "
          + "bits 0, such as 10.0.0.0/24"
      ) { $0.subnetRoutingTables[0].routingRules[0].destination = "10.0.0.1/8" },
      Change("subnet_routing_tables.routing_rules.next_hop_ip \"2001:db8::1\" is not of the family of 192.168.0.0/16") {
        $0.subnetRoutingTables[0].routingRules[0].nextHopIp = "2001:db8::1"
      },
      Change("subnet_routing_tables.routing_rules.destination \"192.168.0.0/16\" occurs twice") {
        $0.subnetRoutingTables[0].routingRules.append($0.subnetRoutingTables[0].routingRules[0])
      },
      Change("routes.next_hop_ip \"0.0.0.0\" is not an address that a host can have") {
        $0.routes = [
          .with {
            $0.destination = "0.0.0.0/0"
            $0.nextHopIp = "0.0.0.0"
          }
        ]
      },
      Change("routes has 10001 entries, more than 10000") { $0.routes = Array(repeating: .init(), count: 10_001) },
      Change("subnet_routing_tables has 1001 entries, more than 1000") {
        $0.subnetRoutingTables = Array(repeating: .init(), count: 1_001)
      },
    ])
  func refusedRouters(change: Change<Alcor_Schema_RouterConfiguration>) {
    var configuration = validRouter()
    change.apply(&configuration)
    #expect(DecodedResource(configuration).refusal == change.message)
  }

  @Test(
    "a network's segment is one that can be",
    arguments: [
      Change<Alcor_Schema_VpcConfiguration>("physical_network is missing") { $0.networkType = .vlan },
      Change("physical_network \"p\" is for networks of network_type VLAN only") { $0.physicalNetwork = "p" },
      Change("vlan_id 4095 is not one from 1 to 4094, or 0 for untagged frames") {
        $0.networkType = .vlan
        $0.physicalNetwork = "p"
        $0.vlanID = 4095
      },
      Change("network_type VXLAN_GPE is not supported") { $0.networkType = .vxlanGpe },
      Change("network_type 99 is not known") { $0.networkType = .UNRECOGNIZED(99) },
    ])
  func refusedSegments(change: Change<Alcor_Schema_VpcConfiguration>) {
    var configuration = Alcor_Schema_VpcConfiguration.with {
      $0.id = "vpc-1"
      $0.tunnelID = 300
    }
    change.apply(&configuration)
    #expect(DecodedResource(configuration).refusal == change.message)
  }
}
