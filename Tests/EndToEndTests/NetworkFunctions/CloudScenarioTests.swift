import Testing

extension EndToEnd {
  @Suite("What a cloud does", .serialized)
  struct CloudScenarioTests {
    @Test("ten ports of two subnets by one request: all reach all; when one is deleted only its ping stops")
    func tenPorts() throws {
      try Scenario.run { scenario in
        let red = try Segment(scenario, "red", 100)
        let blue = try Segment(scenario, "blue", 101)
        _ = try scenario.router("router", in: red.subnet, red.subnet6, blue.subnet, blue.subnet6)
        let ports = try scenario.ports(
          (0..<10).map { number in
            let network = number % 2 == 0 ? red.network : blue.network
            return [
              "network_id": network.id, "binding:host_id": number < 5 ? "node1" : "node2", "name": "port\(number)",
            ]
          })
        #expect(ports.map(\.name) == (0..<10).map { "port\($0)" }, "in the order of the request")
        let guests = try ports.map { try scenario.guest($0) }
        try scenario.ready()
        let pairs = guests.flatMap { from in guests.filter { $0.name != from.name }.map { Talk.ping(from, $0) } }
        try scenario.expect([.answered: pairs])

        let first = try #require(guests.first)
        let last = try #require(guests.last)
        let staying = try guests.dropFirst().dropLast().filter { $0.port.host != first.port.host }.prefix(2)
          .map { try first.ping($0.address(4)) }
        let stopping = try first.ping(last.address(4))
        for ping in staying + [stopping] { try ping.awaitAnswers(3) }
        try scenario.api.delete("port", last.port.id)
        try scenario.expect(
          [.answered: guests.dropFirst().dropLast().map { .ping(first, $0) }, .silent: [.udp(first, last, 53)]],
          settling: true)
        let answered = stopping.highest
        for ping in staying { try ping.awaitAnswers(10) }
        #expect(stopping.finish().answered <= answered + 1)
        for ping in staying { #expect(ping.finish().lost == []) }
      }
    }

    @Test("a port that was made for nobody is bound later, to a host and a machine, and moves from group to group")
    func boundLater() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("later", cidr: "10.102.0.0/24", "2001:db8:102::/64")
        let first = try scenario.group("first", .ingress(.ping), .ingress(.tcp(80)))
        let second = try scenario.group("second", .ingress(.ping), .ingress(.tcp(443)))
        let unbound = try scenario.ports(
          [["network_id": network.id], ["network_id": network.id]].map {
            $0.merging([first].fields as [String: Any]) { $1 }
          })
        #expect(unbound.allSatisfy { $0.status == "DOWN" })
        for (port, node) in zip(unbound, Lab.nodes) {
          try scenario.api.update(
            "port", port.id,
            ["binding:host_id": node, "device_id": "machine-\(node)", "device_owner": "compute:nova"])
        }
        let guests = try unbound.map { try scenario.guest(try scenario.api.port($0.id)) }
        let near = try scenario.guest(in: network, on: "node1")
        try scenario.ready()
        let (one, two) = (try #require(guests.first), try #require(guests.last))
        try scenario.expect([
          .answered: [.ping(one, two), .ping(two, one), .tcp(one, two, 80), .tcp(near, one, 80), .ping(near, two)],
          .silent: [.tcp(one, two, 443), .tcp(near, one, 443)],
        ])
        try scenario.put(one, into: second)
        try scenario.expect(
          [
            .answered: [.ping(two, one), .tcp(two, one, 443), .tcp(near, one, 443), .tcp(one, two, 80)],
            .silent: [.tcp(near, one, 80), .tcp(two, one, 80), .tcp(near, two, 443)],
          ], settling: true)
      }
    }
  }
}
