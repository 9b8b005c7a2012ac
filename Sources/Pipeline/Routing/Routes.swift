import GoalState
import NetworkTypes
import OpenFlow

/// Priorities in the table of routes: the longer the prefix, the higher.
///
/// Of two routes of one length the one that was made for the link counts first, then the subnet that the router is in, then
/// the routes for all links.
enum RoutePriority {
  enum Kind: UInt16 {
    case forAllLinks = 0
    case connected = 1
    case forOneLink = 2
  }

  static let notForwardable: UInt16 = 1100
  static let routerPing: UInt16 = 1000
  static let routerAddress: UInt16 = 950
  static let broadcast: UInt16 = 940
  static let noRoute: UInt16 = 10

  /// From 100 for everything to 612 for one IPv6 address.
  static func route(_ prefix: IPPrefix, _ kind: Kind) -> UInt16 {
    100 + 4 * UInt16(truncatingIfNeeded: prefix.length) + kind.rawValue
  }
}

/// Where a router sends what it has taken in.
enum Routes {
  /// To whoever in the interface's subnet has the address.
  static func connected(_ interface: RouterInterface, number: UInt32, cookie: FlowCookie) -> Flow {
    let prefix = interface.subnet.prefix
    let hop: Action =
      prefix.version == .v4
      ? .move(from: FieldSlice(.ipv4Dst), to: .reg(Register.nextHop.rawValue))
      : .move(from: FieldSlice(.ipv6Dst), to: FieldSlice(nextHopIPv6))
    return Flow(
      table: .routes, priority: RoutePriority.route(prefix, .connected), cookie: cookie,
      match: [.ethType(interface.etherType), .destination(prefix), .register(.router, number)],
      instructions: [.applyActions([.load(.network, interface.network.vni.rawValue), hop]), .goto(.nextHops)])
  }

  /// To a next hop in a network; with a link for what has come from there alone.
  static func through(
    _ nextHop: IPAddress, in network: Network, to prefix: IPPrefix, number: UInt32, from link: RouterInterface? = nil,
    cookie: FlowCookie
  ) -> Flow {
    let hop: Action
    let etherType: UInt16
    switch nextHop {
    case .v4(let address): (hop, etherType) = (.load(.nextHop, address.rawValue), EtherType.ipv4)
    case .v6(let address):
      (hop, etherType) = (.setField(MatchField(nextHopIPv6, value: address.value)), EtherType.ipv6)
    }
    var match = link.map { [MatchField.ethDst($0.mac)] } ?? []
    match += [.ethType(etherType), .destination(prefix)]
    if let link { match.append(.network(link.network.vni)) }
    match.append(.register(.router, number))
    return Flow(
      table: .routes, priority: RoutePriority.route(prefix, link == nil ? .forAllLinks : .forOneLink), cookie: cookie,
      match: match,
      instructions: [.applyActions([.load(.network, network.vni.rawValue), hop]), .goto(.nextHops)])
  }

  /// What goes to a subnet as a whole: routers do not forward directed broadcasts (RFC 2644), and the first address of an
  /// IPv6 subnet is its routers' (RFC 4291 section 2.6.1).
  static func broadcasts(_ interface: RouterInterface, number: UInt32, unit: Unit) -> [Flow] {
    let prefix = interface.subnet.prefix
    let addresses: [IPAddress]
    switch prefix {
    case .v4(let prefix): addresses = prefix.length < 31 ? [.v4(prefix.address), .v4(prefix.last)] : []
    case .v6(let prefix): addresses = prefix.length < 127 ? [.v6(prefix.address)] : []
    }
    return addresses.map { address in
      Flow(
        table: .routes, priority: RoutePriority.broadcast, cookie: FlowCookie(unit, drop: .notForwardable),
        match: [.ethType(interface.etherType), .destination(IPPrefix(address)), .register(.router, number)])
    }
  }

  /// The router has no route for what comes here.
  static func noRoute(number: UInt32, unit: Unit) -> Flow {
    Flow(
      table: .routes, priority: RoutePriority.noRoute, cookie: FlowCookie(unit, drop: .noRoute),
      match: [.register(.router, number)])
  }

  static let nextHopIPv6 = Field.xxreg(Register.nextHop.rawValue / 4)

  /// What no router forwards, by destination or by source.
  static var hostFlows: [Flow] {
    let destinations = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "::/127", "fe80::/10", "ff00::/8"]
      .compactMap { IPPrefix($0) }.map { ($0.version, MatchField.destination($0)) }
    let sources: [(IPVersion, MatchField)] = [
      (.v4, MatchField(.ipv4Src, value: 0xa9fe_0000, mask: 0xffff_0000)),
      (.v6, MatchField(.ipv6Src, value: 0xfe80 << 112, mask: 0xffc0 << 112)),
    ]
    return (destinations + sources).map { version, field in
      Flow(
        table: .routes, priority: RoutePriority.notForwardable, cookie: FlowCookie(.host, drop: .notForwardable),
        match: [.ethType(version == .v4 ? EtherType.ipv4 : EtherType.ipv6), field])
    }
  }
}
