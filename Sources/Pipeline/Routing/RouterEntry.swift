import GoalState
import NetworkTypes
import OpenFlow

/// What guests send to a router's MAC address: taken in, and answered where it is a ping to the router itself.
enum RouterEntry {
  /// Of an interface's link.
  static func flows(of interface: RouterInterface, number: UInt32, cookie: FlowCookie, unit: Unit) -> [Flow] {
    let mine: [MatchField] = [.ethDst(interface.mac), .ethType(interface.etherType)]
    let here = MatchField.network(interface.network.vni)
    // The last hop of all is the router itself, so its own addresses come before the time to live.
    var flows = interface.addresses.map {
      pingAnswer(
        at: $0, table: .routing, priority: Priority.high, match: [.ethDst(interface.mac)], rest: [here],
        cookie: cookie)
    }
    flows += Punts.timeToLiveFlows(
      of: unit, network: interface.network, interface: interface.mac, etherType: interface.etherType)
    for ttl: UInt8 in [0, 1] {
      flows.append(
        Flow(
          table: .routing, priority: Priority.raised, cookie: FlowCookie(unit, drop: .timeToLive),
          match: mine + [.ipTTL(ttl), here]))
    }
    flows.append(
      Flow(
        table: .routing, priority: Priority.normal, cookie: cookie, match: mine + [here],
        instructions: [.applyActions([.load(.router, number)]), .goto(.routes)]))
    return flows
  }

  /// What comes to one of the router's addresses from any of its links: a ping, or what the router does not do.
  static func ownFlows(of interface: RouterInterface, number: UInt32, cookie: FlowCookie, unit: Unit) -> [Flow] {
    interface.addresses.filter { $0.v6?.isLinkLocal != true }.flatMap { address in
      [
        pingAnswer(
          at: address, table: .routes, priority: RoutePriority.routerPing, match: [],
          rest: [.register(.router, number)], cookie: cookie),
        Flow(
          table: .routes, priority: RoutePriority.routerAddress, cookie: FlowCookie(unit, drop: .routerAddress),
          match: [.ethType(interface.etherType), .destination(IPPrefix(address)), .register(.router, number)]),
      ]
    }
  }

  private static let scratch = FieldSlice(.xreg(Register.nextHop.rawValue / 2), offset: 0, count: 48)

  /// The request goes back as the reply: who sent it and who it was for change places.
  private static func pingAnswer(
    at address: IPAddress, table: PipelineTable, priority: UInt16, match: [MatchField], rest: [MatchField],
    cookie: FlowCookie
  ) -> Flow {
    let request: [MatchField]
    let addresses: [Action]
    switch address {
    case .v4(let address):
      request = [
        .ethType(EtherType.ipv4), .ipv4Dst(address), .ipProto(IPProtocol.icmp), .icmpv4Type(ICMP.echoRequest),
        .icmpv4Code(0),
      ]
      addresses = [
        .move(from: FieldSlice(.ipv4Src), to: FieldSlice(.ipv4Dst)), .setField(.ipv4Src(address)),
        .setField(.icmpv4Type(ICMP.echoReply)),
      ]
    case .v6(let address):
      request = [
        .ethType(EtherType.ipv6), .ipv6Dst(address), .ipProto(IPProtocol.icmpv6), .icmpv6Type(ICMPv6.echoRequest),
        .icmpv6Code(0),
      ]
      addresses = [
        .move(from: FieldSlice(.ipv6Src), to: FieldSlice(.ipv6Dst)), .setField(.ipv6Src(address)),
        .setField(.icmpv6Type(ICMPv6.echoReply)),
      ]
    }
    return Flow(
      table: table, priority: priority, cookie: cookie, match: match + request + rest,
      instructions: [
        .applyActions(
          [
            .move(from: FieldSlice(.ethSrc), to: scratch), .move(from: FieldSlice(.ethDst), to: FieldSlice(.ethSrc)),
            .move(from: scratch, to: FieldSlice(.ethDst)),
          ] + addresses + [.setTTL(255), .output(.inPort)])
      ])
  }
}

enum ICMP {
  static let echoReply: UInt8 = 0
  static let echoRequest: UInt8 = 8
}
