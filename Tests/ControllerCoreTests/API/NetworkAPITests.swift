import Testing

@testable import ControllerCore

@Suite("Networks in the API")
struct NetworkAPITests {
  @Test("are made with what was asked for, and shown in Neutron's form")
  func create() async throws {
    try await ControllerHarness.run { controller in
      let body = #"{"network":{"name":"blue","mtu":"1400","admin_state_up":"true","tenant_id":"p1","description":"d"}}"#
      let network = try #require(try await controller.expect(201, "POST", "/v2.0/networks", body)["network"])
      #expect(network["name"] == .string("blue"))
      #expect(network["mtu"] == .integer(1400))
      #expect(network["admin_state_up"] == .boolean(true))
      #expect(network["project_id"] == .string("p1"))
      #expect(network["tenant_id"] == .string("p1"))
      #expect(network["description"] == .string("d"))
      #expect(network["status"] == .string("ACTIVE"))
      #expect(network["shared"] == .boolean(false))
      #expect(network["subnets"] == .array([]))
      #expect(network["provider:segmentation_id"] == .integer(1))
      #expect(network["revision_number"] == .integer(0))
      #expect(network["created_at"]?.string?.hasSuffix("Z") == true)
      let id = try #require(network["id"]?.string)
      #expect(id.count == 36)
      #expect(try await controller.expect(200, "GET", "/v2.0/networks/\(id)")["network"] == network)
      #expect(try await controller.expect(200, "GET", "/v2.0/networks")["networks"] == .array([network]))
    }
  }

  @Test("are changed and counted, and read-only attributes are refused by name")
  func update() async throws {
    try await ControllerHarness.run { controller in
      let id = try await controller.makeNetwork(#""name":"a""#)
      let body = #"{"network":{"name":"b","mtu":null,"admin_state_up":false}}"#
      let network = try await controller.expect(200, "PUT", "/v2.0/networks/\(id)", body)["network"]
      #expect(network?["name"] == .string("b"))
      #expect(network?["admin_state_up"] == .boolean(false))
      #expect(network?["revision_number"] == .integer(1))
      let refused = try await controller.expect(
        400, "PUT", "/v2.0/networks/\(id)", #"{"network":{"provider:segmentation_id":5}}"#)
      #expect(refused["NeutronError"]?["message"]?.string?.contains("provider:segmentation_id") == true)
      try await controller.expect(404, "PUT", "/v2.0/networks/nope", #"{"network":{}}"#)
    }
  }

  @Test("get segments of their own, lowest first, and give them back")
  func segments() async throws {
    let settings = AllocationSettings(vniRange: 10...12)
    try await ControllerHarness.run(settings: settings) { controller in
      let first = try await controller.makeNetwork()
      _ = try await controller.makeNetwork()
      _ = try await controller.makeNetwork()
      let full = try await controller.expect(503, "POST", "/v2.0/networks", #"{"network":{}}"#)
      #expect(full["NeutronError"]?["type"] == .string("NoNetworkAvailable"))
      try await controller.expect(204, "DELETE", "/v2.0/networks/\(first)")
      let again = try await controller.expect(201, "POST", "/v2.0/networks", #"{"network":{}}"#)
      #expect(again["network"]?["provider:segmentation_id"] == .integer(10))
      let taken = try await controller.expect(
        409, "POST", "/v2.0/networks", #"{"network":{"provider:segmentation_id":11}}"#)
      #expect(taken["NeutronError"]?["type"] == .string("TunnelIdInUse"))
      try await controller.expect(201, "POST", "/v2.0/networks", #"{"network":{"provider:segmentation_id":5000}}"#)
    }
  }

  @Test("go with their subnets, but not while they have ports")
  func delete() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      let subnet = try await controller.makeSubnet(network, "10.0.0.0/24")
      let port = try await controller.makePort(network)
      let inUse = try await controller.expect(409, "DELETE", "/v2.0/networks/\(network)")
      #expect(inUse["NeutronError"]?["type"] == .string("NetworkInUse"))
      try await controller.expect(204, "DELETE", "/v2.0/ports/\(port)")
      try await controller.expect(204, "DELETE", "/v2.0/networks/\(network)")
      try await controller.expect(404, "GET", "/v2.0/subnets/\(subnet)")
      let missing = try await controller.expect(404, "DELETE", "/v2.0/networks/\(network)")
      #expect(missing["NeutronError"]?["type"] == .string("NetworkNotFound"))
      try await controller.deleteSecurityGroups()
      // Nothing is left behind that would keep an address, a MAC or a segment.
      #expect(try await controller.store.list(under: "/", at: nil).entries.isEmpty)
    }
  }

  @Test(
    "are refused with the attribute's name",
    arguments: [
      (#"{"network":{"mtu":"abc"}}"#, "mtu"), (#"{"network":{"mtu":67}}"#, "mtu"), (#"{"network":{"name":5}}"#, "name"),
      (#"{"network":{"name":"a\u0007"}}"#, "name"), (#"{"network":{"shared":true}}"#, "shared"),
      (#"{"network":{"admin_state_up":"maybe"}}"#, "admin_state_up"), (#"{"network":{"colour":"red"}}"#, "colour"),
      (#"{"network":{"status":"ACTIVE"}}"#, "status"), (#"{"network":[]}"#, "network"), (#"{"net":{}}"#, "network"),
      (#"{"networks":[]}"#, "networks"), (#"{"network":{"provider:network_type":"x"}}"#, "provider:network_type"),
      (#"{"network":{"provider:segmentation_id":16777216}}"#, "provider:segmentation_id"),
      (#"{"network":{"project_id":"a","tenant_id":"b"}}"#, "tenant_id"), ("{", "invalid JSON"), ("[]", "object"),
    ])
  func refusals(body: String, names: String) async throws {
    try await ControllerHarness.run { controller in
      let error = try await controller.expect(400, "POST", "/v2.0/networks", body)["NeutronError"]
      #expect(error?["message"]?.string?.contains(names) == true, "\(String(describing: error))")
      #expect(error?["type"]?.string?.isEmpty == false)
      #expect(error?["detail"] == .string(""))
      #expect(try await controller.store.currentRevision() == 0)
    }
  }

  @Test("are made in bulk all or none, in the order of the request")
  func bulk() async throws {
    try await ControllerHarness.run { controller in
      let body = #"{"networks":[{"name":"c"},{"name":"a"},{"name":"b"}]}"#
      let made = try await controller.expect(201, "POST", "/v2.0/networks", body)
      #expect(made["networks"]?.array?.map { $0["name"]?.string } == ["c", "a", "b"])
      try await controller.expect(400, "POST", "/v2.0/networks", #"{"networks":[{"name":"d"},{"mtu":"x"}]}"#)
      #expect(try await controller.expect(200, "GET", "/v2.0/networks")["networks"]?.array?.count == 3)
    }
  }
}
