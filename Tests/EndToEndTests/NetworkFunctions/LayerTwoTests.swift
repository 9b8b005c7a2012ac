import Testing

extension EndToEnd {
  @Suite("Layer 2", .serialized)
  struct LayerTwoTests {
    @Test("networks with the same addresses are apart: unicast, broadcast and multicast, on one node and across nodes")
    func networksApart() throws {
      try Scenario.run { scenario in
        let red = try scenario.network("red", cidr: "10.70.0.0/24", "2001:db8:70::/64")
        let blue = try scenario.network("blue", cidr: "10.70.0.0/24", "2001:db8:70::/64")
        func guest(_ network: Network, _ node: String, _ number: Int) throws -> Guest {
          try scenario.guest(
            try scenario.port(in: network, on: node, address: "10.70.0.\(number)", "2001:db8:70::\(number)"))
        }
        let red1 = try guest(red, "node1", 11)
        let red2 = try guest(red, "node1", 12)
        let red3 = try guest(red, "node2", 13)
        let blue1 = try guest(blue, "node1", 11)
        let blue2 = try guest(blue, "node2", 12)
        // Nobody of red has this address.
        let blue4 = try guest(blue, "node2", 14)
        try scenario.ready()

        try scenario.expect([
          .answered: [
            .ping(red1, red2), .ping(red1, red3), .ping(blue1, blue2), .udp(red1, red2, 53), .udp(red3, red2, 53),
            .udp(blue1, blue2, 53), .tcp(red1, red3, 80), .tcp(blue1, blue4, 80),
          ],
          .silent: [.ping(red1, blue4), .udp(red1, blue4, 53), .tcp(red3, blue4, 81)],
        ])

        let everywhere = "ff:ff:ff:ff:ff:ff"
        let reds = [red2, red3]
        try scenario.expect(
          [
            Frame("a broadcast", from: red1, red1.datagram(to: "10.70.0.255", at: everywhere), at: reds),
            Frame("a limited broadcast", from: red1, red1.datagram(to: "255.255.255.255", at: everywhere), at: reds),
            Frame("a multicast", from: red1, red1.datagram(to: "224.0.0.251", at: "01:00:5e:00:00:fb"), at: reds),
            Frame("an IPv6 multicast", from: red1, red1.datagram(to: "ff02::fb", at: "33:33:00:00:00:fb"), at: reds),
            Frame(
              "a multicast", from: blue1, blue1.datagram(to: "224.0.0.251", at: "01:00:5e:00:00:fb"),
              at: [blue2, blue4]),
            Frame("to a guest", from: red1, red1.datagram(to: red3, 4), at: [red3]),
            Frame("to a guest of another network", from: red1, red1.datagram(to: blue4, 4)),
            Frame("to nobody", from: red1, red1.datagram(to: "10.70.0.99", at: "fa:16:3e:70:00:99")),
          ], watching: [red1, red2, red3, blue1, blue2, blue4])
      }
    }

    @Test("a broadcast goes only to nodes that have a guest of its network")
    func replication() throws {
      try Scenario.run { scenario in
        let near = try scenario.network("near", cidr: "10.71.0.0/24", "2001:db8:71::/64")
        let wide = try scenario.network("wide", cidr: "10.72.0.0/24", "2001:db8:72::/64")
        let near1 = try scenario.guest(in: near, on: "node1")
        let near2 = try scenario.guest(in: near, on: "node1")
        let wide1 = try scenario.guest(in: wide, on: "node1")
        let wide2 = try scenario.guest(in: wide, on: "node2")
        try scenario.ready()
        let underlay = Frame.Place(underlayOf: "node2")
        func flood(_ name: String, _ guest: Guest, at places: [Frame.Place]) -> [Frame] {
          [
            Frame(name, from: guest, guest.datagram(to: "255.255.255.255", at: "ff:ff:ff:ff:ff:ff"), at: places),
            Frame("\(name), IPv6", from: guest, guest.datagram(to: "ff02::1", at: "33:33:00:00:00:01"), at: places),
          ]
        }
        let frames =
          flood("wide", wide1, at: [underlay, Frame.Place(wide2)]) + flood("near", near1, at: [Frame.Place(near2)])
        try scenario.expect(frames, watching: [underlay, Frame.Place(near2), Frame.Place(wide2)])

        // With its first guest the other node is one of them, and without it no more.
        let port = try scenario.port(in: near, on: "node2")
        let near3 = try scenario.guest(port)
        try scenario.ready()
        let reached = flood("near", near1, at: [underlay, Frame.Place(near2), Frame.Place(near3)])
        try scenario.expect(reached, watching: [underlay, Frame.Place(near2), Frame.Place(near3)])
        try scenario.api.delete("port", port.id)
        try scenario.expect(frames, watching: [underlay, Frame.Place(near2), Frame.Place(wide2)], settling: true)
      }
    }
  }
}
