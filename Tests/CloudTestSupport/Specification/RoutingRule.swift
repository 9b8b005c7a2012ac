import GoalState
import NetworkTypes
import Pipeline

/// What a router makes of a frame that is sent to it.
struct RoutingRule {
  enum Decision {
    /// The frame is for this guest now.
    case forward(Frame, to: Cloud.Guest)
    /// The sender is answered.
    case answer(Frame)
    case drop([DropReason])
  }

  let cloud: Cloud
  /// Where the frame came in.
  let leg: Cloud.Leg

  func decision(on frame: Frame, _ packet: IPPacket) -> Decision {
    let legs = cloud.legs(of: leg.router.id)
    if legs.contains(where: { $0.address == packet.destination }) {
      guard case .echo(false, let identifier, let payload) = packet.content else {
        return .drop([.routerAddress, .timeToLive])
      }
      let reply = IPPacket(
        source: packet.destination, destination: packet.source, timeToLive: 255,
        content: .echo(isReply: true, identifier: identifier, payload: payload))
      return .answer(Frame(destination: frame.source, source: frame.destination, payload: .ip(reply)))
    }
    if isBoundToLink(packet, legs) { return .drop([.notForwardable, .timeToLive]) }
    guard packet.timeToLive > 1 else { return .drop([.timeToLive]) }
    guard let (out, nextHop) = route(to: packet.destination, legs) else { return .drop([.noRoute]) }
    let holders = cloud.guests(in: out.subnet.networkID).filter { $0.addresses.contains(nextHop) }
    guard let target = holders.first(where: \.port.adminStateUp) else {
      // Another host may not know that the guest is down.
      return .drop(holders.isEmpty ? [.unknownNextHop] : [.unknownNextHop, .unknownDestination])
    }
    var routed = packet
    routed.timeToLive -= 1
    return .forward(Frame(destination: target.port.mac, source: out.mac, payload: .ip(routed)), to: target)
  }

  /// Link-local addresses mean nothing on another link (RFC 4291 section 2.5.6), and nobody is to send to all of a subnet from
  /// elsewhere (RFC 2644); the first address of an IPv6 subnet is any router's (RFC 4291 section 2.6.1).
  private func isBoundToLink(_ packet: IPPacket, _ legs: [Cloud.Leg]) -> Bool {
    if packet.source.v6?.isLinkLocal == true || packet.destination.v6?.isLinkLocal == true { return true }
    return legs.contains { leg in
      leg.subnet.prefix.base == packet.destination
        || leg.subnet.prefix.version == .v4 && leg.subnet.prefix.last == packet.destination
    }
  }

  /// The leg that leads to an address, and the address that is next on the way. The longest prefix counts; of two of one length
  /// a route of the leg where the packet came in, then a connected subnet, then the router's own.
  private func route(to address: IPAddress, _ legs: [Cloud.Leg]) -> (leg: Cloud.Leg, nextHop: IPAddress)? {
    var best: (length: Int, leg: Cloud.Leg, nextHop: IPAddress)?
    func consider(_ prefix: IPPrefix, _ leg: Cloud.Leg?, _ nextHop: IPAddress) {
      guard prefix.contains(address), let leg, prefix.length > best?.length ?? -1 else { return }
      best = (prefix.length, leg, nextHop)
    }
    func consider(_ route: Router.Route) {
      consider(route.destination, legs.first { $0.subnet.prefix.contains(route.nextHop) }, route.nextHop)
    }
    for route in leg.routes { consider(route) }
    for leg in legs { consider(leg.subnet.prefix, leg, address) }
    for route in leg.router.routes { consider(route) }
    return best.map { ($0.leg, $0.nextHop) }
  }
}
