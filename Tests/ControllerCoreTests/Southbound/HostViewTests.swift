import GoalState
import NetworkTypes
import Southbound
import Testing

@testable import ControllerCore

@Suite("A host's goal state")
struct HostViewTests {
  private func view(_ controller: ControllerHarness, _ host: String) async -> HostView {
    await controller.inventory.read { $0.hostView(HostID(host)) }
  }

  @Test("is its ports, their networks and subnets, and the ports of these on other hosts")
  func contents() async throws {
    try await ControllerHarness.run { controller in
      for (index, host) in ["a", "b", "c"].enumerated() {
        _ = try await controller.connect(host, "192.0.2.\(index + 1)")
      }
      let blue = try await controller.makeNetwork(#""name":"blue","mtu":1400"#)
      let more = #","dns_nameservers":["9.9.9.9"],"host_routes":[{"destination":"10.8.0.0/16","nexthop":"10.0.0.9"}]"#
      let subnet = try await controller.makeSubnet(blue, "10.0.0.0/24", more)
      let red = try await controller.makeNetwork(#""name":"red""#)
      _ = try await controller.makeSubnet(red, "10.0.0.0/24")
      let here = try await controller.makePort(blue, #","binding:host_id":"a","dns_name":"web","name":"p""#)
      let there = try await controller.makePort(blue, #","binding:host_id":"b""#)
      _ = try await controller.makePort(blue)
      let elsewhere = try await controller.makePort(red, #","binding:host_id":"b""#)

      let onA = await view(controller, "a")
      let keys: Set<ResourceKey> = [
        .network(blue), .subnet(subnet), .port(here), .neighbor(NeighborID(there.rawValue)),
      ]
      #expect(Set(onA.keys.filter { $0.kind != .securityGroup }) == keys)
      guard case .network(let network) = onA[.network(blue)]?.resource,
        case .subnet(let shown) = onA[.subnet(subnet)]?.resource, case .port(let port) = onA[.port(here)]?.resource,
        case .neighbor(let neighbor) = onA[.neighbor(NeighborID(there.rawValue))]?.resource
      else {
        Issue.record("a resource is of another kind than its key")
        return
      }
      #expect(network.name == "blue" && network.mtu == 1400 && network.vni.rawValue == 1)
      #expect(shown.prefix.description == "10.0.0.0/24" && shown.dhcpEnabled)
      #expect(shown.gateway?.address.description == "10.0.0.1" && shown.gateway?.mac.isUnicast == true)
      #expect(shown.dnsServers.map(\.description) == ["9.9.9.9"])
      #expect(shown.hostRoutes.map(\.destination.description) == ["10.8.0.0/16"])
      #expect(port.hostName == "web" && port.adminStateUp && port.name == "p")
      #expect(port.fixedIPs == [FixedIP(subnetID: subnet, address: .v4(IPv4Address(10, 0, 0, 2)))])
      #expect(neighbor.hostAddress.description == "192.0.2.2")
      #expect(neighbor.fixedIPs.map(\.address.description) == ["10.0.0.3"])
      #expect(await view(controller, "c").isEmpty)
      #expect(await view(controller, "b").keys.contains(.port(elsewhere)))
    }
  }

  @Test("has a port down when its network is down, as a newer revision of the port")
  func networkDown() async throws {
    try await ControllerHarness.run { controller in
      _ = try await controller.connect("a", "192.0.2.1")
      let network = try await controller.makeNetwork()
      let id = try await controller.makePort(network, #","binding:host_id":"a""#)
      let before = try #require(await view(controller, "a")[.port(id)])
      try await controller.expect(200, "PUT", "/v2.0/networks/\(network)", #"{"network":{"admin_state_up":false}}"#)
      let after = try #require(await view(controller, "a")[.port(id)])
      #expect(after.revision > before.revision)
      guard case .port(let port) = after.resource else {
        Issue.record("not a port")
        return
      }
      #expect(!port.adminStateUp)
      #expect(try await controller.port(id)["status"] == .string("DOWN"))
    }
  }
}
