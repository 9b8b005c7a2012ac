import GoalState
import NetworkTypes
import OpenFlow

/// What a guest may send from: where its packets are taken in, and what of them is let through.
///
/// What is let through says so with every address that it carries: the frame's source, the packet's, and the sender's of ARP
/// and neighbor discovery. All else falls to the table's miss. Tagged frames are let through from nobody that is guarded: a
/// guest has one network.
enum SourceGuard {
  static func flows(of attached: AttachedPort) -> [Flow] {
    let entry = Flow(
      table: .classification, priority: Priority.normal, cookie: attached.cookie, match: [.inPort(attached.ofport)],
      instructions: [
        .applyActions([
          .load(.network, attached.network.vni.rawValue), .load(.source, attached.ofport.rawValue),
        ]),
        .goto(.sourceGuard),
      ])
    guard attached.port.security.isGuarded else {
      return [
        entry,
        Flow(
          table: .sourceGuard, priority: Priority.low, cookie: attached.cookie, match: [.inPort(attached.ofport)],
          instructions: [.goto(.localServices)]),
      ]
    }
    var flows = [entry, dhcp(of: attached), advertisements(of: attached)]
    for addresses in GuestAddresses.of(attached.port) {
      appendIPv4(of: addresses, attached, to: &flows)
      appendIPv6(of: addresses, attached, to: &flows)
      appendNeighborDiscovery(of: addresses, attached, to: &flows)
    }
    return flows
  }

  /// What no guest may send from, whatever else it may: routers' MAC addresses as other hosts use them.
  static var hostFlows: [Flow] {
    [
      Flow(
        table: .sourceGuard, priority: Priority.highest, cookie: FlowCookie(.host, drop: .spoofedSource),
        match: [DistributedRouter.source])
    ]
  }

  /// The MAC address of a gateway: a guest that sent from it would have switches and guests send it what is for the router.
  static func reserving(_ mac: MACAddress, in network: Network, for unit: Unit) -> Flow {
    Flow(
      table: .sourceGuard, priority: Priority.highest, cookie: FlowCookie(unit, drop: .spoofedSource),
      match: [.ethSrc(mac), .network(network.vni)])
  }

  static func allowing(
    _ attached: AttachedPort, _ mac: MACAddress, _ etherType: UInt16, _ rest: [MatchField],
    priority: UInt16 = Priority.normal
  ) -> Flow {
    Flow(
      table: .sourceGuard, priority: priority, cookie: attached.cookie,
      match: [.inPort(attached.ofport), .ethSrc(mac), .ethType(etherType), .vlanUntagged] + rest,
      instructions: [.goto(.localServices)])
  }

  private static func appendIPv4(of addresses: GuestAddresses, _ attached: AttachedPort, to flows: inout [Flow]) {
    guard !addresses.v4.isEmpty else { return }
    for prefix in addresses.v4 {
      flows.append(allowing(attached, addresses.mac, EtherType.ipv4, [.ipv4Src(prefix)]))
      flows.append(allowing(attached, addresses.mac, EtherType.arp, [.arpSPA(prefix), .arpSHA(addresses.mac)]))
    }
    // Before it takes an address a guest asks whether somebody has it, from none (RFC 5227 section 2.1.1).
    flows.append(
      allowing(
        attached, addresses.mac, EtherType.arp,
        [.arpOp(ARPOperation.request), .arpSPA(.any), .arpSHA(addresses.mac)]))
  }

  /// A guest asks for its address before it has one, and renews one that is its no more, which it has to be told: so the
  /// source does not count. The packet goes to the responder or is dropped, never to another guest.
  private static func dhcp(of attached: AttachedPort) -> Flow {
    allowing(
      attached, attached.port.mac, EtherType.ipv4, [.ipProto(IPProtocol.udp), .udpSrc(68), .udpDst(67)])
  }

  private static func appendIPv6(of addresses: GuestAddresses, _ attached: AttachedPort, to flows: inout [Flow]) {
    for prefix in addresses.v6 {
      flows.append(allowing(attached, addresses.mac, EtherType.ipv6, [.ipv6Src(prefix)]))
    }
  }
}
