import NetworkTypes
import OpenFlow

// Neighbor discovery carries addresses of its own. An advertisement says whose address its target is, so the target has to be
// the guest's and the link-layer address that comes with it too. Its source has to be the guest's like any packet's: an
// advertisement whose target is in order is looked up again, marked, and falls to the flows for sources then. So there
// is a flow for each target and one for each source, not one for each pair of them.

extension SourceGuard {
  /// The mark is in the register that routing uses later.
  private static let targetIsOwn: UInt32 = 1

  private static func advertisement(marked mark: UInt32) -> MatchField { .register(.nextHop, mark) }

  /// Advertisements whose target nobody has found to be the guest's.
  static func advertisements(of attached: AttachedPort) -> Flow {
    Flow(
      table: .sourceGuard, priority: Priority.raised, cookie: FlowCookie(attached.unit, drop: .spoofedSource),
      match: [
        .inPort(attached.ofport), .ethType(EtherType.ipv6), .ipProto(IPProtocol.icmpv6),
        .icmpv6Type(ICMPv6.neighborAdvertisement), advertisement(marked: 0),
      ])
  }

  static func appendNeighborDiscovery(
    of addresses: GuestAddresses, _ attached: AttachedPort, to flows: inout [Flow]
  ) {
    guard !addresses.v6.isEmpty else { return }
    for target in addresses.v6 {
      // Without the option, as in answers to a unicast solicitation, Open vSwitch reads its address as zero.
      for linkLayer in [addresses.mac, .zero] {
        flows.append(advertisement(of: target, linkLayer, addresses.mac, attached))
      }
      // A guest that probed for others' addresses would have them give theirs up (RFC 4862 section 5.4.3).
      flows.append(
        allowing(
          attached, addresses.mac, EtherType.ipv6,
          [
            .ipv6Src(.any), .ipProto(IPProtocol.icmpv6), .icmpv6Type(ICMPv6.neighborSolicitation), .icmpv6Code(0),
            .ndTarget(target),
          ]))
    }
    // What a guest says before it has an address: RFC 4861 section 4.1, RFC 3590 section 3.
    for type in [
      ICMPv6.routerSolicitation, ICMPv6.listenerReport, ICMPv6.listenerDone, ICMPv6.listenerReport2,
    ] {
      flows.append(
        allowing(
          attached, addresses.mac, EtherType.ipv6,
          [.ipv6Src(.any), .ipProto(IPProtocol.icmpv6), .icmpv6Type(type)]))
    }
  }

  private static func advertisement(
    of target: IPv6Prefix, _ linkLayer: MACAddress, _ mac: MACAddress, _ attached: AttachedPort
  ) -> Flow {
    Flow(
      table: .sourceGuard, priority: Priority.high, cookie: attached.cookie,
      match: [
        .inPort(attached.ofport), .ethSrc(mac), .ethType(EtherType.ipv6), .vlanUntagged,
        .ipProto(IPProtocol.icmpv6), .icmpv6Type(ICMPv6.neighborAdvertisement), .icmpv6Code(0), .ndTarget(target),
        .ndTLL(linkLayer), advertisement(marked: 0),
      ],
      instructions: [
        .applyActions([
          .load(.nextHop, targetIsOwn), .resubmit(port: .inPort, table: PipelineTable.sourceGuard.id),
        ])
      ])
  }
}
