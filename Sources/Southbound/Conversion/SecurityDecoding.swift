import GoalState
import GoalStateProtobuf
import NetworkTypes

extension PortSecurity {
  init(_ configuration: Alcor_Schema_PortConfiguration) throws(InvalidField) {
    let groups = try FieldRules.securityGroups(configuration.securityGroupIds.map(\.id))
    switch configuration.portSecurity {
    case .unspecified: self = groups.isEmpty ? .guarded : .filtered(groups)
    case .filtered: self = .filtered(groups)
    case .guarded: self = .guarded
    case .off: self = .off
    case .UNRECOGNIZED(let number): throw InvalidField("port_security \(number) is not known")
    }
  }
}

extension SecurityGroup {
  /// The most rules of one group.
  static let maximumRules = 10_000

  init(_ configuration: Alcor_Schema_SecurityGroupConfiguration) throws(InvalidField) {
    let field = "security_group_rules"
    try FieldRules.count(configuration.securityGroupRules.count, atMost: SecurityGroup.maximumRules, field)
    var rules: [SecurityGroupRule] = []
    for rule in configuration.securityGroupRules where rule.operationType != .delete {
      rules.append(try SecurityGroupRule(rule))
    }
    self.init(
      id: SecurityGroupID(try FieldRules.identifier(configuration.id, "id")),
      name: try FieldRules.text(configuration.name, "name"), isStateful: !configuration.stateless, rules: rules)
  }
}

extension SecurityGroupRule {
  /// Stands for all protocols in `protocol_number`.
  static let anyProtocol: UInt32 = 256

  fileprivate init(_ rule: Alcor_Schema_SecurityGroupConfiguration.SecurityGroupRule) throws(InvalidField) {
    let version: IPVersion
    switch rule.ethertype {
    case .ipv4: version = .v4
    case .ipv6: version = .v6
    case .UNRECOGNIZED(let number): throw InvalidField("security_group_rules.ethertype \(number) is not known")
    }
    let direction: Direction
    switch rule.direction {
    case .egress: direction = .egress
    case .ingress: direction = .ingress
    case .UNRECOGNIZED(let number): throw InvalidField("security_group_rules.direction \(number) is not known")
    }
    self.init(
      id: rule.id.isEmpty ? "" : try FieldRules.identifier(rule.id, "security_group_rules.id"), direction: direction,
      version: version, traffic: try Traffic(rule, version),
      remote: try Remote(rule, version))
  }
}

extension SecurityGroupRule.Remote {
  fileprivate init(
    _ rule: Alcor_Schema_SecurityGroupConfiguration.SecurityGroupRule, _ version: IPVersion
  ) throws(InvalidField) {
    guard rule.remoteGroupID.isEmpty || rule.remoteIpPrefix.isEmpty else {
      throw InvalidField("security_group_rules has both remote_ip_prefix and remote_group_id")
    }
    if !rule.remoteGroupID.isEmpty {
      let id = try FieldRules.identifier(rule.remoteGroupID, "security_group_rules.remote_group_id")
      self = .group(SecurityGroupID(id))
      return
    }
    guard !rule.remoteIpPrefix.isEmpty else {
      self = .any
      return
    }
    let prefix = try FieldRules.prefix(rule.remoteIpPrefix, "security_group_rules.remote_ip_prefix")
    guard prefix.version == version else {
      throw InvalidField(
        "security_group_rules.remote_ip_prefix", rule.remoteIpPrefix, "is not of the rule's version of IP")
    }
    self = prefix.length == 0 ? .any : .prefix(prefix)
  }
}

extension SecurityGroupRule.Traffic {
  fileprivate init(
    _ rule: Alcor_Schema_SecurityGroupConfiguration.SecurityGroupRule, _ version: IPVersion
  ) throws(InvalidField) {
    let number = try SecurityGroupRule.Traffic.number(rule, version)
    switch number {
    case nil:
      try SecurityGroupRule.Traffic.refusePorts(rule, "all protocols do")
      self = .any
    case 1, 58:
      self = .icmp(
        type: try SecurityGroupRule.Traffic.octet(rule.portRangeMin, rule.hasRangeMin_p, "port_range_min"),
        code: try SecurityGroupRule.Traffic.octet(rule.portRangeMax, rule.hasRangeMax_p, "port_range_max"))
      if case .icmp(nil, .some) = self {
        throw InvalidField("security_group_rules has an ICMP code without a type")
      }
    case 6, 17, 132:
      self = .transport(UInt8(truncatingIfNeeded: number ?? 0), ports: try SecurityGroupRule.Traffic.ports(rule))
    case .some(let number):
      try SecurityGroupRule.Traffic.refusePorts(rule, "protocol \(number) does")
      self = .other(number)
    }
  }

