/// A column of a list: its header, and what it shows of a resource.
struct Column: Sendable {
  let header: String
  let cell: @Sendable (JSONValue) -> Cell

  init(_ header: String, _ cell: @escaping @Sendable (JSONValue) -> Cell) {
    self.header = header
    self.cell = cell
  }

  /// A column that shows a field as text.
  init(_ header: String, field: String) {
    self.init(header) { Cell($0[field].shortText) }
  }
}

extension GlobalOptions {
  /// Writes a list of resources, in the order of their names unless another is given.
  func write(
    _ resources: [JSONValue], of kind: ResourceKind, columns: [Column],
    inOrder isBefore: ((JSONValue, JSONValue) -> Bool)? = nil
  ) throws {
    let console = Console.current
    guard output == .table else { return try console.printLine(JSONValue.array(resources).prettyText()) }
    guard !resources.isEmpty else { return console.noteLine("No \(kind.rawValue)s found.") }
    let byName = { (left: JSONValue, right: JSONValue) in
      (left[kind.nameField].string ?? "", left.id) < (right[kind.nameField].string ?? "", right.id)
    }
    let sorted = resources.sorted(by: isBefore ?? byName)
    let table = Table(headers: columns.map(\.header), rows: sorted.map { row in columns.map { $0.cell(row) } })
    try console.printText(table.rendered(colour: console.hasColour))
  }

  /// Writes everything that is known about one resource.
  func write(_ resource: JSONValue, of kind: ResourceKind) throws {
    let console = Console.current
    guard output == .table else { return try console.printLine(resource.prettyText()) }
    try console.printText(detailTable(resource, of: kind).rendered(colour: console.hasColour))
  }

  /// Deletes the resources that `references` mean, each whether or not the others could be deleted.
  func delete(_ kind: ResourceKind, _ references: [String]) async throws {
    let console = Console.current
    try await withController { client in
      var failures: [String] = []
      for reference in references {
        do {
          let resource = try await client.resolve(kind, reference)
          try await client.delete(kind, resource)
          if output == .table {
            try console.printLine("\(kind.rawValue) '\(resource.title(as: kind))' deleted")
          }
        } catch let failure as CommandFailure {
          failures.append(failure.description)
        }
      }
      guard failures.isEmpty else {
        if failures.count > 1 { failures.append("\(failures.count) of \(references.count) were not deleted.") }
        throw CommandFailure(failures.joined(separator: "\n"))
      }
    }
  }
}

/// A resource as a table of fields: name and id first, then the rest by name.
func detailTable(_ resource: JSONValue, of kind: ResourceKind) -> Table {
  let fields = (resource.object ?? [:]).sorted { left, right in
    let order = [kind.nameField, "id"]
    let leftRank = order.firstIndex(of: left.key) ?? order.count
    let rightRank = order.firstIndex(of: right.key) ?? order.count
    return (leftRank, left.key) < (rightRank, right.key)
  }
  return Table(
    headers: ["FIELD", "VALUE"],
    rows: fields.map { name, value in
      [Cell(name), name == "status" ? Cell(status: value.string) : Cell(fieldText(name, value))]
    })
}

/// A field's value as people write it: an address with its subnet, a pool as its two ends.
func fieldText(_ name: String, _ value: JSONValue) -> String {
  guard let elements = value.array else { return value.shortText }
  let texts: [String] =
    switch name {
    case "fixed_ips":
      elements.map { fixed in
        let subnet = fixed["subnet_id"].shortText
        return fixed["ip_address"].shortText + (subnet.isEmpty ? "" : " (subnet \(subnet))")
      }
    case "allocation_pools": elements.map { "\($0["start"].shortText)-\($0["end"].shortText)" }
    case "host_routes", "routes": elements.map { "\($0["destination"].shortText) via \($0["nexthop"].shortText)" }
    case "security_group_rules": elements.map(ruleText).sorted()
    case "interfaces_info":
      elements.map { "\($0["ip_address"].shortText) (subnet \($0["subnet_id"].shortText))" }
    case "allowed_address_pairs": elements.map { "\($0["ip_address"].shortText) (\($0["mac_address"].shortText))" }
    default: elements.map(\.shortText)
    }
  return texts.joined(separator: ", ")
}

/// A list of a port's addresses, for a column.
func addressesText(_ port: JSONValue) -> String {
  (port["fixed_ips"].array ?? []).map { $0["ip_address"].shortText }.joined(separator: ",")
}
