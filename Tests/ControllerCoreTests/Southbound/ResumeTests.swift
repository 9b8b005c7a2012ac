import Foundation
import GoalState
import NetworkTypes
import Southbound
import Testing

@testable import ControllerCore

@Suite("An agent that comes back")
struct ResumeTests {
  /// Writes ports of a network straight into the store, as the API would one by one.
  private func write(
    _ numbers: Range<Int>, named name: String, of network: NetworkID, on host: HostID, _ controller: ControllerHarness
  ) async throws {
    var rest = Array(numbers)[...]
    while !rest.isEmpty {
      var transaction = StoreTransaction()
      for number in rest.prefix(5_000) {
        let port = PortRecord(
          header: RecordHeader(id: "port-\(number)", name: name, projectID: "", description: name, now: .distantPast),
          networkID: network, mac: MACAddress(rawValue: 0x0200_0000_0000 + UInt64(number)), addresses: [],
          adminStateUp: true, deviceID: "", deviceOwner: "", host: host, bindingProfile: nil, dnsName: "",
          dhcpOptions: nil)
        transaction.operations.append(.put(ModelKeys.port(port.id), try RecordCoding.encode(port)))
      }
      rest = rest.dropFirst(5_000)
      guard case .committed(let revision) = try await controller.store.commit(transaction) else { return }
      #expect(await controller.inventory.reached(revision))
    }
  }

  /// With more the test says the same, only later.
  private var resources: Int {
    ProcessInfo.processInfo.environment["ALIOTH_RESUME_RESOURCES"].flatMap { Int($0) } ?? 2_000
  }

  @Test("and missed 10 of many resources is sent these 10, whether it was away or the controller was, too")
  func missedTen() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory + "/store.db"
      let (near, far) = (HostID("near"), HostID("far"))
      let count = resources
      var mirror = AgentMirror()
      let network = try await ControllerHarness.run(path: path) { controller in
        _ = try await controller.connect("far", "192.0.2.2")
        await (try await controller.connect("near", "192.0.2.1")).closed()
        let network = try await controller.makeNetwork()
        _ = try await controller.makePort(network, #","binding:host_id":"near""#)
        try await write(0..<count, named: "first", of: network, on: far, controller)
        let session = try await controller.connect("near", "192.0.2.1")
        mirror.take(try #require(await session.nextUpdate()))
        #expect(mirror.resources.count > count)
        await session.closed()

        try await write(100..<110, named: "second", of: network, on: far, controller)
        let again = try await controller.connect("near", "192.0.2.1", held: mirror.version)
        let update = try #require(await again.nextUpdate())
        #expect(update.scope == .delta(from: mirror.version.revision))
        #expect(update.upserts.count == 10 && update.removals.isEmpty)
        mirror.take(update)
        await again.closed()
        try await write(200..<210, named: "third", of: network, on: far, controller)
        return network
      }
      try await ControllerHarness.run(path: path) { controller in
        let session = try await controller.connect("near", "192.0.2.1", held: mirror.version)
        let update = try #require(await session.nextUpdate())
        #expect(update.scope == .delta(from: mirror.version.revision))
        #expect(update.upserts.count == 10 && update.removals.isEmpty)
        mirror.take(update)
        let wanted = await controller.inventory.read { $0.hostView(near) }
        #expect(mirror.resources == wanted)
        #expect(wanted[.network(network)] != nil)
      }
    }
  }

  @Test("and holds something later than it was ever sent is sent everything, once")
  func outOfOrder() async throws {
    try await ControllerHarness.run { controller in
      let session = try await controller.connect("node1", "192.0.2.1")
      let network = try await controller.makeNetwork()
      let port = try await controller.makePort(network, #","binding:host_id":"node1""#)
      let first = try #require(await session.nextUpdate())
      let failure = ResourceFailure(
        key: .port(port), revision: 3, code: .outOfOrder, message: "older than what is held")
      let report = GoalStateReport(applied: first.version, failures: [failure])
      await session.received(report)
      let second = try #require(await session.nextUpdate())
      #expect(second.scope == .snapshot)
      #expect(second.upserts == first.upserts)
      // An agent that says so again all the same is not sent everything again and again.
      await session.received(report)
      let next = Task { await session.nextUpdate() }
      _ = try await controller.makePort(network, #","binding:host_id":"node1""#)
      #expect(try #require(await next.value).scope == .delta(from: second.version.revision))
    }
  }
}
