import GoalState
import NetworkTypes
import Southbound
import Testing

@testable import ControllerCore

@Suite("An agent's session")
struct SessionTests {
  @Test("begins with a snapshot for an agent that holds nothing, even when there is nothing")
  func snapshot() async throws {
    try await ControllerHarness.run { controller in
      let session = try await controller.connect("a", "192.0.2.1")
      let update = try #require(await session.nextUpdate())
      #expect(update.scope == .snapshot)
      #expect(update.version == GoalStateVersion(epoch: controller.store.epoch, revision: await controller.revision()))
      #expect(update.upserts.isEmpty && update.removals.isEmpty)
    }
  }

  @Test("merges what changes while it is busy into one delta, in the order of kinds")
  func coalescing() async throws {
    try await ControllerHarness.run { controller in
      let session = try await controller.connect("a", "192.0.2.1")
      let first = try #require(await session.nextUpdate())
      let network = try await controller.makeNetwork()
      let subnet = try await controller.makeSubnet(network, "10.0.0.0/24")
      let port = try await controller.makePort(network, #","binding:host_id":"a""#)
      let gone = try await controller.makePort(network, #","binding:host_id":"a""#)
      try await controller.expect(200, "PUT", "/v2.0/ports/\(port)", #"{"port":{"name":"x"}}"#)
      try await controller.expect(204, "DELETE", "/v2.0/ports/\(gone)")
      let update = try #require(await session.nextUpdate())
      #expect(update.scope == .delta(from: first.version.revision))
      let group = try await controller.onlyGroup()
      #expect(update.upserts.map(\.key) == [.network(network), .subnet(subnet), group, .port(port)])
      #expect(update.removals.isEmpty)
      try await controller.expect(204, "DELETE", "/v2.0/ports/\(port)")
      let last = try #require(await session.nextUpdate())
      #expect(last.scope == .delta(from: update.version.revision))
      #expect(last.upserts.isEmpty)
      #expect(last.removals == [.port(port), group, .subnet(subnet), .network(network)])
      // Each was asked for, however much of the host's that is; a snapshot may lack what it should have.
      #expect(last.areRemovalsIntended && !first.areRemovalsIntended)
    }
  }

  @Test("touches only the hosts that a change concerns")
  func affectedHosts() async throws {
    try await ControllerHarness.run { controller in
      let sessions = [
        try await controller.connect("a", "192.0.2.1"), try await controller.connect("b", "192.0.2.2"),
      ]
      let network = try await controller.makeNetwork()
      _ = try await controller.makePort(network, #","binding:host_id":"a""#)
      var versions: [UInt64] = []
      for session in sessions { versions.append(try #require(await session.nextUpdate()).version.revision) }
      _ = try await controller.makePort(network, #","binding:host_id":"a""#)
      let other = try await controller.makeNetwork()
      let onB = try await controller.makePort(other, #","binding:host_id":"b""#)
      let toB = try #require(await sessions[1].nextUpdate())
      #expect(toB.scope == .delta(from: versions[1]))
      #expect(toB.upserts.map(\.key) == [.network(other), try await controller.onlyGroup(), .port(onB)])
    }
  }

  @Test("goes on with a delta for an agent that comes back with what it was sent")
  func resume() async throws {
    try await ControllerHarness.run { controller in
      let first = try await controller.connect("a", "192.0.2.1")
      let network = try await controller.makeNetwork()
      let kept = try await controller.makePort(network, #","binding:host_id":"a""#)
      let removed = try await controller.makePort(network, #","binding:host_id":"a""#)
      var mirror = AgentMirror()
      mirror.take(try #require(await first.nextUpdate()))
      await first.closed()
      try await controller.expect(204, "DELETE", "/v2.0/ports/\(removed)")
      let added = try await controller.makePort(network, #","binding:host_id":"a""#)
      let second = try await controller.connect("a", "192.0.2.1", held: mirror.version)
      let update = try #require(await second.nextUpdate())
      #expect(update.scope == .delta(from: mirror.version.revision))
      #expect(update.upserts.map(\.key) == [.port(added)])
      #expect(update.removals == [.port(removed)])
      mirror.take(update)
      #expect(mirror.resources.keys.contains(.port(kept)))
      #expect(mirror.resources == (await controller.inventory.read { $0.hostView(HostID("a")) }))
    }
  }

  @Test("goes on after the controller was restarted, without a snapshot")
  func restart() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory + "/store.db"
      let (mirror, port) = try await ControllerHarness.run(path: path) { controller in
        let session = try await controller.connect("a", "192.0.2.1")
        let network = try await controller.makeNetwork()
        let port = try await controller.makePort(network, #","binding:host_id":"a""#)
        var mirror = AgentMirror()
        mirror.take(try #require(await session.nextUpdate()))
        try await controller.expect(200, "PUT", "/v2.0/ports/\(port)", #"{"port":{"name":"new"}}"#)
        return (mirror, port)
      }
      try await ControllerHarness.run(path: path) { controller in
        let session = try await controller.connect("a", "192.0.2.1", held: mirror.version)
        let update = try #require(await session.nextUpdate())
        #expect(update.scope == .delta(from: mirror.version.revision))
        #expect(update.upserts.map(\.key) == [.port(port)])
      }
    }
  }

  @Test("begins anew with a snapshot when the agent's epoch is another's, or its revision is unknown or kept no more")
  func noResume() async throws {
    try await ControllerHarness.run(historyLimit: 16) { controller in
      // More than a watch keeps in memory: what counts is the store's history.
      for step in 0..<2000 { try await controller.store.put("/unrelated", "\(step)") }
      #expect(await controller.inventory.reached(2000))
      let epoch = controller.store.epoch
      for held in [
        GoalStateVersion(epoch: "another", revision: 2000), GoalStateVersion(epoch: epoch, revision: 1),
        GoalStateVersion(epoch: epoch, revision: 1_000_000),
      ] {
        let session = try await controller.connect("a", "192.0.2.1", held: held)
        #expect(try #require(await session.nextUpdate()).scope == .snapshot)
      }
    }
  }

  @Test("tells an agent that is up to date just that, and nothing more until something changes")
  func upToDate() async throws {
    try await ControllerHarness.run { controller in
      let first = try await controller.connect("a", "192.0.2.1")
      let held = try #require(await first.nextUpdate()).version
      let second = try await controller.connect("a", "192.0.2.1", held: held)
      #expect(await second.nextUpdate() == GoalStateUpdate(scope: .delta(from: held.revision), version: held))
      let next = Task { await second.nextUpdate() }
      let network = try await controller.makeNetwork()
      _ = try await controller.makePort(network, #","binding:host_id":"a""#)
      let update = try #require(await next.value)
      #expect(update.scope == .delta(from: held.revision))
      #expect(!update.upserts.isEmpty)
    }
  }

  @Test("moves an idle agent's revision on, so that it can resume later")
  func movesOn() async throws {
    try await ControllerHarness.run { controller in
      let session = try await controller.connect("a", "192.0.2.1")
      let first = try #require(await session.nextUpdate())
      for step in 0..<HostSession.longestSilence { try await controller.store.put("/unrelated", "\(step)") }
      #expect(await controller.inventory.reached(first.version.revision + HostSession.longestSilence))
      await session.heartbeat()
      let update = try #require(await session.nextUpdate())
      #expect(update.scope == .delta(from: first.version.revision))
      #expect(update.upserts.isEmpty && update.removals.isEmpty)
      #expect(update.version.revision >= first.version.revision + HostSession.longestSilence)
    }
  }

  @Test("ends when a newer one of the same host takes its place, when its task is cancelled, and at shutdown")
  func ends() async throws {
    try await ControllerHarness.run { controller in
      let older = try await controller.connect("a", "192.0.2.1")
      _ = await older.nextUpdate()
      let waiting = Task { await older.nextUpdate() }
      let newer = try await controller.connect("a", "192.0.2.1")
      #expect(await waiting.value == nil)
      await older.closed()
      _ = await newer.nextUpdate()
      let cancelled = Task { await newer.nextUpdate() }
      cancelled.cancel()
      #expect(await cancelled.value == nil)
      let last = Task { await newer.nextUpdate() }
      controller.directory.stop()
      #expect(await last.value == nil)
    }
  }

  @Test("is refused to a host whose name or tunnel address cannot be")
  func refusals() async throws {
    try await ControllerHarness.run { controller in
      _ = try await controller.connect("a", "192.0.2.1")
      for (host, tunnel) in [("b/c", "192.0.2.2"), ("", "192.0.2.2"), ("b", "192.0.2.1")] {
        await #expect(throws: SessionRefusal.self) { _ = try await controller.connect(host, tunnel) }
      }
      // The address is free again once its host has another.
      _ = try await controller.connect("a", "192.0.2.3")
      _ = try await controller.connect("b", "192.0.2.1")
    }
  }
}

extension ControllerHarness {
  /// The key of the one security group that there is.
  fileprivate func onlyGroup() async throws -> ResourceKey {
    let groups = await inventory.read { Array($0.securityGroups.keys) }
    try #require(groups.count == 1)
    return .securityGroup(try #require(groups.first))
  }
}
