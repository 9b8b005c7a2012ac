import GoalState
import NetworkTypes
import Testing

@testable import ControllerCore

@Suite("What ports are held to, in the API")
struct PortSecurityAPITests {
  private func errorType(
    _ controller: ControllerHarness, _ status: Int, _ method: String, _ path: String, _ body: String
  ) async throws -> String? {
    try await controller.expect(status, method, path, body)["NeutronError"]?["type"]?.string
  }

  @Test("is their network's word unless they say otherwise, and nothing for the cloud's own")
  func defaults() async throws {
    try await ControllerHarness.run { controller in
      let open = try await controller.makeNetwork(#""port_security_enabled":false"#)
      let guarded = try await controller.makeNetwork()
      let shown = try await controller.expect(200, "GET", "/v2.0/networks/\(open)")["network"]
      #expect(shown?["port_security_enabled"] == .boolean(false))
      let free = try await controller.port(try await controller.makePort(open))
      #expect(free["port_security_enabled"] == .boolean(false) && free["security_groups"] == .array([]))
      let held = try await controller.port(try await controller.makePort(open, #","port_security_enabled":true"#))
      #expect(held["port_security_enabled"] == .boolean(true) && held["security_groups"]?.array?.count == 1)
      let none = try await controller.port(try await controller.makePort(guarded, #","security_groups":[]"#))
      #expect(none["port_security_enabled"] == .boolean(true) && none["security_groups"] == .array([]))
      let trusted = try await controller.port(
        try await controller.makePort(guarded, #","device_owner":"network:dhcp""#))
      #expect(trusted["port_security_enabled"] == .boolean(false) && trusted["security_groups"] == .array([]))
      try await controller.expect(
        200, "PUT", "/v2.0/networks/\(open)", #"{"network":{"port_security_enabled":true}}"#)
      let after = try await controller.port(try await controller.makePort(open))
      #expect(after["port_security_enabled"] == .boolean(true))
    }
  }

  @Test("goes with security groups and address pairs only while it is on")
  func conflicts() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      let port = try await controller.makePort(network)
      let group = try #require(try await controller.port(port)["security_groups"]?.array?.first?.string)
      func create(_ more: String) -> String { #"{"port":{"network_id":"\#(network)",\#(more)}}"# }
      #expect(
        try await errorType(
          controller, 400, "POST", "/v2.0/ports",
          create(#""port_security_enabled":false,"security_groups":["\#(group)"]"#))
          == "PortSecurityAndIPRequiredForSecurityGroups")
      #expect(
        try await errorType(
          controller, 409, "POST", "/v2.0/ports",
          create(#""port_security_enabled":false,"allowed_address_pairs":[{"ip_address":"10.0.0.9"}]"#))
          == "AddressPairAndPortSecurityRequired")
      #expect(
        try await errorType(controller, 404, "POST", "/v2.0/ports", create(#""security_groups":["nope"]"#))
          == "SecurityGroupNotFound")
      let path = "/v2.0/ports/\(port)"
      #expect(
        try await errorType(controller, 409, "PUT", path, #"{"port":{"port_security_enabled":false}}"#)
          == "PortSecurityPortHasSecurityGroup")
      try await controller.expect(
        200, "PUT", path, #"{"port":{"port_security_enabled":false,"security_groups":[]}}"#)
      #expect(
        try await errorType(controller, 400, "PUT", path, #"{"port":{"security_groups":["\#(group)"]}}"#)
          == "PortSecurityAndIPRequiredForSecurityGroups")
      #expect(
        try await errorType(controller, 409, "PUT", path, #"{"port":{"allowed_address_pairs":[{"ip_address":"::1"}]}}"#)
          == "AddressPairAndPortSecurityRequired")
      try await controller.expect(
        200, "PUT", path, #"{"port":{"port_security_enabled":true,"security_groups":["\#(group)","\#(group)"]}}"#)
      #expect(try await controller.port(port)["security_groups"] == .array([.string(group)]))
    }
  }

  @Test("allowed address pairs are addresses or networks, with the port's MAC address unless they have their own")
  func pairs() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      let port = try await controller.makePort(
        network,
        #","mac_address":"02:00:00:00:00:01","allowed_address_pairs":[{"ip_address":"10.0.0.9"},"#
          + #"{"ip_address":"2001:db8::/64","mac_address":"00:00:5e:00:01:07"}]"#)
      func pair(_ mac: String, _ address: String) -> JSONValue {
        .object([.init("mac_address", .string(mac)), .init("ip_address", .string(address))])
      }
      #expect(
        try await controller.port(port)["allowed_address_pairs"]
          == .array([pair("02:00:00:00:00:01", "10.0.0.9"), pair("00:00:5e:00:01:07", "2001:db8::/64")]))
      try await controller.expect(
        200, "PUT", "/v2.0/ports/\(port)", #"{"port":{"mac_address":"02:00:00:00:00:02"}}"#)
      #expect(
        try await controller.port(port)["allowed_address_pairs"]?.array?.first == pair("02:00:00:00:00:02", "10.0.0.9"))
      for (pairs, type) in [
        (#"[{"mac_address":"02:00:00:00:00:01"}]"#, "AllowedAddressPairsMissingIP"),
        (#"[{"ip_address":"10.0.0.9"},{"ip_address":"10.0.0.9"}]"#, "DuplicateAddressPairInRequest"),
        (#"[{"ip_address":"10.0.0.300"}]"#, "HTTPBadRequest"),
        (#"[{"ip_address":"10.0.0.9","mac_address":"01:00:5e:00:00:01"}]"#, "HTTPBadRequest"),
        (#"[{"ip_address":"10.0.0.9","x":1}]"#, "HTTPBadRequest"),
        (#"["10.0.0.9"]"#, "HTTPBadRequest"),
      ] {
        let body = #"{"port":{"allowed_address_pairs":\#(pairs)}}"#
        #expect(try await errorType(controller, 400, "PUT", "/v2.0/ports/\(port)", body) == type, "\(pairs)")
      }
    }
  }

  @Test("reaches the port's host with its groups, and other hosts with the neighbor")
  func goalState() async throws {
    try await ControllerHarness.run { controller in
      _ = try await controller.connect("a", "192.0.2.1")
      _ = try await controller.connect("b", "192.0.2.2")
      let network = try await controller.makeNetwork()
      let more = #","binding:host_id":"a","allowed_address_pairs":[{"ip_address":"10.0.0.0/24"}]"#
      let port = try await controller.makePort(network, more)
      let other = try await controller.makePort(network, #","binding:host_id":"b","security_groups":[]"#)
      let group = SecurityGroupID(
        try #require(try await controller.port(port)["security_groups"]?.array?.first?.string))
      let views = await controller.inventory.read { ($0.hostView(HostID("a")), $0.hostView(HostID("b"))) }
      guard case .port(let local) = views.0[.port(port)]?.resource,
        case .neighbor(let neighbor) = views.1[.neighbor(NeighborID(port.rawValue))]?.resource,
        case .port(let bare) = views.1[.port(other)]?.resource,
        case .securityGroup(let rules) = views.0[.securityGroup(group)]?.resource
      else {
        Issue.record("a resource is missing: \(views.0.keys.sorted()), \(views.1.keys.sorted())")
        return
      }
      #expect(local.security == .filtered([group]) && bare.security == .filtered([]))
      #expect(local.allowedAddressPairs.map(\.prefix.description) == ["10.0.0.0/24"])
      #expect(neighbor.securityGroupIDs == [group] && neighbor.allowedAddressPairs == local.allowedAddressPairs)
      #expect(rules.rules.count == 4 && rules.isStateful)
      #expect(views.1[.securityGroup(group)] == nil, "b has no member of it")
    }
  }
}
