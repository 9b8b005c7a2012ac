import OpenFlow

/// What guests say of addresses and routers that is for the host alone, or for nobody: DHCP in both versions, router
/// solicitations and advertisements, redirects.
///
/// A guest that answers others' requests, or advertises itself as their router, would have their traffic. What guests ask is
/// for the responder, which the flows of each port that is served see to before these; it never comes to other guests.
enum GuestServices {
  private static let ipv4UDP: [MatchField] = [.ethType(EtherType.ipv4), .ipProto(IPProtocol.udp)]
  private static let ipv6UDP: [MatchField] = [.ethType(EtherType.ipv6), .ipProto(IPProtocol.udp)]
  private static let icmpv6: [MatchField] = [.ethType(EtherType.ipv6), .ipProto(IPProtocol.icmpv6)]

  private static let kinds: [(match: [MatchField], reason: DropReason)] = [
    (ipv4UDP + [.udpSrc(67)], .guestServer), (ipv6UDP + [.udpSrc(547)], .guestServer),
    (icmpv6 + [.icmpv6Type(ICMPv6.routerAdvertisement)], .guestServer),
    (icmpv6 + [.icmpv6Type(ICMPv6.redirect)], .guestServer),
    (ipv4UDP + [.udpDst(67)], .nobodyServes), (ipv6UDP + [.udpDst(547)], .nobodyServes),
    (icmpv6 + [.icmpv6Type(ICMPv6.routerSolicitation)], .nobodyServes),
  ]

  /// Below the flows of ports, and above those that answer for addresses.
  static var dropFlows: [Flow] {
    kinds.map { kind in
      Flow(
        table: .localServices, priority: Priority.raised, cookie: FlowCookie(.host, drop: kind.reason),
        match: kind.match)
    }
  }
}

enum ICMPv6 {
  static let echoRequest: UInt8 = 128
  static let echoReply: UInt8 = 129
  static let listenerReport: UInt8 = 131
  static let listenerDone: UInt8 = 132
  static let routerSolicitation: UInt8 = 133
  static let routerAdvertisement: UInt8 = 134
  static let neighborSolicitation: UInt8 = 135
  static let neighborAdvertisement: UInt8 = 136
  static let redirect: UInt8 = 137
  static let listenerReport2: UInt8 = 143
}
