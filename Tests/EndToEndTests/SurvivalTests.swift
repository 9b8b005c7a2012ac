import Foundation
import Testing

extension EndToEnd {
  @Suite("A host alone", .serialized)
  struct SurvivalTests {
    @Test(
      "a host that starts without a controller has its guests' networks and DHCP back from disk, and says that it is stale"
    )
    func startWithoutController() throws {
      try Scenario.run { scenario in
        let lab = scenario.lab
        let network = try scenario.network("alone", cidr: "10.46.0.0/24")
        let first = try scenario.boot(in: network, on: "node1")
        let near = try scenario.boot(in: network, on: "node1")
        let far = try scenario.boot(in: network, on: "node2")
        try first.awaitReach(far.address)
        try awaitDurable("node1", lab)
        let flows = try FlowTable(of: "node1", in: lab).flows.count

        try lab.run("controller", "stop")
        try lab.run("agent", "kill", "node1")
        try lab.run("ovs", "restart", "node1")
        #expect(try FlowTable(of: "node1", in: lab).flows.count < flows)
        try lab.run("agent", "start", "node1")

        try first.dhcp(.udhcpc)
        try first.awaitReach(near.address)
        try first.awaitReach(far.address)
        #expect(try FlowTable(of: "node1", in: lab).flows.count == flows)
        let status = try goalState("node1", lab)
        #expect(status.stale == true)
        #expect(try lab.run("node", "exec", "node1", "alioth", "show").contains("stale: from this host's disk"))

        try lab.run("controller", "start")
        try eventually("the controller has confirmed what node1 holds") { try goalState("node1", lab).stale == false }
        try eventually("node1 has all flows") { try FlowTable(of: "node1", in: lab).flows.count == flows }
        try scenario.awaitStatus("ACTIVE", of: first.port)
        let added = try scenario.boot(in: network, on: "node1")
        try added.awaitReach(far.address)

        let history = try entries("node1", lab, "--resource", "port/\(added.port.id)")
        #expect(history.first?.changed.contains("port \(added.port.id)") == true)
        #expect(history.first?.inForceAt != nil)
        #expect(try entries("node1", lab, "--limit", "1000").contains { $0.scope == "start" })
        let page = try lab.run("node", "exec", "node1", "alioth", "history", "--since", "1h")
        #expect(page.contains("aliothd") && page.contains("started") && page.contains(added.port.id), "\(page)")
      }
    }

    @Test("an agent that is killed again and again, whatever it is doing, loses nothing and does nothing twice")
    func killedAgain() throws {
      try Scenario.run { scenario in
        let lab = scenario.lab
        let environment = ProcessInfo.processInfo.environment["ALIOTH_KILL_ROUNDS"]
        let rounds = environment.flatMap { Int($0) } ?? 200
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = Draw(state: seed)
        let network = try scenario.network("killed-again", cidr: "10.47.0.0/24")
        let guest = try scenario.boot(in: network, on: "node1")
        let far = try scenario.boot(in: network, on: "node2")
        try guest.awaitReach(far.address)
        var ports: [Port] = []
        for round in 1...max(rounds, 1) {
          if ports.count > 3, let port = ports.first {
            try scenario.api.delete("port", port.id)
            ports.removeFirst()
          }
          ports.append(try scenario.port(in: network, on: "node1"))
          Thread.sleep(forTimeInterval: Double(random.next() % 250) / 1000)
          try lab.run("agent", "kill", "node1")
          // The last is asked what it holds: it must have got as far as its socket.
          try lab.run("agent", "start", "node1", "--wait", round < rounds ? "none" : "live")
        }
        try eventually("node1 holds what the controller has (seed \(seed))", last: { "\(try status("node1", lab))" }) {
          let status = try status("node1", lab)
          let held = Set((status.ports ?? []).map(\.id))
          return status.goalState.stale == false && held.isSuperset(of: ports.map(\.id)) && held.contains(guest.port.id)
            && held.count == ports.count + 1 && status.goalState.receivedRevision == status.goalState.appliedRevision
        }
        try awaitDurable("node1", lab)
        try guest.awaitReach(far.address)
        let flows = try FlowTable(of: "node1", in: lab)
        try lab.run("agent", "kill", "node1")
        try lab.run("agent", "start", "node1")
        try eventually("the controller has confirmed what node1 holds") { try goalState("node1", lab).stale == false }
        // The last start found everything as it is to be: not one flow was written again.
        let after = try FlowTable(of: "node1", in: lab)
        #expect(Set(after.flows) == Set(flows.flows), "seed \(seed)")
        for (flow, age) in flows.ages { #expect((after.ages[flow] ?? -1) >= age, "seed \(seed): \(flow)") }
        // Updates have no gap and none is there twice: a number is used again only for one that was lost before it was durable.
        let updates = try entries("node1", lab, "--limit", "10000").filter { $0.scope != "host" && $0.scope != "start" }
        let numbers = updates.map(\.number)
        for (newer, older) in zip(numbers, numbers.dropFirst()) {
          #expect(newer == older + 1, "seed \(seed): update \(older) is followed by \(newer)")
        }
      }
    }

    /// SplitMix64.
    private struct Draw {
      var state: UInt64

      mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        let value = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
        return value ^ value >> 31
      }
    }

    // MARK: What the agent says

    private struct Status: Decodable {
      struct GoalState: Decodable {
        var receivedRevision: UInt64
        var appliedRevision: UInt64
        var stale: Bool
        var durableRevision: UInt64?
      }
      struct Port: Decodable {
        var id: String
      }
      var goalState: GoalState
      var ports: [Port]?
    }

    private struct Entry: Decodable {
      var number: UInt64
      var scope: String
      var changed: [String]
      var inForceAt: String?
    }

    private func status(_ node: String, _ lab: Lab) throws -> Status {
      try decoded(lab.run("node", "exec", node, "alioth", "show", "-o", "json"))
    }

    private func goalState(_ node: String, _ lab: Lab) throws -> Status.GoalState { try status(node, lab).goalState }

    private func entries(_ node: String, _ lab: Lab, _ options: String...) throws -> [Entry] {
      try decoded(lab.run(["node", "exec", node, "alioth", "history", "-o", "json"] + options))
    }

    private func decoded<Document: Decodable>(_ text: String) throws -> Document {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(Document.self, from: Data(text.utf8))
    }

    private func awaitDurable(_ node: String, _ lab: Lab) throws {
      try eventually("what \(node) holds is in force and on disk") {
        let state = try goalState(node, lab)
        return state.durableRevision == state.receivedRevision && state.appliedRevision == state.receivedRevision
      }
    }
  }
}
