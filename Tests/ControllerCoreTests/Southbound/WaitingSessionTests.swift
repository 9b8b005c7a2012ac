import GoalState
import NetworkTypes
import Southbound
import Synchronization
import Testing

@testable import ControllerCore

@Suite("A session that waits")
struct WaitingSessionTests {
  /// A host whose session is always asked for the next update.
  private struct Host {
    let id: HostID
    let session: HostSession
    var mirror = AgentMirror()
    var next: Task<GoalStateUpdate?, Never>

    init(_ id: String, _ session: HostSession) {
      self.id = HostID(id)
      self.session = session
      next = Task { await session.nextUpdate() }
    }

    private func isComplete(_ controller: ControllerHarness) async -> Bool {
      let id = id
      return await mirror.resources == controller.inventory.read { $0.hostView(id) }
    }

    /// Until it has all, and waits for more.
    mutating func drain(_ controller: ControllerHarness) async throws {
      while true {
        if !mirror.version.epoch.isEmpty, await isComplete(controller) { break }
        mirror.take(try #require(await next.value))
        next = Task { [session] in await session.nextUpdate() }
      }
      while !session.state.withLock({ $0.isUpToDate }) { await Task.yield() }
    }
  }

  @Test(
    "is given each change at once, and what it is given adds up to the goal state",
    arguments: 1...4 as ClosedRange<UInt64>)
  func addsUp(seed: UInt64) async throws {
    try await ControllerHarness.run { controller in
      var generator = SeededGenerator(seed: seed)
      var hosts: [Host] = []
      for (index, id) in ["a", "b", "c"].enumerated() {
        let session = try #require(try await controller.connect(id, "192.0.2.\(index + 1)") as? HostSession)
        hosts.append(Host(id, session))
      }
      let networks = [try await controller.makeNetwork(), try await controller.makeNetwork()]
      for network in networks { _ = try await controller.makeSubnet(network, "10.0.0.0/16") }
      var ports: [PortID] = []
      for step in 0..<60 {
        for index in hosts.indices { try await hosts[index].drain(controller) }
        let host = try #require(hosts.randomElement(using: &generator)).id
        let port = ports.randomElement(using: &generator)
        switch (Int.random(in: 0..<8, using: &generator), port) {
        case (0, let port?):
          try await controller.expect(204, "DELETE", "/v2.0/ports/\(port)")
          ports.removeAll { $0 == port }
        case (1, let port?):
          try await controller.expect(
            200, "PUT", "/v2.0/ports/\(port)", #"{"port":{"binding:host_id":"\#(host)"}}"#)
        case (2, let port?):
          try await controller.expect(200, "PUT", "/v2.0/ports/\(port)", #"{"port":{"name":"n\#(step)"}}"#)
        case (3, let port?):
          try await controller.expect(200, "PUT", "/v2.0/ports/\(port)", #"{"port":{"binding:host_id":null}}"#)
        default:
          let network = try #require(networks.randomElement(using: &generator))
          ports.append(try await controller.makePort(network, #","binding:host_id":"\#(host)""#))
        }
      }
      for index in hosts.indices {
        try await hosts[index].drain(controller)
        await hosts[index].session.closed()
        #expect(await hosts[index].next.value == nil)
      }
    }
  }

  @Test("counts what it was given as sent: it is behind until its agent reports it")
  func behind() async throws {
    try await ControllerHarness.run { controller in
      let session = try #require(try await controller.connect("a", "192.0.2.1") as? HostSession)
      let network = try await controller.makeNetwork()
      _ = try await controller.makePort(network, #","binding:host_id":"a""#)
      var host = Host("a", session)
      try await host.drain(controller)
      await session.received(GoalStateReport(applied: host.mirror.version))
      #expect(session.behindSince == nil)
      let second = try await controller.makePort(network, #","binding:host_id":"a""#)
      try await host.drain(controller)
      #expect(host.mirror.resources.keys.contains(.port(second)))
      #expect(session.behindSince != nil && session.sentRevision == host.mirror.version.revision)
      await session.received(GoalStateReport(applied: host.mirror.version))
      #expect(session.behindSince == nil)
      await session.closed()
    }
  }
}
