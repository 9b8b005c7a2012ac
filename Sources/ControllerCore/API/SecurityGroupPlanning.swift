import Foundation
import GoalState
import NetworkTypes

/// Security groups: what a request makes of them, and how they are shown.
enum SecurityGroupPlanning {
  static let defaultName = "default"
  static let readOnly = readOnlyAttributes.union(["security_group_rules"])

  static func create(_ body: JSONValue, _ plan: inout ChangePlan) throws(APIError) {
    var attributes = try AttributeReader(body, "security_group")
    let header = try RecordHeader(&attributes, now: plan.now)
    let isStateful = try attributes.boolean("stateful") ?? true
    try takeUnsupported(&attributes)
    try attributes.finish(readOnly: readOnly)
    guard header.name != defaultName else {
      throw APIError(409, "SecurityGroupDefaultAlreadyExists", "Default security group already exists.")
    }
    try ensureDefault(of: header.projectID, &plan)
    var record = SecurityGroupRecord(header: header, isStateful: isStateful, isDefault: false, rules: [])
    record.rules = IPVersion.allCases.map { rule(.egress, $0, of: record, now: plan.now) }
    try plan.make(record)
    plan.ids.append(header.id)
  }

  private static func takeUnsupported(_ attributes: inout AttributeReader) throws(APIError) {
    try attributes.expect("shared", oneOf: [.boolean(false), .null])
  }

  private static func rule(
    _ direction: SecurityGroupRecord.Rule.Direction, _ version: IPVersion, of group: SecurityGroupRecord,
    remoteGroup: SecurityGroupID? = nil, now: Date
  ) -> SecurityGroupRecord.Rule {
    let header = RecordHeader(
      id: UUID().uuidString.lowercased(), name: "", projectID: group.header.projectID, description: "", now: now)
    return SecurityGroupRecord.Rule(
      header: header, direction: direction, version: version, remoteGroup: remoteGroup)
  }

  /// The project's group for ports that name none, made on first use: its members may send anything, and are sent
  /// anything by each other.
  @discardableResult
  static func ensureDefault(of project: String, _ plan: inout ChangePlan) throws(APIError) -> SecurityGroupID {
    if let known = plan.defaultGroup(of: project) { return known }
    let header = RecordHeader(
      id: UUID().uuidString.lowercased(), name: defaultName, projectID: project,
      description: "Default security group", now: plan.now)
    var record = SecurityGroupRecord(header: header, isStateful: true, isDefault: true, rules: [])
    for version in IPVersion.allCases {
      record.rules.append(rule(.egress, version, of: record, now: plan.now))
      record.rules.append(rule(.ingress, version, of: record, remoteGroup: record.id, now: plan.now))
    }
    let key = ModelKeys.defaultSecurityGroup(of: project)
    plan.require(.absent(key))
    plan.put(key, owner: header.id)
    try plan.make(record)
    return record.id
  }

  static func update(_ id: SecurityGroupID, _ body: JSONValue, _ plan: inout ChangePlan) throws(APIError) {
    guard var record = plan.group(id) else { throw .notFound(.securityGroups, id.rawValue) }
    let old = record
    var attributes = try AttributeReader(body, "security_group")
    try record.header.update(&attributes, now: plan.now)
    if let isStateful = try attributes.boolean("stateful") { record.isStateful = isStateful }
    try takeUnsupported(&attributes)
    try attributes.finish(readOnly: readOnly.union(["project_id", "tenant_id"]), verb: "PUT")
    if record.header.name != old.header.name {
      guard !old.isDefault else {
        throw APIError(
          409, "SecurityGroupCannotUpdateDefault", "Updating default security group not allowed: it keeps its name.")
      }
      guard record.header.name != defaultName else {
        throw APIError(409, "SecurityGroupDefaultAlreadyExists", "Default security group already exists.")
      }
    }
    if record.isStateful != old.isStateful {
      try refuseUsed(id, "'stateful' cannot be changed while ports are its members", &plan)
    }
    try plan.replace(record)
  }

  private static func refuseUsed(
    _ id: SecurityGroupID, _ reason: String, _ plan: inout ChangePlan
  ) throws(APIError) {
    if let count = plan.state.groupUse.portCounts[id] {
      throw APIError(
        409, "SecurityGroupInUse", "Security Group \(id) in use by \(count) port\(count == 1 ? "" : "s"): \(reason).")
    }
    plan.require(.nothingUnder(ModelKeys.ports(in: id)))
  }

  /// As in Neutron, the rules of other groups that name the group go with it.
  static func delete(_ id: SecurityGroupID, _ plan: inout ChangePlan) throws(APIError) {
    guard let record = plan.group(id) else { throw .notFound(.securityGroups, id.rawValue) }
    try refuseUsed(id, "give them other groups first", &plan)
    plan.require(.nothingNewerUnder(ModelKeys.users(of: id), plan.state.revision))
    for user in (plan.state.groupUse.users[id] ?? []).sorted() where user != id {
      guard var other = plan.group(user) else { continue }
      other.rules.removeAll { $0.remoteGroup == id }
      try plan.replace(other)
    }
    try plan.remove(record)
    if record.isDefault { plan.delete(ModelKeys.defaultSecurityGroup(of: record.header.projectID)) }
  }

  static func show(_ stored: Stored<SecurityGroupRecord>) -> JSONValue {
    let record = stored.record
    let members =
      record.header.leadingMembers + [
        .init("stateful", .boolean(record.isStateful)), .init("shared", .boolean(false)),
        .init(
          "security_group_rules", .array(record.rules.map { SecurityGroupRulePlanning.show($0, of: record) })),
      ]
    return .object(members + record.header.trailingMembers)
  }
}
