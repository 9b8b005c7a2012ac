import GoalState
import NetworkTypes

/// The static routes of routers.
enum RouterRoutes {
  static let maximum = 1_000

  static func read(_ attributes: inout AttributeReader) throws(APIError) -> [SubnetRecord.Route]? {
    guard let list = try attributes.list("routes", maximum: maximum) else { return nil }
    var routes: [SubnetRecord.Route] = []
    for element in list {
      var route = try AttributeReader(element, "routes", within: "routes.")
      guard
        case .value(let destination) = try route.parsed("destination", "network in CIDR notation", { IPPrefix($0) }),
        case .value(let nextHop) = try route.parsed("nexthop", "IP address of a host", { address($0) })
      else { throw invalid("a route needs 'destination' and 'nexthop'") }
      try route.finish()
      guard destination.version == nextHop.version else {
        throw invalid("\(destination) and \(nextHop) are of different versions of IP")
      }
      routes.append(SubnetRecord.Route(destination: destination, nextHop: nextHop))
    }
    return routes
  }

  private static func address(_ text: String) -> IPAddress? {
    IPAddress(text).flatMap { $0.isHostAddress ? $0 : nil }
  }

  private static func invalid(_ reason: String) -> APIError {
    APIError(400, "InvalidRoutes", "Invalid format for routes: \(reason).")
  }

  /// Each next hop is in a subnet of the router, and is not the router itself; each destination has one.
  static func check(_ router: RouterRecord, _ state: ModelState) throws(APIError) {
    guard router.routes.count <= maximum else {
      throw APIError(
        400, "RoutesExhausted",
        "Unable to complete operation for \(router.id). The number of routes exceeds the maximum \(maximum).")
    }
    let interfaces = state.visibility.topology.interfaces[router.id] ?? []
    let prefixes = interfaces.compactMap { state.subnets[$0.subnet]?.record.prefix }
    var destinations: Set<IPPrefix> = []
    for route in router.routes {
      guard destinations.insert(route.destination).inserted else {
        throw invalid("there are two routes to \(route.destination)")
      }
      guard prefixes.contains(where: { $0.contains(route.nextHop) }) else {
        throw invalid("the nexthop \(route.nextHop) is not connected with router")
      }
      guard !interfaces.contains(where: { $0.address == route.nextHop }) else {
        throw invalid("the nexthop \(route.nextHop) is used by router")
      }
    }
  }

  /// `add_extraroutes` and `remove_extraroutes`: these routes beside the others, or no more.
  static func change(_ id: RouterID, _ body: JSONValue, adding: Bool, _ plan: inout ChangePlan) throws(APIError) {
    var record = try RouterPlanning.read(id, &plan)
    guard let router = body["router"] else {
      throw .badRequest("Failed to parse request. The body has no 'router'")
    }
    var attributes = try AttributeReader(router, "router")
    guard let routes = try read(&attributes) else {
      throw .badRequest("Failed to parse request. Required attribute 'routes' not specified")
    }
    try attributes.finish(verb: "PUT")
    if adding {
      for route in routes where !record.routes.contains(route) { record.routes.append(route) }
    } else {
      record.routes.removeAll { routes.contains($0) }
    }
    try check(record, plan.state)
    record.header.touch(now: plan.now)
    try plan.put(ModelKeys.router(id), record)
  }

  static func show(_ routes: [SubnetRecord.Route]) -> JSONValue {
    .array(
      routes.map {
        .object([
          .init("destination", .string($0.destination.description)), .init("nexthop", .string($0.nextHop.description)),
        ])
      })
  }
}
