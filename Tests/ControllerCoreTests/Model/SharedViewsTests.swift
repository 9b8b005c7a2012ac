import GoalState
import NetworkTypes
import Southbound
import Testing

@testable import ControllerCore

@Suite("What hosts' goal states share")
struct SharedViewsTests {
  @Test("a neighbor is encoded once for all hosts, and anew when it changes")
  func once() async throws {
    try await ControllerHarness.run { controller in
      for (index, host) in ["a", "b", "c"].enumerated() {
        _ = try await controller.connect(host, "192.0.2.\(index + 1)")
      }
      let network = try await controller.makeNetwork()
      var ports: [String: PortID] = [:]
      for host in ["a", "b", "c"] {
        ports[host] = try await controller.makePort(network, #","binding:host_id":"\#(host)""#)
      }
      let far = try #require(ports["c"])
      let key = ResourceKey.neighbor(NeighborID(far.rawValue))

      let onA = try #require(await encoded(controller, "a")[key])
      #expect(await encoded(controller, "b")[key] === onA)
      #expect(await encoded(controller, "c")[key] == nil)
      // As a single change, too.
      let changes = HostChanges(keys: [key])
      let alone = await controller.inventory.outcome(of: changes, for: HostID("b"), knowing: nil)
      #expect(alone.resources.map(\.key) == [key] && alone.resources.first?.resource === onA)

      try await controller.expect(200, "PUT", "/v2.0/ports/\(far)", #"{"port":{"mac_address":"02:00:00:00:00:99"}}"#)
      let changed = try #require(await encoded(controller, "a")[key])
      #expect(changed !== onA && changed.resource.revision > onA.resource.revision)
      #expect(await encoded(controller, "b")[key] === changed)

      // The end of its host's tunnels is a part of it.
      _ = try await controller.connect("c", "192.0.2.30")
      let moved = try #require(await encoded(controller, "b")[key])
      guard case .neighbor(let neighbor) = moved.resource.resource else {
        Issue.record("not a neighbor")
        return
      }
      #expect(neighbor.hostAddress.description == "192.0.2.30")
      try await controller.expect(204, "DELETE", "/v2.0/ports/\(far)")
      #expect(await encoded(controller, "b")[key] == nil)
    }
  }

  @Test("no more is kept than there is room for, and what is forgotten is made anew")
  func bounded() async throws {
    try await ControllerHarness.run { controller in
      for (index, host) in ["a", "b"].enumerated() { _ = try await controller.connect(host, "192.0.2.\(index + 1)") }
      let network = try await controller.makeNetwork()
      for _ in 0..<20 { _ = try await controller.makePort(network, #","binding:host_id":"b""#) }
      _ = try await controller.makePort(network, #","binding:host_id":"a""#)
      let same = await controller.inventory.read { state in
        var views = SharedViews(limit: 3)
        return ["a", "b"].allSatisfy { host in
          let whole = state.hostView(HostID(host)).values.sorted { $0.key < $1.key }
          return views.view(of: HostID(host), knowing: nil, in: state).map(\.resource) == whole
        }
      }
      #expect(same)
    }
  }

  private func encoded(_ controller: ControllerHarness, _ host: String) async -> [ResourceKey: EncodedResource] {
    let view = await controller.inventory.encodedView(of: HostID(host), knowing: nil)
    return Dictionary(uniqueKeysWithValues: view.resources.map { ($0.key, $0) })
  }
}
