import NetworkTypes

/// What is allowed to and from the ports that are its members. What no rule of a port's groups allows is dropped.
public struct SecurityGroup: Hashable, Sendable {
  /// The id.
  public var id: SecurityGroupID
  /// The name that people gave it; may be empty.
  public var name: String
  /// Whether replies to what is allowed are allowed too; if not, each packet is judged by itself.
  public var isStateful: Bool
  /// The rules, in any order: they only allow.
  public var rules: [SecurityGroupRule]

  /// All parts.
  public init(id: SecurityGroupID, name: String = "", isStateful: Bool = true, rules: [SecurityGroupRule] = []) {
    self.id = id
    self.name = name
    self.isStateful = isStateful
    self.rules = rules
  }
}

/// One thing that a security group allows.
public struct SecurityGroupRule: Hashable, Sendable {
  /// Who begins.
  public enum Direction: Hashable, Sendable, CaseIterable {
    /// The member's guest.
    case egress
    /// The other side.
    case ingress
  }

  /// The other side.
  public enum Remote: Hashable, Sendable {
    /// Whoever it is.
    case any
    /// An address of this prefix, of the rule's version.
    case prefix(IPPrefix)
    /// A member of this group: one of its fixed addresses, or of its allowed address pairs.
    case group(SecurityGroupID)
  }

  /// What is carried.
  public enum Traffic: Hashable, Sendable {
    /// Anything.
    case any
    /// A transport protocol with ports: TCP (6), UDP (17) or SCTP (132). nil for all destination ports.
    case transport(UInt8, ports: ClosedRange<UInt16>?)
    /// ICMP, or ICMPv6 in a rule of IPv6: of a type and a code, where given; a code needs a type.
    case icmp(type: UInt8?, code: UInt8?)
    /// Any other protocol, by its number.
    case other(UInt8)
  }

  /// The id.
  public var id: String
  /// Who begins.
  public var direction: Direction
  /// The version of IP that it is about.
  public var version: IPVersion
  /// What is carried.
  public var traffic: Traffic
  /// The other side.
  public var remote: Remote

  /// All parts.
  public init(
    id: String = "", direction: Direction, version: IPVersion = .v4, traffic: Traffic = .any, remote: Remote = .any
  ) {
    self.id = id
    self.direction = direction
    self.version = version
    self.traffic = traffic
    self.remote = remote
  }

  /// The group that it names as the other side.
  public var remoteGroup: SecurityGroupID? {
    if case .group(let id) = remote { id } else { nil }
  }
}
