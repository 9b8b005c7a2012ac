import Testing

extension EndToEnd {
  @Suite("Isolation", .serialized)
  struct IsolationTests {
    @Test("two networks with the same addresses do not see each other, on one node and across nodes")
    func overlapping() throws {
      try Scenario.run { scenario in
        let red = try scenario.network("red", cidr: "10.7.0.0/24")
        let blue = try scenario.network("blue", cidr: "10.7.0.0/24")
        let red1 = try scenario.boot(in: red, on: "node1", address: "10.7.0.11")
        let blue1 = try scenario.boot(in: blue, on: "node1", address: "10.7.0.11")
        let red2 = try scenario.boot(in: red, on: "node2", address: "10.7.0.12")
        let blue2 = try scenario.boot(in: blue, on: "node2", address: "10.7.0.12")
        try red1.awaitReach("10.7.0.12")
        try blue1.awaitReach("10.7.0.12")

        // Whose .12 answers shows when one of them is gone.
        try scenario.lab.run("guest", "unplug", red2.name)
        #expect(try !red1.reachesEver("10.7.0.12"), "red's .12 is gone, and blue's must not answer for it")
        #expect(try blue1.reaches("10.7.0.12"), "blue's .12 is not concerned")
        try scenario.lab.run("guest", "unplug", blue1.name)
        #expect(try !blue2.reachesEver("10.7.0.11"), "red's .11 is on the node that blue's was on")
      }
    }

    @Test("an address of another network is not reached, also when a guest claims to be in that network")
    func strangers() throws {
      try Scenario.run { scenario in
        let green = try scenario.network("green", cidr: "10.8.0.0/24")
        let grey = try scenario.network("grey", cidr: "10.9.0.0/24")
        let inside = try scenario.boot(in: green, on: "node1")
        let friend = try scenario.boot(in: green, on: "node2")
        let stranger = try scenario.boot(in: grey, on: "node1")
        try friend.awaitReach(inside.address)
        // A route and a second address make the stranger try on the link itself.
        try scenario.lab.run("guest", "exec", stranger.name, "ip", "address", "add", "10.8.0.200/24", "dev", "eth0")
        #expect(try !stranger.reachesEver(inside.address))
        #expect(try !stranger.reachesEver(friend.address))
        #expect(try friend.reaches(inside.address))
      }
    }
  }
}
