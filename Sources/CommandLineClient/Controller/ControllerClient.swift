import NIOHTTP1

/// The controller's REST API (OpenStack Networking v2.0) as the commands use it. Every failure is a `CommandFailure`
/// that says what was attempted, and what the controller said or why it was not reached.
struct ControllerClient: Sendable {
  let address: ControllerAddress
  let exchange: HTTPExchange

  init(address: ControllerAddress, exchange: HTTPExchange) {
    self.address = address
    self.exchange = exchange
  }

  /// The resources that match all of `filters`, following the controller's pages to the end.
  func list(_ kind: ResourceKind, filters: [(name: String, value: String)] = []) async throws -> [JSONValue] {
    try await list(kind.collection, at: "/v2.0/\(kind.path)", filters, attempt: "list the \(kind.rawValue)s")
  }

  /// What a host runs, as its agent says, to the end.
  func held(by host: JSONValue, _ query: [(name: String, value: String)]) async throws -> [JSONValue] {
    try await list(
      "resources", at: "/v2.0/agents/\(percentEncoded(host.id))/resources", query,
      attempt: "read what host '\(host.title(as: .host))' runs")
  }

  private func list(
    _ collection: String, at path: String, _ filters: [(name: String, value: String)], attempt: String
  ) async throws -> [JSONValue] {
    var found: [JSONValue] = []
    var query = filters.map { "\($0.name)=\(percentEncoded($0.value))" }.joined(separator: "&")
    var seen: Set<String> = []
    while seen.insert(query).inserted {
      let reply = try await call(.GET, "\(path)\(query.isEmpty ? "" : "?\(query)")", attempt: attempt)
      guard let page = reply[collection].array else {
        throw misunderstood(attempt, "its answer has no list '\(collection)'")
      }
      found += page
      // Only the query of the next page's link is used: the link itself names whatever host a proxy was told.
      let next = reply["\(collection)_links"].array?.first { $0["rel"].string == "next" }
      guard let link = next?["href"].string, let mark = link.firstIndex(of: "?"), !page.isEmpty else { break }
      query = String(link[link.index(after: mark)...].filter { $0.isASCII && !$0.isWhitespace })
    }
    return found
  }

  /// The resource with this id, or nil when there is none.
  func find(_ kind: ResourceKind, id: String) async throws -> JSONValue? {
    let attempt = "look up the \(kind.rawValue) '\(id)'"
    let path = "/v2.0/\(kind.path)/\(percentEncoded(id))"
    let reply = try await send(.GET, path, body: nil, attempt: attempt)
    if reply.status == 404 { return nil }
    return try resource(kind, in: try accepted(reply, path, .GET, attempt: attempt), attempt: attempt)
  }

  /// Makes a resource and gives it back as the controller made it.
  func create(_ kind: ResourceKind, _ fields: [String: JSONValue]) async throws -> JSONValue {
    let name = fields["name"]?.string ?? ""
    let attempt = "create the \(kind.rawValue)\(name.isEmpty ? "" : " '\(name)'")"
    let reply = try await call(
      .POST, "/v2.0/\(kind.path)", body: [kind.key: .object(fields)], attempt: attempt)
    return try resource(kind, in: reply, attempt: attempt)
  }

  /// Changes the given fields of a resource and gives it back as it is now.
  func update(_ kind: ResourceKind, _ known: JSONValue, _ fields: [String: JSONValue]) async throws -> JSONValue {
    let attempt = "update the \(kind.rawValue) '\(known.title(as: kind))'"
    let reply = try await call(
      .PUT, "/v2.0/\(kind.path)/\(percentEncoded(known.id))", body: [kind.key: .object(fields)],
      attempt: attempt)
    return try resource(kind, in: reply, attempt: attempt)
  }

  /// Deletes a resource.
  func delete(_ kind: ResourceKind, _ known: JSONValue) async throws {
    let attempt = "delete the \(kind.rawValue) '\(known.title(as: kind))'"
    _ = try await call(.DELETE, "/v2.0/\(kind.path)/\(percentEncoded(known.id))", attempt: attempt)
  }

  /// Does something with a resource that is no change of its fields, and gives back what the controller answers.
  func perform(
    _ action: String, _ kind: ResourceKind, _ known: JSONValue, _ body: [String: JSONValue], attempt: String
  ) async throws -> JSONValue {
    try await call(
      .PUT, "/v2.0/\(kind.path)/\(percentEncoded(known.id))/\(action)", body: .object(body), attempt: attempt)
  }

  // MARK: One call

  private func call(
    _ method: HTTPMethod, _ path: String, body: JSONValue? = nil, attempt: String
  ) async throws -> JSONValue {
    let reply = try await send(method, path, body: body, attempt: attempt)
    return try accepted(reply, path, method, attempt: attempt)
  }

  private func send(
    _ method: HTTPMethod, _ path: String, body: JSONValue?, attempt: String
  ) async throws -> HTTPReply {
    let json = try body?.compactBytes()
    do throws(HTTPFailure) {
      return try await exchange.send(address.base + path, method: method, json: json)
    } catch {
      throw unreachable(error, attempt: attempt)
    }
  }

  /// The body of a reply that says yes; anything else is thrown.
  private func accepted(
    _ reply: HTTPReply, _ path: String, _ method: HTTPMethod, attempt: String
  ) throws -> JSONValue {
    guard (200..<300).contains(reply.status) else {
      throw CommandFailure(
        refusalText(attempt: attempt, reply: reply, request: "\(method.rawValue) \(address.base)\(path)"))
    }
    if reply.body.isEmpty { return .null }
    do {
      return try JSONValue(parsing: reply.body)
    } catch {
      throw misunderstood(attempt, "its answer is not JSON")
    }
  }

  private func resource(_ kind: ResourceKind, in reply: JSONValue, attempt: String) throws -> JSONValue {
    guard reply[kind.key].object != nil, !reply[kind.key].id.isEmpty else {
      throw misunderstood(attempt, "its answer has no '\(kind.key)' with an id")
    }
    return reply[kind.key]
  }
}
