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
    neighbor.flow(
      cookie: reachable.cookie.rawValue,
      FlowNumbers(
        reachable.neighbor.mac.rawValue, UInt64(reachable.network.vni.rawValue), UInt64(reachable.remote.rawValue),
        UInt64(reachable.tunnel.rawValue)))
  }

  /// Of MAC address, network, remote host and tunnel port.
  private static let neighbor = FlowTemplate { numbers in
    Flow(
      table: .forwarding, priority: Priority.normal,
      match: [.ethDst(numbers.mac(0)), .register(.network, numbers.word(1))],
      instructions: [
        .applyActions([
          .setField(.tunnelID(numbers[1])), .setField(.tunnelDst(numbers.ipv4(2))),
          .output(OFPort(rawValue: numbers.word(3))),
        ])
      ])
  }
}
