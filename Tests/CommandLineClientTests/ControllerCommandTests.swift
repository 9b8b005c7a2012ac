import ArgumentParser
import NIOCore
import NIOPosix
import Testing

@testable import CommandLineClient

/// A controller with two networks called `twin`, one called `web`, and subnets.
@Sendable private func controller(_ request: FakeServer.Request) throws -> FakeServer.Answer {
  let networks: [JSONValue] = [
    [
      "id": "n-1", "name": "web", "mtu": 1450, "status": "ACTIVE", "subnets": ["s-1"],
      "provider:network_type": "vxlan", "provider:segmentation_id": 5,
    ],
    ["id": "n-2", "name": "twin", "status": "ACTIVE"], ["id": "n-3", "name": "twin", "status": "ACTIVE"],
  ]
  let missing: JSONValue = ["NeutronError": ["type": "NotFound", "message": "could not be found", "detail": ""]]
  switch (request.method, request.uri) {
  case ("GET", "/v2.0/networks/n-1"): return try .init(200, ["network": networks[0]])
  // This server ignores filters, so that the client's own check is what is tested.
  case ("GET", let uri) where uri.hasPrefix("/v2.0/networks?") || uri == "/v2.0/networks":
    return try .init(200, ["networks": .array(networks)])
  case ("GET", let uri) where uri.hasPrefix("/v2.0/subnets?"):
    return try .init(200, ["subnets": [["id": "s-1", "name": "front", "network_id": "n-1", "cidr": "10.0.0.0/24"]]])
  case ("GET", let uri) where uri.hasPrefix("/v2.0/ports?"): return try .init(200, ["ports": []])
  case ("POST", _), ("PUT", _):
    guard case .object(var members)? = request.body, let key = members.keys.first,
      case .object(var fields)? = members[key]
    else { return try .init(400, missing) }
    fields["id"] = "new"
    members[key] = .object(fields)
    return try .init(201, .object(members))
  case ("DELETE", "/v2.0/networks/n-1"):
    return try .init(
      409,
      ["NeutronError": ["type": "NetworkInUse", "message": "There are ports on n-1", "detail": "Delete them first"]])
  default: return try .init(404, missing)
  }
}

