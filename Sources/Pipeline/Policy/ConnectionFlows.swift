import OpenFlow

/// What is the same for every filtered port: what is never filtered, who began a connection, and what becomes of a packet
/// that may pass.
enum ConnectionFlows {
  static var flows: [Flow] { unfiltered + sorting + accepting }

  private static let cookie = FlowCookie(.host)
  private static let icmpv6: [MatchField] = [.ethType(EtherType.ipv6), .ipProto(IPProtocol.icmpv6)]

  /// Without ARP and neighbor discovery nobody is found, and without multicast listeners' reports and the queries for them no
  /// multicast is; connection tracking takes them for invalid besides (RFC 4890 section 4.4).
  private static var unfiltered: [Flow] {
    FilteredPassage.allCases.flatMap { passage -> [Flow] in
      let listeners = passage == .leaving ? ICMPv6.listenerMessages : [ICMPv6.listenerQuery]
      let matches =
        [[MatchField.ethType(EtherType.arp)]]
        + (listeners + ICMPv6.neighborDiscovery).map { icmpv6 + [.icmpv6Type($0)] }
      return matches.map {
        Flow(
          table: passage.table, priority: Priority.raised, cookie: cookie, match: $0,
          instructions: [.goto(passage.next)])
      }
    }
  }

  /// What is invalid is left to the table's miss. What goes the way of its connection's first packet is judged by the rules for
  /// who began it, and so are the answers.
  private static var sorting: [Flow] {
    let ways: [(UInt32, MatchField, PipelineTable)] = [
      (Passage.leaving, ConnectionState.original, .egressRules),
      (Passage.leaving, ConnectionState.answer, .ingressRules),
      (Passage.arriving, ConnectionState.original, .ingressRules),
      (Passage.arriving, ConnectionState.answer, .egressRules),
    ]
    return ways.map { passage, state, rules in
      Flow(
        table: .connection, priority: Priority.normal, cookie: cookie, match: [.register(.passage, passage), state],
        instructions: [.goto(rules)])
    }
  }

  private static var accepting: [Flow] {
    FilteredPassage.allCases.flatMap { passage -> [Flow] in
      let onward = Instruction.goto(passage.next)
      return [EtherType.ipv4, EtherType.ipv6].map { type in
        Flow(
          table: .accepted, priority: Priority.normal, cookie: cookie,
          match: [.register(.passage, passage.value), ConnectionState.beginning, .ethType(type)],
          instructions: [.applyActions([.track(TrackAction(zone: .port, commit: true))]), onward])
      } + [
        Flow(
          table: .accepted, priority: Priority.low, cookie: cookie, match: [.register(.passage, passage.value)],
          instructions: [onward])
      ]
    }
  }
}

extension ICMPv6 {
  /// Multicast listener queries, reports and dones (RFC 2710), and reports of the second version (RFC 3810).
  static let listenerMessages: [UInt8] = [130, 131, 132, 143]
  static let listenerQuery: UInt8 = 130
  /// Router and neighbor solicitations and advertisements, and redirects (RFC 4861).
  static let neighborDiscovery: [UInt8] = [133, 134, 135, 136, 137]
}
