import GoalState
import NetworkTypes
import Pipeline

/// What a port's security groups allow of what leaves its guest, and of what comes to it.
struct SecurityPolicy {
  let cloud: Cloud
  let guest: Cloud.Guest

  /// Judges a packet: why it may not pass, any of these. When it may, its connection is remembered.
  func verdict(on packet: IPPacket, leaving: Bool, _ tracker: inout ConnectionTracker) -> Set<DropReason> {
    guard guest.port.security.isFiltered, !packet.content.isLinkUpkeep(packet.version) else { return [] }
    let groups = guest.port.security.groups.compactMap(cloud.group)
    if allows(Subject(packet, leaving: leaving), groups.filter { !$0.isStateful }) { return [] }
    let stateful = groups.filter(\.isStateful)
    // A port whose groups all judge by the packet has no connections.
    if stateful.isEmpty, !groups.isEmpty { return [.securityGroup] }
    guard case .member(let conversation, let begunByPort, let isNew) = tracker.view(of: packet, leaving: leaving) else {
      return [.invalidConnection, .securityGroup]
    }
    var subject = Subject(conversation, begunByPort: begunByPort)
    // SCTP's ports are not part of the connection: each packet shows the port of the side that did not begin it.
    if case .sctp(let source, let destination) = packet.content {
      subject.destinationPort = leaving == begunByPort ? destination : source
    }
    guard allows(subject, stateful) else { return [.securityGroup] }
    if isNew { tracker.remember(conversation, begunByPort: begunByPort) }
    return []
  }

  /// What rules are asked about: a packet, or the first packet of its connection.
  private struct Subject {
    var direction: SecurityGroupRule.Direction
    var peer: IPAddress
    var protocolNumber: UInt8
    var destinationPort: UInt16?
    var icmp: (type: UInt8, code: UInt8)?

    init(_ packet: IPPacket, leaving: Bool) {
      direction = leaving ? .egress : .ingress
      peer = leaving ? packet.destination : packet.source
      protocolNumber = packet.content.protocolNumber(packet.version)
      destinationPort = packet.content.ports?.destination
      icmp = packet.content.icmpKind(packet.version)
    }

    init(_ conversation: Conversation, begunByPort: Bool) {
      direction = begunByPort ? .egress : .ingress
      peer = begunByPort ? conversation.destination : conversation.source
      protocolNumber = conversation.protocolNumber
      destinationPort = [6, 17].contains(conversation.protocolNumber) ? conversation.destinationPort : nil
      icmp = conversation.query.map { ($0, 0) }
    }
  }

  private func allows(_ subject: Subject, _ groups: [SecurityGroup]) -> Bool {
    groups.contains { $0.rules.contains { allows(subject, $0) } }
  }

  private func allows(_ subject: Subject, _ rule: SecurityGroupRule) -> Bool {
    rule.direction == subject.direction && rule.version == subject.peer.version
      && carries(rule.traffic, subject) && reaches(rule.remote, subject.peer)
  }

  private func carries(_ traffic: SecurityGroupRule.Traffic, _ subject: Subject) -> Bool {
    switch traffic {
    case .any: return true
    case .transport(let number, let ports):
      guard number == subject.protocolNumber else { return false }
      guard let ports else { return true }
      return subject.destinationPort.map(ports.contains) ?? false
    case .icmp(let type, let code):
      guard let kind = subject.icmp else { return false }
      return (type ?? kind.type) == kind.type && (code ?? kind.code) == kind.code
    case .other(let number): return number == subject.protocolNumber
    }
  }

  private func reaches(_ remote: SecurityGroupRule.Remote, _ peer: IPAddress) -> Bool {
    switch remote {
    case .any: return true
    case .prefix(let prefix): return prefix.contains(peer)
    case .group(let id):
      let networks = cloud.reach(of: guest.port.networkID)
      return cloud.guests.contains { member in
        member.port.security.groups.contains(id) && networks.contains(member.port.networkID)
          && member.bindings.contains { $0.prefix.contains(peer) }
      }
    }
  }
}
