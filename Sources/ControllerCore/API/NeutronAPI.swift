import GoalState
import Logging
import NetworkTypes

/// Neutron's API v2.0 on the model: takes a request, returns the answer. It knows nothing of HTTP's transport.
public struct NeutronAPI: Sendable {
  private let inventory: Inventory
  private let directory: HostDirectory
  private let writer: ChangeWriter
  private let logger: Logger
  /// How long a host has to say what it runs.
  private let readTimeout: Duration

  /// The most resources that one request may make: they are one transaction, for which all others wait.
  static let maximumBulk = 10_000

  /// The API on a store, and the model and the hosts built from it.
  public init(
    store: any Store, inventory: Inventory, directory: HostDirectory, settings: AllocationSettings, logger: Logger,
    readTimeout: Duration = .seconds(10)
  ) {
    self.readTimeout = readTimeout
    self.inventory = inventory
    self.directory = directory
    self.writer = ChangeWriter(store: store, inventory: inventory, settings: settings)
    self.logger = logger
  }

  /// Answers a request; every error is an answer too.
  public func handle(_ request: APIRequest) async -> APIResponse {
    do throws(APIError) {
      return try await route(request)
    } catch {
      return APIResponse(error.status, error.body)
    }
  }

  private func route(_ request: APIRequest) async throws(APIError) -> APIResponse {
    let path = request.path.split(separator: "/").map(String.init)
    switch (path.first, path.dropFirst().first, path.count) {
    case (nil, _, _):
      try allow(["GET"], request)
      return APIResponse(200, Discovery.versions(host: request.host))
    case ("livez", _, 1):
      try allow(["GET"], request)
      return APIResponse(200, .object([.init("status", .string("ok"))]))
    case ("readyz", _, 1):
      try allow(["GET"], request)
      return await readiness()
    case ("v2.0", nil, _):
      try allow(["GET"], request)
      return APIResponse(200, Discovery.resources(host: request.host))
    case ("v2.0", "extensions", 2...3):
      try allow(["GET"], request)
      return try extensions(path.dropFirst(2).first)
    case ("v2.0", let name?, 2...3):
      guard let collection = ResourceCollection(rawValue: name) else { break }
      return try await self.collection(collection, path.dropFirst(2).first, request)
    case ("v2.0", "agents", 4) where path.last == "resources":
      guard let id = path.dropFirst(2).first else { break }
      try allow(["GET"], request)
      return try await held(by: id, request)
    case ("v2.0", "routers", 4):
      guard let id = path.dropFirst(2).first, let action = path.last.flatMap({ RouterAction(rawValue: $0) }) else {
        break
      }
      try allow(["PUT"], request)
      return try await perform(action, id, request)
    default: break
    }
    throw APIError(404, "HTTPNotFound", "The resource \(request.path) could not be found.")
  }

  private func allow(_ methods: [String], _ request: APIRequest) throws(APIError) {
    guard methods.contains(request.method) else {
      throw APIError(
        405, "HTTPMethodNotAllowed",
        "The method \(request.method) is not allowed on \(request.path): \(methods.joined(separator: ", ")).")
    }
  }

  private func readiness() async -> APIResponse {
    do throws(StoreError) {
      let revision = try await writer.store.currentRevision()
      guard await inventory.isRunning else {
        return APIResponse(503, .object([.init("status", .string("the model is not following the store"))]))
      }
      return APIResponse(
        200, .object([.init("status", .string("ok")), .init("revision", .integer(Int(clamping: revision)))]))
    } catch {
      return APIResponse(503, .object([.init("status", .string(error.description))]))
    }
  }

  private func extensions(_ alias: String?) throws(APIError) -> APIResponse {
    guard let alias else {
      let all = Discovery.extensions.map(Discovery.extensionDocument)
      return APIResponse(200, .object([.init("extensions", .array(all))]))
    }
    guard let entry = Discovery.extensions.first(where: { $0.alias == alias }) else {
      throw APIError(404, "ExtensionNotFound", "Extension with alias \(alias) does not exist")
    }
    return APIResponse(200, .object([.init("extension", Discovery.extensionDocument(entry))]))
  }

  private func collection(
    _ collection: ResourceCollection, _ id: String?, _ request: APIRequest
  ) async throws(APIError) -> APIResponse {
    let isAgents = collection == .agents
    guard let id else {
      try allow(isAgents ? ["GET"] : ["GET", "POST"], request)
      return request.method == "GET" ? try await list(collection, request) : try await create(collection, request)
    }
    try allow(["GET", "PUT", "DELETE"], request)
    switch request.method {
    case "GET": return try await show(collection, id, request)
    case "PUT": return try await update(collection, id, request)
    default: return try await delete(collection, id)
    }
  }

  private func list(_ collection: ResourceCollection, _ request: APIRequest) async throws(APIError) -> APIResponse {
    let query = try ListQuery(request.query)
    let directory = directory
    let all = await inventory.read { state in Documents.all(collection, state, directory) }
    let page = try query.apply(to: all, known: Documents.attributes(collection))
    var members: [JSONValue.Member] = [.init(collection.plural, .array(page.documents))]
    if query.isPaged {
      var links: [JSONValue] = []
      if let next = page.next { links.append(link("next", marker: next, to: collection.rawValue, request)) }
      if let previous = page.previous {
        links.append(link("previous", marker: previous, to: collection.rawValue, request))
      }
      if !links.isEmpty { members.append(.init(collection.plural + "_links", .array(links))) }
    }
    return APIResponse(200, .object(members))
  }

