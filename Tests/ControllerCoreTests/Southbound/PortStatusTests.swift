import GoalState
import NetworkTypes
import Southbound
import Testing

@testable import ControllerCore

@Suite("A port's status")
struct PortStatusTests {
  private func status(_ controller: ControllerHarness, _ port: PortID) async throws -> String? {
    try await controller.port(port)["status"]?.string
  }

  private func reason(_ controller: ControllerHarness, _ port: PortID) async throws -> String {
    try await controller.port(port)["alioth:status_reason"]?.string ?? ""
  }

  @Test("is ACTIVE only once its host has applied it, and follows pending, failures and changes")
  func life() async throws {
    try await ControllerHarness.run { controller in
      let session = try await controller.connect("a", "192.0.2.1")
      let network = try await controller.makeNetwork()
      let id = try await controller.makePort(network, #","binding:host_id":"a""#)
      #expect(try await status(controller, id) == "BUILD")
      let update = try #require(await session.nextUpdate())
      let revision = try #require(update.upserts.first { $0.key == .port(id) }).revision
      let version = update.version

      await session.received(GoalStateReport(applied: GoalStateVersion(epoch: version.epoch, revision: revision - 1)))
      #expect(try await status(controller, id) == "BUILD")
      await session.received(GoalStateReport(applied: GoalStateVersion(epoch: "another", revision: 1_000_000)))
      #expect(try await status(controller, id) == "BUILD")

      let pending = GoalStateReport.Pending(key: .port(id), revision: revision, reason: "no interface yet")
      await session.received(GoalStateReport(applied: version, pending: [pending]))
      #expect(try await status(controller, id) == "DOWN")
      #expect(try await reason(controller, id).contains("no interface yet"))

      await session.received(GoalStateReport(applied: version))
      #expect(try await status(controller, id) == "ACTIVE")
      #expect(try await reason(controller, id) == "")

      let failure = ResourceFailure(key: .port(id), revision: revision, code: .switchRefused, message: "flow refused")
      await session.received(GoalStateReport(applied: version, failures: [failure]))
      #expect(try await status(controller, id) == "DOWN")
      #expect(try await reason(controller, id).contains("flow refused"))
      let onNetwork = ResourceFailure(key: .network(network), revision: revision, code: .host, message: "no tunnel")
      await session.received(GoalStateReport(applied: version, failures: [onNetwork]))
      #expect(try await reason(controller, id).contains("no tunnel"))

      await session.received(GoalStateReport(applied: version))
      try await controller.expect(200, "PUT", "/v2.0/ports/\(id)", #"{"port":{"name":"x"}}"#)
      #expect(try await status(controller, id) == "BUILD", "the change is not in force yet")
      // What was said about the revision before says nothing about this one.
      await session.received(GoalStateReport(applied: version, failures: [failure]))
      #expect(try await status(controller, id) == "BUILD")
      let next = try #require(await session.nextUpdate())
      await session.received(GoalStateReport(applied: next.version))
      #expect(try await status(controller, id) == "ACTIVE")

      try await controller.expect(200, "PUT", "/v2.0/ports/\(id)", #"{"port":{"admin_state_up":false}}"#)
      #expect(try await status(controller, id) == "DOWN")
      try await controller.expect(
        200, "PUT", "/v2.0/ports/\(id)", #"{"port":{"admin_state_up":true,"binding:host_id":""}}"#)
      #expect(try await status(controller, id) == "DOWN")
      #expect(try await reason(controller, id).contains("not bound"))
    }
  }

  @Test("is stored without making anything to send, and survives a restart")
  func storage() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory + "/store.db"
      let id = try await ControllerHarness.run(path: path) { controller in
        let session = try await controller.connect("a", "192.0.2.1")
        let network = try await controller.makeNetwork()
        let id = try await controller.makePort(network, #","binding:host_id":"a""#)
        let update = try #require(await session.nextUpdate())
        let before = try await controller.store.currentRevision()
        await session.received(GoalStateReport(applied: update.version))
        #expect(try await controller.store.currentRevision() == before + 1)
        // The same report again changes nothing at all.
        await session.received(GoalStateReport(applied: update.version))
        #expect(try await controller.store.currentRevision() == before + 1)
        let next = Task { await session.nextUpdate() }
        let other = try await controller.makePort(network, #","binding:host_id":"a""#)
        let delta = try #require(await next.value)
        #expect(delta.scope == .delta(from: update.version.revision))
        #expect(delta.upserts.map(\.key) == [.port(other)])
        return id
      }
      try await ControllerHarness.run(path: path) { controller in
        #expect(try await status(controller, id) == "ACTIVE")
        try await controller.expect(204, "DELETE", "/v2.0/ports/\(id)")
        #expect(try await controller.store.get(ModelKeys.portStatus(id), at: nil) == nil)
      }
    }
  }

  @Test("is not changed by a session that was superseded")
  func superseded() async throws {
    try await ControllerHarness.run { controller in
      let older = try await controller.connect("a", "192.0.2.1")
      let network = try await controller.makeNetwork()
      let id = try await controller.makePort(network, #","binding:host_id":"a""#)
      let update = try #require(await older.nextUpdate())
      _ = try await controller.connect("a", "192.0.2.1")
      await older.received(GoalStateReport(applied: update.version))
      #expect(try await status(controller, id) == "BUILD")
    }
  }

  @Test("is written for all ports of a host, however many")
  func many() async throws {
    try await ControllerHarness.run { controller in
      let session = try await controller.connect("a", "192.0.2.1")
      let network = try await controller.makeNetwork()
      let port = #"{"network_id":"\#(network)","binding:host_id":"a"}"#
      for _ in 0..<6 {
        let body = #"{"ports":[\#(Array(repeating: port, count: 100).joined(separator: ","))]}"#
        try await controller.expect(201, "POST", "/v2.0/ports", body)
      }
      let update = try #require(await session.nextUpdate())
      await session.received(GoalStateReport(applied: update.version))
      let active = try await controller.expect(200, "GET", "/v2.0/ports?status=ACTIVE&fields=id")["ports"]?.array
      #expect(active?.count == 600)
    }
  }
}
