extension ControllerClient {
  /// The one resource that `reference` means: the one with that id, or the only one with that name.
  ///
  /// As OpenStack's own clients do, the id is tried first, so that a resource named like another's id cannot take its
  /// place.
  func resolve(_ kind: ResourceKind, _ reference: String) async throws -> JSONValue {
    guard !reference.isEmpty else {
      throw CommandFailure("An empty text names no \(kind.rawValue).")
    }
    if canBeID(reference), let resource = try await find(kind, id: reference) { return resource }
    let named = try await list(kind, filters: [(kind.nameField, reference)])
      // A server that does not know the filter would answer with everything.
      .filter { $0[kind.nameField].string == reference }
    guard let first = named.first else {
      throw CommandFailure(
        "There is no \(kind.rawValue) with the name or id '\(printable(reference))'; "
          + "'alioth \(kind.command) list' shows those there are.")
    }
    guard named.count == 1 else {
      let ids = named.map { printable($0.id) }.sorted().joined(separator: ", ")
      throw CommandFailure(
        "\(named.count) \(kind.rawValue)s are named '\(printable(reference))'; name one by its id: \(ids).")
    }
    return first
  }

  /// Names by id of all resources of a kind, to show beside references to them.
  func names(_ kind: ResourceKind) async throws -> [String: String] {
    var names: [String: String] = [:]
    for resource in try await list(kind, filters: [("fields", "id"), ("fields", kind.nameField)]) {
      names[resource.id] = resource[kind.nameField].string
    }
    return names
  }
}

/// Whether `text` could be an id, which stands in a URL's path: dots alone would name another path.
private func canBeID(_ text: String) -> Bool {
  text.utf8.count <= 255 && !text.allSatisfy { $0 == "." }
    && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "%") }
}
