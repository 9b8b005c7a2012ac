import Testing

@testable import ControllerCore

@Suite("Discovery in the API")
struct DiscoveryTests {
  @Test("answers as OpenStack's clients expect")
  func discovery() async throws {
    try await ControllerHarness.run { controller in
      let versions = try await controller.expect(200, "GET", "/")["versions"]?.array?.first
      #expect(versions?["id"] == .string("v2.0"))
      #expect(versions?["links"]?.array?.first?["href"] == .string("http://controller:9696/v2.0/"))
      for path in ["/v2.0", "/v2.0/"] {
        let names = try await controller.expect(200, "GET", path)["resources"]?.array?.map { $0["collection"]?.string }
        #expect(
          names == [
            "networks", "subnets", "ports", "agents", "security_groups", "security_group_rules", "routers",
          ])
      }
      let aliases = try await controller.expect(200, "GET", "/v2.0/extensions")["extensions"]?.array?.map {
        $0["alias"]?.string
      }
      #expect(aliases?.contains("binding") == true)
      try await controller.expect(200, "GET", "/v2.0/extensions/agent")
      try await controller.expect(404, "GET", "/v2.0/extensions/quotas")
      try await controller.expect(200, "GET", "/livez")
      try await controller.expect(404, "GET", "/v2.0/floatingips")
      try await controller.expect(404, "GET", "/v2.0/networks/a/b")
      try await controller.expect(405, "DELETE", "/v2.0/networks")
      try await controller.expect(405, "PATCH", "/v2.0/networks/x")
    }
  }

  @Test("is ready while the store is open, and not after")
  func readiness() async throws {
    try await ControllerHarness.run { controller in
      // Following begins with the first change at the latest.
      _ = try await controller.makeNetwork()
      try await controller.expect(200, "GET", "/readyz")
      await controller.store.close()
      try await controller.expect(503, "GET", "/readyz")
      let error = try await controller.expect(503, "POST", "/v2.0/networks", #"{"network":{}}"#)
      #expect(error["NeutronError"]?["message"]?.string?.contains("store") == true)
    }
  }
}
