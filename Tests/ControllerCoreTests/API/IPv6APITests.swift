import GoalState
import NetworkTypes
import Testing

@testable import ControllerCore

@Suite("IPv6 in the API")
struct IPv6APITests {
  private func makeSubnet(
    _ controller: ControllerHarness, _ network: NetworkID, _ cidr: String, _ mode: IPv6Mode? = nil, _ more: String = ""
  ) async throws -> SubnetID {
    let modes = mode.map { #","ipv6_ra_mode":"\#($0.rawValue)","ipv6_address_mode":"\#($0.rawValue)""# } ?? ""
    let body = #"{"subnet":{"network_id":"\#(network)","ip_version":6,"cidr":"\#(cidr)"\#(modes)\#(more)}}"#
    let document = try await controller.expect(201, "POST", "/v2.0/subnets", body)
    return SubnetID(try #require(document["subnet"]?["id"]?.string))
  }

  private func addresses(_ controller: ControllerHarness, _ port: PortID) async throws -> [String] {
    try await controller.port(port)["fixed_ips"]?.array?.compactMap { $0["ip_address"]?.string } ?? []
  }

  /// The address that a port's guest forms in 2001:db8:5::/64.
  private func formed(_ controller: ControllerHarness, _ port: PortID) async throws -> String {
    let mac = try #require(MACAddress(try await controller.port(port)["mac_address"]?.string ?? ""))
    return try #require(IPv6Prefix("2001:db8:5::/64")?.address(formedOf: mac)).description
  }

  @Test("a subnet has the first address as gateway, the rest as pool, and no service unless one is asked for")
  func defaults() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      let id = try await makeSubnet(controller, network, "2001:db8:1::/64")
      let subnet = try await controller.expect(200, "GET", "/v2.0/subnets/\(id)")["subnet"]
      #expect(subnet?["ip_version"] == .integer(6) && subnet?["gateway_ip"] == .string("2001:db8:1::1"))
      #expect(subnet?["ipv6_ra_mode"] == .null && subnet?["ipv6_address_mode"] == .null)
      let pool = subnet?["allocation_pools"]?.array?.first
      #expect(pool?["start"] == .string("2001:db8:1::2") && pool?["end"] == .string("2001:db8:1:0:ffff:ffff:ffff:ffff"))
    }
  }

