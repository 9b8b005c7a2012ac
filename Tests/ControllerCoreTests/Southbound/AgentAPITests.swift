import Foundation
import GoalState
import NetworkTypes
import Southbound
import Testing

@testable import ControllerCore

@Suite("Agents in the API")
struct AgentAPITests {
  @Test("are shown in Neutron's form with what they reported, by id and by host")
  func show() async throws {
    try await ControllerHarness.run { controller in
      let session = try await controller.connect("node1", "192.0.2.1")
      _ = try await controller.connect("node2", "192.0.2.2")
      let failure = ResourceFailure(key: .port(PortID("p")), revision: 3, code: .host, message: "no device")
      let pending = GoalStateReport.Pending(key: .port(PortID("q")), revision: 4, reason: "no guest")
      let applied = GoalStateVersion(epoch: controller.store.epoch, revision: 7)
      await session.received(GoalStateReport(applied: applied, failures: [failure], pending: [pending]))
      let agents = try await controller.expect(200, "GET", "/v2.0/agents?host=node1")["agents"]?.array
      let agent = try #require(agents?.first)
      #expect(agents?.count == 1)
      #expect(agent["agent_type"] == .string("Alioth agent"))
      #expect(agent["binary"] == .string("aliothd"))
      #expect(agent["alive"] == .boolean(true))
      #expect(agent["heartbeat_timestamp"]?.string?.count == 19)
      let configurations = agent["configurations"]
      #expect(configurations?["tunnel_address"] == .string("192.0.2.1"))
      #expect(configurations?["agent_version"] == .string("9.9"))
      #expect(configurations?["applied_revision"] == .integer(7))
      #expect(configurations?["epoch"] == .string(controller.store.epoch))
      #expect(configurations?["failures"]?.array?.first?["message"] == .string("no device"))
      #expect(configurations?["pending"]?.array?.first?["resource"] == .string("port q"))
      let id = try #require(agent["id"]?.string)
      #expect(try await controller.expect(200, "GET", "/v2.0/agents/\(id)")["agent"]?["host"] == .string("node1"))
      #expect(try await controller.expect(200, "GET", "/v2.0/agents/node1")["agent"]?["id"] == .string(id))
      try await controller.expect(405, "POST", "/v2.0/agents", #"{"agent":{}}"#)
    }
  }

  @Test("show what they hold back, and are told to carry it out")
  func heldRemovals() async throws {
    try await ControllerHarness.run { controller in
      let session = try await controller.connect("node1", "192.0.2.1")
      let version = try #require(await session.nextUpdate()).version
      let nothing = GoalStateVersion(epoch: "", revision: 0)
      await session.received(
        GoalStateReport(
          applied: nothing,
          heldRemovals: .init(
            version: version, count: 7, resources: [.port(PortID("p"))], since: 1_700_000_000, until: 1_700_000_600,
            reason: "too much"),
          refusedUpdate: .init(version: version, reason: "port q is refused")))
      let shown = try await controller.expect(200, "GET", "/v2.0/agents/node1")["agent"]?["configurations"]
      #expect(shown?["applied_revision"] == .integer(0))
      #expect(shown?["held_removals"]?["count"] == .integer(7))
      #expect(shown?["held_removals"]?["resources"] == .array([.string("port p")]))
      #expect(shown?["held_removals"]?["until"] == .string("2023-11-14 22:23:20"))
      #expect(shown?["refused_update"]?.string?.hasSuffix("port q is refused") == true)
      let release = #"{"agent":{"alioth:release_removals":true}}"#
      try await controller.expect(200, "PUT", "/v2.0/agents/node1", release)
      #expect(await session.nextOutput() == .releaseRemovals)
      try await controller.expect(400, "PUT", "/v2.0/agents/node1", #"{"agent":{"admin_state_up":false}}"#)
      try await controller.expect(404, "PUT", "/v2.0/agents/none", release)
      await session.closed()
      try await controller.expect(409, "PUT", "/v2.0/agents/node1", release)
    }
  }

  @Test("tell how far they are behind, and whether their switch has what they want")
  func behind() async throws {
    try await ControllerHarness.run { controller in
      func configurations() async throws -> JSONValue? {
        try await controller.expect(200, "GET", "/v2.0/agents/node1")["agent"]?["configurations"]
      }
      func isBehind() async throws -> Bool {
        guard case .number(let seconds) = try await configurations()?["behind_seconds"] else { return false }
        return seconds > 0
      }
      let session = try await controller.connect("node1", "192.0.2.1")
      let host = HostID("node1")
      #expect(try await configurations()?["flows_in_sync"] == .null)
      #expect(controller.directory.activity(of: host).behindSince != nil)
      let first = try #require(await session.nextUpdate()).version
      #expect(controller.directory.activity(of: host).behindSince != nil)
      await session.received(GoalStateReport(applied: first, digests: FlowDigests(desired: 255, observed: 255)))
      #expect(controller.directory.activity(of: host).behindSince == nil)
      #expect(try await configurations()?["behind_seconds"] == .number(0))
      #expect(try await configurations()?["flows_in_sync"] == .boolean(true))
      #expect(try await configurations()?["desired_digest"] == .string("00000000000000ff"))

      // Not sent yet, sent, and in force.
      let network = try await controller.makeNetwork()
      _ = try await controller.makePort(network, #","binding:host_id":"node1""#)
      let since = try #require(controller.directory.activity(of: host).behindSince)
      let next = try #require(await session.nextUpdate()).version
      #expect(controller.directory.activity(of: host).behindSince == since)
      await session.received(GoalStateReport(applied: first, digests: FlowDigests(desired: 7, observed: 255)))
      #expect(controller.directory.activity(of: host).behindSince == since)
      #expect(try await configurations()?["flows_in_sync"] == .boolean(false))
      // The host's own word counts when it goes back further.
      let earlier = since - .seconds(100)
      await session.received(GoalStateReport(applied: first, oldestUnapplied: earlier))
      #expect(controller.directory.activity(of: host).behindSince == earlier)
      #expect(try await isBehind())
      await session.received(GoalStateReport(applied: next, digests: FlowDigests(desired: 7, observed: nil)))
      #expect(controller.directory.activity(of: host).behindSince == nil)
      #expect(try await configurations()?["observed_digest"] == .null)
      await session.closed()
      #expect(try await configurations()?["behind_seconds"] == .null)
    }
  }

  @Test("are known after a restart, not alive until they are heard, and gone once deleted")
  func restart() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory + "/store.db"
      let id = try await ControllerHarness.run(path: path) { controller in
        _ = try await controller.connect("node1", "192.0.2.1")
        return try await controller.expect(200, "GET", "/v2.0/agents/node1")["agent"]?["id"]
      }
      try await ControllerHarness.run(path: path) { controller in
        let agent = try await controller.expect(200, "GET", "/v2.0/agents/node1")["agent"]
        #expect(agent?["id"] == id)
        #expect(agent?["alive"] == .boolean(false))
        #expect(agent?["heartbeat_timestamp"] == .null)
        let session = try await controller.connect("node1", "192.0.2.1")
        let alive = try await controller.expect(200, "GET", "/v2.0/agents/node1")["agent"]
        #expect(alive?["id"] == id)
        #expect(alive?["alive"] == .boolean(true))
        _ = await session.nextUpdate()
        try await controller.expect(204, "DELETE", "/v2.0/agents/node1")
        #expect(await session.nextUpdate() == nil)
        try await controller.expect(404, "DELETE", "/v2.0/agents/node1")
      }
    }
  }

  @Test("are not alive when nothing was heard from them for the timeout")
  func timeout() async throws {
    try await ControllerHarness.run(hostTimeout: 30) { controller in
      _ = try await controller.connect("node1", "192.0.2.1")
      var activity = controller.directory.activity(of: HostID("node1"))
      #expect(controller.directory.isAlive(activity))
      activity.lastHeard = activity.lastHeard?.addingTimeInterval(-31)
      #expect(!controller.directory.isAlive(activity))
    }
  }
}
