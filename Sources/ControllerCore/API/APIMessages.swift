/// A request as the API sees it, whatever carried it.
public struct APIRequest: Sendable {
  /// `GET`, `POST` and the like.
  public var method: String
  /// The path without the query, decoded.
  public var path: String
  /// The query's names and values in order, decoded.
  public var query: [(name: String, value: String)]
  /// The `Host` header, for links.
  public var host: String
  /// The body's bytes.
  public var body: [UInt8]

  /// A request.
  public init(
    _ method: String, _ path: String, query: [(name: String, value: String)] = [], host: String = "localhost",
    body: [UInt8] = []
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.host = host
    self.body = body
  }
}

/// What the API answers.
public struct APIResponse: Hashable, Sendable {
  /// The HTTP status.
  public var status: Int
  /// The document, or nil for an empty body.
  public var body: JSONValue?

  /// An answer.
  public init(_ status: Int, _ body: JSONValue? = nil) {
    self.status = status
    self.body = body
  }
}

/// The collections of resources.
public enum ResourceCollection: String, CaseIterable, Hashable, Sendable {
  /// Virtual networks.
  case networks
  /// Their subnets.
  case subnets
  /// Their ports.
  case ports
  /// The agents on hosts.
  case agents
  /// Security groups.
  case securityGroups = "security-groups"
  /// Their rules.
  case securityGroupRules = "security-group-rules"
  /// Routers.
  case routers

  /// The key of a list's documents.
  var plural: String { String(rawValue.map { $0 == "-" ? "_" : $0 }) }

  /// The name of one resource, which is also the key of its document.
  var singular: String { String(plural.dropLast()) }
}
