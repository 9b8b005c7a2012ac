import GoalState
import NetworkTypes
import Southbound
import Testing

@testable import ControllerCore

@Suite("Networks with neighbors on demand")
struct OnDemandTests {
  @Test("an agent has only the neighbors that it asked for, each before its answer, and hears of their changes")
  func asked() async throws {
    try await withTwoHosts { controller, network, near, far in
      let session = try await connect(controller)
      let first = try #require(await session.nextOutput()?.update)
      #expect(first.shownKeys == [.network(network), .port(near)])
      #expect(first.network?.neighborsOnDemand == true)

      await session.asked(NeighborAsk(number: 7, networkID: network, target: .mac(farMAC)))
      let second = try #require(await session.nextOutput()?.update)
      #expect(second.scope == .delta(from: first.version.revision))
      #expect(second.shownKeys == [.neighbor(far)])
      #expect(await session.nextOutput() == .answers([NeighborAnswer(number: 7, isFound: true)]))

      // Asked again, it is there already.
      await session.asked(NeighborAsk(number: 8, networkID: network, target: .mac(farMAC)))
      #expect(await session.nextOutput() == .answers([NeighborAnswer(number: 8, isFound: true)]))

      try await controller.expect(200, "PUT", "/v2.0/ports/\(far)", #"{"port":{"mac_address":"02:00:00:00:00:99"}}"#)
      let third = try #require(await session.nextOutput()?.update)
      #expect(third.neighbor?.mac == MACAddress(2, 0, 0, 0, 0, 0x99))
      try await controller.expect(204, "DELETE", "/v2.0/ports/\(far)")
      #expect(await session.nextOutput()?.update?.removals == [.neighbor(far)])
    }
  }

  @Test("who asks for an address is told of the port that has it; for what nobody elsewhere has there is no neighbor")
  func addresses() async throws {
    try await withTwoHosts(#","fixed_ips":[{"ip_address":"10.0.0.77"}]"#) { controller, network, near, far in
      let session = try await connect(controller)
      _ = await session.nextOutput()
      let address = try #require(IPAddress("10.0.0.77"))
      await session.asked(NeighborAsk(number: 1, networkID: network, target: .address(address)))
      #expect(await session.nextOutput()?.update?.shownKeys == [.neighbor(far)])
      #expect(await session.nextOutput() == .answers([NeighborAnswer(number: 1, isFound: true)]))

      let nobody = Acquaintances.absenceSeconds
      let nearMAC = try #require(MACAddress(try await controller.port(near)["mac_address"]?.string ?? ""))
      let other = try await controller.makeNetwork()
      let asks: [NeighborAsk] = [
        NeighborAsk(number: 2, networkID: network, target: .mac(MACAddress(2, 0, 0, 0, 0, 0x55))),
        NeighborAsk(number: 3, networkID: network, target: .mac(nearMAC)),
        NeighborAsk(number: 4, networkID: other, target: .address(address)),
        NeighborAsk(number: 5, networkID: NetworkID("none"), target: .address(address)),
      ]
      for ask in asks { await session.asked(ask) }
      #expect(
        await session.nextOutput()
          == .answers(asks.map { NeighborAnswer(number: $0.number, isFound: false, rememberSeconds: nobody) }))
    }
  }

