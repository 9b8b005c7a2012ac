import GoalState
import NetworkTypes
import OpenFlow

/// The flows that hand packets to the agent. All are for what guests of this host send, and none for later fragments, which
/// nobody may be told of (RFC 1122 section 3.2.2).
enum Punts {
  /// Below what tables find, above their ends.
  static let priority: UInt16 = 20
  /// Below every route, above what counts for each router.
  static let noRoutePriority: UInt16 = 50
  /// Below every next hop, above what counts for each subnet; higher where neighbors are on demand.
  static let nextHopPriority: (general: UInt16, onDemand: UInt16) = (60, 70)

  private static let versions = [EtherType.ipv4, EtherType.ipv6]
  /// From a guest of this host, and no later fragment.
  private static let answerable: [MatchField] = [
    .register(.origin, Origin.guest), .ipFrag(0, mask: 2),
  ]

  private static func flows(
    _ kind: Punt.Kind, table: PipelineTable, priority: UInt16, cookie: FlowCookie, match: [MatchField],
    versions: [UInt16] = versions
  ) -> [Flow] {
    versions.map { version in
      Flow(
        table: table, priority: priority, cookie: cookie, match: [.ethType(version)] + answerable + match,
        instructions: Punt.instructions(kind))
    }
  }

  /// The way to the agent behind the rations of ports, and what routers cannot deliver in any network.
  static var hostFlows: [Flow] {
    let handOver = Punt.Kind.allCases.map { kind in
      Flow(
        table: .punts, priority: Priority.normal, cookie: FlowCookie(.host),
        match: [.register(.punt, UInt32(kind.rawValue))], instructions: [.applyActions([Punt.action(kind)])])
    }
    return handOver
      + flows(
        .noRoute, table: .routes, priority: noRoutePriority, cookie: FlowCookie(.host, drop: .noRoute), match: [])
      + flows(
        .unknownNextHop, table: .nextHops, priority: nextHopPriority.general,
        cookie: FlowCookie(.host, drop: .unknownNextHop), match: [])
      + flows(
        .tooBig, table: .tooBig, priority: priority, cookie: FlowCookie(.host, drop: .tooBig), match: [])
  }

  /// The meters of the way to the agent.
  static var hostMeters: [Meter] { Punt.Kind.allCases.map(Punt.meter(of:)) }

  /// What a guest sends on through a router although it has been routed too often; what others send so is dropped below.
  static func timeToLiveFlows(of unit: Unit, router number: UInt32) -> [Flow] {
    [UInt8(0), 1].flatMap { timeToLive in
      flows(
        .timeToLive, table: .routes, priority: RoutePriority.timeToLivePunt,
        cookie: FlowCookie(unit, drop: .timeToLive), match: [.register(.router, number), .ipTTL(timeToLive)])
    }
  }

  /// What guests send to, or ask for, that this host has not been told of. In a network that it knows all of, there are none.
  static func onDemandFlows(of network: Network) -> [Flow] {
    guard network.neighborsOnDemand else { return [] }
    let cookie = FlowCookie(.network(network.id))
    let fromGuest: [MatchField] = [.register(.origin, Origin.guest), .network(network.vni)]
    let flow = { (kind: Punt.Kind, table: PipelineTable, match: [MatchField]) in
      Flow(
        table: table, priority: priority, cookie: cookie, match: match + fromGuest,
        instructions: Punt.instructions(kind))
    }
    let nextHops = flows(
      .unknownNextHop, table: .nextHops, priority: nextHopPriority.onDemand, cookie: cookie,
      match: [.network(network.vni)])
    // A physical network has more in it than ports: it is asked itself.
    guard network.segment.physicalNetwork == nil else { return nextHops }
    return nextHops + [
      flow(.unknownDestination, .forwarding, [.unicastDestination]),
      flow(
        .unknownAddress, .localServices,
        [.multicastDestination, .ethType(EtherType.arp), .arpOp(ARPOperation.request)]),
      flow(
        .unknownAddress, .localServices,
        [
          .multicastDestination, .ethType(EtherType.ipv6), .ipProto(IPProtocol.icmpv6),
          .icmpv6Type(ICMPv6.neighborSolicitation), .icmpv6Code(0),
        ]),
    ]
  }
}

extension Punts {
  /// The ration of a port.
  static func rationFlow(of unit: Unit, at port: OFPort, meter: Meter) -> Flow {
    Flow(
      table: .rationing, priority: Priority.normal, cookie: FlowCookie(unit),
      match: [.register(.source, port.rawValue)], instructions: [.meter(meter.id.rawValue), .goto(.punts)])
  }
}

extension MatchField {
  /// Not the group bit of the destination.
  static let unicastDestination = MatchField.ethDst(
    MACAddress(rawValue: 0), mask: MACAddress(rawValue: 0x0100_0000_0000))
}
