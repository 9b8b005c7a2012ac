import GoalState
import NetworkTypes
import OpenFlow
import PacketFormats
import Pipeline

/// What is to become of a packet that a flow handed to the agent.
enum PuntDecision: Hashable, Sendable {
  /// Its sender is told.
  case tell(ErrorAnswer)
  /// The controller is asked for the neighbor that it is for; its sender is told when there is none.
  case ask(NeighborAsks.Key, refusal: ErrorAnswer?)
  /// Nothing: there is nobody to tell, or nothing to ask.
  case drop
}

extension PuntDecision {
  /// Decides by what is known of the host.
  ///
  /// - Parameters:
  ///   - port: The port that sent it.
  ///   - mtu: The largest IP packet that a network carries, if that is known.
  init(_ packet: PuntedPacket, of port: Port, in goal: HostGoalState, mtu: (Network) -> Int?) {
    switch packet.kind {
    case .timeToLive: self = Self.told(.timeExceeded, packet, port, goal)
    case .noRoute: self = Self.told(.networkUnreachable, packet, port, goal)
    case .unknownNextHop: self = Self.nextHop(packet, port, goal)
    case .unknownDestination: self = Self.destination(packet, port, goal)
    case .unknownAddress: self = Self.address(packet, port, goal)
    case .tooBig: self = Self.tooBig(packet, port, goal, mtu)
    }
  }

  /// The router is the one that the packet was sent to.
  private static func answer(
    _ error: ICMPError, _ packet: PuntedPacket, _ port: Port, _ goal: HostGoalState
  ) -> ErrorAnswer? {
    guard let ethernet = packet.ethernet, let source = packet.source,
      let interface = goal.routerInterface(in: port.networkID, mac: ethernet.destination, towards: source)
    else { return nil }
    return ErrorAnswer(
      error: error,
      sender: .init(address: interface.address, mac: interface.mac, destinationMAC: ethernet.source))
  }

  private static func told(
    _ error: ICMPError, _ packet: PuntedPacket, _ port: Port, _ goal: HostGoalState
  ) -> PuntDecision {
    answer(error, packet, port, goal).map { .tell($0) } ?? .drop
  }

  private static func nextHop(_ packet: PuntedPacket, _ port: Port, _ goal: HostGoalState) -> PuntDecision {
    let refusal = answer(.hostUnreachable, packet, port, goal)
    guard let network = goal.networks.values.first(where: { $0.vni == packet.network }), network.neighborsOnDemand,
      let address = packet.nextHop, address.isHostAddress
    else { return refusal.map { .tell($0) } ?? .drop }
    return .ask(NeighborAsks.Key(networkID: network.id, target: .address(address)), refusal: refusal)
  }

  private static func destination(_ packet: PuntedPacket, _ port: Port, _ goal: HostGoalState) -> PuntDecision {
    guard let mac = packet.ethernet?.destination, mac.isUnicast, isOnDemand(packet, port, goal) else { return .drop }
    return .ask(NeighborAsks.Key(networkID: port.networkID, target: .mac(mac)), refusal: nil)
  }

  /// Only addresses that somebody in the network can have are asked for.
  private static func address(_ packet: PuntedPacket, _ port: Port, _ goal: HostGoalState) -> PuntDecision {
    guard let address = packet.askedAddress, address.isHostAddress, isOnDemand(packet, port, goal),
      goal.members(of: port.networkID).subnets.contains(where: {
        goal.subnets[$0]?.prefix.contains(address) == true
      })
    else { return .drop }
    return .ask(NeighborAsks.Key(networkID: port.networkID, target: .address(address)), refusal: nil)
  }

  private static func isOnDemand(_ packet: PuntedPacket, _ port: Port, _ goal: HostGoalState) -> Bool {
    guard let network = goal.networks[port.networkID] else { return false }
    return network.neighborsOnDemand && network.vni == packet.network
  }

  /// What was routed comes from the router; what was not is answered in the name of its destination, as the kernel's tunnels
  /// do it, for there is no router between the two.
  private static func tooBig(
    _ packet: PuntedPacket, _ port: Port, _ goal: HostGoalState, _ mtu: (Network) -> Int?
  ) -> PuntDecision {
    guard let network = goal.networks.values.first(where: { $0.vni == packet.network }),
      let mtu = mtu(network), let ethernet = packet.ethernet, let source = packet.source,
      let destination = packet.destination
    else { return .drop }
    let sender: ICMPError.Sender
    let isOwn =
      ethernet.source == port.mac || port.allowedAddressPairs.contains { $0.mac == ethernet.source }
      || port.security == .off
    if network.id == port.networkID, isOwn {
      guard destination.isHostAddress else { return .drop }
      sender = .init(address: destination, mac: ethernet.destination, destinationMAC: ethernet.source)
    } else {
      guard let interface = goal.routerInterface(in: port.networkID, mac: nil, towards: source) else { return .drop }
      let pair = port.allowedAddressPairs.first { $0.prefix.contains(source) && $0.mac != nil }
      let isFixed = port.fixedIPs.contains { $0.address == source }
      let guest = isFixed ? port.mac : pair?.mac ?? port.mac
      sender = .init(address: interface.address, mac: interface.mac, destinationMAC: guest)
    }
    return .tell(ErrorAnswer(error: .tooBig(mtu: mtu), sender: sender))
  }
}
