import Testing

extension EndToEnd {
  @Suite("Routing", .serialized)
  struct RoutingTests {
    @Test(
      "a router joins subnets that were there before its guests, and one whose guests were there before it; and leaves it"
    )
    func attaching() throws {
      try Scenario.run { scenario in
        let red = try Segment(scenario, "red", 82)
        let blue = try Segment(scenario, "blue", 83)
        let green = try Segment(scenario, "green", 84)
        let router = try scenario.router("router", in: red.subnet, red.subnet6, blue.subnet, blue.subnet6)
        let red1 = try scenario.guest(in: red.network, on: "node1")
        let blue1 = try scenario.guest(in: blue.network, on: "node1")
        let blue2 = try scenario.guest(in: blue.network, on: "node2")
        let green1 = try scenario.guest(in: green.network, on: "node1")
        let green2 = try scenario.guest(in: green.network, on: "node2")
        try scenario.ready()

        let apart: [Talk] = [
          .ping(green1, red1), .ping(green2, red1), .ping(green1, at: green.gateways), .udp(red1, green1, 53),
          .udp(red1, green2, 53), .tcp(blue2, green1, 80),
        ]
        try scenario.expect([
          .answered: [
            .ping(red1, at: red.gateways), .ping(red1, at: blue.gateways), .ping(blue2, at: blue.gateways),
            .ping(blue2, at: red.gateways), .ping(red1, blue1), .ping(red1, blue2), .ping(blue2, red1),
            .udp(red1, blue1, 53), .udp(blue2, red1, 53), .tcp(red1, blue1, 80, size: 100_000),
            .tcp(red1, blue2, 80, size: 100_000), .tcp(blue2, red1, 81), .ping(green1, green2),
          ],
          .silent: apart,
        ])

        try scenario.attach(router, to: green.subnet)
        try scenario.attach(router, to: green.subnet6)
        try scenario.expect([
          .answered: apart + [
            .ping(red1, green1), .ping(red1, green2), .ping(green1, blue2), .ping(blue1, at: green.gateways),
          ]
        ])

        try scenario.detach(router, from: green.subnet)
        try scenario.detach(router, from: green.subnet6)
        try scenario.expect(
          [.answered: [.ping(red1, blue1), .ping(red1, blue2), .ping(green1, green2)], .silent: apart], settling: true)
      }
    }

