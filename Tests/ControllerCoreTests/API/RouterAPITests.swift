import GoalState
import NetworkTypes
import Testing

@testable import ControllerCore

@Suite("Routers in the API")
struct RouterAPITests {
  private func make(_ controller: ControllerHarness, _ attributes: String = #""name":"r""#) async throws -> String {
    let document = try await controller.expect(201, "POST", "/v2.0/routers", #"{"router":{\#(attributes)}}"#)
    return try #require(document["router"]?["id"]?.string)
  }

  private func errorType(
    _ controller: ControllerHarness, _ status: Int, _ method: String, _ path: String, _ body: String = ""
  ) async throws -> String? {
    try await controller.expect(status, method, path, body)["NeutronError"]?["type"]?.string
  }

  private func add(_ controller: ControllerHarness, _ router: String, _ subnet: SubnetID) async throws -> JSONValue {
    try await controller.expect(
      200, "PUT", "/v2.0/routers/\(router)/add_router_interface", #"{"subnet_id":"\#(subnet)"}"#)
  }

  @Test("take subnets in as ports with their gateway's address, and let go of them again")
  func interfaces() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      let subnet = try await controller.makeSubnet(network, "10.0.0.0/24")
      let router = try await make(controller, #""name":"r","project_id":"p""#)
      let added = try await add(controller, router, subnet)
      #expect(added["id"] == .string(router) && added["subnet_id"] == .string(subnet.rawValue))
      #expect(added["subnet_ids"] == .array([.string(subnet.rawValue)]))
      #expect(added["network_id"] == .string(network.rawValue) && added["project_id"] == .string("p"))
      let id = PortID(try #require(added["port_id"]?.string))
      let port = try await controller.port(id)
      let shownSubnet = try await controller.expect(200, "GET", "/v2.0/subnets/\(subnet)")["subnet"]
      #expect(port["device_owner"] == .string("network:router_interface") && port["device_id"] == .string(router))
      #expect(port["mac_address"] == shownSubnet?["alioth:gateway_mac"])
      #expect(port["fixed_ips"]?.array?.first?["ip_address"] == .string("10.0.0.1"))
      #expect(port["status"] == .string("ACTIVE") && port["alioth:status_reason"] == .null)
      #expect(port["security_groups"] == .array([]) && port["port_security_enabled"] == .boolean(false))

      // While it is there, what it is made of stays.
      #expect(try await errorType(controller, 409, "DELETE", "/v2.0/ports/\(id)") == "ServicePortInUse")
      #expect(try await errorType(controller, 409, "DELETE", "/v2.0/subnets/\(subnet)") == "SubnetInUse")
      #expect(try await errorType(controller, 409, "DELETE", "/v2.0/networks/\(network)") == "NetworkInUse")
      #expect(try await errorType(controller, 409, "DELETE", "/v2.0/routers/\(router)") == "RouterInUse")
      for gateway in [#""10.0.0.9""#, "null"] {
        let body = #"{"subnet":{"gateway_ip":\#(gateway),"allocation_pools":[]}}"#
        #expect(try await errorType(controller, 409, "PUT", "/v2.0/subnets/\(subnet)", body) == "GatewayIpInUse")
      }
      for change in [
        #""device_id":"""#, #""fixed_ips":[]"#, #""mac_address":"02:00:00:00:00:01""#, #""admin_state_up":false"#,
      ] {
        let body = #"{"port":{\#(change)}}"#
        #expect(try await errorType(controller, 409, "PUT", "/v2.0/ports/\(id)", body) == "PortInUse", "\(change)")
      }
      try await controller.expect(200, "PUT", "/v2.0/ports/\(id)", #"{"port":{"name":"in blue"}}"#)

      let removed = try await controller.expect(
        200, "PUT", "/v2.0/routers/\(router)/remove_router_interface", #"{"subnet_id":"\#(subnet)"}"#)
      #expect(removed["port_id"] == added["port_id"])
      try await controller.expect(404, "GET", "/v2.0/ports/\(id)")
      // The gateway's addresses are still the subnet's: in it comes again.
      let again = PortID(try #require(try await add(controller, router, subnet)["port_id"]?.string))
      #expect(try await controller.port(again)["mac_address"] == port["mac_address"])
      try await controller.expect(
        200, "PUT", "/v2.0/routers/\(router)/remove_router_interface", #"{"port_id":"\#(again)"}"#)
      try await controller.expect(204, "DELETE", "/v2.0/routers/\(router)")
      try await controller.expect(204, "DELETE", "/v2.0/networks/\(network)")
      try await controller.deleteSecurityGroups()
      #expect(try await controller.store.list(under: "/", at: nil).entries.isEmpty)
    }
  }

  @Test("refuse what they cannot route between")
  func refusedInterfaces() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      let other = try await controller.makeNetwork()
      let subnet = try await controller.makeSubnet(network, "10.0.0.0/24")
      let overlapping = try await controller.makeSubnet(other, "10.0.0.0/16")
      let closed = try await controller.makeSubnet(network, "10.1.0.0/24", #","gateway_ip":null"#)
      let router = try await make(controller)
      _ = try await add(controller, router, subnet)
      let path = "/v2.0/routers/\(router)/add_router_interface"
      let cases: [(String, Int, String)] = [
        (#"{"subnet_id":"\#(subnet)"}"#, 400, "BadRequest"),
        (#"{"subnet_id":"\#(overlapping)"}"#, 400, "BadRequest"),
        (#"{"subnet_id":"\#(closed)"}"#, 400, "BadRequest"),
        (#"{"subnet_id":"nope"}"#, 404, "SubnetNotFound"),
        (#"{"port_id":"nope"}"#, 404, "PortNotFound"),
        (#"{}"#, 400, "BadRequest"),
        (#"{"subnet_id":"\#(subnet)","port_id":"x"}"#, 400, "BadRequest"),
        (#"{"subnet":"\#(subnet)"}"#, 400, "HTTPBadRequest"),
      ]
      for (body, status, type) in cases {
        #expect(try await errorType(controller, status, "PUT", path, body) == type, "\(body)")
      }
      let second = try await make(controller)
      #expect(
        try await errorType(
          controller, 409, "PUT", "/v2.0/routers/\(second)/add_router_interface", #"{"subnet_id":"\#(subnet)"}"#)
          == "IpAddressAlreadyAllocated")
      #expect(
        try await errorType(controller, 404, "PUT", "/v2.0/routers/nope/add_router_interface", "{}") == "RouterNotFound"
      )
      let remove = "/v2.0/routers/\(second)/remove_router_interface"
      #expect(
        try await errorType(controller, 404, "PUT", remove, #"{"subnet_id":"\#(subnet)"}"#)
          == "RouterInterfaceNotFoundForSubnet")
      #expect(try await errorType(controller, 404, "PUT", remove, #"{"port_id":"x"}"#) == "RouterInterfaceNotFound")
      try await controller.expect(405, "POST", path, "{}")
      try await controller.expect(404, "PUT", "/v2.0/routers/\(router)/nonsense", "{}")
    }
  }

  @Test("take in a port that is there, with its own address")
  func byPort() async throws {
    try await ControllerHarness.run { controller in
      _ = try await controller.connect("a", "192.0.2.1")
      let network = try await controller.makeNetwork()
      let subnet = try await controller.makeSubnet(network, "10.0.0.0/24")
      let router = try await make(controller)
      let path = "/v2.0/routers/\(router)/add_router_interface"
      let guest = try await controller.makePort(network, #","binding:host_id":"a""#)
      #expect(try await errorType(controller, 409, "PUT", path, #"{"port_id":"\#(guest)"}"#) == "PortInUse")
      let port = try await controller.makePort(network, #","fixed_ips":[{"ip_address":"10.0.0.77"}]"#)
      try await controller.expect(200, "PUT", path, #"{"port_id":"\#(port)"}"#)
      let shown = try await controller.port(port)
      #expect(shown["device_id"] == .string(router) && shown["security_groups"] == .array([]))
      let view = await controller.inventory.read { $0.hostView(HostID("a")) }
      guard case .router(let held) = view[.router(RouterID(router))]?.resource else {
        Issue.record("the host does not have the router")
        return
      }
      #expect(held.interfaces.map(\.subnetID) == [subnet])
      #expect(held.interfaces.first?.address?.address.description == "10.0.0.77")
      #expect(held.interfaces.first?.address?.mac.description == shown["mac_address"]?.string)
      let remove = "/v2.0/routers/\(router)/remove_router_interface"
      let other = try await controller.makeSubnet(network, "10.1.0.0/24")
      #expect(
        try await errorType(controller, 409, "PUT", remove, #"{"port_id":"\#(port)","subnet_id":"\#(other)"}"#)
          == "SubnetMismatchForPort")
      try await controller.expect(200, "PUT", remove, #"{"port_id":"\#(port)","subnet_id":"\#(subnet)"}"#)
      try await controller.expect(404, "GET", "/v2.0/ports/\(port)")
    }
  }

  @Test("have routes through what they are connected to, which hold the subnet")
  func routes() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      let subnet = try await controller.makeSubnet(network, "10.0.0.0/24")
      let router = try await make(controller)
      let path = "/v2.0/routers/\(router)"
      func body(_ routes: (String, String)...) -> String {
        let list = routes.map { #"{"destination":"\#($0.0)","nexthop":"\#($0.1)"}"# }.joined(separator: ",")
        return #"{"router":{"routes":[\#(list)]}}"#
      }
      #expect(
        try await errorType(controller, 400, "PUT", path, body(("192.168.0.0/16", "10.0.0.5"))) == "InvalidRoutes")
      _ = try await add(controller, router, subnet)
      for routes in [
        body(("192.168.0.0/16", "10.0.0.1")), body(("192.168.0.0/16", "10.9.0.1")), body(("::/0", "10.0.0.5")),
        body(("192.168.0.0/16", "10.0.0.5"), ("192.168.0.0/16", "10.0.0.6")),
      ] {
        #expect(try await errorType(controller, 400, "PUT", path, routes) == "InvalidRoutes", "\(routes)")
      }
      #expect(
        try await errorType(controller, 400, "PUT", path, body(("192.168.0.1/16", "10.0.0.5"))) == "HTTPBadRequest")
      let first = body(("192.168.0.0/16", "10.0.0.5"))
      let set = try await controller.expect(200, "PUT", path, first)["router"]
      #expect(set?["routes"]?.array?.count == 1)
      #expect(
        try await errorType(controller, 409, "PUT", path + "/remove_router_interface", #"{"subnet_id":"\#(subnet)"}"#)
          == "RouterInterfaceInUseByRoute")
      let more = body(("192.168.0.0/16", "10.0.0.5"), ("172.16.0.0/12", "10.0.0.6"))
      let added = try await controller.expect(200, "PUT", path + "/add_extraroutes", more)["router"]
      #expect(added?["routes"]?.array?.map { $0["destination"]?.string } == ["192.168.0.0/16", "172.16.0.0/12"])
      let left = try await controller.expect(200, "PUT", path + "/remove_extraroutes", first)["router"]
      #expect(left?["routes"]?.array?.map { $0["destination"]?.string } == ["172.16.0.0/12"])
      try await controller.expect(200, "PUT", path, #"{"router":{"routes":null,"admin_state_up":false}}"#)
      try await controller.expect(200, "PUT", path + "/remove_router_interface", #"{"subnet_id":"\#(subnet)"}"#)
    }
  }

  @Test("are refused with the attribute's name")
  func refused() async throws {
    try await ControllerHarness.run { controller in
      let cases = [
        #""external_gateway_info":{"network_id":"x"}"#, #""distributed":false"#, #""ha":true"#, #""routes":5"#,
        #""admin_state_up":"x""#, #""x":1"#, #""status":"ACTIVE""#,
      ]
      for attributes in cases {
        let error = try await controller.expect(
          400, "POST", "/v2.0/routers", #"{"router":{\#(attributes)}}"#)["NeutronError"]
        let name = attributes.split(separator: "\"").first.map(String.init) ?? ""
        #expect(error?["message"]?.string?.contains(name) == true, "\(attributes)")
      }
      let router = try await make(controller, #""external_gateway_info":{},"distributed":true,"ha":false"#)
      let shown = try await controller.expect(200, "GET", "/v2.0/routers/\(router)")["router"]
      #expect(shown?["external_gateway_info"] == .null && shown?["admin_state_up"] == .boolean(true))
    }
  }

  @Test("are in IPv6 subnets too, whose guests' own addresses they do not take")
  func ipv6() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      let modes = #","ipv6_ra_mode":"slaac","ipv6_address_mode":"slaac""#
      func subnet(_ cidr: String, _ more: String) async throws -> SubnetID {
        let body = #"{"subnet":{"network_id":"\#(network)","ip_version":6,"cidr":"\#(cidr)"\#(more)}}"#
        let document = try await controller.expect(201, "POST", "/v2.0/subnets", body)
        return SubnetID(try #require(document["subnet"]?["id"]?.string))
      }
      let first = try await subnet("2001:db8:1::/64", modes)
      let foreign = try await subnet("2001:db8:2::/64", #","ipv6_address_mode":"slaac""#)
      let router = try await make(controller)
      let port = PortID(try #require(try await add(controller, router, first)["port_id"]?.string))
      #expect(
        try await errorType(
          controller, 400, "PUT", "/v2.0/routers/\(router)/add_router_interface", #"{"subnet_id":"\#(foreign)"}"#)
          == "BadRequest")
      _ = try await subnet("2001:db8:3::/64", modes)
      let shown = try await controller.port(port)
      #expect(shown["fixed_ips"]?.array?.map { $0["ip_address"]?.string } == ["2001:db8:1::1"])
      #expect(try await errorType(controller, 409, "DELETE", "/v2.0/subnets/\(first)") == "SubnetInUse")
    }
  }
}
