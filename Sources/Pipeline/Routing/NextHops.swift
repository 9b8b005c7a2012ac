import GoalState
import NetworkTypes
import OpenFlow

extension Compiler {
  /// Where routers find the port's addresses, one by one for each router of the subnet: the guest sees the router's MAC
  /// address that it knows; and the prefixes that are delegated to the port.
  func nextHops(of attached: AttachedPort) -> [Flow] {
    var flows: [Flow] = []
    for fixedIP in attached.port.fixedIPs {
      for id in goal.routers(in: fixedIP.subnetID).sorted() {
        guard let router = goal.routers[id], router.adminStateUp, let number = goal.number(of: id),
          let interface = router.interfaces.first(where: { $0.subnetID == fixedIP.subnetID }),
          let resolved = try? resolve(interface)
        else { continue }
        flows.append(
          Flow(
            table: .nextHops, priority: Priority.normal, cookie: attached.cookie,
            match: NextHops.match(fixedIP.address, attached.network, router: number),
            instructions: [
              .applyActions([
                .setField(.ethSrc(resolved.mac)), .setField(.ethDst(attached.port.mac)), .decrementTTL,
              ]), .goto(.forwarding),
            ]))
        guard fixedIP.address.v6 != nil, fixedIP == attached.port.fixedIPs.first(where: { $0.address.v6 != nil })
        else { continue }
        for prefix in attached.port.delegatedPrefixes {
          flows.append(
            Routes.through(
              fixedIP.address, in: attached.network, to: .v6(prefix), number: number, cookie: attached.cookie))
        }
      }
    }
    return flows
  }

  /// Where routers find the neighbor's addresses: one flow for each, whatever routers there are, as all send from the host's
  /// MAC address. It says nothing about routers but that there is one, so that a router's changes leave neighbors alone.
  ///
  /// Returns what they are waiting for.
  func appendNextHops(of reachable: ReachableNeighbor, to flows: inout [Flow]) -> String? {
    for fixedIP in reachable.neighbor.fixedIPs where goal.isRouted(fixedIP.subnetID) {
      guard let routerMAC = host.routerMAC else { return Compiler.noRouterMAC }
      flows.append(
        Flow(
          table: .nextHops, priority: Priority.normal, cookie: reachable.cookie,
          match: NextHops.match(fixedIP.address, reachable.network),
          instructions: [
            .applyActions([
              .setField(.ethSrc(routerMAC)), .setField(.ethDst(reachable.neighbor.mac)), .decrementTTL,
            ]), .goto(.forwarding),
          ]))
    }
    return nil
  }

  static let noRouterMAC =
    "the host's tunnel address is not known yet, so its routers have no MAC address towards others"
}

/// The table of next hops.
enum NextHops {
  /// In the order in which Open vSwitch has the fields, as there is one for each neighbor.
  static func match(_ address: IPAddress, _ network: Network, router number: UInt32? = nil) -> [MatchField] {
    var match: [MatchField]
    switch address {
    case .v4: match = [.ethType(EtherType.ipv4), .network(network.vni)]
    case .v6: match = [.ethType(EtherType.ipv6), .network(network.vni)]
    }
    if let number { match.append(.register(.router, number)) }
    switch address {
    case .v4(let address): match.append(.register(.nextHop, address.rawValue))
    case .v6(let address):
      let first = Register.nextHop.rawValue
      match.append(.reg(first, UInt32(truncatingIfNeeded: address.high >> 32)))
      match.append(.reg(first + 1, UInt32(truncatingIfNeeded: address.high)))
      match.append(.reg(first + 2, UInt32(truncatingIfNeeded: address.low >> 32)))
      match.append(.reg(first + 3, UInt32(truncatingIfNeeded: address.low)))
    }
    return match
  }

  /// Nobody here or elsewhere is known to have the address of the subnet that a router would send to.
  static func unknown(_ interface: RouterInterface, unit: Unit) -> Flow {
    let hop: MatchField
    switch interface.subnet.prefix {
    case .v4(let prefix): hop = .reg(Register.nextHop.rawValue, prefix.address.rawValue, mask: prefix.mask.rawValue)
    case .v6(let prefix):
      hop = MatchField(
        Routes.nextHopIPv6, value: prefix.address.value,
        mask: prefix.length == 0 ? 0 : .max << UInt128(128 - prefix.length))
    }
    return Flow(
      table: .nextHops, priority: Priority.low, cookie: FlowCookie(unit, drop: .unknownNextHop),
      match: [.ethType(interface.etherType), .network(interface.network.vni), hop])
  }
}

extension DistributedRouter {
  /// What another host's router has sent to a subnet comes from the router that the subnet's guests know. What it has sent
  /// through a guest of the subnet goes elsewhere in the end, so there is a flow for the network too.
  static func restoring(_ interface: RouterInterface, cookie: FlowCookie) -> [Flow] {
    let here = MatchField.network(interface.network.vni)
    let restored: [Instruction] = [.applyActions([.setField(.ethSrc(interface.mac))]), .goto(.forwarding)]
    let prefix = interface.subnet.prefix
    return [
      Flow(
        table: .routed, priority: Priority.normal + UInt16(truncatingIfNeeded: prefix.length), cookie: cookie,
        match: [source, .ethType(interface.etherType), .destination(prefix), here], instructions: restored),
      Flow(
        table: .routed, priority: Priority.low, cookie: cookie,
        match: [source, .ethType(interface.etherType), here], instructions: restored),
    ]
  }
}
