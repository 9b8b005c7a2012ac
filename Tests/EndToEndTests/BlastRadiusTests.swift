import Foundation
import Testing

extension EndToEnd {
  @Suite("A controller that has lost its database", .serialized)
  struct BlastRadiusTests {
    @Test(
      "takes no guest away: what it would remove is held back and said, and is as before when the database is back; an operator can let it go"
    )
    func emptyDatabase() throws {
      try Scenario.run { scenario in
        let lab = scenario.lab
        let network = try scenario.network("kept", cidr: "10.48.0.0/24")
        let guest = try scenario.boot(in: network, on: "node1")
        let near = try scenario.boot(in: network, on: "node1")
        try guest.awaitReach(near.address)
        // A lab's node has too few ports for the usual limits.
        let extra = "\(lab.directory)/node1/extra.yaml"
        try "removals: {minimum: 2}\n".write(toFile: extra, atomically: true, encoding: .utf8)
        scenario.atTheEnd {
          try FileManager.default.removeItem(atPath: extra)
          try lab.run("agent", "restart", "node1")
        }
        try lab.run("agent", "restart", "node1")
        try eventually("node1 is confirmed") { try goalState(lab).stale == false }
        let flows = try FlowTable(of: "node1", in: lab)
        let ping = try guest.ping(near.address)

        let database = Database(lab)
        try lab.run("controller", "stop")
        try database.putAside()
        try lab.run("controller", "start")
        try eventually("node1 holds back what would go", last: { "\(try goalState(lab))" }) {
          try goalState(lab).heldRemovals != nil
        }
        var state = try goalState(lab)
        #expect((state.heldRemovals?.count ?? 0) >= 4)
        #expect(Set(try FlowTable(of: "node1", in: lab).flows) == Set(flows.flows))
        let page = try lab.run("node", "exec", "node1", "alioth", "show")
        #expect(page.contains("Held back:") && page.contains("alioth goal-state release"), "\(page)")
        // It is not forgotten with the agent.
        try lab.run("agent", "kill", "node1")
        try lab.run("agent", "start", "node1")
        try eventually("node1 holds it back still") { try goalState(lab).heldRemovals != nil }

        try lab.run("controller", "stop")
        try database.putBack()
        try lab.run("controller", "start")
        try eventually("nothing is held back any more", last: { "\(try goalState(lab))" }) {
          let state = try goalState(lab)
          return state.heldRemovals == nil && state.appliedRevision == state.receivedRevision && !state.stale
        }
        #expect(Set(try FlowTable(of: "node1", in: lab).flows) == Set(flows.flows))
        #expect(ping.finish().lost.isEmpty)

        // Once more, and an operator says that it is meant.
        try lab.run("controller", "stop")
        try database.putAside()
        try lab.run("controller", "start")
        try eventually("node1 holds back what would go again") { try goalState(lab).heldRemovals != nil }
        let said = try lab.run("node", "exec", "node1", "alioth", "goal-state", "release")
        #expect(said.contains("removals are carried out"), "\(said)")
        try eventually("what was held back is gone") {
          state = try goalState(lab)
          return try state.heldRemovals == nil && state.appliedRevision == state.receivedRevision
            && FlowTable(of: "node1", in: lab).flows.count < flows.flows.count
        }
        #expect(try !guest.reaches(near.address))
        try lab.run("controller", "stop")
        try database.putBack()
        try lab.run("controller", "start")
        try guest.awaitReach(near.address)
      }
    }

    @Test("'alioth goal-state check' says what an update would do to a node, and does nothing")
    func check() throws {
      try Scenario.run { scenario in
        let lab = scenario.lab
        let network = try scenario.network("checked", cidr: "10.49.0.0/24")
        let guest = try scenario.boot(in: network, on: "node1")
        let flows = try FlowTable(of: "node1", in: lab).flows
        let file = "\(lab.directory)/update.json"
        try #"{"delta": {"removals": [{"kind": "RESOURCE_KIND_PORT", "id": "\#(guest.port.id)"}]}}"#
          .write(toFile: file, atomically: true, encoding: .utf8)
        let page = try lab.run("node", "exec", "node1", "alioth", "goal-state", "check", file)
        #expect(page.contains("Removed: port \(guest.port.id)") && page.contains("TABLE"), "\(page)")
        #expect(Set(try FlowTable(of: "node1", in: lab).flows) == Set(flows))
        try #"{"delta": {"removed": []}}"#.write(toFile: file, atomically: true, encoding: .utf8)
        let refused = try lab.attempt(["node", "exec", "node1", "alioth", "goal-state", "check", file])
        #expect(refused.status == 1 && refused.errors.contains("there is no field"), "\(refused)")
      }
    }

    /// The controller's database, which is put aside for an empty one.
    private struct Database {
      let directory: String

      init(_ lab: Lab) { directory = "\(lab.directory)/controller" }

      func putAside() throws {
        for name in try names() where name.hasPrefix("controller.db") { try rename(name, "kept-" + name) }
      }

      func putBack() throws {
        for name in try names() where name.hasPrefix("controller.db") {
          try FileManager.default.removeItem(atPath: "\(directory)/\(name)")
        }
        for name in try names() where name.hasPrefix("kept-controller.db") {
          try rename(name, String(name.dropFirst("kept-".count)))
        }
      }

      private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: directory) }

      private func rename(_ old: String, _ new: String) throws {
        try FileManager.default.moveItem(atPath: "\(directory)/\(old)", toPath: "\(directory)/\(new)")
      }
    }

    private struct Status: Decodable {
      struct Held: Decodable {
        var count: Int
        var reason: String
      }
      struct GoalState: Decodable {
        var receivedRevision: UInt64
        var appliedRevision: UInt64
        var stale: Bool
        var heldRemovals: Held?
      }
      var goalState: GoalState
    }

    private func goalState(_ lab: Lab) throws -> Status.GoalState {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let text = try lab.run("node", "exec", "node1", "alioth", "show", "-o", "json")
      return try decoder.decode(Status.self, from: Data(text.utf8)).goalState
    }
  }
}
