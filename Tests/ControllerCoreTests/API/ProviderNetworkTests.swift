import GoalState
import NetworkTypes
import Testing

@testable import ControllerCore

@Suite("What carries networks, in the API")
struct ProviderNetworkTests {
  private func segment(_ controller: ControllerHarness, _ id: NetworkID) async throws -> [JSONValue?] {
    let network = try await controller.expect(200, "GET", "/v2.0/networks/\(id)")["network"]
    return ["network_type", "physical_network", "segmentation_id"].map { network?["provider:" + $0] }
  }

  @Test("is a tunnel by default, or what they ask for")
  func kinds() async throws {
    try await ControllerHarness.run { controller in
      let standard = try await controller.makeNetwork()
      #expect(try await segment(controller, standard) == [.string("vxlan"), .null, .integer(1)])
      let geneve = try await controller.makeNetwork(
        #""provider:network_type":"geneve","provider:segmentation_id":"77""#)
      #expect(try await segment(controller, geneve) == [.string("geneve"), .null, .integer(77)])
      let vlan = #""provider:network_type":"vlan","provider:physical_network":"phys-1","provider:segmentation_id":"#
      let tagged = try await controller.makeNetwork(vlan + "4094")
      #expect(try await segment(controller, tagged) == [.string("vlan"), .string("phys-1"), .integer(4094)])
      let flat = #""provider:network_type":"flat","provider:physical_network":"phys-1""#
      let untagged = try await controller.makeNetwork(flat)
      #expect(try await segment(controller, untagged) == [.string("flat"), .string("phys-1"), .null])

      // Each has a number of its own, and hosts are told what carries it.
      _ = try await controller.connect("a", "192.0.2.1")
      for network in [standard, geneve, tagged, untagged] {
        _ = try await controller.makePort(network, #","binding:host_id":"a""#)
      }
      let view = await controller.inventory.read { $0.hostView(HostID("a")) }
      var numbers: Set<VNI> = []
      var segments: Set<NetworkSegment> = []
      for case .network(let network) in view.values.map(\.resource) {
        numbers.insert(network.vni)
        segments.insert(network.segment)
      }
      #expect(numbers.count == 4)
      #expect(
        segments == [.vxlan, .geneve, .vlan(4094, physicalNetwork: "phys-1"), .flat(physicalNetwork: "phys-1")])
    }
  }

  @Test("is nobody else's, until the network is deleted")
  func uniqueness() async throws {
    try await ControllerHarness.run { controller in
      let vlan = #""provider:network_type":"vlan","provider:physical_network":"p","provider:segmentation_id":5"#
      let flat = #""provider:network_type":"flat","provider:physical_network":"p""#
      let tunnel = #""provider:network_type":"gre","provider:segmentation_id":500"#
      for (attributes, type) in [(vlan, "VlanIdInUse"), (flat, "FlatNetworkInUse"), (tunnel, "TunnelIdInUse")] {
        let network = try await controller.makeNetwork(attributes)
        let body = #"{"network":{\#(attributes)}}"#
        let error = try await controller.expect(409, "POST", "/v2.0/networks", body)["NeutronError"]
        #expect(error?["type"] == .string(type))
        try await controller.expect(204, "DELETE", "/v2.0/networks/\(network)")
        try await controller.expect(201, "POST", "/v2.0/networks", body)
        let twice = #"{"networks":[{\#(attributes)},{\#(attributes)}]}"#
        try await controller.expect(409, "POST", "/v2.0/networks", twice.replacing("\"p\"", with: "\"q\""))
      }
    }
  }

  @Test(
    "is refused when it cannot be",
    arguments: [
      #""provider:network_type":"token-ring""#,
      #""provider:network_type":"vxlan","provider:physical_network":"p""#,
      #""provider:physical_network":"p""#,
      #""provider:network_type":"vlan","provider:segmentation_id":5"#,
      #""provider:network_type":"vlan","provider:physical_network":"p""#,
      #""provider:network_type":"vlan","provider:physical_network":"p","provider:segmentation_id":4095"#,
      #""provider:network_type":"vlan","provider:physical_network":"p","provider:segmentation_id":0"#,
      #""provider:network_type":"vlan","provider:physical_network":"p/q","provider:segmentation_id":5"#,
      #""provider:network_type":"flat","provider:physical_network":"p","provider:segmentation_id":5"#,
      #""provider:network_type":"flat""#,
      #""provider:network_type":"geneve","provider:segmentation_id":16777216"#,
    ])
  func refused(attributes: String) async throws {
    try await ControllerHarness.run { controller in
      let error = try await controller.expect(
        400, "POST", "/v2.0/networks", #"{"network":{\#(attributes)}}"#)["NeutronError"]
      #expect(error?["message"]?.string?.contains("provider:") == true, "\(error.debugDescription)")
    }
  }

  @Test("is of the type that the configuration says, for those that say nothing, and stays what it is")
  func defaultType() async throws {
    try await ControllerHarness.run(settings: AllocationSettings(networkType: .geneve)) { controller in
      let network = try await controller.makeNetwork()
      #expect(try await segment(controller, network) == [.string("geneve"), .null, .integer(1)])
      let error = try await controller.expect(
        400, "PUT", "/v2.0/networks/\(network)", #"{"network":{"provider:network_type":"vxlan"}}"#)["NeutronError"]
      #expect(error?["message"]?.string?.contains("provider:network_type") == true)
    }
  }
}
