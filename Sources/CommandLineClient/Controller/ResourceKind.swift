/// A kind of resource of the controller's Neutron API.
enum ResourceKind: String, Sendable, CaseIterable {
  /// A compute node: what Neutron calls a network agent.
  case host
  case network
  case subnet
  case port

  /// The key around one resource in a body.
  var key: String { self == .host ? "agent" : rawValue }
  /// The path's segment, and the key around a list.
  var collection: String { "\(key)s" }
  /// The field that people know a resource by.
  var nameField: String { self == .host ? "host" : "name" }
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
