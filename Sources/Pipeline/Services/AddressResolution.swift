import GoalState
import NetworkTypes
import OpenFlow

/// Answers to who has an address, by ARP and by neighbor discovery: the host gives them for every address that it knows, so
/// that no broadcast is copied.
///
/// A flow for each address knows the MAC address and puts it into registers; the table of answers turns the question round
/// with it, the same for all. So what there is one of for each neighbor is small.
enum AddressResolution {
  /// Where the MAC address of the answer is: in the registers of the router's next hop, which is found later.
  private static let answer = Field.xreg(Register.nextHop.rawValue / 2)
  private static let answerMAC = FieldSlice(answer, offset: 0, count: 48)
  /// 1 when who has the address is a router, which IPv6 guests are told (RFC 4861 section 4.4).
  private static let routerFlag = Register.nextHop.rawValue + 2
  private static let scratch = FieldSlice.reg(Register.nextHop.rawValue + 3)

  static func flows(of attached: AttachedPort) -> [Flow] {
    var flows: [Flow] = []
    for address in attached.port.fixedIPs.map(\.address) {
      flows.append(
        Flow(
          table: .localServices, priority: Priority.high, cookie: FlowCookie(attached.unit, drop: .ownAddress),
          match: [.inPort(attached.ofport)] + question(address)))
      flows.append(
        answer(attached.cookie, attached.network, address: address, mac: attached.port.mac, priority: Priority.normal))
    }
    return flows
  }

  static func appendAnswers(for reachable: ReachableNeighbor, to flows: inout [Flow]) {
    for fixedIP in reachable.neighbor.fixedIPs {
      flows.append(
        answer(
          reachable.cookie, reachable.network, address: fixedIP.address, mac: reachable.neighbor.mac,
          priority: Priority.normal))
    }
  }

  /// The answer for a router's address, below a port that may really have it.
  static func routerAnswer(_ cookie: FlowCookie, _ network: Network, address: IPAddress, mac: MACAddress) -> Flow {
    answer(cookie, network, address: address, mac: mac, isRouter: true, priority: Priority.low)
  }

  /// The addresses that a router with this address and MAC address has on its link: an IPv6 router has a link-local one, by
  /// which guests know it (RFC 4861 section 4.2), and may have been given it alone.
  static func routerAddresses(_ address: IPAddress, _ mac: MACAddress) -> [IPAddress] {
    guard let v6 = address.v6, !v6.isLinkLocal else { return [address] }
    return [address, .v6(IPv6Address(linkLocalOf: mac))]
  }

  private static func answer(
    _ cookie: FlowCookie, _ network: Network, address: IPAddress, mac: MACAddress, isRouter: Bool = false,
    priority: UInt16
  ) -> Flow {
    switch address {
    case .v4(let address):
      knownIPv4.flow(
        cookie: cookie.rawValue, priority: priority,
        FlowNumbers(mac.rawValue, UInt64(network.vni.rawValue), UInt64(address.rawValue)))
    case .v6(let address):
      (isRouter ? knownIPv6Router : knownIPv6).flow(
        cookie: cookie.rawValue, priority: priority,
        FlowNumbers(mac.rawValue, UInt64(network.vni.rawValue), address.high, address.low))
    }
  }

  // Of MAC address, network and address.
  private static let knownIPv4 = FlowTemplate { numbers in
    known(.v4(numbers.ipv4(2)), numbers, besides: [])
  }
  private static let knownIPv6 = FlowTemplate { numbers in
    known(.v6(numbers.ipv6(2)), numbers, besides: [])
  }
  private static let knownIPv6Router = FlowTemplate { numbers in
    known(.v6(numbers.ipv6(2)), numbers, besides: [.setField(.reg(routerFlag, 1))])
  }

