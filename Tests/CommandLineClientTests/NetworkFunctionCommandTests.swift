import ArgumentParser
import Testing

@testable import CommandLineClient

/// A controller with a network, two subnets, a router that is in one of them, and two security groups.
@Sendable private func controller(_ request: FakeServer.Request) throws -> FakeServer.Answer {
  let router: JSONValue = [
    "id": "r-1", "name": "edge", "admin_state_up": true,
    "routes": [["destination": "10.9.0.0/16", "nexthop": "10.0.0.5"]],
  ]
  let interface: JSONValue = [
    "id": "p-1", "device_id": "r-1", "fixed_ips": [["subnet_id": "s-1", "ip_address": "10.0.0.1"]],
  ]
  let groups: [JSONValue] = [
    ["id": "g-1", "name": "web", "stateful": true, "security_group_rules": .array(rules), "description": ""],
    ["id": "g-2", "name": "db", "stateful": false, "security_group_rules": [], "project_id": "p"],
  ]
  switch (request.method, request.uri.split(separator: "?").first.map(String.init) ?? "") {
  case ("GET", "/v2.0/networks"): return try .init(200, ["networks": [["id": "n-1", "name": "blue"]]])
  case ("GET", "/v2.0/subnets"):
    return try .init(
      200, ["subnets": [["id": "s-1", "name": "front"], ["id": "s-2", "name": "back"]]])
  case ("GET", "/v2.0/ports"): return try .init(200, ["ports": [interface]])
  case ("GET", "/v2.0/routers"): return try .init(200, ["routers": [router]])
  case ("GET", "/v2.0/security-groups"): return try .init(200, ["security_groups": .array(groups)])
  case ("GET", "/v2.0/security-group-rules"): return try .init(200, ["security_group_rules": .array(rules)])
  case ("PUT", "/v2.0/routers/r-1/add_router_interface"), ("PUT", "/v2.0/routers/r-1/remove_router_interface"):
    return try .init(200, ["id": "r-1", "port_id": "p-1", "subnet_id": "s-1"])
  case ("POST", _), ("PUT", _):
    guard case .object(var members)? = request.body, let key = members.keys.first,
      case .object(var fields)? = members[key]
    else { return .init(status: 400, text: "") }
    fields["id"] = "new"
    members[key] = .object(fields)
    return try .init(201, .object(members))
  default:
    return try .init(404, ["NeutronError": ["type": "NotFound", "message": "no such thing", "detail": ""]])
  }
}

private let rules: [JSONValue] = [
  [
    "id": "u-2", "security_group_id": "g-1", "direction": "ingress", "ethertype": "IPv4", "protocol": "tcp",
    "port_range_min": 22, "port_range_max": 22, "remote_ip_prefix": "10.0.0.0/8",
  ],
  [
    "id": "u-3", "security_group_id": "g-1", "direction": "ingress", "ethertype": "IPv4", "protocol": "icmp",
    "port_range_min": 8, "port_range_max": 0, "remote_group_id": "g-2",
  ],
  ["id": "u-1", "security_group_id": "g-1", "direction": "egress", "ethertype": "IPv6", "protocol": nil],
]

