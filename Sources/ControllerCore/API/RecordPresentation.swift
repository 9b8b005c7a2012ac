import Foundation
import NetworkTypes

extension RecordHeader {
  /// The attributes that every document begins with.
  var leadingMembers: [JSONValue.Member] {
    [
      .init("id", .string(id)), .init("name", .string(name)), .init("tenant_id", .string(projectID)),
      .init("project_id", .string(projectID)),
    ]
  }

  /// The attributes that every document ends with.
  var trailingMembers: [JSONValue.Member] {
    [
      .init("description", .string(description)), .init("tags", .array([])),
      .init("created_at", .string(createdAt.neutronText)), .init("updated_at", .string(updatedAt.neutronText)),
      .init("revision_number", .integer(revisionNumber)),
    ]
  }

  /// Reads what every resource may be given when it is made.
  init(_ attributes: inout AttributeReader, now: Date) throws(APIError) {
    let project = try RecordHeader.project(&attributes)
    self.init(
      id: UUID().uuidString.lowercased(), name: try attributes.textOrNull("name") ?? "",
      projectID: project ?? "", description: try attributes.textOrNull("description") ?? "", now: now)
  }

  /// Reads the owner by either of its names; nil when the request does not say.
  static func project(_ attributes: inout AttributeReader) throws(APIError) -> String? {
    let project = try attributes.textOrNull("project_id")
    let tenant = try attributes.textOrNull("tenant_id")
    if let project, let tenant, project != tenant {
      throw .badRequest("'project_id' and 'tenant_id' do not match")
    }
    return project ?? tenant
  }

  /// Reads what of it may be changed.
  mutating func update(_ attributes: inout AttributeReader, now: Date) throws(APIError) {
    if let name = try attributes.textOrNull("name") { self.name = name }
    if let description = try attributes.textOrNull("description") { self.description = description }
    touch(now: now)
  }
}

extension Date {
  /// As Neutron writes times: `2026-01-31T12:00:00Z`.
  var neutronText: String { formatted(.iso8601) }

  /// As Neutron writes agents' times: `2026-01-31 12:00:00`.
  var agentText: String {
    neutronText.replacingOccurrences(of: "T", with: " ").replacingOccurrences(of: "Z", with: "")
  }
}

/// Attributes that no request may set.
let readOnlyAttributes: Set<String> = ["id", "status", "created_at", "updated_at", "revision_number", "tags"]
