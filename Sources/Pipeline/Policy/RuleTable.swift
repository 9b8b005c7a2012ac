import GoalState
import NetworkTypes
import OpenFlow

/// The tables of rules: by what they judge, and in which direction.
///
/// Connections are judged by the tuple of their first packet, which connection tracking shows with every packet of theirs,
/// in both directions, and with ICMP errors about them. So one flow lets a connection's packets pass both ways for as long
/// as the flow is there, and not a packet longer. What stateless groups allow is judged by each packet's own headers.
enum RuleTable: UInt32, CaseIterable {
  case egress = 0
  case ingress = 1
  case statelessEgress = 2
  case statelessIngress = 3

  init(_ direction: SecurityGroupRule.Direction, isStateful: Bool) {
    switch (direction, isStateful) {
    case (.egress, true): self = .egress
    case (.ingress, true): self = .ingress
    case (.egress, false): self = .statelessEgress
    case (.ingress, false): self = .statelessIngress
    }
  }

  var table: PipelineTable {
    switch self {
    case .egress: .egressRules
    case .ingress: .ingressRules
    case .statelessEgress: .leavingUntracked
    case .statelessIngress: .arrivingUntracked
    }
  }

  var isStateful: Bool { self == .egress || self == .ingress }

  /// Rules that say all by themselves are above those that are a part of a conjunction: Open vSwitch leaves open which of
  /// two flows it takes that match with one priority, and a conjunction would be lost with the wrong one.
  static let rulePriority = Priority.raised
  static let conjunctionPriority = Priority.normal

  /// How the goal state says that a group is used so.
  var use: RemoteGroupUses {
    switch self {
    case .egress: .egress
    case .ingress: .ingress
    case .statelessEgress: .statelessEgress
    case .statelessIngress: .statelessIngress
    }
  }

  /// The conjunction "a member of this group, and what a rule for the group allows": the group's number, and two bits for
  /// the table.
  func conjunction(of number: UInt32) -> UInt32 { number << 2 | rawValue }

  /// What all flows of the table match on for packets of this version.
  func base(_ version: IPVersion) -> [MatchField] {
    let type = MatchField.ethType(version == .v4 ? EtherType.ipv4 : EtherType.ipv6)
    return isStateful ? [ConnectionState.valid, type] : [type]
  }

  /// The other side is in the prefix.
  func peer(_ prefix: IPPrefix) -> [MatchField] {
    guard prefix.length > 0 else { return [] }
    switch (self, prefix) {
    case (.egress, .v4(let prefix)): return [.ctIPv4Dst(prefix)]
    case (.egress, .v6(let prefix)): return [.ctIPv6Dst(prefix)]
    case (.ingress, .v4(let prefix)): return [.ctIPv4Src(prefix)]
    case (.ingress, .v6(let prefix)): return [.ctIPv6Src(prefix)]
    case (.statelessEgress, .v4(let prefix)): return [.ipv4Dst(prefix)]
    case (.statelessEgress, .v6(let prefix)): return [.ipv6Dst(prefix)]
    case (.statelessIngress, .v4(let prefix)): return [.ipv4Src(prefix)]
    case (.statelessIngress, .v6(let prefix)): return [.ipv6Src(prefix)]
    }
  }
}

/// What connection tracking says of a packet, as far as the pipeline asks (ovs-fields(7), ct_state).
enum ConnectionState {
  private static let new: UInt32 = 0x01
  private static let reply: UInt32 = 0x08
  private static let invalid: UInt32 = 0x10
  private static let tracked: UInt32 = 0x20

  /// Tracked, and part of a connection or its beginning: then the fields of the connection's tuple may be matched on.
  static let valid = MatchField.ctState(tracked, mask: tracked | invalid)
  /// Valid, from who began the connection.
  static let original = MatchField.ctState(tracked, mask: tracked | invalid | reply)
  /// Valid, from the other side.
  static let answer = MatchField.ctState(tracked | reply, mask: tracked | invalid | reply)
  /// Of a connection that is not remembered yet.
  static let beginning = MatchField.ctState(tracked | new, mask: tracked | new)
}
