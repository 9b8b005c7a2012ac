/// The documents by which clients find their way: versions, resources, extensions.
enum Discovery {
  static func versions(host: String) -> JSONValue {
    let link: JSONValue = .object([
      .init("rel", .string("self")), .init("href", .string("http://\(host)/v2.0/")),
    ])
    return .object([
      .init(
        "versions",
        .array([
          .object([
            .init("id", .string("v2.0")), .init("status", .string("CURRENT")), .init("links", .array([link])),
          ])
        ]))
    ])
  }

  static func resources(host: String) -> JSONValue {
    let resources = ResourceCollection.allCases.map { collection -> JSONValue in
      let link: JSONValue = .object([
        .init("rel", .string("self")), .init("href", .string("http://\(host)/v2.0/\(collection.rawValue)")),
      ])
      return .object([
        .init("name", .string(collection.singular)), .init("collection", .string(collection.plural)),
        .init("links", .array([link])),
      ])
    }
    return .object([.init("resources", .array(resources))])
  }

  /// The extensions of Neutron's API that are here, by alias: clients ask before they use them.
  static let extensions: [(alias: String, name: String, description: String)] = [
    ("agent", "agent", "Shows the agents on hosts."),
    ("allowed-address-pairs", "Allowed Address Pairs", "Lets guests send from other addresses as well."),
    ("binding", "Port Binding", "Binds ports to hosts."),
    ("dns-integration", "DNS Integration", "Gives guests' ports a host name."),
    ("empty-string-filtering", "Empty String Filtering Extension", "Filters by an empty value."),
    ("extraroute", "Neutron Extra Route", "Gives routers static routes."),
    ("extraroute-atomic", "Atomically add/remove extra routes", "Adds and takes away single routes."),
    ("filter-validation", "Filter parameters validation", "Refuses filters by unknown attributes."),
    ("ip-substring-filtering", "IP address substring filtering", "Filters ports by a part of an address."),
    ("net-mtu", "Network MTU", "Shows a network's MTU."),
    ("net-mtu-writable", "Network MTU (writable)", "Changes a network's MTU."),
    ("pagination", "Pagination support", "Lists in pages."),
    ("port-security", "Port Security", "Holds guests to their addresses, or does not."),
    ("project-id", "project_id field enabled", "Shows the owner as project_id."),
    ("provider", "Provider Network", "Shows a network's segment."),
    ("router", "Neutron L3 Router", "Joins subnets by routers."),
    ("security-group", "security-group", "Filters what reaches and leaves guests."),
    ("sorting", "Sorting support", "Sorts lists."),
    ("standard-attr-description", "standard-attr-description", "Gives resources a description."),
    ("standard-attr-revisions", "Resource revision numbers", "Counts the changes of a resource."),
    ("standard-attr-timestamp", "Resource timestamps", "Shows when a resource was made and changed."),
    ("stateful-security-group", "Stateful security group", "Says whether replies pass by themselves."),
  ]

  static func extensionDocument(_ entry: (alias: String, name: String, description: String)) -> JSONValue {
    .object([
      .init("name", .string(entry.name)), .init("alias", .string(entry.alias)),
      .init("description", .string(entry.description)), .init("updated", .string("2026-01-01T00:00:00-00:00")),
      .init("links", .array([])),
    ])
  }
}