  @Test("two hosts that talk have all of each other's ports, those that come later, too")
  func acquainted() async throws {
    try await withTwoHosts { controller, network, near, far in
      let session = try await connect(controller)
      _ = await session.nextOutput()
      let other = try await connect(controller, "b")
      #expect(await other.nextOutput()?.update?.shownKeys == [.network(network), .port(PortID(far.rawValue))])
      await session.asked(NeighborAsk(number: 1, networkID: network, target: .mac(farMAC)))
      #expect(await session.nextOutput()?.update?.shownKeys == [.neighbor(far)])
      _ = await session.nextOutput()
      #expect(await other.nextOutput()?.update?.shownKeys == [.neighbor(NeighborID(near.rawValue))])

      let later = try await controller.makePort(network, #","binding:host_id":"a","fixed_ips":[]"#)
      #expect(await other.nextOutput()?.update?.shownKeys == [.neighbor(NeighborID(later.rawValue))])
      let there = try await controller.makePort(network, #","binding:host_id":"b","fixed_ips":[]"#)
      #expect(await session.nextOutput()?.update?.shownKeys.contains(.neighbor(NeighborID(there.rawValue))) == true)
    }
  }

  @Test("neighbors go when neither host's guests send to the other's, all together, and come back when one asks")
  func idle() async throws {
    try await withTwoHosts { controller, network, near, far in
      let back = NeighborID(near.rawValue)
      let session = try await connect(controller)
      _ = await session.nextOutput()
      let other = try await connect(controller, "b")
      _ = await other.nextOutput()
      await session.asked(NeighborAsk(number: 1, networkID: network, target: .mac(farMAC)))
      _ = await session.nextOutput()
      _ = await session.nextOutput()
      #expect(await other.nextOutput()?.update?.shownKeys == [.neighbor(back)])

      // One side alone changes nothing: what it gets next is about something else.
      await other.idle([back])
      try await controller.expect(200, "PUT", "/v2.0/ports/\(near)", #"{"port":{"mac_address":"02:00:00:00:00:98"}}"#)
      #expect(await other.nextOutput()?.update?.shownKeys == [.neighbor(back)])
      await session.idle([far])
      // The other's word was about a port that has not changed its host since.
      #expect(await other.nextOutput()?.update?.removals == [.neighbor(back)])
      _ = await session.nextOutput()  // the port's own change
      await session.asked(NeighborAsk(number: 2, networkID: network, target: .mac(farMAC)))
      #expect(await session.nextOutput()?.update?.shownKeys.contains(.neighbor(far)) == true)
    }
  }

  @Test("an agent that comes back keeps what it says that it has learned, with a delta and with a snapshot")
  func resumed() async throws {
    try await withTwoHosts { controller, network, near, far in
      let first = try await connect(controller)
      _ = await first.nextOutput()
      await first.asked(NeighborAsk(number: 1, networkID: network, target: .mac(farMAC)))
      let held = try #require(await first.nextOutput()?.update).version
      try await controller.expect(200, "PUT", "/v2.0/ports/\(far)", #"{"port":{"mac_address":"02:00:00:00:00:99"}}"#)
      let second = try await connect(controller, held: held, learned: [far])
      let update = try #require(await second.nextOutput()?.update)
      #expect(update.scope == .delta(from: held.revision))
      #expect(update.shownKeys == [.neighbor(far)] && update.removals.isEmpty)
      let third = try await connect(controller, learned: [far])
      let snapshot = try #require(await third.nextOutput()?.update)
      #expect(snapshot.scope == .snapshot)
      #expect(snapshot.shownKeys == [.network(network), .neighbor(far), .port(near)])
    }
  }

  @Test("an agent that does not ask is told of all neighbors")
  func older() async throws {
    try await withTwoHosts { controller, network, near, far in
      let session = try await controller.connect("a", "192.0.2.1")
      #expect(
        try #require(await session.nextUpdate()).shownKeys == [.network(network), .neighbor(far), .port(near)])
    }
  }

  @Test("the attribute is given when the network is made, is shown, and cannot be changed")
  func attribute() async throws {
    try await ControllerHarness.run { controller in
      let plain = try await controller.makeNetwork()
      let shown = try await controller.expect(200, "GET", "/v2.0/networks/\(plain)")
      #expect(shown["network"]?["alioth:neighbors_on_demand"] == .boolean(false))
      let network = try await controller.makeNetwork(#""alioth:neighbors_on_demand":true"#)
      let asked = try await controller.expect(200, "GET", "/v2.0/networks/\(network)")
      #expect(asked["network"]?["alioth:neighbors_on_demand"] == .boolean(true))
      let body = #"{"network":{"alioth:neighbors_on_demand":false}}"#
      try await controller.expect(400, "PUT", "/v2.0/networks/\(network)", body)
    }
  }

  private let farMAC = MACAddress(2, 0, 0, 0, 0, 0x77)

  /// A network on demand with a port on host a, and one with `farMAC` on host b.
  private func withTwoHosts(
    _ attributes: String = "",
    _ body: (ControllerHarness, NetworkID, PortID, NeighborID) async throws -> Void
  ) async throws {
    try await ControllerHarness.run { controller in
      _ = try await controller.connect("a", "192.0.2.1")
      _ = try await controller.connect("b", "192.0.2.2")
      let network = try await controller.makeNetwork(#""alioth:neighbors_on_demand":true"#)
      if !attributes.isEmpty { _ = try await controller.makeSubnet(network, "10.0.0.0/24") }
      let none = attributes.isEmpty ? "" : #","fixed_ips":[]"#
      let near = try await controller.makePort(network, #","binding:host_id":"a"\#(none)"#)
      let far = try await controller.makePort(
        network, #","binding:host_id":"b","mac_address":"\#(farMAC)"\#(attributes)"#)
      try await body(controller, network, near, NeighborID(far.rawValue))
    }
  }

  private func connect(
    _ controller: ControllerHarness, _ host: String = "a",
    held: GoalStateVersion = GoalStateVersion(epoch: "", revision: 0),
    learned: [NeighborID] = []
  ) async throws -> any AgentSession {
    let address = try #require(IPAddress(host == "a" ? "192.0.2.1" : "192.0.2.2"))
    return try await controller.directory.open(
      AgentHello(
        hostID: HostID(host), tunnelAddress: address, agentVersion: "9.9", held: held, asks: true, learned: learned),
      peer: "test")
  }
}

extension GoalStateUpdate {
  /// What the update brings, without what is the same in every network.
  fileprivate var shownKeys: [ResourceKey] {
    upserts.map(\.key).filter { $0.kind != .securityGroup && $0.kind != .subnet }
  }

  fileprivate var network: Network? {
    for case .network(let network) in upserts.map(\.resource) { return network }
    return nil
  }

  fileprivate var neighbor: Neighbor? {
    for case .neighbor(let neighbor) in upserts.map(\.resource) { return neighbor }
    return nil
  }
}

extension AgentOutput {
  fileprivate var update: GoalStateUpdate? {
    if case .prepared(let update) = self { update.update } else { nil }
  }
}
