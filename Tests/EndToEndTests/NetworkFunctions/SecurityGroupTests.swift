import Testing

extension EndToEnd {
  @Suite("Security groups", .serialized)
  struct SecurityGroupTests {
    @Test("members of the default group reach each other and everybody else; nobody else reaches them, but for replies")
    func defaultGroup() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("default", cidr: "10.92.0.0/24", "2001:db8:92::/64")
        let open = try scenario.group("open", .ingress(.any))
        let member = try scenario.guest(in: network, on: "node1")
        let near = try scenario.guest(in: network, on: "node1")
        let far = try scenario.guest(in: network, on: "node2")
        let stranger = try scenario.guest(in: network, on: "node1", fields: [open].fields)
        let farStranger = try scenario.guest(in: network, on: "node2", fields: [open].fields)
        try scenario.ready()
        try scenario.expect([
          .answered: [
            .ping(member, near), .ping(member, far), .udp(far, member, 53), .udp(member, near, 53), .tcp(near, far, 80),
            .tcp(near, member, 80), .ping(member, stranger), .ping(member, farStranger), .tcp(far, stranger, 80),
            .udp(near, farStranger, 53), .ping(stranger, farStranger),
          ],
          // They hear each other's questions, but not what nobody asked for.
          .silent: [
            .ping(stranger, member), .ping(farStranger, member), .udp(stranger, near, 53), .udp(farStranger, near, 53),
            .tcp(stranger, far, 80), .tcp(farStranger, far, 80),
          ],
        ])
      }
    }

    @Test("a port without groups passes nothing but DHCP, ARP and neighbor discovery")
    func withoutGroups() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("alone", cidr: "10.93.0.0/24", "2001:db8:93::/64")
        let open = try scenario.group("open", .ingress(.any))
        let alone = try scenario.guest(in: network, on: "node1", fields: [SecurityGroup]().fields)
        let near = try scenario.guest(in: network, on: "node1", fields: [open].fields)
        let far = try scenario.guest(in: network, on: "node2", fields: [open].fields)
        try scenario.ready()
        try scenario.expect([
          .answered: [.ping(near, far), .udp(near, far, 53), .udp(far, near, 53)],
          .silent: [
            .ping(alone, near), .ping(alone, far), .ping(near, alone), .ping(far, alone), .udp(alone, near, 53),
            .udp(far, alone, 53), .tcp(alone, far, 80), .tcp(near, alone, 80),
          ],
        ])
        for other in [near, far] {
          for version in [4, 6] {
            let neighbors = try scenario.lab.run("guest", "exec", alone.name, "ip", "-\(version)", "neighbor", "show")
            let line = neighbors.split(separator: "\n").first { $0.hasPrefix(other.address(version) + " ") } ?? ""
            #expect(line.contains(other.mac), "it resolves \(other.address(version)): \(neighbors)")
          }
        }
        try alone.dhcp(.udhcpc)
        #expect(try alone.configuredAddress() == "\(alone.address(4))/24")
        try scenario.put(alone, into: open)
        try scenario.expect([.answered: [.ping(near, alone), .ping(far, alone), .tcp(alone, far, 80)]])
      }
    }

    @Test(
      "rules: a port, a range of ports, an ICMP type, a remote prefix; what is not allowed is filtered on the same node too"
    )
    func rules() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("rules", cidr: "10.94.0.0/24", "2001:db8:94::/64")
        let clients = try scenario.group("clients", .ingress(.icmp))
        let friend = try scenario.guest(in: network, on: "node2", fields: [clients].fields)
        let near = try scenario.guest(in: network, on: "node1", fields: [clients].fields)
        let far = try scenario.guest(in: network, on: "node2", fields: [clients].fields)
        let servers = try scenario.group(
          "servers", .ingress(.tcp(80)), .ingress(.tcp(8000...8010)), .ingress(.ping), .ingress(.udp(4000)),
          .ingress(.udp(53), from: .prefix("\(friend.address(4))/32")),
          .ingress(.udp(53), from: .prefix("\(friend.address(6))/128")),
          .ingress(.tcp(22), from: .prefix("10.94.0.0/24")))
        let server = try scenario.guest(in: network, on: "node1", fields: [servers].fields)
        try scenario.ready()
        let both = [near, far]
        try scenario.expect([
          .answered: both.flatMap { client -> [Talk] in
            [
              .tcp(client, server, 80), .tcp(client, server, 8000), .tcp(client, server, 8005),
              .tcp(client, server, 8010),
              .ping(client, server), .udp(client, server, 4000), .tcp(client, server, 22).only(4),
            ]
          } + [.udp(friend, server, 53)],
          .refused: both.map { .tcp($0, server, 8001).toNobody },
          .silent: both.flatMap { client -> [Talk] in
            [
              .tcp(client, server, 81), .tcp(client, server, 7999), .tcp(client, server, 8011),
              .udp(client, server, 80),
              .udp(client, server, 53), .tcp(client, server, 22).only(6), .tcp(client, server, 443).toNobody,
            ]
          },
        ])
        // Nobody listens any more: the ICMP error that says so belongs to the datagram.
        try scenario.expect([.refused: both.map { .udp($0, server, 4000).toNobody }])
      }
    }

    @Test("egress rules hold what a guest begins, stateless groups judge each packet by itself")
    func egressAndStateless() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("egress", cidr: "10.95.0.0/24", "2001:db8:95::/64")
        let open = try scenario.group("open", .ingress(.any))
        let near = try scenario.guest(in: network, on: "node1", fields: [open].fields)
        let far = try scenario.guest(in: network, on: "node2", fields: [open].fields)
        let held = try scenario.group(
          "held", egress: false, .egress(.tcp(443)), .egress(.any, to: .prefix("\(far.address(4))/32")),
          .ingress(.tcp(80)))
        let guest = try scenario.guest(in: network, on: "node1", fields: [held].fields)
        // Its replies need a rule of their own: only those to datagrams from port 53 have one.
        let oneWay = try scenario.group("one-way", egress: false, stateful: false, .ingress(.udp(53)), .ingress(.ping))
        let stateless = try scenario.guest(in: network, on: "node2", fields: [oneWay].fields)
        try scenario.ready()
        try scenario.expect([
          .answered: [
            .tcp(guest, near, 443), .tcp(guest, far, 443), .ping(guest, far).only(4), .udp(guest, far, 53).only(4),
            .tcp(near, guest, 80), .tcp(far, guest, 80),
          ],
          .silent: [
            .tcp(guest, near, 80), .ping(guest, near), .ping(guest, far).only(6), .udp(guest, far, 53).only(6),
            .udp(guest, near, 53), .udp(near, stateless, 54), .ping(near, stateless),
          ],
          .heard: [.udp(near, stateless, 53), .udp(far, stateless, 53)],
        ])
        try scenario.add(.egress(.any), to: oneWay)
        try scenario.expect([
          .answered: [
            .udp(near, stateless, 53), .udp(far, stateless, 53), .ping(near, stateless), .ping(far, stateless),
          ],
          .silent: [.udp(near, stateless, 54), .tcp(far, stateless, 80)],
        ])
      }
    }
  }
}
