import GoalState
import NetworkTypes
import OpenFlow

/// Where a MAC address is: behind a port here, or on another host.
enum Forwarding {
  static func flows(of attached: AttachedPort) -> [Flow] {
    [
      Flow(
        table: .forwarding, priority: Priority.normal, cookie: attached.cookie,
        match: [.ethDst(attached.port.mac), .network(attached.network.vni)],
        instructions: [.applyActions([.load(.destination, attached.ofport.rawValue)]), .goto(.arriving)]),
      Flow(
        table: .delivery, priority: Priority.normal, cookie: attached.cookie,
        match: [.register(.destination, attached.ofport.rawValue)],
        instructions: [.applyActions([.output(attached.ofport)])]),
    ]
  }

  static func flow(of reachable: ReachableNeighbor) -> Flow {
    Flow(
      table: .forwarding, priority: Priority.normal, cookie: reachable.cookie,
      match: [.ethDst(reachable.neighbor.mac), .network(reachable.network.vni)],
      instructions: [
        .applyActions([
          .setField(.tunnelID(UInt64(reachable.network.vni.rawValue))), .setField(.tunnelDst(reachable.remote)),
          .output(reachable.tunnel),
        ])
      ])
  }
}
