import GoalState
import NetworkTypes
import OpenFlow

/// What a port's guest is told of IPv6, by whom, and the flows that join it to the responder.
///
/// All subnets of a port are on one link, so they have one router to the guest: a gateway of theirs, whose DUID is the DHCPv6
/// server's. It is chosen by the subnets' ids, so that it stays the same whatever the order of the port's addresses. As for
/// IPv4, the port's OpenFlow number travels in MAC addresses; see ``DHCPService``.
public struct IPv6Service: Sendable, Equatable {
  /// The router's MAC address, the same on every host.
  public let routerMAC: MACAddress
  /// The router's link-local address.
  public let routerAddress: IPv6Address
  /// The port's subnets that are served, in the order of its addresses.
  public let subnets: [Subnet]

  /// The service of a port; nil when none of its addresses is in an IPv6 subnet that is served.
  public init?(port: Port, in goal: HostGoalState) {
    var subnets: [Subnet] = []
    for fixedIP in port.fixedIPs where fixedIP.address.v6 != nil {
      guard let subnet = goal.subnets[fixedIP.subnetID].map(goal.served), subnet.prefix.v6 != nil,
        subnet.isServedByHost,
        !subnets.contains(subnet)
      else { continue }
      subnets.append(subnet)
    }
    guard !subnets.isEmpty else { return nil }
    self.subnets = subnets
    let router = subnets.filter { $0.gateway != nil }.min { $0.id < $1.id }
    routerMAC = router?.gateway?.mac ?? DHCPService.standaloneMAC
    // A gateway may be given by the link-local address that hosts know routers by.
    let given = router?.gateway?.address.v6
    routerAddress = given.flatMap { $0.isLinkLocal ? $0 : nil } ?? IPv6Address(linkLocalOf: routerMAC)
  }

  /// From the guest to the responder, and back. A guest's DHCPv6 and solicitations go nowhere else, whoever they are for.
  func flows(of port: OFPort, responder: OFPort, cookie: FlowCookie) -> [Flow] {
    let toResponder: [Instruction] = [
      .applyActions([.setField(.ethDst(DHCPService.mac(of: port))), .output(responder)])
    ]
    return [
      Flow(
        table: .localServices, priority: Priority.high, cookie: cookie,
        match: [.inPort(port), .ethType(EtherType.ipv6), .ipProto(IPProtocol.udp), .udpDst(547)],
        instructions: toResponder),
      Flow(
        table: .localServices, priority: Priority.high, cookie: cookie,
        match: [
          .inPort(port), .ethType(EtherType.ipv6), .ipProto(IPProtocol.icmpv6), .icmpv6Type(ICMPv6.routerSolicitation),
        ], instructions: toResponder),
      Flow(
        table: .classification, priority: Priority.high, cookie: cookie,
        match: [.inPort(responder), .ethSrc(DHCPService.mac(of: port)), .ethType(EtherType.ipv6)],
        instructions: [.applyActions([.setField(.ethSrc(routerMAC)), .output(port)])]),
    ]
  }
}

extension Subnet {
  /// Whether guests of this IPv6 subnet are told anything.
  fileprivate var isServedByHost: Bool { dhcpEnabled && (ipv6RAMode != nil || ipv6AddressMode != nil) }
}
