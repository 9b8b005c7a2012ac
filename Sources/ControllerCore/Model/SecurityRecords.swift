import GoalState
import NetworkTypes

/// A security group as it is stored: with its rules, which hosts have all or none of.
public struct SecurityGroupRecord: Codable, Hashable, Sendable {
  /// One thing that the group allows, in the words of the API.
  public struct Rule: Codable, Hashable, Sendable {
    /// Who begins.
    public enum Direction: String, Codable, Hashable, Sendable, CaseIterable {
      /// The other side.
      case ingress
      /// The member's guest.
      case egress
    }

    /// Id and the like; rules have no name.
    public var header: RecordHeader
    /// Who begins.
    public var direction: Direction
    /// The version of IP that it is about.
    public var version: IPVersion
    /// A name or a number as it was given; nil for all protocols.
    public var protocolName: String?
    /// The first port, or the type of ICMP.
    public var portMin: Int?
    /// The last port, or the code of ICMP.
    public var portMax: Int?
    /// The other side's addresses as they were given: host bits may be set.
    public var remotePrefix: String?
    /// The group that the other side is a member of.
    public var remoteGroup: SecurityGroupID?
  }

  /// Id, name and the like.
  public var header: RecordHeader
  /// Whether replies to what is allowed are allowed too.
  public var isStateful: Bool
  /// Whether it is the project's group for ports that name none.
  public var isDefault: Bool
  /// What it allows, in the order in which it was made.
  public var rules: [Rule]

  /// The group's id.
  public var id: SecurityGroupID { SecurityGroupID(header.id) }

  /// The groups that its rules name as the other side.
  var remoteGroups: Set<SecurityGroupID> { Set(rules.compactMap(\.remoteGroup)) }

  /// The group as hosts know it.
  var goalState: SecurityGroup {
    SecurityGroup(id: id, name: header.name, isStateful: isStateful, rules: rules.map(\.goalState))
  }
}

extension SecurityGroupRecord.Rule {
  /// The protocol's number; nil for all protocols.
  var protocolNumber: UInt8? { protocolName.flatMap { IPProtocol.number($0) } }

  /// The other side's addresses without host bits; nil when any will do.
  var normalizedPrefix: IPPrefix? { remotePrefix.flatMap { IPProtocol.network($0) } }

  /// What the rule allows, whatever it is called: two rules that are equal in it are the same rule.
  var meaning: SecurityGroupRule {
    let remote: SecurityGroupRule.Remote
    if let remoteGroup {
      remote = .group(remoteGroup)
    } else if let prefix = normalizedPrefix, prefix.length > 0 {
      remote = .prefix(prefix)
    } else {
      remote = .any
    }
    return SecurityGroupRule(
      direction: direction == .egress ? .egress : .ingress, version: version, traffic: traffic, remote: remote)
  }

  var goalState: SecurityGroupRule {
    var rule = meaning
    rule.id = header.id
    return rule
  }

  private var traffic: SecurityGroupRule.Traffic {
    switch protocolNumber {
    case nil: return .any
    case IPProtocol.icmp where version == .v4, IPProtocol.icmpv6 where version == .v6:
      return .icmp(type: portMin.flatMap { UInt8(exactly: $0) }, code: portMax.flatMap { UInt8(exactly: $0) })
    case .some(let number) where IPProtocol.withPorts.contains(number):
      guard let low = portMin.flatMap({ UInt16(exactly: $0) }), let high = portMax.flatMap({ UInt16(exactly: $0) }),
        low <= high
      else { return .transport(number, ports: nil) }
      return .transport(number, ports: low...high)
    case .some(let number): return .other(number)
    }
  }
}

/// Addresses that a port's guest may send from besides the port's own, as they are stored.
public struct AddressPairRecord: Codable, Hashable, Sendable {
  /// The IP addresses.
  public var prefix: IPPrefix
  /// The MAC address that comes with them; nil for the port's own, whatever it is.
  public var mac: MACAddress?
}
