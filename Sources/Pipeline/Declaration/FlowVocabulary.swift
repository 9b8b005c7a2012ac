import NetworkTypes
import OpenFlow

/// Priorities within a table; the wider the match, the lower.
enum Priority {
  static let highest: UInt16 = 250
  static let high: UInt16 = 200
  static let raised: UInt16 = 150
  static let normal: UInt16 = 100
  static let low: UInt16 = 50
  static let miss: UInt16 = 0
}

enum EtherType {
  static let vlan: UInt16 = 0x8100
  static let arp: UInt16 = 0x0806
  static let ipv4: UInt16 = 0x0800
  static let ipv6: UInt16 = 0x86dd
  static let mpls: UInt16 = 0x8847
  /// For private use (IEEE 802, local experimental Ethertype 1).
  static let localExperiment: UInt16 = 0x88b5
}

enum IPProtocol {
  static let icmp: UInt8 = 1
  static let tcp: UInt8 = 6
  static let udp: UInt8 = 17
  static let icmpv6: UInt8 = 58
  static let sctp: UInt8 = 132
}

enum ARPOperation {
  static let request: UInt16 = 1
  static let reply: UInt16 = 2
}

extension Instruction {
  static func goto(_ table: PipelineTable) -> Instruction { .gotoTable(table.id) }
}

extension MatchField {
  /// The group bit of the destination, set for broadcast too.
  static let multicastDestination = MatchField.ethDst(
    MACAddress(rawValue: 0x0100_0000_0000), mask: MACAddress(rawValue: 0x0100_0000_0000))
}

extension Flow {
  init(
    table: PipelineTable, priority: UInt16, cookie: FlowCookie? = nil, match: [MatchField] = [],
    instructions: [Instruction] = []
  ) {
    self.init(
      table: table.id, priority: priority, cookie: cookie?.rawValue ?? 0, match: Match(match),
      instructions: instructions)
  }
}