  private func link(
    _ relation: String, marker: String, to path: String, _ request: APIRequest
  ) -> JSONValue {
    var query = request.query.filter { $0.name != "marker" && $0.name != "page_reverse" }
    query.append(("marker", marker))
    if relation == "previous" { query.append(("page_reverse", "True")) }
    let text = query.map { "\(PercentCoding.encode($0.name))=\(PercentCoding.encode($0.value))" }
    let target = "http://\(request.host)/v2.0/\(path)?" + text.joined(separator: "&")
    return .object([.init("rel", .string(relation)), .init("href", .string(target))])
  }

  private func show(
    _ collection: ResourceCollection, _ id: String, _ request: APIRequest
  ) async throws(APIError) -> APIResponse {
    let query = try ListQuery(request.query)
    return APIResponse(200, query.shown(try await document(collection, id)).wrapped(as: collection.singular))
  }

  private func document(_ collection: ResourceCollection, _ id: String) async throws(APIError) -> JSONValue {
    let directory = directory
    let document = await inventory.read { state in Documents.one(collection, id, state, directory) }
    guard let document else { throw .notFound(collection, id) }
    return document
  }

  private func create(_ collection: ResourceCollection, _ request: APIRequest) async throws(APIError) -> APIResponse {
    let body = try parse(request)
    let bodies: [JSONValue]
    let isBulk = body[collection.plural] != nil
    if let list = body[collection.plural] {
      guard let elements = list.array, !elements.isEmpty else {
        throw .badRequest("Failed to parse request. '\(collection.plural)' is not a list of at least one element")
      }
      guard elements.count <= NeutronAPI.maximumBulk else {
        throw .badRequest(
          "Failed to parse request. '\(collection.plural)' has more than \(NeutronAPI.maximumBulk) elements")
      }
      bodies = elements
    } else if let single = body[collection.singular] {
      bodies = [single]
    } else {
      throw .badRequest(
        "Failed to parse request. The body has neither '\(collection.singular)' nor '\(collection.plural)'")
    }
    let ids = try await writer.create(collection, bodies)
    for id in ids { logChange("created", collection, id) }
    var documents: [JSONValue] = []
    for id in ids { documents.append(try await document(collection, id)) }
    guard !isBulk, let first = documents.first else {
      return APIResponse(201, JSONValue.array(documents).wrapped(as: collection.plural))
    }
    return APIResponse(201, first.wrapped(as: collection.singular))
  }

  private func update(
    _ collection: ResourceCollection, _ id: String, _ request: APIRequest
  ) async throws(APIError) -> APIResponse {
    guard let body = try parse(request)[collection.singular] else {
      throw .badRequest("Failed to parse request. The body has no '\(collection.singular)'")
    }
    if collection == .agents {
      let host = await inventory.read { state in AgentPlanning.find(id, state)?.record.host }
      guard let host else { throw .notFound(.agents, id) }
      try AgentPlanning.update(id, host, body, directory)
    } else {
      try await writer.update(collection, id, body)
    }
    logChange("updated", collection, id)
    return APIResponse(200, try await document(collection, id).wrapped(as: collection.singular))
  }

  private func perform(
    _ action: RouterAction, _ id: String, _ request: APIRequest
  ) async throws(APIError) -> APIResponse {
    let answer = try await writer.perform(action, RouterID(id), try parse(request))
    logChange("updated", .routers, id)
    if let answer { return APIResponse(200, answer) }
    return APIResponse(200, try await document(.routers, id).wrapped(as: ResourceCollection.routers.singular))
  }

  private func delete(_ collection: ResourceCollection, _ id: String) async throws(APIError) -> APIResponse {
    let ids = try await writer.delete(collection, id)
    logChange("deleted", collection, id)
    if collection == .agents {
      for host in ids { directory.disconnect(HostID(host)) }
    }
    return APIResponse(204)
  }

  private func held(by id: String, _ request: APIRequest) async throws(APIError) -> APIResponse {
    let query = try HeldReading(request.query)
    guard let host = await inventory.read({ AgentPlanning.find(id, $0) })?.record.host else {
      throw .notFound(.agents, id)
    }
    let held: HeldResources
    do throws(HeldQueryFailure) {
      held = try await directory.held(by: host, query.query, timeout: readTimeout)
    } catch {
      throw HeldReading.refusal(error, host, directory.activity(of: host))
    }
    let wanted = await inventory.read { state in
      Dictionary(
        held.resources.compactMap { held in state.resource(held.key, for: host).map { (held.key, $0.revision) } },
        uniquingKeysWith: { first, _ in first })
    }
    try query.check(held, wanted, host)
    var members = [JSONValue.Member("resources", .array(held.resources.map { HeldReading.show($0, wanted[$0.key]) }))]
    if held.isCut, let last = held.resources.last, query.isPaged {
      members.append(
        .init(
          "resources_links",
          .array([link("next", marker: HeldReading.name(last.key), to: "agents/\(id)/resources", request)])))
    }
    return APIResponse(200, .object(members))
  }

  private func parse(_ request: APIRequest) throws(APIError) -> JSONValue {
    do throws(JSONParseError) {
      let body = try JSONParser.parse(request.body)
      guard body.members != nil else { throw JSONParseError(offset: 0, message: "the body is not an object") }
      return body
    } catch {
      throw .badRequest("Failed to parse request: \(error)")
    }
  }

  private func logChange(_ what: String, _ collection: ResourceCollection, _ id: String) {
    logger.info("\(collection.singular) \(what)", metadata: ["id": "\(id)"])
  }
}

extension JSONValue {
  fileprivate func wrapped(as name: String) -> JSONValue { .object([.init(name, self)]) }
}
