import GoalState
import Testing

@testable import ControllerCore

@Suite("Lists in the API")
struct ListQueryTests {
  private func names(_ controller: ControllerHarness, _ query: String) async throws -> [String?] {
    try await controller.expect(200, "GET", "/v2.0/networks?" + query)["networks"]?.array?.map { $0["name"]?.string }
      ?? []
  }

  private func withNetworks(_ body: (ControllerHarness) async throws -> Void) async throws {
    try await ControllerHarness.run { controller in
      for (name, mtu) in [("c", 1300), ("a", 1400), ("b", 1300), ("", 1500)] {
        _ = try await controller.makeNetwork(#""name":"\#(name)","mtu":\#(mtu)"#)
      }
      try await body(controller)
    }
  }

  @Test("are filtered by any attribute, a repeated one matching any of its values")
  func filters() async throws {
    try await withNetworks { (controller) async throws in
      #expect(try await names(controller, "name=a") == ["a"])
      #expect(Set(try await names(controller, "name=a&name=b")) == ["a", "b"])
      #expect(try await names(controller, "mtu=1300&name=b") == ["b"])
      #expect(try await names(controller, "name=") == [""])
      #expect(try await names(controller, "admin_state_up=True").count == 4)
      #expect(try await names(controller, "admin_state_up=false").isEmpty)
      #expect(try await names(controller, "provider:segmentation_id=2") == ["a"])
      #expect(try await names(controller, "name=nope").isEmpty)
    }
  }

  @Test("of ports are filtered by addresses and hosts")
  func portFilters() async throws {
    try await ControllerHarness.run { controller in
      _ = try await controller.connect("a", "192.0.2.1")
      let network = try await controller.makeNetwork()
      let subnet = try await controller.makeSubnet(network, "10.0.0.0/24")
      let first = try await controller.makePort(network, #","binding:host_id":"a""#)
      let second = try await controller.makePort(network)
      func ids(_ query: String) async throws -> [String?] {
        let document = try await controller.expect(200, "GET", "/v2.0/ports?fields=id&" + query)
        return document["ports"]?.array?.map { $0["id"]?.string } ?? []
      }
      #expect(try await ids("fixed_ips=ip_address%3D10.0.0.3") == [second.rawValue])
      #expect(try await ids("fixed_ips=subnet_id%3D\(subnet)").count == 2)
      #expect(try await ids("fixed_ips=ip_address_substr%3D0.0.2") == [first.rawValue])
      #expect(try await ids("binding:host_id=a") == [first.rawValue])
      #expect(try await ids("binding:host_id=") == [second.rawValue])
      #expect(try await ids("network_id=\(network)&status=BUILD") == [first.rawValue])
    }
  }

  @Test("show the fields that were asked for, in the documents' order")
  func fields() async throws {
    try await withNetworks { controller in
      let document = try await controller.expect(200, "GET", "/v2.0/networks?fields=mtu&fields=name&name=a")
      #expect(
        document["networks"] == .array([.object([.init("name", .string("a")), .init("mtu", .integer(1400))])]))
    }
  }

  @Test("are sorted by several keys")
  func sorting() async throws {
    try await withNetworks { (controller) async throws in
      let ascending = "sort_key=mtu&sort_dir=asc&sort_key=name&sort_dir=desc"
      #expect(try await names(controller, ascending) == ["c", "b", "a", ""])
      #expect(try await names(controller, "sort_key=name&sort_dir=asc") == ["", "a", "b", "c"])
    }
  }

  @Test("come in pages whose links lead through all of them, and back")
  func pages() async throws {
    try await withNetworks { controller in
      var target = "/v2.0/networks?limit=3&sort_key=name&sort_dir=asc&fields=name&fields=id"
      let first = try await controller.expect(200, "GET", target)
      #expect(first["networks"]?.array?.map { $0["name"]?.string } == ["", "a", "b"])
      let links = try #require(first["networks_links"]?.array)
      #expect(links.map { $0["rel"]?.string } == ["next"])
      let next = try #require(links.first?["href"]?.string)
      #expect(next.hasPrefix("http://controller:9696/v2.0/networks?"))
      target = String(next.dropFirst("http://controller:9696".count))
      let second = try await controller.expect(200, "GET", target)
      #expect(second["networks"]?.array?.map { $0["name"]?.string } == ["c"])
      let back = try #require(second["networks_links"]?.array?.first)
      #expect(back["rel"]?.string == "previous")
      let previous = try #require(back["href"]?.string).dropFirst("http://controller:9696".count)
      #expect(try await controller.expect(200, "GET", String(previous))["networks"] == first["networks"])
    }
  }

  @Test(
    "are refused with the parameter's name",
    arguments: [
      ("colour=red", "colour"), ("sort_key=name", "sort_dirs"), ("sort_key=x&sort_dir=asc", "x"),
      ("sort_key=name&sort_dir=up", "sort_dir"), ("limit=-1", "limit"), ("limit=x", "limit"), ("marker=x", "marker"),
    ])
  func refusals(query: String, name: String) async throws {
    try await ControllerHarness.run { controller in
      let error = try await controller.expect(400, "GET", "/v2.0/networks?" + query)["NeutronError"]
      #expect(error?["message"]?.string?.contains(name) == true)
    }
  }
}
