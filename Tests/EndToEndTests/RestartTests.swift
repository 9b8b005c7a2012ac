import Foundation
import Testing

extension EndToEnd {
  @Suite("Restarts", .serialized)
  struct RestartTests {
    @Test("while the agents are restarted no ping is lost and no flow is written again")
    func agent() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("agent-restart", cidr: "10.40.0.0/24")
        let first = try scenario.boot(in: network, on: "node1")
        let near = try scenario.boot(in: network, on: "node1")
        let far = try scenario.boot(in: network, on: "node2")
        try first.awaitReach(near.address)
        try first.awaitReach(far.address)
        let before = try FlowTable(of: "node1", in: scenario.lab)
        let pings = [try first.ping(near.address), try first.ping(far.address)]
        for ping in pings { try ping.awaitAnswers(10) }

        try scenario.lab.run("agent", "restart", "node1")
        try scenario.lab.run("agent", "restart", "node2")

        for ping in pings { try ping.awaitAnswers(20) }
        for ping in pings { #expect(ping.finish().lost == []) }
        try expectUntouched(before, on: "node1", in: scenario.lab)
        try expectStillManaged(network, scenario)
      }
    }

    @Test("an agent that is killed takes nothing with it, and finds its flows when it is back")
    func killed() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("agent-kill", cidr: "10.41.0.0/24")
        let first = try scenario.boot(in: network, on: "node1")
        let far = try scenario.boot(in: network, on: "node2")
        try first.awaitReach(far.address)
        let before = try FlowTable(of: "node1", in: scenario.lab)
        let ping = try first.ping(far.address)
        try ping.awaitAnswers(10)
        try scenario.lab.run("agent", "kill", "node1")
        try ping.awaitAnswers(20)
        try scenario.lab.run("agent", "start", "node1")
        try ping.awaitAnswers(20)
        #expect(ping.finish().lost == [])
        try expectUntouched(before, on: "node1", in: scenario.lab)
        try expectStillManaged(network, scenario)
      }
    }

    @Test("what changes while an agent is away is in force when it is back")
    func missedChanges() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("missed", cidr: "10.42.0.0/24")
        let stays = try scenario.boot(in: network, on: "node2")
        let goes = try scenario.boot(in: network, on: "node1")
        try stays.awaitReach(goes.address)
        try scenario.lab.run("agent", "stop", "node1")
        try scenario.api.delete("port", goes.port.id)
        // Not the address that was just freed: the others' ARP caches would know its old owner for a while yet.
        let added = try scenario.plug(try scenario.port(in: network, on: "node1", address: "10.42.0.77"))
        try scenario.lab.run("agent", "start", "node1")
        try scenario.awaitStatus("ACTIVE", of: added.port)
        try added.dhcp(.udhcpc)
        try stays.awaitReach(added.address)
        #expect(try !goes.reachesEver(stays.address))
      }
    }

    @Test(
      "while the controller is away guests go on, DHCP too; when it is back it knows everything and goes on as well")
    func controller() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("controller-restart", cidr: "10.43.0.0/24")
        let first = try scenario.boot(in: network, on: "node1")
        let far = try scenario.boot(in: network, on: "node2")
        try first.awaitReach(far.address)
        let before = try FlowTable(of: "node1", in: scenario.lab)
        try scenario.lab.run("controller", "stop")
        // Asking anew takes a guest's address from it for a moment, so the one that pings is another.
        try far.dhcp(.udhcpc)
        let ping = try first.ping(far.address)
        try ping.awaitAnswers(20)
        try scenario.lab.run("controller", "start")
        let known = try scenario.api.port(first.port.id)
        #expect(known.macAddress == first.port.macAddress)
        #expect(known.address == first.address)
        try scenario.awaitStatus("ACTIVE", of: first.port)
        try scenario.lab.run("controller", "kill")
        try scenario.lab.run("controller", "start")
        try scenario.awaitStatus("ACTIVE", of: first.port)
        try ping.awaitAnswers(20)
        #expect(ping.finish().lost == [])
        try expectUntouched(before, on: "node1", in: scenario.lab)
        try expectStillManaged(network, scenario)
      }
    }

    @Test("when Open vSwitch is restarted the agent brings everything back by itself", arguments: [false, true])
    func openVSwitch(databaseToo: Bool) throws {
      try Scenario.run { scenario in
        let network = try scenario.network("switch-restart", cidr: "10.44.0.0/24")
        let first = try scenario.boot(in: network, on: "node1")
        let near = try scenario.boot(in: network, on: "node1")
        let far = try scenario.boot(in: network, on: "node2")
        try first.awaitReach(far.address)
        let before = try FlowTable(of: "node1", in: scenario.lab)
        try scenario.lab.run(["ovs", "restart", "node1"] + (databaseToo ? [] : ["--vswitchd-only"]))
        try first.awaitReach(near.address)
        try first.awaitReach(far.address)
        try far.awaitReach(near.address)
        try eventually("the flow table is what it was") {
          try FlowTable(of: "node1", in: scenario.lab).flows.count == before.flows.count
        }
        try first.dhcp(.udhcpc)
        try expectStillManaged(network, scenario)
      }
    }

    /// Every flow that was there is there, and at least as old: one that is added again starts at zero.
    private func expectUntouched(_ before: FlowTable, on node: String, in lab: Lab) throws {
      let after = try FlowTable(of: node, in: lab)
      for (flow, age) in before.ages {
        guard let now = after.ages[flow] else {
          Issue.record("\(node) has lost the flow \(flow)")
          continue
        }
        #expect(now >= age, "\(node) was sent the flow \(flow) again")
      }
    }

    /// The whole way works: a new port becomes ACTIVE on either node and its guest is reached.
    private func expectStillManaged(_ network: Network, _ scenario: Scenario) throws {
      let new = try Lab.nodes.map { try scenario.boot(in: network, on: $0) }
      try new[0].awaitReach(new[1].address)
    }
  }
}
