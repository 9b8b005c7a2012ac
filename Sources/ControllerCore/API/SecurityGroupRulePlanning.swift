import Foundation
import GoalState
import NetworkTypes

/// The rules of security groups: what a request makes of them, and how they are shown.
enum SecurityGroupRulePlanning {
  /// A group is sent whole to its members' hosts.
  static let maximumRules = 1_000

  static func create(_ body: JSONValue, _ plan: inout ChangePlan) throws(APIError) {
    var attributes = try AttributeReader(body, "security_group_rule")
    guard let groupID = try attributes.text("security_group_id") else {
      throw .badRequest("Failed to parse request. Required attribute 'security_group_id' not specified")
    }
    guard var group = plan.group(SecurityGroupID(groupID)) else { throw .notFound(.securityGroups, groupID) }
    let rule = try SecurityGroupRuleAttributes.read(&attributes, of: group, now: plan.now)
    try attributes.finish(readOnly: readOnlyAttributes.union(["normalized_cidr", "belongs_to_default_sg"]))
    if let remote = rule.remoteGroup { try plan.refer(to: remote) }
    if let same = group.rules.first(where: { $0.meaning == rule.meaning }) {
      guard plan.state.groupUse.groupsByRule[same.header.id] != nil else {
        throw APIError(409, "DuplicateSecurityGroupRuleInPost", "Duplicate Security Group Rule in POST.")
      }
      throw APIError(
        409, "SecurityGroupRuleExists", "Security group rule already exists. Rule id is \(same.header.id).")
    }
    guard group.rules.count < maximumRules else {
      throw APIError(
        409, "OverQuota",
        "Quota exceeded for resources: ['security_group_rule']. A security group has at most \(maximumRules) rules.")
    }
    group.rules.append(rule)
    group.header.touch(now: plan.now)
    try plan.replace(group)
    plan.ids.append(rule.header.id)
  }

  /// As in Neutron a rule is what it is; only its description may be changed.
  static func update(_ id: String, _ body: JSONValue, _ plan: inout ChangePlan) throws(APIError) {
    var (group, index) = try find(id, plan)
    var attributes = try AttributeReader(body, "security_group_rule")
    if let description = try attributes.textOrNull("description") {
      group.rules[index].header.description = description
    }
    try attributes.finish(readOnly: immutable, verb: "PUT")
    group.rules[index].header.touch(now: plan.now)
    try plan.replace(group)
  }

  private static let immutable = readOnlyAttributes.union([
    "security_group_id", "direction", "ethertype", "protocol", "port_range_min", "port_range_max", "remote_ip_prefix",
    "remote_group_id", "remote_address_group_id", "normalized_cidr", "belongs_to_default_sg", "project_id", "tenant_id",
  ])

  static func delete(_ id: String, _ plan: inout ChangePlan) throws(APIError) {
    var (group, index) = try find(id, plan)
    group.rules.remove(at: index)
    group.header.touch(now: plan.now)
    try plan.replace(group)
  }

  private static func find(
    _ id: String, _ plan: ChangePlan
  ) throws(APIError) -> (group: SecurityGroupRecord, index: Int) {
    guard let group = plan.state.groupUse.groupsByRule[id].flatMap({ plan.group($0) }),
      let index = group.rules.firstIndex(where: { $0.header.id == id })
    else { throw .notFound(.securityGroupRules, id) }
    return (group, index)
  }

  static func show(_ id: String, _ state: ModelState) -> JSONValue? {
    guard let group = state.groupUse.groupsByRule[id].flatMap({ state.securityGroups[$0]?.record }),
      let rule = group.rules.first(where: { $0.header.id == id })
    else { return nil }
    return show(rule, of: group)
  }

  static func show(_ rule: SecurityGroupRecord.Rule, of group: SecurityGroupRecord) -> JSONValue {
    func text(_ value: (some CustomStringConvertible)?) -> JSONValue { value.map { .string($0.description) } ?? .null }
    func number(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }
    let members: [JSONValue.Member] = [
      .init("id", .string(rule.header.id)),
      .init("tenant_id", .string(rule.header.projectID)),
      .init("project_id", .string(rule.header.projectID)),
      .init("security_group_id", .string(group.header.id)),
      .init("direction", .string(rule.direction.rawValue)),
      .init("ethertype", .string(rule.version.description)),
      .init("protocol", text(rule.protocolName)),
      .init("port_range_min", number(rule.portMin)),
      .init("port_range_max", number(rule.portMax)),
      .init("remote_ip_prefix", text(rule.remotePrefix)),
      .init("normalized_cidr", text(rule.normalizedPrefix)),
      .init("remote_group_id", text(rule.remoteGroup)),
      .init("remote_address_group_id", .null),
      .init("belongs_to_default_sg", .boolean(group.isDefault)),
    ]
    return .object(members + rule.header.trailingMembers)
  }
}