@Suite("Commands to the controller")
struct ControllerCommandTests {
  @Test("a list is a table, networks sorted by name")
  func list() async throws {
    try await FakeServer.with(answer: controller) { server in
      let result = await ran("network", "list", "--controller", server.url)
      #expect(
        result.output == """
          NAME   ID    SEGMENT   MTU    SUBNETS   STATUS
          twin   n-2   -         -      0         ACTIVE
          twin   n-3   -         -      0         ACTIVE
          web    n-1   vxlan 5   1450   1         ACTIVE

          """)
      #expect(result.failure == nil)
    }
  }

  @Test("the global options are taken before and after a command's name")
  func globalOptions() async throws {
    try await FakeServer.with(answer: controller) { server in
      let lines = [
        await ran("--controller", server.url, "-o", "json", "network", "show", "web"),
        await ran("network", "--controller", server.url, "show", "-o", "json", "web"),
        await ran("network", "show", "web", "--controller", server.url, "--output", "json"),
      ]
      for line in lines {
        let shown = try JSONValue(parsing: Array(line.output.utf8))
        #expect(shown["id"] == "n-1", "\(line)")
      }
    }
  }

  @Test("an empty list is said on standard error, and is an empty array in JSON")
  func emptyList() async throws {
    try await FakeServer.with(answer: controller) { server in
      let table = await ran("port", "list", "--controller", server.url, "--host", "a/b")
      #expect(table.output.isEmpty)
      #expect(table.notes == "No ports found.\n")
      #expect(server.requests.last?.uri == "/v2.0/ports?binding:host_id=a%2Fb")
      #expect(await ran("port", "list", "--controller", server.url, "--status", "down", "-o", "json").output == "[]\n")
      #expect(server.requests.last?.uri == "/v2.0/ports?status=DOWN")
    }
  }

  @Test("an id is looked up before a name")
  func byID() async throws {
    try await FakeServer.with(answer: controller) { server in
      #expect(await ran("network", "show", "n-1", "--controller", server.url).output.contains("web"))
      #expect(server.requests.map(\.uri) == ["/v2.0/networks/n-1"])
    }
  }

  @Test("an ambiguous name lists the ids")
  func ambiguous() async throws {
    try await FakeServer.with(answer: controller) { server in
      let failure = await ran("network", "show", "twin", "--controller", server.url).failure
      #expect(failure == "2 networks are named 'twin'; name one by its id: n-2, n-3.")
    }
  }

  @Test(
    "what does not exist is said so, also when its name could not stand in a path", arguments: ["nix", "..", "a/b"])
  func notFound(name: String) async throws {
    try await FakeServer.with(answer: controller) { server in
      let failure = await ran("network", "show", name, "--controller", server.url).failure
      #expect(
        failure == "There is no network with the name or id '\(name)'; 'alioth network list' shows those there are.")
    }
  }

  @Test("a subnet's options become Neutron's fields, and what was not asked for stays out")
  func subnetBody() async throws {
    try await FakeServer.with(answer: controller) { server in
      _ = await ran(
        "subnet", "create", "s", "--network", "web", "--cidr", "10.0.0.0/24", "--gateway", "none", "--dns", "10.0.0.2",
        "--dns", "10.0.0.3", "--no-dhcp", "--allocation-pool", "10.0.0.10,10.0.0.20", "--host-route",
        "10.1.0.0/16,10.0.0.254", "--controller", server.url)
      #expect(
        server.requests.last?.body == [
          "subnet": [
            "name": "s", "network_id": "n-1", "cidr": "10.0.0.0/24", "ip_version": 4, "enable_dhcp": false,
            "gateway_ip": nil, "dns_nameservers": ["10.0.0.2", "10.0.0.3"],
            "allocation_pools": [["start": "10.0.0.10", "end": "10.0.0.20"]],
            "host_routes": [["destination": "10.1.0.0/16", "nexthop": "10.0.0.254"]],
          ]
        ])
      _ = await ran("subnet", "create", "s", "--network", "web", "--cidr", "fd00::/64", "--controller", server.url)
      #expect(
        server.requests.last?.body == [
          "subnet": [
            "name": "s", "network_id": "n-1", "cidr": "fd00::/64", "ip_version": 6, "enable_dhcp": true,
          ]
        ])
    }
  }

  @Test("an IPv6 subnet's gateway advertises its address mode, another, or nothing")
  func subnetModes() async throws {
    try await FakeServer.with(answer: controller) { server in
      let begin = ["subnet", "create", "s", "--network", "web", "--cidr", "fd00::/64", "--controller", server.url]
      let cases: [([String], JSONValue, JSONValue)] = [
        (["--ipv6-address-mode", "slaac"], "slaac", "slaac"),
        (["--ipv6-address-mode", "dhcpv6-stateful", "--ipv6-ra-mode", "none"], "dhcpv6-stateful", nil),
        (["--ipv6-ra-mode", "slaac"], nil, "slaac"),
      ]
      for (options, address, advertised) in cases {
        _ = await ran(begin + options)
        let subnet = server.requests.last?.body?["subnet"]
        #expect(subnet?["ipv6_address_mode"] == address && subnet?["ipv6_ra_mode"] == advertised, "\(options)")
      }
      let failure = await ran(
        "subnet", "create", "s", "--network", "web", "--cidr", "10.0.0.0/24", "--ipv6-ra-mode", "slaac", "--controller",
        server.url
      ).failure
      #expect(failure?.contains("is an IPv4 network") == true, "\(failure ?? "none")")
    }
  }

  @Test("a port's subnets are named or numbered, its host and MAC address go as they are")
  func portBody() async throws {
    try await FakeServer.with(answer: controller) { server in
      _ = await ran(
        "port", "create", "p", "--network", "web", "--host", "node1", "--mac", "FA:16:3e:00:00:01", "--fixed-ip",
        "subnet=front,ip=10.0.0.5", "--fixed-ip", "ip=10.0.0.6", "--controller", server.url)
      #expect(
        server.requests.last?.body == [
          "port": [
            "name": "p", "network_id": "n-1", "admin_state_up": true, "binding:host_id": "node1",
            "mac_address": "fa:16:3e:00:00:01",
            "fixed_ips": [["subnet_id": "s-1", "ip_address": "10.0.0.5"], ["ip_address": "10.0.0.6"]],
          ]
        ])
    }
  }

  @Test("an update sends only what was asked for")
  func portUpdate() throws {
    let parsed = try PortCommand.Update.parse(["p", "--no-host", "--no-fixed-ip", "--disable"])
    #expect(
      parsed.fields(subnetIDs: [:]) == ["binding:host_id": "", "fixed_ips": [], "admin_state_up": false])
    for arguments in [["p"], ["p", "--host", "h", "--no-host"], ["p", "--enable", "--disable"]] {
      #expect(throws: (any Error).self) { try PortCommand.Update.parse(arguments) }
    }
  }

  @Test("a refusal is the controller's own sentence; the other deletions go on")
  func refusal() async throws {
    try await FakeServer.with(answer: controller) { server in
      let result = await ran("network", "delete", "web", "nix", "--controller", server.url)
      #expect(
        result.failure == """
          Cannot delete the network 'web': There are ports on n-1. Delete them first.
          There is no network with the name or id 'nix'; 'alioth network list' shows those there are.
          2 of 2 were not deleted.
          """)
    }
  }

  @Test("an answer that is not Neutron's names the request and quotes its start")
  func foreignServer() async throws {
    try await FakeServer.with(answer: { _ in .init(status: 502, text: "<h1>Bad\u{1b}[31m gateway</h1>") }) { server in
      let failure = await ran("network", "list", "--controller", server.url).failure
      #expect(
        failure == "Cannot list the networks: GET \(server.url)/v2.0/networks was answered with 502 Bad Gateway. "
          + "The answer begins: <h1>Bad\\u{1b}[31m gateway</h1>.")
    }
    try await FakeServer.with(answer: { _ in .init(status: 200, text: "hello") }) { server in
      let failure = await ran("host", "list", "--controller", server.url).failure
      #expect(failure?.contains("its answer is not JSON. Is it an Alioth controller?") == true)
    }
  }

  @Test("an unreachable controller is named, with the reason and the way to choose another")
  func unreachable() async {
    // A privileged port that nobody has listened on for decades, so that no other test can have it.
    let port = 1
    let failure = await ran("network", "list", "--controller", "http://127.0.0.1:\(port)").failure
    #expect(
      failure == "Cannot list the networks: the controller at http://127.0.0.1:\(port) was not reached: connection "
        + "refused. That address is from --controller; choose another with --controller URL or ALIOTH_CONTROLLER.")
  }

  @Test("an answer without end is cut off with a way to narrow it")
  func tooLarge() async throws {
    let large = String(repeating: "x", count: HTTPExchange.bodyLimit + 1)
    try await FakeServer.with(answer: { _ in .init(status: 200, text: large) }) { server in
      let failure = await ran("port", "list", "--controller", server.url).failure
      #expect(failure == "Cannot list the ports: the answer is larger than 16 MiB; narrow it with a filter.")
    }
  }

  @Test("a silent controller is given up")
  func timeout() async throws {
    // Connections are accepted by the system; nobody ever reads them.
    let silent = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.autoRead, value: false).bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(silent.localAddress?.port)
    let failure = await #expect(throws: HTTPFailure.self) {
      try await HTTPExchange.with { exchange in
        var exchange = exchange
        exchange.timeout = .milliseconds(200)
        _ = try await exchange.send("http://127.0.0.1:\(port)/")
      }
    }
    #expect(failure == .timedOut(.milliseconds(200)))
    try await silent.close()
  }

  @Test("a list of several pages is read to its end, at the address that was chosen")
  func pages() async throws {
    try await FakeServer.with(answer: { request in
      if request.uri.contains("marker=n-1") { return try .init(200, ["networks": [["id": "n-2", "name": "b"]]]) }
      return try .init(
        200,
        [
          "networks": [["id": "n-1", "name": "a"]],
          "networks_links": [["rel": "next", "href": "http://elsewhere.invalid/v2.0/networks?marker=n-1"]],
        ])
    }) { server in
      let result = await ran("network", "list", "--controller", server.url, "-o", "json")
      let networks = try JSONValue(parsing: Array(result.output.utf8))
      #expect(networks.array?.map(\.id) == ["n-1", "n-2"])
    }
  }
}
