import GoalState
import Southbound

/// A request for what a host runs: `GET /v2.0/agents/ID/resources`.
///
///     kind=port&id=ID&id=ID      these
///     kind=port                  all of a kind, in pages of `limit` from behind `marker`
///                                all of every kind
struct HeldReading {
  let query: HeldQuery
  private let isOfKeys: Bool

  /// - Throws: for a parameter that is unknown or malformed.
  init(_ query: [(name: String, value: String)]) throws(APIError) {
    var kind: ResourceKind?
    var ids: [String] = []
    var marker: ResourceKey?
    var limit = HeldReading.pageSize
    var flows = 0
    for (name, value) in query {
      switch name {
      case "kind": kind = try HeldReading.kind(value)
      case "id": ids.append(value)
      case "marker": marker = try HeldReading.key(value)
      case "limit": limit = try HeldReading.number("limit", value, 1...HeldQuery.maximumResources)
      case "flows": flows = try HeldReading.number("flows", value, 0...HeldQuery.maximumFlows)
      default:
        throw .badRequest("\(name) is no parameter of what a host runs: those are kind, id, limit, marker and flows.")
      }
    }
    guard !ids.isEmpty else {
      self.query = HeldQuery(.all(kind, after: marker), limit: limit, flowLimit: flows)
      isOfKeys = false
      return
    }
    guard let kind else { throw .invalid("id", "an id needs the kind that it is of.") }
    guard ids.count <= HeldQuery.maximumResources else {
      throw .invalid(
        "id", "\(ids.count) are more than the \(HeldQuery.maximumResources) that can be asked for at once.")
    }
    self.query = HeldQuery(.keys(ids.map { ResourceKey(kind, $0) }), limit: ids.count, flowLimit: flows)
    isOfKeys = true
  }

  /// How many resources a page has unless it is said.
  static let pageSize = 100

  /// Whether there may be another page.
  var isPaged: Bool { !isOfKeys }

  private static func number(_ name: String, _ value: String, _ range: ClosedRange<Int>) throws(APIError) -> Int {
    guard let number = Int(value), range.contains(number) else {
      throw .invalid(name, "'\(value)' is not an integer from \(range.lowerBound) to \(range.upperBound).")
    }
    return number
  }

  private static func kind(_ value: String) throws(APIError) -> ResourceKind {
    guard let kind = ResourceKind.allCases.first(where: { name($0) == value }) else {
      let known = ResourceKind.allCases.map(name).joined(separator: ", ")
      throw .invalid("kind", "'\(value)' is none of \(known).")
    }
    return kind
  }

  private static func key(_ value: String) throws(APIError) -> ResourceKey {
    let parts = value.split(separator: "/", maxSplits: 1).map(String.init)
    guard parts.count == 2, let first = parts.first, let id = parts.last else {
      throw .invalid("marker", "'\(value)' is not KIND/ID.")
    }
    return ResourceKey(try kind(first), id)
  }

  /// A kind's name in the API.
  static func name(_ kind: ResourceKind) -> String {
    switch kind {
    case .network, .subnet, .router, .neighbor, .port: kind.description
    case .securityGroup: "security-group"
    }
  }

  /// A resource's name in the API.
  static func name(_ key: ResourceKey) -> String { "\(name(key.kind))/\(key.id)" }

  /// Refuses to show nothing for resources that the host neither has nor is meant to have.
  func check(_ held: HeldResources, _ wanted: [ResourceKey: UInt64], _ host: HostID) throws(APIError) {
    guard isOfKeys, held.resources.allSatisfy({ $0.state == .absent && wanted[$0.key] == nil }) else { return }
    let names = held.resources.map { "\($0.key)" }.joined(separator: ", ")
    throw APIError(
      404, "ResourceNotFound",
      "Host \(host) does not have \(names.isEmpty ? "what was asked for" : names), and is not meant to.")
  }

  static func refusal(_ failure: HeldQueryFailure, _ host: HostID, _ activity: HostActivity) -> APIError {
    switch failure {
    case .notConnected:
      return APIError(
        503, "HostNotConnected",
        "The agent of host \(host) is not connected, so that it cannot be asked what it runs: see 'alioth show' there.")
    case .notUnderstood:
      return APIError(
        501, "HostCannotAnswer",
        "The agent of host \(host) is of version \(activity.agentVersion ?? "unknown"), which does not tell what it "
          + "runs: upgrade it.")
    case .busy:
      return APIError(
        503, "HostDoesNotAnswer",
        "Host \(host) has not answered \(HostQuestions.mostAtOnce) earlier questions yet: try again later.")
    case .noAnswer(let timeout):
      return APIError(
        504, "HostDoesNotAnswer",
        "The agent of host \(host) is connected, but has not answered what it runs within \(timeout).")
    }
  }

  /// - Parameter wanted: the revision of it that the host is meant to have, if it is.
  static func show(_ held: HeldResource, _ wanted: UInt64?) -> JSONValue {
    let revision = { (number: UInt64?) -> JSONValue in number.map { .integer(Int(clamping: $0)) } ?? .null }
    let flows = held.flows.map { flow -> JSONValue in
      .object([
        .init("flow", .string(flow.text)), .init("state", .string(flow.state)),
        .init("truncated", .boolean(flow.isCut)),
      ])
    }
    return .object([
      .init("kind", .string(name(held.key.kind))),
      .init("id", .string(held.key.id.description)),
      .init("status", .string(held.state.rawValue)),
      .init("reason", held.reason.isEmpty ? .null : .string(held.reason)),
      .init("revision", revision(held.resource?.revision)),
      .init("wanted_revision", revision(wanted)),
      .init("resource", held.resource.map(document) ?? .null),
      .init("flow_count", .integer(held.flowCount)),
      .init("flows", .array(flows)),
      .init("flows_truncated", .boolean(held.flowCount > held.flows.count)),
    ])
  }

  /// What the host holds, in the stream's own words.
  private static func document(_ resource: VersionedResource) -> JSONValue {
    let message = (try? JSONParser.parse(StoredResourceCoding.json(resource))) ?? .null
    // The message has one member: the kind.
    return message.members?.first?.value ?? message
  }
}