  private static func hasRange(_ rule: Alcor_Schema_SecurityGroupConfiguration.SecurityGroupRule) -> Bool {
    rule.portRangeMin != 0 || rule.portRangeMax != 0 || rule.hasRangeMin_p || rule.hasRangeMax_p
  }

  /// A rule of certain ports must not become one of all.
  private static func refusePorts(
    _ rule: Alcor_Schema_SecurityGroupConfiguration.SecurityGroupRule, _ subject: String
  ) throws(InvalidField) {
    guard hasRange(rule) else { return }
    throw InvalidField(
      "security_group_rules has the port range \(rule.portRangeMin) to \(rule.portRangeMax), which \(subject) not have")
  }

  /// nil for all protocols. Alcor's numbers tell TCP from "any" by whether there are ports.
  private static func number(
    _ rule: Alcor_Schema_SecurityGroupConfiguration.SecurityGroupRule, _ version: IPVersion
  ) throws(InvalidField) -> UInt8? {
    if rule.protocolNumber == SecurityGroupRule.anyProtocol { return nil }
    if rule.protocolNumber != 0 {
      guard let number = UInt8(exactly: rule.protocolNumber) else {
        throw InvalidField("security_group_rules.protocol_number \(rule.protocolNumber) is not one from 1 to 255")
      }
      // ICMP of the other version would be taken for this version's.
      if number == (version == .v4 ? 58 : 1) {
        throw InvalidField(
          "security_group_rules.protocol_number \(number) is \(version == .v4 ? "ICMPv6" : "ICMP"), which a rule of "
            + "\(version) cannot have")
      }
      return number
    }
    switch rule.protocol {
    case .tcp, .http: return 6
    case .udp: return 17
    case .icmp: return version == .v4 ? 1 : 58
    case .arp: throw InvalidField("security_group_rules.protocol ARP cannot be filtered")
    case .UNRECOGNIZED(let number): throw InvalidField("security_group_rules.protocol \(number) is not known")
    }
  }

  private static func octet(_ value: UInt32, _ isGiven: Bool, _ field: String) throws(InvalidField) -> UInt8? {
    guard isGiven || value != 0 else { return nil }
    guard let octet = UInt8(exactly: value) else {
      throw InvalidField("security_group_rules.\(field) \(value) is not an ICMP type or code from 0 to 255")
    }
    return octet
  }

  private static func ports(
    _ rule: Alcor_Schema_SecurityGroupConfiguration.SecurityGroupRule
  ) throws(InvalidField) -> ClosedRange<UInt16>? {
    guard hasRange(rule) else {
      return rule.protocol == .http && rule.protocolNumber == 0 ? 80...80 : nil
    }
    guard let low = UInt16(exactly: rule.portRangeMin), let high = UInt16(exactly: rule.portRangeMax), low <= high
    else {
      throw InvalidField(
        "security_group_rules has the port range \(rule.portRangeMin) to \(rule.portRangeMax), which is none")
    }
    return low == 0 && high == .max ? nil : low...high
  }
}

extension FieldRules {
  /// The most security groups of one port.
  static let maximumSecurityGroups = 64
  /// The most allowed address pairs of one port.
  static let maximumAddressPairs = 256

  static func securityGroups(_ ids: [String]) throws(InvalidField) -> [SecurityGroupID] {
    try count(ids.count, atMost: maximumSecurityGroups, "security_group_ids")
    var groups: [SecurityGroupID] = []
    for id in ids {
      let group = SecurityGroupID(try identifier(id, "security_group_ids"))
      if !groups.contains(group) { groups.append(group) }
    }
    return groups
  }

  static func addressPairs(_ pairs: [(address: String, mac: String)]) throws(InvalidField) -> [AddressPair] {
    let field = "allow_address_pairs"
    try count(pairs.count, atMost: maximumAddressPairs, field)
    var read: [AddressPair] = []
    for pair in pairs {
      let prefix: IPPrefix
      if let address = IPAddress(pair.address) {
        prefix = IPPrefix(address)
      } else {
        prefix = try FieldRules.prefix(pair.address, "\(field).ip_address")
      }
      let mac = pair.mac.isEmpty ? nil : try FieldRules.mac(pair.mac, "\(field).mac_address")
      read.append(AddressPair(prefix: prefix, mac: mac))
    }
    return read
  }
}
