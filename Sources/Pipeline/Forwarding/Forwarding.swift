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

  /// To the host that has the neighbor, by the network's tunnels.
  static func flow(of reachable: ReachableNeighbor) -> Flow {
    neighbor.flow(
      cookie: reachable.cookie.rawValue,
      FlowNumbers(
        reachable.neighbor.mac.rawValue, UInt64(reachable.network.vni.rawValue), UInt64(reachable.remote.rawValue)))
  }

  /// Of MAC address, network and remote host.
  private static let neighbor = FlowTemplate { numbers in
    Flow(
      table: .forwarding, priority: Priority.normal,
      match: [.ethDst(numbers.mac(0)), .register(.network, numbers.word(1))],
      instructions: [.applyActions([.setField(.tunnelDst(numbers.ipv4(2)))]), .goto(.underlay)])
  }

  /// Guests' frames for who is not known here: the physical network knows, or asks. What came from it does not go back.
  static func unknownFlow(_ network: Network, cookie: FlowCookie) -> Flow {
    Flow(
      table: .forwarding, priority: Priority.low, cookie: cookie,
      match: [.register(.origin, Origin.guest), .network(network.vni)], instructions: [.goto(.underlay)])
  }

  /// Copies of broadcasts and multicasts: to guests here, and from guests to the other hosts too.
  ///
  /// Open vSwitch does not send a packet out of the port that it came in on, so the sender may be among the outputs. What is
  /// done for the way out changes the packet, so that it comes last.
  static func floodFlow(
    _ network: Network, from origin: UInt32, deliveries: [Action], leavesHost: Bool, cookie: FlowCookie
  ) -> Flow {
    Flow(
      table: .forwarding, priority: Priority.raised, cookie: cookie,
      match: [.register(.origin, origin), .network(network.vni), .multicastDestination],
      instructions: (deliveries.isEmpty ? [] : [.applyActions(deliveries)]) + (leavesHost ? [.goto(.underlay)] : []))
  }
}
