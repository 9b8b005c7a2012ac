import GoalState
import NetworkTypes
import Testing

@testable import ControllerCore

@Suite("What is given out is given out once")
struct AllocationTests {
  /// No address, MAC or segment twice, and the model's books agree with what is stored.
  private func checkInvariants(_ controller: ControllerHarness) async throws {
    let (ports, subnets, networks, groups) = await controller.inventory.read { state in
      (
        state.ports.values.map(\.record), state.subnets.values.map(\.record), state.networks.values.map(\.record),
        state.securityGroups.values.map(\.record)
      )
    }
    let addresses = ports.flatMap { port in port.addresses.map { "\($0.subnetID) \($0.address)" } }
    #expect(Set(addresses).count == addresses.count)
    for port in ports {
      for address in port.addresses {
        let subnet = try #require(subnets.first { $0.id == address.subnetID })
        #expect(subnet.prefix.hosts.contains(address.address))
        #expect((subnet.gateway == address.address) == (port.hasGatewayMAC == true))
        #expect(port.hasGatewayMAC != true || port.mac == subnet.gatewayMAC)
      }
    }
    let ownMACs = ports.filter { $0.hasGatewayMAC != true }
    let macs = ownMACs.map { "\($0.networkID) \($0.mac)" } + subnets.map { "\($0.networkID) \($0.gatewayMAC)" }
    #expect(Set(macs).count == macs.count)
    #expect(Set(networks.map(\.vni)).count == networks.count)
    let keys = try await controller.store.list(under: "/unique/", at: nil).entries.map(\.key)
    let expected =
      ports.flatMap { port in port.addresses.map { ModelKeys.address($0.subnetID, $0.address) } }
      + ownMACs.map { ModelKeys.mac($0.networkID, $0.mac) }
      + subnets.map { ModelKeys.mac($0.networkID, $0.gatewayMAC) } + networks.map { ModelKeys.vni($0.vni) }
      + groups.filter(\.isDefault).map { ModelKeys.defaultSecurityGroup(of: $0.header.projectID) }
    #expect(keys == expected.sorted())
  }

  @Test("by two controllers on one store, with many creating and deleting at once, single and in bulk")
  func concurrent() async throws {
    try await withTemporaryDirectory { directory in
      let store = try SQLiteStore(path: directory + "/store.db")
      try await ControllerHarness.run(store: store) { first in
        try await ControllerHarness.run(store: store) { second in
          let network = try await first.makeNetwork()
          _ = try await first.makeSubnet(network, "10.0.0.0/24")
          let revision = await first.revision()
          #expect(await second.inventory.reached(revision))
          try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<12 {
              group.addTask {
                let controller = task.isMultiple(of: 2) ? first : second
                for round in 0..<6 {
                  if round.isMultiple(of: 3) {
                    let port = #"{"network_id":"\#(network)"}"#
                    try await controller.expect(201, "POST", "/v2.0/ports", #"{"ports":[\#(port),\#(port),\#(port)]}"#)
                  } else {
                    let port = try await controller.makePort(network)
                    if round == 4 { try await controller.expect(204, "DELETE", "/v2.0/ports/\(port)") }
                  }
                }
              }
            }
            try await group.waitForAll()
          }
          let current = try await store.currentRevision()
          for controller in [first, second] {
            #expect(await controller.inventory.reached(current))
            #expect(await controller.inventory.read { $0.ports.count } == 12 * (2 * 3 + 3))
            try await checkInvariants(controller)
          }
        }
      }
      await store.close()
    }
  }

