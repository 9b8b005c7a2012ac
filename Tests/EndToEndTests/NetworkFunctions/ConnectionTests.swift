import Testing

extension EndToEnd {
  @Suite("Connections and changes of the rules", .serialized)
  struct ConnectionTests {
    @Test("a rule that is removed cuts the connections that it alone allowed, in both directions; others go on")
    func ruleRemoved() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("cut", cidr: "10.96.0.0/24", "2001:db8:96::/64")
        let clients = try scenario.group("clients")
        let servers = try scenario.group("servers", .ingress(.tcp(80)), .ingress(.udp(80)))
        let doomed = try [
          SecurityRule.ingress(.tcp(22)), .ingress(.udp(53)),
        ].flatMap { try scenario.add($0, to: servers) }
        let near = try scenario.guest(in: network, on: "node1", fields: [clients].fields)
        let far = try scenario.guest(in: network, on: "node2", fields: [clients].fields)
        let server = try scenario.guest(in: network, on: "node1", fields: [servers].fields)
        try scenario.ready()
        var staying: [OpenConnection] = []
        var cut: [OpenConnection] = []
        for client in [near, far] {
          staying += try scenario.connect(client, server, .tcp, 80) + scenario.connect(client, server, .udp, 80)
          cut += try scenario.connect(client, server, .tcp, 22) + scenario.connect(client, server, .udp, 53)
        }
        for connection in staying + cut { try connection.expectAlive() }
        try scenario.remove(doomed)
        for connection in cut { try connection.expectCut() }
        for connection in staying { try connection.expectAlive() }
        for connection in cut { #expect(try connection.carries(within: 0.1) == .neither, "\(connection.name)") }
        try scenario.expect([
          .answered: [.tcp(near, server, 80), .tcp(far, server, 80)],
          .silent: [.tcp(near, server, 22), .udp(far, server, 53)],
        ])
      }
    }

    @Test("who joins a remote group is let in, and who leaves it is cut off; other members stay")
    func remoteGroup() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("members", cidr: "10.97.0.0/24", "2001:db8:97::/64")
        let friends = try scenario.group("friends")
        let others = try scenario.group("others")
        let servers = try scenario.group(
          "servers", .ingress(.tcp(80), from: .group(friends)), .ingress(.udp(53), from: .group(friends)),
          .ingress(.ping, from: .group(friends)))
        let friend = try scenario.guest(in: network, on: "node2", fields: [friends].fields)
        let near = try scenario.guest(in: network, on: "node1", fields: [others].fields)
        let far = try scenario.guest(in: network, on: "node2", fields: [others].fields)
        let server = try scenario.guest(in: network, on: "node1", fields: [servers].fields)
        try scenario.ready()
        func talks(_ guest: Guest) -> [Talk] {
          [.tcp(guest, server, 80), .udp(guest, server, 53), .ping(guest, server)]
        }
        try scenario.expect([.answered: talks(friend), .silent: talks(near) + talks(far) + [.tcp(friend, server, 81)]])

        for guest in [near, far] { try scenario.put(guest, into: others, friends) }
        try scenario.expect([.answered: talks(friend) + talks(near) + talks(far), .silent: [.tcp(near, server, 81)]])
        let opened = try [near, far].flatMap {
          try scenario.connect($0, server, .tcp, 80) + scenario.connect($0, server, .udp, 53)
        }
        let staying = try scenario.connect(friend, server, .tcp, 80)
        for connection in opened + staying { try connection.expectAlive() }

        for guest in [near, far] { try scenario.put(guest, into: others) }
        for connection in opened { try connection.expectCut() }
        for connection in staying { try connection.expectAlive() }
        try scenario.expect([.answered: talks(friend), .silent: talks(near) + talks(far)])
      }
    }

    @Test("rules count between the subnets of a router as well, and a port's change of groups cuts what they allowed")
    func routed() throws {
      try Scenario.run { scenario in
        let lan = try Segment(scenario, "lan", 98)
        let dmz = try Segment(scenario, "dmz", 99)
        _ = try scenario.router("router", in: lan.subnet, lan.subnet6, dmz.subnet, dmz.subnet6)
        let clients = try scenario.group("clients")
        let servers = try scenario.group("servers", .ingress(.tcp(80), from: .group(clients)), .ingress(.udp(4000)))
        let closed = try scenario.group("closed")
        let client = try scenario.guest(in: lan.network, on: "node1", fields: [clients].fields)
        let stranger = try scenario.guest(in: lan.network, on: "node2", fields: [closed].fields)
        let near = try scenario.guest(in: dmz.network, on: "node1", fields: [servers].fields)
        let far = try scenario.guest(in: dmz.network, on: "node2", fields: [servers].fields)
        try scenario.ready()
        try scenario.expect([
          .answered: [
            .tcp(client, near, 80), .tcp(client, far, 80), .udp(stranger, near, 4000), .udp(stranger, far, 4000),
          ],
          .silent: [
            .tcp(client, near, 81), .tcp(client, far, 81), .tcp(stranger, near, 80), .tcp(stranger, far, 80),
            .ping(near, client), .ping(client, far),
          ],
        ])
        // The error comes back through the router, and belongs to the datagram that was let out.
        try scenario.expect([.refused: [.udp(client, near, 4000).toNobody, .udp(client, far, 4000).toNobody]])
        let connections = try scenario.connect(client, far, .tcp, 80) + scenario.connect(client, near, .tcp, 80)
        for connection in connections { try connection.expectAlive() }
        for server in [near, far] { try scenario.put(server, into: closed) }
        for connection in connections { try connection.expectCut() }
      }
    }
  }
}
