import Testing

extension EndToEnd {
  @Suite("Neighbors on demand", .serialized)
  struct OnDemandTests {
    @Test("nodes whose guests talk come to know each other's guests; who is not there is asked for once")
    func asked() throws {
      try Scenario.run { scenario in
        let network = try scenario.network(
          "asked", cidr: "10.78.0.0/24", "2001:db8:78::/64", fields: ["alioth:neighbors_on_demand": true])
        let here = try scenario.guest(in: network, on: "node1")
        let there = try scenario.guest(in: network, on: "node2")
        let other = try scenario.guest(in: network, on: "node2")
        try scenario.ready()
        let found = try scenario.counter("neighbor_asks_found", on: "node1")
        let missed = try scenario.counter("neighbor_asks_not_found", on: "node1")
        let learned = try scenario.counter("neighbors_on_demand", on: "node1")

        // The default group lets its members in, so that the other node has to know who asks.
        try scenario.expect([.answered: [.ping(here, there), .udp(here, there, 53), .tcp(here, there, 80)]])
        #expect(try scenario.counter("neighbor_asks_found", on: "node1") > found)
        // Both ports of the other node, which would not ask for this one any more.
        let learnedNow = try scenario.counter("neighbors_on_demand", on: "node1")
        #expect(learnedNow == learned + 2)

        let succeeded = try scenario.lab.succeeds(
          "guest", "exec", here.name, "ping", "-c", "2", "-i", "0.2", "-W", "1", "10.78.0.200")
        #expect(!succeeded)
        #expect(try scenario.counter("neighbor_asks_not_found", on: "node1") == missed + 1)
        try scenario.expect([.answered: [.ping(other, here)]])

        // Nobody asks for a port of a host that is known, and the default group has to know it all the same.
        let later = try scenario.guest(in: network, on: "node1")
        try scenario.ready()
        try scenario.expect([.answered: [.ping(later, there), .udp(later, other, 53)]])
      }
    }
  }
}