  @Test("when two controllers ask for the same address, MAC, segment and overlapping subnets at once")
  func races() async throws {
    try await withTemporaryDirectory { directory in
      let store = try SQLiteStore(path: directory + "/store.db")
      try await ControllerHarness.run(store: store) { first in
        try await ControllerHarness.run(store: store) { second in
          let network = try await first.makeNetwork()
          _ = try await first.makeSubnet(network, "10.0.0.0/24")
          #expect(await second.inventory.reached(first.revision()))
          let requests = [
            ("ports", #"{"port":{"network_id":"\#(network)","fixed_ips":[{"ip_address":"10.0.0.50"}]}}"#),
            ("ports", #"{"port":{"network_id":"\#(network)","mac_address":"02:00:00:00:00:01","fixed_ips":[]}}"#),
            ("networks", #"{"network":{"provider:segmentation_id":777}}"#),
            ("subnets", #"{"subnet":{"network_id":"\#(network)","cidr":"10.7.0.0/16"}}"#),
          ]
          for (collection, body) in requests {
            let statuses = await withTaskGroup(of: Int.self) { group in
              for task in 0..<10 {
                let controller = task.isMultiple(of: 2) ? first : second
                group.addTask { await controller.send("POST", "/v2.0/\(collection)", body).status }
              }
              return await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 201 }.count == 1, "\(collection): \(statuses)")
            #expect(statuses.allSatisfy { [201, 400, 409].contains($0) })
          }
          #expect(await first.inventory.reached(try store.currentRevision()))
          try await checkInvariants(first)
        }
      }
      await store.close()
    }
  }

  @Test("after a restart as well, and the same things are there")
  func restart() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory + "/store.db"
      let (network, before) = try await ControllerHarness.run(path: path) { controller in
        let network = try await controller.makeNetwork()
        _ = try await controller.makeSubnet(network, "10.0.0.0/24")
        for _ in 0..<20 { _ = try await controller.makePort(network) }
        return (network, try await controller.expect(200, "GET", "/v2.0/ports"))
      }
      try await ControllerHarness.run(path: path) { controller in
        #expect(try await controller.expect(200, "GET", "/v2.0/ports") == before)
        for _ in 0..<20 { _ = try await controller.makePort(network) }
        try await checkInvariants(controller)
      }
    }
  }

  @Test("random changes leave nothing behind that nobody has")
  func randomChanges() async throws {
    try await ControllerHarness.run { controller in
      var generator = SeededGenerator(seed: 3)
      var networks: [NetworkID] = []
      for _ in 0..<3 { networks.append(try await controller.makeNetwork()) }
      var subnets: [SubnetID] = []
      for (index, network) in networks.enumerated() {
        subnets.append(try await controller.makeSubnet(network, "10.\(index).0.0/28"))
      }
      let made = try await controller.expect(201, "POST", "/v2.0/routers", #"{"router":{}}"#)
      let router = try #require(made["router"]?["id"]?.string)
      var ports: [PortID] = []
      for step in 0..<150 {
        let network = networks[Int.random(in: 0..<3, using: &generator)]
        if step.isMultiple(of: 5) {
          let action = Bool.random(using: &generator) ? "add_router_interface" : "remove_router_interface"
          let subnet = subnets[Int.random(in: 0..<3, using: &generator)]
          _ = await controller.send("PUT", "/v2.0/routers/\(router)/\(action)", #"{"subnet_id":"\#(subnet)"}"#)
        } else if ports.isEmpty || Int.random(in: 0..<3, using: &generator) > 0 {
          let answer = await controller.send("POST", "/v2.0/ports", #"{"port":{"network_id":"\#(network)"}}"#)
          if let id = answer.body?["port"]?["id"]?.string { ports.append(PortID(id)) }
        } else {
          let port = ports.remove(at: Int.random(in: 0..<ports.count, using: &generator))
          try await controller.expect(204, "DELETE", "/v2.0/ports/\(port)")
        }
      }
      try await checkInvariants(controller)
      for port in ports { try await controller.expect(204, "DELETE", "/v2.0/ports/\(port)") }
      for subnet in subnets {
        let path = "/v2.0/routers/\(router)/remove_router_interface"
        _ = await controller.send("PUT", path, #"{"subnet_id":"\#(subnet)"}"#)
      }
      try await controller.expect(204, "DELETE", "/v2.0/routers/\(router)")
      for network in networks { try await controller.expect(204, "DELETE", "/v2.0/networks/\(network)") }
      try await controller.deleteSecurityGroups()
      #expect(try await controller.store.list(under: "/", at: nil).entries.isEmpty)
    }
  }
}
