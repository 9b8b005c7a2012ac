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
        NextHops.flow(
          fixedIP.address, reachable.network, mac: reachable.neighbor.mac, from: routerMAC, cookie: reachable.cookie))
    }
    return nil
  }

  static let noRouterMAC =
    "the host's tunnel address is not known yet, so its routers have no MAC address towards others"
}

/// The table of next hops.
enum NextHops {
  /// To a neighbor.
  static func flow(
    _ address: IPAddress, _ network: Network, mac: MACAddress, from routerMAC: MACAddress, cookie: FlowCookie
  ) -> Flow {
    switch address {
    case .v4(let address):
      neighborIPv4.flow(
        cookie: cookie.rawValue,
        FlowNumbers(
          UInt64(network.vni.rawValue), mac.rawValue, routerMAC.rawValue, UInt64(address.rawValue)))
    case .v6(let address):
      neighborIPv6.flow(
        cookie: cookie.rawValue,
        FlowNumbers(
          UInt64(network.vni.rawValue), mac.rawValue, routerMAC.rawValue, address.high >> 32, address.high,
          address.low >> 32, address.low))
    }
  }

  // Of network, the neighbor's MAC address, the router's and the address, word by word.
  private static let neighborIPv4 = FlowTemplate { numbers in
    flow(
      [.ethType(EtherType.ipv4), .register(.network, numbers.word(0)), .register(.nextHop, numbers.word(3))], numbers)
  }
  private static let neighborIPv6 = FlowTemplate { numbers in
    let first = Register.nextHop.rawValue
    let address = (0..<4).map { MatchField.reg(first + $0, numbers.word(3 + $0)) }
    return flow([.ethType(EtherType.ipv6), .register(.network, numbers.word(0))] + address, numbers)
  }

  private static func flow(_ match: [MatchField], _ numbers: FlowNumbers) -> Flow {
    Flow(
      table: .nextHops, priority: Priority.normal, match: match,
      instructions: [
        .applyActions([.setField(.ethSrc(numbers.mac(2))), .setField(.ethDst(numbers.mac(1))), .decrementTTL]),
        .goto(.forwarding),
      ])
  }

  /// What a router sends to an address in a network.
  static func match(_ address: IPAddress, _ network: Network, router number: UInt32) -> [MatchField] {
    let here: [MatchField] = [.network(network.vni), .register(.router, number)]
    switch address {
    case .v4(let address): return [.ethType(EtherType.ipv4)] + here + [.register(.nextHop, address.rawValue)]
    case .v6(let address):
      return [.ethType(EtherType.ipv6)] + here + [MatchField(Routes.nextHopIPv6, value: address.value)]
    }
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
