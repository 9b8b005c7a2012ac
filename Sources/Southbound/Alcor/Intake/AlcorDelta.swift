import GoalStateProtobuf
import SwiftProtobuf

/// What a resource is after a message that has only what changed: fields that are empty or 0 keep what is held, lists that
/// are not empty take the place of the held ones, and rules and routes change one by one as their own operations say.
///
/// Whether a port is up and whether a subnet has DHCP count as they stand, because `false` looks like nothing.
enum AlcorDelta {
  static func merged(
    _ delta: Alcor_Schema_VpcConfiguration, over held: Alcor_Schema_VpcConfiguration
  ) throws(AlcorRefusal) -> Alcor_Schema_VpcConfiguration {
    try fields(of: delta, over: held) { if !delta.gatewayIds.isEmpty { $0.gatewayIds = [] } }
  }

  static func merged(
    _ delta: Alcor_Schema_SubnetConfiguration, over held: Alcor_Schema_SubnetConfiguration
  ) throws(AlcorRefusal) -> Alcor_Schema_SubnetConfiguration {
    try fields(of: delta, over: held) {
      $0.dhcpEnable = delta.dhcpEnable
      if !delta.extraDhcpOptions.isEmpty { $0.extraDhcpOptions = [] }
      if !delta.extraDhcpv6Options.isEmpty { $0.extraDhcpv6Options = [] }
      if !delta.dnsEntryList.isEmpty { $0.dnsEntryList = [] }
      if !delta.hostRoutes.isEmpty { $0.hostRoutes = [] }
    }
  }

  static func merged(
    _ delta: Alcor_Schema_PortConfiguration, over held: Alcor_Schema_PortConfiguration
  ) throws(AlcorRefusal) -> Alcor_Schema_PortConfiguration {
    try fields(of: delta, over: held) {
      $0.adminStateUp = delta.adminStateUp
      if !delta.fixedIps.isEmpty { $0.fixedIps = [] }
      if !delta.allowAddressPairs.isEmpty { $0.allowAddressPairs = [] }
      if !delta.securityGroupIds.isEmpty { $0.securityGroupIds = [] }
      if !delta.extraDhcpOptions.isEmpty { $0.extraDhcpOptions = [] }
      if !delta.extraDhcpv6Options.isEmpty { $0.extraDhcpv6Options = [] }
      if !delta.delegatedPrefixes.isEmpty { $0.delegatedPrefixes = [] }
    }
  }

  static func merged(
    _ delta: Alcor_Schema_NeighborConfiguration, over held: Alcor_Schema_NeighborConfiguration
  ) throws(AlcorRefusal) -> Alcor_Schema_NeighborConfiguration {
    try fields(of: delta, over: held) {
      if !delta.fixedIps.isEmpty { $0.fixedIps = [] }
      if !delta.allowAddressPairs.isEmpty { $0.allowAddressPairs = [] }
      if !delta.securityGroupIds.isEmpty { $0.securityGroupIds = [] }
    }
  }

  static func merged(
    _ delta: Alcor_Schema_DHCPConfiguration, over held: Alcor_Schema_DHCPConfiguration
  ) throws(AlcorRefusal) -> Alcor_Schema_DHCPConfiguration {
    try fields(of: delta, over: held) { _ in }
  }

  static func merged(
    _ delta: Alcor_Schema_SecurityGroupConfiguration, over held: Alcor_Schema_SecurityGroupConfiguration
  ) throws(AlcorRefusal) -> Alcor_Schema_SecurityGroupConfiguration {
    var plain = delta
    plain.securityGroupRules = []
    var merged = try fields(of: plain, over: held) { _ in }
    merged.securityGroupRules = changed(held.securityGroupRules, by: delta.securityGroupRules)
    return merged
  }

