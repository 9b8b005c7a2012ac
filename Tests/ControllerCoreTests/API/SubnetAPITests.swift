import GoalState
import NetworkTypes
import Testing

@testable import ControllerCore

@Suite("Subnets in the API")
struct SubnetAPITests {
  @Test("have the first address as gateway and the rest as pool unless told otherwise")
  func defaults() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      let id = try await controller.makeSubnet(network, "10.0.0.0/24", #","name":"s""#)
      let subnet = try await controller.expect(200, "GET", "/v2.0/subnets/\(id)")["subnet"]
      #expect(subnet?["gateway_ip"] == .string("10.0.0.1"))
      #expect(subnet?["allocation_pools"] == pools(("10.0.0.2", "10.0.0.254")))
      #expect(subnet?["enable_dhcp"] == .boolean(true))
      #expect(subnet?["ip_version"] == .integer(4))
      let mac = try #require(MACAddress(subnet?["alioth:gateway_mac"]?.string ?? ""))
      #expect(mac.description.hasPrefix("fa:16:3e:"))
      let shown = try await controller.expect(200, "GET", "/v2.0/networks/\(network)")["network"]
      #expect(shown?["subnets"] == .array([.string(id.rawValue)]))
    }
  }

  private func pools(_ pools: (String, String)...) -> JSONValue {
    .array(pools.map { .object([.init("start", .string($0.0)), .init("end", .string($0.1))]) })
  }

  @Test("are made with all they can have, and changed")
  func everything() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      let more = #"""
        ,"gateway_ip":"10.1.0.9","enable_dhcp":false,"dns_nameservers":["9.9.9.9","1.1.1.1"],
        "host_routes":[{"destination":"10.9.0.0/16","nexthop":"10.1.0.5"}]
        """#
      let id = try await controller.makeSubnet(network, "10.1.0.0/28", more)
      let subnet = try await controller.expect(200, "GET", "/v2.0/subnets/\(id)")["subnet"]
      #expect(subnet?["allocation_pools"] == pools(("10.1.0.1", "10.1.0.8"), ("10.1.0.10", "10.1.0.14")))
      #expect(subnet?["dns_nameservers"] == .array([.string("9.9.9.9"), .string("1.1.1.1")]))
      #expect(subnet?["host_routes"]?.array?.first?["nexthop"] == .string("10.1.0.5"))
      #expect(subnet?["alioth:lease_seconds"] == .integer(86_400) && subnet?["alioth:rapid_commit"] == .boolean(false))
      let body = #"""
        {"subnet":{"gateway_ip":null,"dns_nameservers":[],"enable_dhcp":true,"name":"n","alioth:lease_seconds":600,
        "alioth:rapid_commit":true}}
        """#
      let changed = try await controller.expect(200, "PUT", "/v2.0/subnets/\(id)", body)["subnet"]
      #expect(changed?["gateway_ip"] == .null)
      #expect(changed?["alioth:lease_seconds"] == .integer(600) && changed?["alioth:rapid_commit"] == .boolean(true))
      #expect(changed?["dns_nameservers"] == .array([]))
      #expect(changed?["alioth:gateway_mac"] == subnet?["alioth:gateway_mac"])
      #expect(changed?["host_routes"] == subnet?["host_routes"])
    }
  }

  @Test("are refused with the attribute's name and Neutron's type")
  func refusals() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      _ = try await controller.makeSubnet(network, "10.0.0.0/24")
      let cases: [(attributes: String, status: Int, type: String, text: String)] = [
        (#""cidr":"10.0.1.0/24","ip_version":6"#, 400, "InvalidInput", "no IPv6 network"),
        (#""cidr":"10.0.1.0/24","ip_version":5"#, 400, "HTTPBadRequest", "neither 4 nor 6"),
        (#""cidr":"10.0.1.7/24""#, 400, "HTTPBadRequest", "10.0.1.0/24"),
        (#""cidr":"x""#, 400, "HTTPBadRequest", "cidr"),
        (#""cidr":"127.0.0.0/8""#, 400, "HTTPBadRequest", "cidr"),
        (#""cidr":"0.0.0.0/0""#, 400, "HTTPBadRequest", "cidr"),
        (#""name":"no cidr""#, 400, "HTTPBadRequest", "cidr"),
        (#""cidr":"10.0.0.128/25""#, 400, "InvalidInput", "overlaps"),
        (#""cidr":"10.0.0.0/8""#, 400, "InvalidInput", "overlaps"),
        (#""cidr":"10.0.1.0/24","gateway_ip":"10.0.2.1""#, 400, "InvalidInput", "gateway_ip"),
        (#""cidr":"10.0.1.0/24","gateway_ip":"10.0.1.255""#, 400, "InvalidInput", "gateway_ip"),
        (
          #""cidr":"10.0.1.0/24","allocation_pools":[{"start":"10.0.1.1","end":"10.0.1.9"}]"#, 409,
          "GatewayConflictWithAllocationPools", "gateway_ip"
        ),
        (
          #""cidr":"10.0.1.0/24","allocation_pools":[{"start":"10.0.1.5","end":"10.0.1.9"},{"start":"10.0.1.9","end":"10.0.1.10"}]"#,
          409, "OverlappingAllocationPools", "allocation_pools"
        ),
        (
          #""cidr":"10.0.1.0/24","allocation_pools":[{"start":"10.0.1.9","end":"10.0.1.5"}]"#, 400,
          "InvalidAllocationPool", "10.0.1.9"
        ),
        (
          #""cidr":"10.0.1.0/24","allocation_pools":[{"start":"10.0.1.9","end":"10.0.2.5"}]"#, 400,
          "OutOfBoundsAllocationPool", "allocation_pools"
        ),
        (#""cidr":"10.0.1.0/24","dns_nameservers":["x"]"#, 400, "HTTPBadRequest", "dns_nameservers"),
        (
          #""cidr":"10.0.1.0/24","host_routes":[{"destination":"x"}]"#, 400, "HTTPBadRequest", "host_routes.destination"
        ),
        (#""cidr":"10.0.1.0/24","host_routes":[{"destination":"1.0.0.0/8"}]"#, 400, "HTTPBadRequest", "nexthop"),
        (#""cidr":"10.0.1.0/24","subnetpool_id":"x""#, 400, "HTTPBadRequest", "subnetpool_id"),
      ]
      for test in cases {
        let body = #"{"subnet":{"network_id":"\#(network)",\#(test.attributes)}}"#
        let error = try await controller.expect(test.status, "POST", "/v2.0/subnets", body)["NeutronError"]
        #expect(error?["type"] == .string(test.type), "\(test.attributes)")
        #expect(error?["message"]?.string?.contains(test.text) == true, "\(String(describing: error))")
      }
      let missing = try await controller.expect(
        404, "POST", "/v2.0/subnets", #"{"subnet":{"network_id":"nope","cidr":"10.0.1.0/24"}}"#)
      #expect(missing["NeutronError"]?["type"] == .string("NetworkNotFound"))
    }
  }

  @Test("may not overlap within one request either, and two may be made at once in different networks")
  func bulk() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      let other = try await controller.makeNetwork()
      func body(_ first: String, _ second: String) -> String {
        let subnets = [(network, first), (network, second), (other, first)].map {
          #"{"network_id":"\#($0.0)","cidr":"\#($0.1)"}"#
        }
        return #"{"subnets":[\#(subnets.joined(separator: ","))]}"#
      }
      try await controller.expect(400, "POST", "/v2.0/subnets", body("10.0.0.0/24", "10.0.0.0/25"))
      #expect(try await controller.expect(200, "GET", "/v2.0/subnets")["subnets"] == .array([]))
      let made = try await controller.expect(201, "POST", "/v2.0/subnets", body("10.0.0.0/24", "10.0.1.0/24"))
      #expect(made["subnets"]?.array?.map { $0["cidr"]?.string } == ["10.0.0.0/24", "10.0.1.0/24", "10.0.0.0/24"])
    }
  }

  @Test("stay while a port has an address of theirs, and keep gateways and ports apart")
  func inUse() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      let subnet = try await controller.makeSubnet(network, "10.0.0.0/24")
      let port = try await controller.makePort(network)
      let inUse = try await controller.expect(409, "DELETE", "/v2.0/subnets/\(subnet)")
      #expect(inUse["NeutronError"]?["type"] == .string("SubnetInUse"))
      let body = #"{"subnet":{"gateway_ip":"10.0.0.2","allocation_pools":[{"start":"10.0.0.9","end":"10.0.0.99"}]}}"#
      let taken = try await controller.expect(409, "PUT", "/v2.0/subnets/\(subnet)", body)
      #expect(taken["NeutronError"]?["type"] == .string("GatewayIpInUse"))
      let ask = #"{"port":{"network_id":"\#(network)","fixed_ips":[{"ip_address":"10.0.0.1"}]}}"#
      try await controller.expect(409, "POST", "/v2.0/ports", ask)
      try await controller.expect(204, "DELETE", "/v2.0/ports/\(port)")
      try await controller.expect(204, "DELETE", "/v2.0/subnets/\(subnet)")
    }
  }
}