    @Test(
      "a routed packet has one hop less and the gateway's MAC address; who has none left, or nowhere to go, is told")
    func hops() throws {
      try Scenario.run { scenario in
        let red = try Segment(scenario, "red", 85)
        let blue = try Segment(scenario, "blue", 86)
        _ = try scenario.router("router", in: red.subnet, red.subnet6, blue.subnet, blue.subnet6)
        let from = try scenario.guest(in: red.network, on: "node1")
        let near = try scenario.guest(in: blue.network, on: "node1")
        let far = try scenario.guest(in: blue.network, on: "node2")
        try scenario.ready()
        try scenario.expect([.answered: [.ping(from, near), .ping(from, far)]])

        let frames = [(near, 4), (near, 6), (far, 4), (far, 6)].map { to, version in
          let (inward, outward) = version == 4 ? (red.subnet, blue.subnet) : (red.subnet6, blue.subnet6)
          return Frame(
            "IPv\(version) to \(to.name)", from: from,
            from.datagram(to: to.address(version), at: inward.gatewayMAC ?? "", hops: 17),
            seenAs: "p[UDP].dport == 9 and p.src == '\(outward.gatewayMAC ?? "")' and p.dst == '\(to.mac)'"
              + (version == 4 ? " and p[IP].ttl == 16" : " and p[IPv6].hlim == 16"), at: [to])
        }
        try scenario.expect(frames, watching: [near, far])

        let expired = try scenario.expect([
          .expired: [.ping(from, at: near.addresses, hops: 1), .ping(from, at: far.addresses, hops: 1)]
        ])
        for end in expired { #expect(red.gateways.contains(end.by ?? ""), "the first hop is \(end)") }
        try scenario.expect([
          .answered: [.ping(from, at: near.addresses, hops: 2), .ping(from, at: far.addresses, hops: 2)]
        ])
        let unreachable = try scenario.expect([.unreachable: [.ping(from, at: ["198.51.100.1", "2001:db8:ffff::1"])]])
        for end in unreachable { #expect(red.gateways.contains(end.by ?? ""), "\(end)") }
      }
    }

    @Test("static routes lead through guests, the longest prefix wins, and a route that is gone leads nowhere")
    func staticRoutes() throws {
      try Scenario.run { scenario in
        let lan = try Segment(scenario, "lan", 87)
        let dmz = try Segment(scenario, "dmz", 88)
        let router = try scenario.router("router", in: lan.subnet, lan.subnet6, dmz.subnet, dmz.subnet6)
        let near = try scenario.guest(in: lan.network, on: "node1")
        let far = try scenario.guest(in: lan.network, on: "node2")
        let behind = [
          "allowed_address_pairs": [["ip_address": "198.51.100.0/24"], ["ip_address": "2001:db8:ffff::/48"]]
        ]
        let wide = try scenario.guest(in: dmz.network, on: "node2", fields: behind)
        let narrow = try scenario.guest(in: dmz.network, on: "node1", fields: behind)
        try scenario.ready()
        // Each has both addresses, so that who answers is who was asked: datagrams are heard by one of them only.
        let addresses = ["198.51.100.1", "198.51.100.129", "2001:db8:ffff::1", "2001:db8:ffff:8000::1"]
        for guest in [wide, narrow] {
          try scenario.lab.traffic.configure(
            guest.name, addresses.map { "address add \($0)/\($0.contains(":") ? 128 : 32) dev lo" })
        }
        func talks(_ guest: Guest, _ addresses: [String]) -> [Talk] {
          [near, far].flatMap { from in
            [Talk.Kind.udp, .tcp].map { Talk(kind: $0, from: from, to: guest, addresses: addresses, port: 53) }
          }
        }
        let low = addresses.filter { $0.hasSuffix(".1") || $0.hasSuffix("ffff::1") }
        let high = addresses.filter { !low.contains($0) }
        let all = [Talk.ping(near, at: addresses), .ping(far, at: addresses)]
        try scenario.expect([.unreachable: all])

        let toWide = [("198.51.100.0/24", wide.address(4)), ("2001:db8:ffff::/48", wide.address(6))]
        let toNarrow = [("198.51.100.128/25", narrow.address(4)), ("2001:db8:ffff:8000::/49", narrow.address(6))]
        try scenario.route(router, toWide)
        try scenario.expect([.answered: all + talks(wide, addresses)])
        try scenario.route(router, toWide + toNarrow)
        try scenario.expect([.answered: all + talks(wide, low) + talks(narrow, high)])
        try scenario.route(router, toNarrow)
        try scenario.expect(
          [.answered: talks(narrow, high), .unreachable: [.ping(near, at: low), .ping(far, at: low)]], settling: true)
      }
    }

    @Test("two routers are two worlds, also where their subnets have the same addresses")
    func twoRouters() throws {
      try Scenario.run { scenario in
        let red = try Segment(scenario, "red", 89)
        let redServers = try Segment(scenario, "red-servers", 90)
        let blue = try Segment(scenario, "blue", 89)
        let blueServers = try Segment(scenario, "blue-servers", 91)
        _ = try scenario.router("red", in: red.subnet, red.subnet6, redServers.subnet, redServers.subnet6)
        let blueRouter = try scenario.router(
          "blue", in: blue.subnet, blue.subnet6, blueServers.subnet, blueServers.subnet6)
        let red1 = try scenario.guest(in: red.network, on: "node1")
        let blue1 = try scenario.guest(in: blue.network, on: "node1")
        let redServer = try scenario.guest(in: redServers.network, on: "node2")
        let blueServer = try scenario.guest(in: blueServers.network, on: "node2")
        try scenario.ready()
        #expect(red1.addresses == blue1.addresses)
        let ofBlue: [Talk] = [.udp(blue1, blueServer, 53), .udp(blueServer, blue1, 53), .tcp(blueServer, blue1, 80)]
        let ofRed: [Talk] = [.udp(red1, redServer, 53), .udp(redServer, red1, 53), .tcp(redServer, red1, 80)]
        let across: [Talk] = [.udp(red1, blueServer, 53), .udp(redServer, blueServer, 53), .tcp(blue1, redServer, 80)]
        try scenario.expect([.answered: ofRed + ofBlue, .silent: across])

        for subnet in [blue.subnet, blue.subnet6, blueServers.subnet, blueServers.subnet6] {
          try scenario.detach(blueRouter, from: subnet)
        }
        try scenario.api.delete("router", blueRouter.id)
        try scenario.expect([.answered: ofRed, .silent: ofBlue + across], settling: true)
      }
    }
  }

  /// A network with a subnet of each version of IP.
  struct Segment {
    let network: Network
    let subnet: Subnet
    let subnet6: Subnet

    init(_ scenario: Scenario, _ name: String, _ number: Int) throws {
      network = try scenario.network(name)
      subnet = try scenario.subnet(of: network, cidr: "10.\(number).0.0/24")
      subnet6 = try scenario.subnet(of: network, cidr: "2001:db8:\(number)::/64")
    }

    var gateways: [String] { [subnet.gateway, subnet6.gateway].compactMap(\.self) }
  }
}
