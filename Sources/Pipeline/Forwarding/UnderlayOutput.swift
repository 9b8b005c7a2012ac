import GoalState
import NetworkTypes
import OpenFlow

/// The way out to other hosts: the packet is measured once, and then sent to as many hosts as need it.
///
/// Whether a packet is too big is found out by an action, so that what is done about it takes a table of its own: the action
/// leaves its answer in ``Register/size``, and the packet goes on by a resubmit in the same list, since a goto would be
/// worked out before the answer is there.
enum UnderlayOutput {
  /// Sends what is too big, of any network, to the table that sees to it.
  ///
  /// Open vSwitch works out both answers at once for the packets of a flow, and counts them all for both. So what is too big
  /// is looked up anew as it is, by which it alone is counted, and what is small enough is not told apart by more than its
  /// size. An MPLS label that was put on and taken off again is what makes Open vSwitch do that, for frames of any type; no
  /// label is ever in the packet.
  static var tooBigFlows: [Flow] {
    let kinds: [(match: [MatchField], etherType: UInt16, priority: UInt16)] = [
      ([.ethType(EtherType.ipv4)], EtherType.ipv4, Priority.highest),
      ([.ethType(EtherType.ipv6)], EtherType.ipv6, Priority.highest),
      // Nobody looks at more of the others than that they are dropped.
      ([], EtherType.localExperiment, Priority.high),
    ]
    return kinds.map { kind in
      Flow(
        table: .underlayOutput, priority: kind.priority, cookie: FlowCookie(.host),
        match: [.register(.size, PacketSize.tooBig)] + kind.match,
        instructions: [
          .applyActions([
            .pushMPLS(EtherType.mpls), .popMPLS(kind.etherType),
            .resubmit(port: .inPort, table: PipelineTable.tooBig.id),
          ])
        ])
    }
  }

  /// Measures the packets of a network.
  ///
  /// - Parameter mtu: the network's; nil while it is not known.
  static func measuringFlow(_ network: Network, mtu: Int?, cookie: FlowCookie) -> Flow {
    let instructions: [Instruction]
    if let mtu {
      instructions = [
        .applyActions([
          .checkLength(UInt16(clamping: mtu + ethernetHeader), into: sizeBit),
          .resubmit(port: .inPort, table: PipelineTable.underlayOutput.id),
        ])
      ]
    } else {
      instructions = [.goto(.underlayOutput)]
    }
    return Flow(
      table: .underlay, priority: Priority.normal, cookie: cookie, match: [.network(network.vni)],
      instructions: instructions)
  }

  /// Sends packets of a network into tunnels: to the host that forwarding has found, or to all that have a port of it.
  static func tunnelFlows(_ network: Network, through port: OFPort, to hosts: [IPv4Address], cookie: FlowCookie)
    -> [Flow]
  {
    let key = Action.setField(.tunnelID(UInt64(network.vni.rawValue)))
    return [
      Flow(
        table: .underlayOutput, priority: Priority.raised, cookie: cookie,
        match: [.network(network.vni), .multicastDestination],
        instructions: [.applyActions([key] + hosts.flatMap { [.setField(.tunnelDst($0)), .output(port)] })]),
      Flow(
        table: .underlayOutput, priority: Priority.normal, cookie: cookie, match: [.network(network.vni)],
        instructions: [.applyActions([key, .output(port)])]),
    ]
  }

  /// Sends packets of a network to its physical network, which knows by itself where to.
  static func physicalFlow(_ network: Network, through port: OFPort, cookie: FlowCookie) -> Flow {
    let tag: [Action] = network.segment.vlan.map { [.pushVLAN(EtherType.vlan), .setField(.vlanVID($0))] } ?? []
    return Flow(
      table: .underlayOutput, priority: Priority.normal, cookie: cookie, match: [.network(network.vni)],
      instructions: [.applyActions(tag + [.output(port)])])
  }

  private static let sizeBit = FieldSlice(.reg(Register.size.rawValue), offset: 0, count: 1)
  /// An MTU counts IP packets; the switch counts whole frames. Guests' frames have no tag.
  private static let ethernetHeader = 14
}