  static func merged(
    _ delta: Alcor_Schema_RouterConfiguration, over held: Alcor_Schema_RouterConfiguration
  ) throws(AlcorRefusal) -> Alcor_Schema_RouterConfiguration {
    var plain = delta
    plain.subnetRoutingTables = []
    plain.routes = []
    var merged = try fields(of: plain, over: held) { _ in }
    merged.routes = changed(held.routes, by: delta.routes)
    var positions: [String: Int] = [:]
    for (index, table) in merged.subnetRoutingTables.enumerated() { positions[table.subnetID] = index }
    for table in delta.subnetRoutingTables {
      guard let index = positions[table.subnetID] else {
        positions[table.subnetID] = merged.subnetRoutingTables.count
        merged.subnetRoutingTables.append(table)
        continue
      }
      let rules = changed(merged.subnetRoutingTables[index].routingRules, by: table.routingRules)
      if !table.ipAddress.isEmpty { merged.subnetRoutingTables[index].ipAddress = table.ipAddress }
      if !table.macAddress.isEmpty { merged.subnetRoutingTables[index].macAddress = table.macAddress }
      merged.subnetRoutingTables[index].routingRules = rules
    }
    return merged
  }

  private static func fields<Configuration: SwiftProtobuf.Message>(
    of delta: Configuration, over held: Configuration, _ prepare: (inout Configuration) -> Void
  ) throws(AlcorRefusal) -> Configuration {
    var merged = held
    prepare(&merged)
    do {
      let bytes: [UInt8] = try delta.serializedBytes()
      try merged.merge(serializedBytes: bytes)
    } catch {
      throw AlcorRefusal(.invalidArg, "the change cannot be read: \(error)")
    }
    return merged
  }
}

/// A rule of a security group, or of a router's table, that is changed by itself.
protocol AlcorRule: Hashable {
  var operationType: Alcor_Schema_OperationType { get set }
  var id: String { get }
  /// What two rules of one list cannot share, beside the id; nil when that is the whole rule.
  var place: String? { get }
}

extension Alcor_Schema_SecurityGroupConfiguration.SecurityGroupRule: AlcorRule {
  var place: String? { nil }
}

extension Alcor_Schema_RouterConfiguration.RoutingRule: AlcorRule {
  var place: String? { destination }
}

extension AlcorDelta {
  /// Rules by their ids; one without an id is known by its place, or by all that it says.
  private enum Name<Rule: AlcorRule>: Hashable {
    case id(String)
    case place(String)
    case rule(Rule)
  }

  private static func names<Rule: AlcorRule>(of rule: Rule) -> [Name<Rule>] {
    var names: [Name<Rule>] = rule.id.isEmpty ? [] : [.id(rule.id)]
    if let place = rule.place {
      if !place.isEmpty { names.append(.place(place)) }
    } else if rule.id.isEmpty {
      var plain = rule
      plain.operationType = .create
      names.append(.rule(plain))
    }
    return names
  }

  static func changed<Rule: AlcorRule>(_ held: [Rule], by changes: [Rule]) -> [Rule] {
    var rules: [Rule?] = held
    var positions: [Name<Rule>: Int] = [:]
    for (index, rule) in held.enumerated() {
      for name in names(of: rule) { positions[name] = index }
    }
    for change in changes {
      // A rule that moves to another's place takes it over; a deletion by id does not ask where.
      let named = names(of: change)
      let found = Set(named.compactMap { positions[$0] })
      let removed = change.operationType == .delete ? Set(named.prefix(1).compactMap { positions[$0] }) : found
      for index in removed.isEmpty ? found : removed {
        if let rule = rules[index] { for name in names(of: rule) { positions[name] = nil } }
        rules[index] = nil
      }
      guard change.operationType != .delete else { continue }
      for name in named { positions[name] = rules.count }
      rules.append(change)
    }
    return rules.compactMap { $0 }
  }

  /// Which operations rules can have in a message.
  static func check(_ rules: [some AlcorRule], _ field: String) throws(AlcorRefusal) {
    for rule in rules {
      switch rule.operationType {
      case .create, .update, .info, .delete: break
      case .get: throw AlcorRefusal(.invalidArg, "\(field).operation_type GET is none for a rule")
      case .UNRECOGNIZED(let number):
        throw AlcorRefusal(.invalidArg, "\(field).operation_type \(number) is not known")
      }
    }
  }
}
