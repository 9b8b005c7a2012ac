import GoalState
import NetworkTypes
import OpenFlow

/// Answers to who has an address: the host gives them for every address that it knows, so that no broadcast is copied.
enum AddressResolution {
  static func flows(of attached: AttachedPort) -> [Flow] {
    var flows: [Flow] = []
    for address in attached.port.fixedIPs.compactMap(\.address.v4) {
      flows.append(
        Flow(
          table: .localServices, priority: Priority.high, cookie: FlowCookie(attached.unit, drop: .ownAddress),
          match: [
            .inPort(attached.ofport), .ethType(EtherType.arp), .arpOp(ARPOperation.request), .arpTPA(address),
          ]))
      flows.append(
        arpAnswer(
          attached.cookie, attached.network, address: address, mac: attached.port.mac, priority: Priority.normal))
    }
    return flows
  }

  static func appendAnswers(for reachable: ReachableNeighbor, to flows: inout [Flow]) {
    for address in reachable.neighbor.fixedIPs.lazy.compactMap(\.address.v4) {
      flows.append(
        arpAnswer(
          reachable.cookie, reachable.network, address: address, mac: reachable.neighbor.mac,
          priority: Priority.normal))
    }
  }

  /// The answer is the request turned round: the asker's addresses become the target's.
  static func arpAnswer(
    _ cookie: FlowCookie, _ network: Network, address: IPv4Address, mac: MACAddress, priority: UInt16
  ) -> Flow {
    answer.flow(
      cookie: cookie.rawValue, priority: priority,
      FlowNumbers(UInt64(address.rawValue), mac.rawValue, UInt64(network.vni.rawValue)))
  }

  /// Of address, MAC address and network.
  private static let answer = FlowTemplate { numbers in
    Flow(
      table: .localServices, priority: Priority.normal,
      match: [
        .ethType(EtherType.arp), .arpOp(ARPOperation.request), .arpTPA(numbers.ipv4(0)),
        .register(.network, numbers.word(2)),
      ],
      instructions: [
        .applyActions([
          answerAsker, .setField(.ethSrc(numbers.mac(1))), .setField(.arpOp(ARPOperation.reply)),
          answerSHA, answerSPA, .setField(.arpSHA(numbers.mac(1))), .setField(.arpSPA(numbers.ipv4(0))),
          .output(.inPort),
        ])
      ])
  }

  private static let answerAsker = Action.move(from: FieldSlice(.ethSrc), to: FieldSlice(.ethDst))
  private static let answerSHA = Action.move(from: FieldSlice(.arpSHA), to: FieldSlice(.arpTHA))
  private static let answerSPA = Action.move(from: FieldSlice(.arpSPA), to: FieldSlice(.arpTPA))
}
