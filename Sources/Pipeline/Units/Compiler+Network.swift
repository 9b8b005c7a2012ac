import GoalState
import NetworkTypes
import OpenFlow

extension Compiler {
  func compile(_ network: Network) -> CompiledUnit {
    let unit = Unit.network(network.id)
    let members = goal.members(of: network.id)
    let deliveries = members.ports.sorted().flatMap { id -> [Action] in
      guard goal.ports[id]?.adminStateUp == true, let port = host.guests[id]?.port else { return [] }
      // Each copy is filtered as the port's groups say.
      return [
        .load(.destination, port.rawValue), .resubmit(port: .inPort, table: PipelineTable.arriving.id),
      ]
    }
    guard let tunnel = host.tunnel else {
      let flood = floodFlow(unit, network, from: Origin.guest, actions: deliveries)
      // Guests of this host reach each other without the tunnel, so that much is put in force while it is missing.
      guard members.remoteHosts.isEmpty else {
        return CompiledUnit(flows: [flood], status: .waiting(reason: Compiler.noTunnel))
      }
      return CompiledUnit(flows: [flood])
    }
    let copies = members.remoteHosts.compactMap(\.v4).flatMap { remote -> [Action] in
      [.setField(.tunnelDst(remote)), .output(tunnel)]
    }
    let key = copies.isEmpty ? [] : [Action.setField(.tunnelID(UInt64(network.vni.rawValue)))]
    return CompiledUnit(flows: [
      Flow(
        table: .classification, priority: Priority.normal, cookie: FlowCookie(unit),
        match: [.inPort(tunnel), .tunnelID(UInt64(network.vni.rawValue))],
        instructions: [
          .applyActions([.load(.origin, Origin.tunnel), .load(.network, network.vni.rawValue)]), .goto(.routed),
        ]),
      floodFlow(unit, network, from: Origin.guest, actions: key + copies + deliveries),
      // What came from another host was copied by that host to all who need it: it goes to guests only.
      floodFlow(unit, network, from: Origin.tunnel, actions: deliveries),
    ])
  }

  /// Open vSwitch does not send a packet out of the port that it came in on, so the sender may be among the outputs.
  private func floodFlow(_ unit: Unit, _ network: Network, from origin: UInt32, actions: [Action]) -> Flow {
    Flow(
      table: .forwarding, priority: Priority.low, cookie: FlowCookie(unit),
      match: [.register(.origin, origin), .network(network.vni), .multicastDestination],
      instructions: actions.isEmpty ? [] : [.applyActions(actions)])
  }
}
