/// A kind of resource of the controller's Neutron API, as people say it.
enum ResourceKind: String, Sendable, CaseIterable {
  /// A compute node: what Neutron calls a network agent.
  case host
  case network
  case subnet
  case port
  case router
  case securityGroup = "security group"
  case securityGroupRule = "security group rule"

  /// The key around one resource in a body.
  var key: String { self == .host ? "agent" : String(rawValue.map { $0 == " " ? "_" : $0 }) }
  /// The key around a list.
  var collection: String { "\(key)s" }
  /// The path's segment.
  var path: String { String(collection.map { $0 == "_" ? "-" : $0 }) }
  /// The field that people know a resource by.
  var nameField: String {
    switch self {
    case .host: "host"
    case .securityGroupRule: "id"
    case .network, .subnet, .port, .router, .securityGroup: "name"
    }
  }
  /// The command about it.
  var command: String {
    switch self {
    case .host, .network, .subnet, .port, .router: rawValue
    case .securityGroup: "security-group"
    case .securityGroupRule: "security-group rule"
    }
  }
}

extension JSONValue {
  /// A resource's id.
  var id: String { self["id"].string ?? "" }

  /// What to call a resource of this kind: its name, or its id when it has none.
  func title(as kind: ResourceKind) -> String {
    let name = self[kind.nameField].string ?? ""
    return printable(name.isEmpty ? id : name)
  }
}