  private static func known(_ address: IPAddress, _ numbers: FlowNumbers, besides actions: [Action]) -> Flow {
    Flow(
      table: .localServices, priority: Priority.normal,
      match: question(address) + [.register(.network, numbers.word(1))],
      instructions: [
        .applyActions([.setField(MatchField(answer, value: UInt128(numbers[0] & 0xffff_ffff_ffff)))] + actions),
        .goto(.answers),
      ])
  }

  private static func question(_ address: IPAddress) -> [MatchField] {
    switch address {
    case .v4(let address): [.ethType(EtherType.arp), .arpOp(ARPOperation.request), .arpTPA(address)]
    case .v6(let address): solicitation + [.ndTarget(address)]
    }
  }

  private static let solicitation: [MatchField] = [
    .ethType(EtherType.ipv6), .ipProto(IPProtocol.icmpv6), .icmpv6Type(ICMPv6.neighborSolicitation), .icmpv6Code(0),
  ]
}

extension AddressResolution {
  /// How questions are turned round, the same for all addresses.
  static var hostFlows: [Flow] {
    [
      // Duplicate address detection asks from no address, and is answered by who has it to all (RFC 4862 section 5.4).
      Flow(
        table: .localServices, priority: Priority.highest, cookie: FlowCookie(.host),
        match: solicitation + [.ipv6Src(.any)], instructions: [.goto(.leaving)]),
      Flow(
        table: .answers, priority: Priority.normal, cookie: FlowCookie(.host),
        match: [.ethType(EtherType.arp), .arpOp(ARPOperation.request)],
        instructions: [
          .applyActions([
            .move(from: FieldSlice(.ethSrc), to: FieldSlice(.ethDst)), .move(from: answerMAC, to: FieldSlice(.ethSrc)),
            .setField(.arpOp(ARPOperation.reply)), .move(from: FieldSlice(.arpSHA), to: FieldSlice(.arpTHA)),
            .move(from: answerMAC, to: FieldSlice(.arpSHA)), .move(from: FieldSlice(.arpTPA), to: scratch),
            .move(from: FieldSlice(.arpSPA), to: FieldSlice(.arpTPA)), .move(from: scratch, to: FieldSlice(.arpSPA)),
            .output(.inPort),
          ])
        ]),
      advertisement(isRouter: false), advertisement(isRouter: true),
      // An advertisement has a target link-layer address, which Open vSwitch writes only where it has seen one.
      Flow(
        table: .answers, priority: Priority.normal, cookie: FlowCookie(.host),
        match: [
          .ethType(EtherType.ipv6), .ipProto(IPProtocol.icmpv6), .icmpv6Type(ICMPv6.neighborAdvertisement),
          .icmpv6Code(0),
        ],
        instructions: [.applyActions([.move(from: answerMAC, to: FieldSlice(.ndTLL)), .output(.inPort)])]),
    ]
  }

  /// A solicitation becomes an advertisement: solicited, overriding, and a router's where it is one.
  private static func advertisement(isRouter: Bool) -> Flow {
    Flow(
      table: .answers, priority: isRouter ? Priority.raised : Priority.normal, cookie: FlowCookie(.host),
      match: solicitation + (isRouter ? [.reg(routerFlag, 1)] : []),
      instructions: [
        .applyActions([
          .move(from: FieldSlice(.ethSrc), to: FieldSlice(.ethDst)), .move(from: answerMAC, to: FieldSlice(.ethSrc)),
          .move(from: FieldSlice(.ipv6Src), to: FieldSlice(.ipv6Dst)),
          .move(from: FieldSlice(.ndTarget), to: FieldSlice(.ipv6Src)),
          .loadField(MatchField(.ndReserved, value: isRouter ? 0xe000_0000 : 0x6000_0000)),
          .loadField(MatchField(.ndOptionsType, value: 2)),
          .setField(.icmpv6Type(ICMPv6.neighborAdvertisement)),
          .resubmit(port: .inPort, table: PipelineTable.answers.id),
        ])
      ])
  }
}