  @Test("a subnet that contradicts itself is refused with the attribute's name")
  func refusals() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      _ = try await makeSubnet(controller, network, "2001:db8:1::/64")
      let cases: [(attributes: String, type: String, text: String)] = [
        (#""cidr":"2001:db8:2::/64","ip_version":4"#, "InvalidInput", "no IPv4 network"),
        (#""cidr":"2001:db8:2::5/64""#, "HTTPBadRequest", "2001:db8:2::/64"),
        (#""cidr":"fe80::/64""#, "HTTPBadRequest", "cidr"), (#""cidr":"ff05::/64""#, "HTTPBadRequest", "cidr"),
        (#""cidr":"2001:db8:1::/96""#, "InvalidInput", "overlaps"),
        (#""cidr":"2001:db8:2::/64","gateway_ip":"2001:db8:3::1""#, "InvalidInput", "gateway_ip"),
        (#""cidr":"2001:db8:2::/64","gateway_ip":"10.0.0.1""#, "HTTPBadRequest", "gateway_ip"),
        (#""cidr":"2001:db8:2::/64","dns_nameservers":["9.9.9.9"]"#, "HTTPBadRequest", "dns_nameservers"),
        (#""cidr":"2001:db8:2::/64","ipv6_ra_mode":"radvd""#, "HTTPBadRequest", "dhcpv6-stateless"),
        (
          #""cidr":"2001:db8:2::/64","ipv6_ra_mode":"slaac","ipv6_address_mode":"dhcpv6-stateful""#, "InvalidInput",
          "must be the same"
        ),
        (#""cidr":"2001:db8:2::/64","ipv6_ra_mode":"slaac","enable_dhcp":false"#, "InvalidInput", "enable_dhcp"),
        (#""cidr":"2001:db8:2::/80","ipv6_address_mode":"slaac""#, "InvalidInput", "/64"),
        (#""cidr":"10.0.0.0/24","ipv6_address_mode":"slaac""#, "InvalidInput", "IPv4"),
        (
          #""cidr":"2001:db8:2::/64","host_routes":[{"destination":"2001:db8:9::/48","nexthop":"2001:db8:2::9"}]"#,
          "InvalidInput", "host_routes"
        ),
      ]
      for (attributes, type, text) in cases {
        let answer = try await controller.expect(
          400, "POST", "/v2.0/subnets", #"{"subnet":{"network_id":"\#(network)",\#(attributes)}}"#)
        #expect(answer["NeutronError"]?["type"] == .string(type), "\(attributes)")
        #expect(answer["NeutronError"]?["message"]?.string?.contains(text) == true, "\(attributes): \(answer)")
      }
    }
  }

  @Test("a port has one address of each version, and one of each subnet whose guests form theirs")
  func addresses() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      let v4 = try await controller.makeSubnet(network, "10.0.0.0/24")
      let leased = try await makeSubnet(controller, network, "2001:db8:1::/64", .stateful)
      let first = try await controller.makePort(network)
      #expect(try await addresses(controller, first) == ["10.0.0.2", "2001:db8:1::2"])
      let forming = try await makeSubnet(controller, network, "2001:db8:5::/64", .slaac)
      #expect(try await addresses(controller, first).last == formed(controller, first), "it had the port before")
      let second = try await controller.makePort(network, #","fixed_ips":[{"subnet_id":"\#(v4)"}]"#)
      #expect(try await addresses(controller, second) == ["10.0.0.3", formed(controller, second)])
      let none = try await controller.makePort(network, #","fixed_ips":[]"#)
      #expect(try await addresses(controller, none) == [])
      try await controller.expect(
        400, "POST", "/v2.0/ports",
        #"{"port":{"network_id":"\#(network)","fixed_ips":[{"ip_address":"2001:db8:5::9"}]}}"#)
      let mac = #"{"port":{"mac_address":"fa:16:3e:00:00:99"}}"#
      try await controller.expect(200, "PUT", "/v2.0/ports/\(first)", mac)
      #expect(try await addresses(controller, first) == ["10.0.0.2", "2001:db8:1::2", formed(controller, first)])
      try await controller.expect(409, "DELETE", "/v2.0/subnets/\(leased)")
      try await controller.expect(204, "DELETE", "/v2.0/subnets/\(forming)")
      #expect(try await addresses(controller, first) == ["10.0.0.2", "2001:db8:1::2"])
      #expect(try await addresses(controller, second) == ["10.0.0.3"])
      let left = try await controller.store.list(under: "/unique/address/\(forming)/", at: nil).entries
      #expect(left.isEmpty)
    }
  }

  @Test("a port that is made while a subnet is made by another controller has its address there, whichever comes first")
  func races() async throws {
    try await withTemporaryDirectory { directory in
      let store = try SQLiteStore(path: directory + "/store.db")
      try await ControllerHarness.run(store: store) { first in
        try await ControllerHarness.run(store: store) { second in
          for round in 0..<6 {
            let network = try await first.makeNetwork()
            _ = try await first.makeSubnet(network, "10.0.0.0/24")
            let revision = await first.revision()
            #expect(await second.inventory.reached(revision))
            async let subnet = makeSubnet(
              second, network, "2001:db8:5::/64", round.isMultiple(of: 2) ? .slaac : .stateless)
            var ports: [PortID] = []
            for _ in 0..<8 { ports.append(try await first.makePort(network)) }
            let made = try await subnet
            async let gone: JSONValue = second.expect(204, "DELETE", "/v2.0/subnets/\(made)")
            for _ in 0..<4 { ports.append(try await first.makePort(network)) }
            _ = try await gone
            let last = await second.revision()
            #expect(await first.inventory.reached(last))
            for port in ports { #expect(try await addresses(first, port).count == 1) }
            let again = try await makeSubnet(second, network, "2001:db8:5::/64", .slaac)
            let end = await second.revision()
            #expect(await first.inventory.reached(end))
            for port in ports { #expect(try await addresses(first, port).count == 2) }
            let kept = try await store.list(under: "/unique/address/\(again)/", at: nil).entries
            #expect(kept.count == ports.count)
          }
        }
      }
      await store.close()
    }
  }

  @Test("a plan that did not see a port, or a subnet, that others made meanwhile is not carried out")
  func stalePlans() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      _ = try await controller.makeSubnet(network, "10.0.0.0/24")
      let held = try await makeSubnet(controller, network, "2001:db8:6::/64", .slaac)
      let body = try JSONParser.parse(
        Array(
          #"{"network_id":"\#(network)","cidr":"2001:db8:5::/64","ipv6_address_mode":"slaac","ipv6_ra_mode":"slaac"}"#
            .utf8))
      let portBody = try JSONParser.parse(Array(#"{"network_id":"\#(network)"}"#.utf8))
      let state = await controller.inventory.read { $0 }
      func plan(_ body: (inout ChangePlan) throws -> Void) throws -> StoreTransaction {
        var plan = ChangePlan(state: state, settings: AllocationSettings())
        try body(&plan)
        return plan.transaction
      }
      let creation = try plan { plan in
        var earlier: [SubnetRecord] = []
        try SubnetPlanning.create(body, &plan, earlier: &earlier)
      }
      let deletion = try plan { try SubnetPlanning.delete(held, &$0) }
      let portCreation = try plan { try PortPlanning.create(portBody, &$0) }
      _ = try await controller.makePort(network)
      for transaction in [creation, deletion] {
        guard case .refused(.nothingNewerUnder, _) = try await controller.store.commit(transaction) else {
          Issue.record("carried out without the port")
          continue
        }
      }
      try await controller.expect(204, "DELETE", "/v2.0/subnets/\(held)")
      guard case .refused = try await controller.store.commit(portCreation) else {
        Issue.record("a port has an address in a subnet that is gone")
        return
      }
    }
  }

  @Test("guests form their addresses where only an advertisement says so, too")
  func advertisedOnly() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      _ = try await makeSubnet(controller, network, "2001:db8:5::/64", nil, #","ipv6_ra_mode":"slaac""#)
      let port = try await controller.makePort(network)
      #expect(try await addresses(controller, port) == [formed(controller, port)])
    }
  }

  @Test("prefixes are delegated once, and never a subnet's")
  func delegation() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      _ = try await makeSubnet(controller, network, "2001:db8:1::/64", .stateful)
      let name = #""alioth:delegated_prefixes""#
      let port = try await controller.makePort(network, #",\#(name):["2001:db8:100::/56","2001:db8:200::/60"]"#)
      #expect(
        try await controller.port(port)["alioth:delegated_prefixes"]
          == .array([.string("2001:db8:100::/56"), .string("2001:db8:200::/60")]))
      let cases: [(String, Int)] = [
        ("2001:db8:1::/48", 409), ("2001:db8:100:ff::/64", 409), ("2001:db8:100::1/64", 400), ("10.0.0.0/8", 400),
        ("2001:db8:300::/96", 400), ("2001:db8:101::/56", 201),
      ]
      for (prefix, status) in cases {
        let answer = await controller.send(
          "POST", "/v2.0/ports", #"{"port":{"network_id":"\#(network)",\#(name):["\#(prefix)"]}}"#)
        #expect(answer.status == status, "\(prefix)")
      }
      let subnet = #"{"subnet":{"network_id":"\#(network)","cidr":"2001:db8:100::/64"}}"#
      let refused = try await controller.expect(400, "POST", "/v2.0/subnets", subnet)
      #expect(refused["NeutronError"]?["message"]?.string?.contains("delegated") == true)
      try await controller.expect(200, "PUT", "/v2.0/ports/\(port)", #"{"port":{\#(name):[]}}"#)
      try await controller.expect(201, "POST", "/v2.0/subnets", subnet)
    }
  }

  @Test("extra options are of one version, and a host is told all of it")
  func hostView() async throws {
    try await ControllerHarness.run { controller in
      _ = try await controller.connect("node-1", "192.0.2.11")
      let network = try await controller.makeNetwork()
      let subnet = try await makeSubnet(
        controller, network, "2001:db8:1::/64", .stateful, #","dns_nameservers":["2001:db8::53"]"#)
      let options = #"""
        ,"binding:host_id":"node-1","alioth:delegated_prefixes":["2001:db8:100::/56"],
        "extra_dhcp_opts":[{"opt_name":"42","opt_value":"10.0.0.9"},
        {"opt_name":"dns-server","opt_value":"2001:db8::1","ip_version":6}]
        """#
      let port = try await controller.makePort(network, options)
      let bad = #"{"port":{"extra_dhcp_opts":[{"opt_name":"dns-server","opt_value":"10.0.0.1","ip_version":6}]}}"#
      try await controller.expect(400, "PUT", "/v2.0/ports/\(port)", bad)
      let view = await controller.inventory.read { $0.hostView(HostID("node-1")) }
      guard case .port(let shown)? = view[.port(port)]?.resource,
        case .subnet(let seen)? = view[.subnet(subnet)]?.resource
      else {
        Issue.record("the host does not have its port and subnet")
        return
      }
      #expect(shown.fixedIPs.map(\.address.description) == ["2001:db8:1::2"])
      #expect(shown.delegatedPrefixes.map(\.description) == ["2001:db8:100::/56"])
      #expect(shown.dhcpOptions.map(\.version) == [.v4, .v6])
      #expect(seen.ipv6RAMode == .stateful && seen.ipv6AddressMode == .stateful)
      #expect(seen.dnsServers.map(\.description) == ["2001:db8::53"])
    }
  }
}
