import GoalState
import NetworkTypes
import Southbound
import Testing

@testable import ControllerCore

@Suite("A host's goal state")
struct HostViewTests {
  private func view(_ controller: ControllerHarness, _ host: String) async -> HostView {
    await controller.inventory.read { $0.hostView(HostID(host)) }
  }

  @Test("is its ports, their networks and subnets, and the ports of these on other hosts")
  func contents() async throws {
    try await ControllerHarness.run { controller in
      for (index, host) in ["a", "b", "c"].enumerated() {
        _ = try await controller.connect(host, "192.0.2.\(index + 1)")
      }
      let blue = try await controller.makeNetwork(#""name":"blue","mtu":1400"#)
      let more = #","dns_nameservers":["9.9.9.9"],"host_routes":[{"destination":"10.8.0.0/16","nexthop":"10.0.0.9"}]"#
      let subnet = try await controller.makeSubnet(blue, "10.0.0.0/24", more)
      let red = try await controller.makeNetwork(#""name":"red""#)
      _ = try await controller.makeSubnet(red, "10.0.0.0/24")
      let here = try await controller.makePort(blue, #","binding:host_id":"a","dns_name":"web","name":"p""#)
      let there = try await controller.makePort(blue, #","binding:host_id":"b""#)
      _ = try await controller.makePort(blue)
      let elsewhere = try await controller.makePort(red, #","binding:host_id":"b""#)

      let onA = await view(controller, "a")
      let keys: Set<ResourceKey> = [
        .network(blue), .subnet(subnet), .port(here), .neighbor(NeighborID(there.rawValue)),
      ]
      #expect(Set(onA.keys) == keys)
      guard case .network(let network) = onA[.network(blue)]?.resource,
        case .subnet(let shown) = onA[.subnet(subnet)]?.resource, case .port(let port) = onA[.port(here)]?.resource,
        case .neighbor(let neighbor) = onA[.neighbor(NeighborID(there.rawValue))]?.resource
      else {
        Issue.record("a resource is of another kind than its key")
        return
      }
      #expect(network.name == "blue" && network.mtu == 1400 && network.vni.rawValue == 1)
      #expect(shown.prefix.description == "10.0.0.0/24" && shown.dhcpEnabled)
      #expect(shown.gateway?.address.description == "10.0.0.1" && shown.gateway?.mac.isUnicast == true)
      #expect(shown.dnsServers.map(\.description) == ["9.9.9.9"])
      #expect(shown.hostRoutes.map(\.destination.description) == ["10.8.0.0/16"])
      #expect(port.hostName == "web" && port.adminStateUp && port.name == "p")
      #expect(port.fixedIPs == [FixedIP(subnetID: subnet, address: .v4(IPv4Address(10, 0, 0, 2)))])
      #expect(neighbor.hostAddress.description == "192.0.2.2")
      #expect(neighbor.fixedIPs.map(\.address.description) == ["10.0.0.3"])
      #expect(await view(controller, "c").isEmpty)
      #expect(await view(controller, "b").keys.contains(.port(elsewhere)))
    }
  }

  @Test("has a port down when its network is down, as a newer revision of the port")
  func networkDown() async throws {
    try await ControllerHarness.run { controller in
      _ = try await controller.connect("a", "192.0.2.1")
      let network = try await controller.makeNetwork()
      let id = try await controller.makePort(network, #","binding:host_id":"a""#)
      let before = try #require(await view(controller, "a")[.port(id)])
      try await controller.expect(200, "PUT", "/v2.0/networks/\(network)", #"{"network":{"admin_state_up":false}}"#)
      let after = try #require(await view(controller, "a")[.port(id)])
      #expect(after.revision > before.revision)
      guard case .port(let port) = after.resource else {
        Issue.record("not a port")
        return
      }
      #expect(!port.adminStateUp)
      #expect(try await controller.port(id)["status"] == .string("DOWN"))
    }
  }

  /// Random changes by the API and by hosts; afterwards each session's mirror equals the host's view.
  @Test("adds up from what its session is sent, through any changes", arguments: [1, 2, 3] as [UInt64])
  func incremental(seed: UInt64) async throws {
    try await ControllerHarness.run { controller in
      var generator = SeededGenerator(seed: seed)
      let hosts = ["a", "b", "c"]
      var sessions: [String: any AgentSession] = [:]
      var mirrors: [String: AgentMirror] = [:]
      for (index, host) in hosts.enumerated() {
        sessions[host] = try await controller.connect(host, "192.0.2.\(index + 1)")
        mirrors[host] = AgentMirror()
      }
      var networks: [NetworkID] = []
      for _ in 0..<2 { networks.append(try await controller.makeNetwork()) }
      var ports: [PortID] = []
      for step in 0..<120 {
        let network = networks[Int.random(in: 0..<networks.count, using: &generator)]
        let host = hosts[Int.random(in: 0..<hosts.count, using: &generator)]
        switch Int.random(in: 0..<10, using: &generator) {
        case 0...3: ports.append(try await controller.makePort(network, #","binding:host_id":"\#(host)""#))
        case 4, 5:
          guard let port = ports.randomElement(using: &generator) else { continue }
          let target = Bool.random(using: &generator) ? #""\#(host)""# : "null"
          try await controller.expect(200, "PUT", "/v2.0/ports/\(port)", #"{"port":{"binding:host_id":\#(target)}}"#)
        case 6:
          guard !ports.isEmpty else { continue }
          let port = ports.remove(at: Int.random(in: 0..<ports.count, using: &generator))
          try await controller.expect(204, "DELETE", "/v2.0/ports/\(port)")
        case 7:
          _ = await controller.send(
            "POST", "/v2.0/subnets", #"{"subnet":{"network_id":"\#(network)","cidr":"10.0.\#(step).0/24"}}"#)
        case 8:
          try await controller.expect(
            200, "PUT", "/v2.0/networks/\(network)",
            #"{"network":{"name":"n\#(step)","admin_state_up":\#(Bool.random(using: &generator))}}"#)
        default:
          // The host comes back with another tunnel address and what it holds.
          mirrors[host] = try await drain(controller, sessions[host], mirrors[host], host)
          let held = mirrors[host]?.version ?? GoalStateVersion(epoch: "", revision: 0)
          sessions[host] = try await controller.connect(host, "192.0.2.\(10 + step)", held: held)
        }
        if step.isMultiple(of: 7) {
          mirrors[host] = try await drain(controller, sessions[host], mirrors[host], host)
        }
      }
      for host in hosts {
        let mirror = try await drain(controller, sessions[host], mirrors[host], host)
        #expect(mirror.resources == (await view(controller, host)), "host \(host), seed \(seed)")
      }
    }
  }

  /// Takes updates until the mirror equals the view, which a session that sends all and only what is needed reaches.
  private func drain(
    _ controller: ControllerHarness, _ session: (any AgentSession)?, _ mirror: AgentMirror?, _ host: String
  ) async throws -> AgentMirror {
    var mirror = try #require(mirror)
    let session = try #require(session)
    while mirror.resources != (await view(controller, host)) || mirror.version.epoch.isEmpty {
      mirror.take(try #require(await session.nextUpdate()))
    }
    return mirror
  }
}
