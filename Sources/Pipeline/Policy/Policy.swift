import GoalState
import NetworkTypes
import OpenFlow

extension Compiler {
  /// What the port's security groups allow, and whose rules it is a member for.
  ///
  /// A group that the port names and that has not arrived allows nothing yet; the other groups' rules hold meanwhile, and
  /// the group's own unit waits for it. A port without rules has only flows that drop.
  func policy(of attached: AttachedPort) -> [Flow] {
    guard attached.port.security.isFiltered else { return [] }
    let groups = Set(attached.port.security.groups).sorted().compactMap { goal.securityGroups[$0] }
    let judgement = PortJudgement(
      hasStateful: groups.contains(where: \.isStateful), hasStateless: groups.contains { !$0.isStateful })
    var flows: [Flow] = []
    for passage in FilteredPassage.allCases { flows += judgement.flows(of: attached, passage) }
    var rules = RuleFlows(attached, goal)
    for group in groups { rules.add(group) }
    flows += rules.flows
    appendMemberships(
      of: Membership(
        groups: attached.port.security.groups, network: attached.network.id,
        addresses: Membership.addresses(attached.port.fixedIPs, attached.port.allowedAddressPairs)),
      to: &flows)
    return flows
  }

  /// Whose rules the neighbor is a member for.
  func appendMemberships(of reachable: ReachableNeighbor, to flows: inout [Flow]) {
    let neighbor = reachable.neighbor
    guard !neighbor.securityGroupIDs.isEmpty else { return }
    appendMemberships(
      of: Membership(
        groups: neighbor.securityGroupIDs, network: neighbor.networkID,
        addresses: Membership.addresses(neighbor.fixedIPs, neighbor.allowedAddressPairs)),
      to: &flows)
  }
}

/// By what the groups of a port have its packets judged.
struct PortJudgement {
  let hasStateful: Bool
  let hasStateless: Bool

  /// The flows that take a port's packets to its rules. What no rule can be about, neither IP nor ARP, is dropped.
  func flows(of attached: AttachedPort, _ passage: FilteredPassage) -> [Flow] {
    let port = attached.ofport.rawValue
    let drop = Flow(
      table: passage.table, priority: Priority.low, cookie: FlowCookie(attached.unit, drop: .securityGroup),
      match: [.register(passage.port, port)])
    guard hasStateful || hasStateless else { return [drop] }
    let enter: [Action] = [.load(.passage, passage.value), .load(.member, port)]
    return [EtherType.ipv4, EtherType.ipv6].flatMap { type -> [Flow] in
      guard hasStateless else {
        return [
          Flow(
            table: passage.table, priority: Priority.normal, cookie: attached.cookie,
            match: [.register(passage.port, port), .ethType(type)],
            instructions: [.applyActions(enter + [PortJudgement.track])])
        ]
      }
      var flows = [
        Flow(
          table: passage.table, priority: Priority.normal, cookie: attached.cookie,
          match: [.register(passage.port, port), .ethType(type)],
          // What the sender's connection was is not to be taken for the receiver's. OpenFlow's goto goes up only.
          instructions: [
            .applyActions(enter + [.ctClear, .resubmit(port: .inPort, table: passage.untracked.id)])
          ])
      ]
      if hasStateful {
        flows.append(
          Flow(
            table: passage.untracked, priority: Priority.low, cookie: attached.cookie,
            match: [.register(.member, port), .ethType(type)],
            instructions: [.applyActions([PortJudgement.track])]))
      }
      return flows
    } + [drop]
  }

  private static let track = Action.track(TrackAction(zone: .port, table: PipelineTable.connection.id))
}

/// The two ways past a port's security groups.
enum FilteredPassage: CaseIterable {
  case leaving
  case arriving

  var value: UInt32 { self == .leaving ? Passage.leaving : Passage.arriving }
  /// Where the port's packets are found.
  var table: PipelineTable { self == .leaving ? .leaving : .arriving }
  /// The register that has the port there.
  var port: Register { self == .leaving ? .source : .destination }
  var untracked: PipelineTable { self == .leaving ? .leavingUntracked : .arrivingUntracked }
  /// Where the packet was going.
  var next: PipelineTable { self == .leaving ? .routing : .delivery }
}

extension TrackAction.Zone {
  /// Each port has a zone of its own.
  static let port = TrackAction.Zone.field(FieldSlice(.reg(Register.member.rawValue), offset: 0, count: 16))
}