@Suite("Commands about routers and security groups")
struct NetworkFunctionCommandTests {
  @Test("routers are listed with their subnets, and shown with their addresses")
  func routers() async throws {
    try await FakeServer.with(answer: controller) { server in
      #expect(
        await ran("router", "list", "--controller", server.url).output == """
          NAME   ID    SUBNETS   ROUTES   UP
          edge   r-1   front     1        yes

          """)
      let shown = await ran("router", "show", "edge", "--controller", server.url).output
      #expect(shown.contains("10.0.0.1 (subnet s-1)") && shown.contains("10.9.0.0/16 via 10.0.0.5"), "\(shown)")
      #expect(server.requests.contains { $0.uri.hasSuffix("device_id=r-1") })
    }
  }

  @Test("a router goes into subnets and out of them by their names")
  func subnets() async throws {
    try await FakeServer.with(answer: controller) { server in
      let added = await ran("router", "add-subnet", "edge", "front", "back", "--controller", server.url)
      #expect(
        added.output == """
          subnet 'front' added to router 'edge'
          subnet 'back' added to router 'edge'

          """)
      let bodies = server.requests.filter { $0.uri.hasSuffix("/add_router_interface") }.map(\.body)
      #expect(bodies == [["subnet_id": "s-1"], ["subnet_id": "s-2"]])
      let removed = await ran("router", "remove-subnet", "edge", "front", "--controller", server.url)
      #expect(removed.output == "subnet 'front' removed from router 'edge'\n")
      #expect(server.requests.last?.uri == "/v2.0/routers/r-1/remove_router_interface")
    }
  }

  @Test("routes are set as a whole, or taken away")
  func routes() async throws {
    try await FakeServer.with(answer: controller) { server in
      _ = await ran(
        "router", "set-routes", "edge", "--route", "10.8.0.0/16,10.0.0.9", "--route", "10.9.0.0/16,10.0.0.5",
        "--controller", server.url)
      #expect(
        server.requests.last?.body == [
          "router": [
            "routes": [
              ["destination": "10.8.0.0/16", "nexthop": "10.0.0.9"],
              ["destination": "10.9.0.0/16", "nexthop": "10.0.0.5"],
            ]
          ]
        ])
      _ = await ran("router", "set-routes", "edge", "--no-routes", "--controller", server.url)
      #expect(server.requests.last?.body == ["router": ["routes": []]])
    }
    for arguments in [["edge"], ["edge", "--no-routes", "--route", "10.8.0.0/16,10.0.0.9"]] {
      #expect(throws: (any Error).self) { try RouterCommand.SetRoutes.parse(arguments) }
    }
  }

  @Test("security groups and their rules are tables that a person can read")
  func groups() async throws {
    try await FakeServer.with(answer: controller) { server in
      #expect(
        await ran("security-group", "list", "--controller", server.url).output == """
          NAME   ID    PROJECT   RULES   STATEFUL   DESCRIPTION
          db     g-2   p         0       no         -
          web    g-1   -         3       yes        -

          """)
      #expect(
        await ran("security-group", "rule", "list", "web", "--controller", server.url).output == """
          ID    DIRECTION   ETHERTYPE   TRAFFIC              REMOTE
          u-1   egress      IPv6        any                  any
          u-3   ingress     IPv4        icmp type 8 code 0   group db
          u-2   ingress     IPv4        tcp 22               10.0.0.0/8

          """)
      let shown = await ran("security-group", "show", "web", "--controller", server.url).output
      #expect(shown.contains("egress IPv6 any to any, ingress IPv4 icmp type 8 code 0 from group g-2, "), "\(shown)")
      let failure = await ran("security-group", "delete", "nix", "--controller", server.url).failure
      #expect(
        failure == "There is no security group with the name or id 'nix'; 'alioth security-group list' shows those "
          + "there are.")
    }
  }

  @Test("a rule's options become Neutron's fields")
  func ruleFields() throws {
    func fields(_ arguments: String...) throws -> [String: JSONValue] {
      try SecurityGroupRuleCommand.Create.parse(["web"] + arguments).fields(groupID: "g", remoteGroupID: nil)
    }
    let start: [String: JSONValue] = ["security_group_id": "g", "direction": "ingress", "ethertype": "IPv4"]
    #expect(try fields() == start)
    #expect(
      try fields("--protocol", "tcp", "--port", "80-90")
        == start.merging(["protocol": "tcp", "port_range_min": 80, "port_range_max": 90]) { $1 })
    #expect(
      try fields("--icmp-type", "8", "--icmp-code", "0", "--egress")
        == start.merging([
          "protocol": "icmp", "port_range_min": 8, "port_range_max": 0, "direction": "egress",
        ]) { $1 })
    #expect(try fields("--protocol", "icmpv6")["ethertype"] == "IPv6")
    #expect(
      try fields("--remote-ip", "2001:db8::1")
        == start.merging(["ethertype": "IPv6", "remote_ip_prefix": "2001:db8::1/128"]) { $1 })
    for arguments in [
      ["--port", "80"], ["--protocol", "tcp", "--port", "90-80"], ["--protocol", "tcp", "--port", "0"],
      ["--icmp-code", "0"], ["--icmp-type", "256"], ["--remote-prefix", "10.0.0.1/8"],
      ["--remote-prefix", "10.0.0.0/8", "--remote-group", "x"],
      ["--remote-prefix", "10.0.0.0/8", "--ethertype", "ipv6"],
      ["--ingress", "--egress"], ["--protocol", "tcp", "--port", "80", "--icmp-type", "8"],
    ] {
      #expect(throws: (any Error).self, "\(arguments)") {
        try SecurityGroupRuleCommand.Create.parse(["web"] + arguments)
      }
    }
  }

  @Test("a port is held to groups by name, to other addresses as well, or to nothing")
  func portSecurity() async throws {
    try await FakeServer.with(answer: controller) { server in
      _ = await ran(
        "port", "create", "p", "--network", "blue", "--security-group", "web", "--security-group", "db",
        "--allowed-address", "10.0.0.9", "--allowed-address", "10.1.0.0/16,00:00:5e:00:01:07", "--controller",
        server.url)
      let port = server.requests.last?.body?["port"]
      #expect(port?["security_groups"] == ["g-1", "g-2"])
      #expect(
        port?["allowed_address_pairs"] == [
          ["ip_address": "10.0.0.9/32"], ["ip_address": "10.1.0.0/16", "mac_address": "00:00:5e:00:01:07"],
        ])
    }
    let free = try PortCommand.Update.parse(["p", "--no-port-security"]).fields(subnetIDs: [:])
    #expect(
      free == ["port_security_enabled": false, "security_groups": [], "allowed_address_pairs": []])
    let bare = try PortCommand.Update.parse(["p", "--no-security-group", "--no-allowed-address"])
    #expect(bare.fields(subnetIDs: [:]) == ["security_groups": [], "allowed_address_pairs": []])
    for arguments in [
      ["--security-group", "a", "--no-security-group"], ["--security-group", "a", "--no-port-security"],
      ["--allowed-address", "10.0.0.9", "--no-allowed-address"], ["--allowed-address", "10.0.0.9/8"],
      ["--allowed-address", "02:00:00:00:00:01"],
    ] {
      #expect(throws: (any Error).self, "\(arguments)") { try PortCommand.Update.parse(["p"] + arguments) }
    }
  }

  @Test("a network says what carries it")
  func provider() throws {
    let vlan = try NetworkCommand.Create.parse([
      "n", "--provider-network-type", "vlan", "--provider-physical-network", "phys", "--provider-segment", "7",
      "--no-port-security",
    ])
    #expect(
      vlan.fields() == [
        "name": "n", "admin_state_up": true, "provider:network_type": "vlan", "provider:physical_network": "phys",
        "provider:segmentation_id": 7, "port_security_enabled": false,
      ])
    #expect(
      try NetworkCommand.Create.parse(["n", "--neighbors-on-demand"]).fields() == [
        "name": "n", "admin_state_up": true, "alioth:neighbors_on_demand": true,
      ])
    #expect(try NetworkCommand.Create.parse(["n"]).fields() == ["name": "n", "admin_state_up": true])
    for arguments in [
      ["--provider-network-type", "vlan", "--provider-segment", "7"], ["--provider-physical-network", "p"],
      ["--provider-network-type", "vlan", "--provider-physical-network", "p"],
      ["--provider-network-type", "vlan", "--provider-physical-network", "p", "--provider-segment", "4095"],
      ["--provider-network-type", "flat", "--provider-physical-network", "p", "--provider-segment", "7"],
      ["--provider-network-type", "token-ring"], ["--provider-segment", "0"],
    ] {
      #expect(throws: (any Error).self, "\(arguments)") { try NetworkCommand.Create.parse(["n"] + arguments) }
    }
    #expect(
      segmentText(["provider:network_type": "vlan", "provider:physical_network": "p", "provider:segmentation_id": 7])
        == "vlan p:7")
    #expect(segmentText(["provider:network_type": "vxlan", "provider:segmentation_id": 12]) == "vxlan 12")
  }
}
