import GoalState
import NetworkTypes
import OpenFlow

extension Compiler {
  func compile(_ network: Network) -> CompiledUnit {
    let cookie = FlowCookie(.network(network.id))
    let members = goal.members(of: network.id)
    let deliveries = members.ports.sorted().flatMap { id -> [Action] in
      guard goal.ports[id]?.adminStateUp == true, let port = host.guests[id]?.port else { return [] }
      // Each copy is filtered as the port's groups say.
      return [
        .load(.destination, port.rawValue), .resubmit(port: .inPort, table: PipelineTable.arriving.id),
      ]
    }
    let flood = { (origin: UInt32, leavesHost: Bool) in
      Forwarding.floodFlow(network, from: origin, deliveries: deliveries, leavesHost: leavesHost, cookie: cookie)
    }
    let measuring = UnderlayOutput.measuringFlow(network, mtu: host.mtu(of: network), cookie: cookie)
    switch host.carriage(of: network) {
    case .missing(let reason):
      // Guests of this host reach each other without the others, so that much is put in force meanwhile.
      let isAlone = network.segment.tunnelKind != nil && members.remoteHosts.isEmpty
      return CompiledUnit(flows: [flood(Origin.guest, false)], status: isAlone ? .complete : .waiting(reason: reason))
    case .tunnel(let port):
      let hosts = members.remoteHosts.compactMap(\.v4)
      let arrival = Flow(
        table: .classification, priority: Priority.normal, cookie: cookie,
        match: [.inPort(port), .tunnelID(UInt64(network.vni.rawValue))],
        instructions: arrivalInstructions(network, from: Origin.tunnel))
      // What came from another host was copied by that host to all who need it: it goes to guests only.
      let flows = [arrival, flood(Origin.guest, !hosts.isEmpty), flood(Origin.tunnel, false)]
      guard !hosts.isEmpty else { return CompiledUnit(flows: flows) }
      return CompiledUnit(
        flows: flows + [measuring] + UnderlayOutput.tunnelFlows(network, through: port, to: hosts, cookie: cookie))
    case .physicalNetwork(let port):
      let tag = network.segment.vlan.map { MatchField.vlanVID($0) } ?? .vlanUntagged
      let untag: [Action] = network.segment.vlan == nil ? [] : [.popVLAN]
      let arrival = Flow(
        table: .classification, priority: Priority.normal, cookie: cookie, match: [.inPort(port), tag],
        instructions: arrivalInstructions(network, from: Origin.physicalNetwork, before: untag))
      return CompiledUnit(flows: [
        arrival, flood(Origin.guest, true), flood(Origin.physicalNetwork, false),
        Forwarding.unknownFlow(network, cookie: cookie), measuring,
        UnderlayOutput.physicalFlow(network, through: port, cookie: cookie),
      ])
    }
  }

  private func arrivalInstructions(
    _ network: Network, from origin: UInt32, before actions: [Action] = []
  ) -> [Instruction] {
    [.applyActions(actions + [.load(.origin, origin), .load(.network, network.vni.rawValue)]), .goto(.routed)]
  }
}
