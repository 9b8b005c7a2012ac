import GoalState
import NetworkTypes
import Synchronization
import Testing

@testable import ControllerCore

/// Remembers what hosts are told of.
private final class ChangeRecorder: Sendable {
  private let recorded = Mutex<[HostID: HostChanges]>([:])

  func note(_ changes: GoalStateChanges) {
    recorded.withLock { recorded in
      for (host, changes) in changes.byHost { recorded[host, default: HostChanges()].merge(changes) }
    }
  }

  /// What was noted since this was asked last.
  func take() -> [String: HostChanges] {
    recorded.withLock { recorded in
      defer { recorded = [:] }
      return Dictionary(uniqueKeysWithValues: recorded.map { ($0.key.rawValue, $0.value) })
    }
  }
}

@Suite("What a change means for hosts")
struct GoalStateChangesTests {
  @Test("it is noted for those that see it, and no more of it than it is")
  func concerned() async throws {
    try await ControllerHarness.run { controller in
      let recorder = ChangeRecorder()
      var networks: [NetworkID] = []
      var subnets: [SubnetID] = []
      for (index, host) in ["a", "b", "c"].enumerated() {
        _ = try await controller.connect(host, "192.0.2.\(index + 1)")
        let network = try await controller.makeNetwork()
        networks.append(network)
        subnets.append(try await controller.makeSubnet(network, "10.\(index).0.0/24"))
        for _ in 0..<20 { _ = try await controller.makePort(network, #","binding:host_id":"\#(host)""#) }
      }
      let made = try await controller.expect(201, "POST", "/v2.0/routers", #"{"router":{}}"#)
      let router = try #require(made["router"]?["id"]?.string)
      let add = "/v2.0/routers/\(router)/add_router_interface"
      for subnet in subnets.prefix(2) {
        try await controller.expect(200, "PUT", add, #"{"subnet_id":"\#(subnet)"}"#)
      }
      await controller.inventory.observe { changes, _ in recorder.note(changes) }

      func keys(_ port: PortID) -> Set<ResourceKey> { [.port(port), .neighbor(NeighborID(port.rawValue))] }
      let second = try await controller.makePort(networks[0], #","binding:host_id":"a""#)
      let groups = await controller.inventory.read { state in Array(state.securityGroups.keys) }
      let joined = keys(second).union(groups.map { ResourceKey.securityGroup($0) })
      #expect(recorder.take() == ["a": HostChanges(keys: joined), "b": HostChanges(keys: keys(second))])
      _ = try await controller.makePort(networks[0])
      #expect(recorder.take().isEmpty, "a port without a host is in no goal state")

      let key = ResourceKey.router(RouterID(router))
      try await controller.expect(200, "PUT", "/v2.0/routers/\(router)", #"{"router":{"name":"edge"}}"#)
      #expect(recorder.take() == ["a": HostChanges(keys: [key]), "b": HostChanges(keys: [key])])
      try await controller.expect(200, "PUT", add, #"{"subnet_id":"\#(subnets[2])"}"#)
      #expect(
        recorder.take() == [
          "a": HostChanges(networks: [networks[2]], keys: [key]),
          "b": HostChanges(networks: [networks[2]], keys: [key]),
          "c": HostChanges(networks: [networks[0], networks[1]], keys: [key]),
        ])

      let group = try await controller.expect(201, "POST", "/v2.0/security-groups", #"{"security_group":{}}"#)
      let id = try #require(group["security_group"]?["id"]?.string)
      #expect(recorder.take().isEmpty, "nobody is a member yet")
      try await controller.expect(200, "PUT", "/v2.0/ports/\(second)", #"{"port":{"security_groups":["\#(id)"]}}"#)
      let changes = recorder.take()
      #expect(changes["a"]?.allKeys.contains(.securityGroup(SecurityGroupID(id))) == true)
      #expect(changes["b"] == HostChanges(keys: keys(second)) && changes["c"] == HostChanges(keys: keys(second)))
      let rule = #"{"security_group_rule":{"security_group_id":"\#(id)","direction":"ingress"}}"#
      try await controller.expect(201, "POST", "/v2.0/security-group-rules", rule)
      #expect(recorder.take() == ["a": HostChanges(keys: [.securityGroup(SecurityGroupID(id))])])

      // Out of view is what needs a look at everything.
      try await controller.expect(
        200, "PUT", "/v2.0/routers/\(router)/remove_router_interface", #"{"subnet_id":"\#(subnets[2])"}"#)
      #expect(recorder.take().values.allSatisfy { $0 == .all })
    }
  }
}
