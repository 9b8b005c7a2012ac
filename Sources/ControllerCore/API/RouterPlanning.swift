import GoalState
import NetworkTypes

/// Routers: what a request makes of them, and how they are shown.
enum RouterPlanning {
  static func create(_ body: JSONValue, _ plan: inout ChangePlan) throws(APIError) {
    var attributes = try AttributeReader(body, "router")
    let header = try RecordHeader(&attributes, now: plan.now)
    var record = RouterRecord(header: header, adminStateUp: true, routes: [])
    try readCommon(&attributes, &record)
    try attributes.finish(readOnly: readOnlyAttributes)
    // A new router is in no subnet: it has no route yet.
    try RouterRoutes.check(record, plan.state)
    try plan.put(ModelKeys.router(record.id), record)
    plan.ids.append(header.id)
  }

  static func update(_ id: RouterID, _ body: JSONValue, _ plan: inout ChangePlan) throws(APIError) {
    var record = try read(id, &plan)
    var attributes = try AttributeReader(body, "router")
    try record.header.update(&attributes, now: plan.now)
    try readCommon(&attributes, &record)
    try attributes.finish(readOnly: readOnlyAttributes.union(["project_id", "tenant_id"]), verb: "PUT")
    try RouterRoutes.check(record, plan.state)
    try plan.put(ModelKeys.router(id), record)
  }

  /// The router as it is, which the plan relies on: whatever changes its interfaces or routes puts it anew.
  static func read(_ id: RouterID, _ plan: inout ChangePlan) throws(APIError) -> RouterRecord {
    guard let stored = plan.state.routers[id] else { throw .notFound(.routers, id.rawValue) }
    plan.require(.modRevision(ModelKeys.router(id), stored.revision))
    return stored.record
  }

  private static func readCommon(
    _ attributes: inout AttributeReader, _ record: inout RouterRecord
  ) throws(APIError) {
    if let up = try attributes.boolean("admin_state_up") { record.adminStateUp = up }
    if let routes = try RouterRoutes.read(&attributes) { record.routes = routes }
    try attributes.expect("external_gateway_info", oneOf: [.null, .object([])])
    try attributes.expect("external_gateways", oneOf: [.null, .array([])])
    // Every host routes for its own guests: there is nothing else to choose.
    try attributes.expect("distributed", oneOf: [.boolean(true), .null])
    try attributes.expect("ha", oneOf: [.boolean(false), .null])
    try attributes.expect("availability_zone_hints", oneOf: [.array([]), .null])
    try attributes.expect("flavor_id", oneOf: [.null])
  }

  static func delete(_ id: RouterID, _ plan: inout ChangePlan) throws(APIError) {
    _ = try read(id, &plan)
    guard (plan.state.visibility.topology.interfaces[id] ?? []).isEmpty else {
      throw APIError(409, "RouterInUse", "Router \(id) still has ports: remove its subnets first.")
    }
    plan.require(.nothingUnder(ModelKeys.interfaces(of: id)))
    plan.delete(ModelKeys.router(id))
  }

  static func show(_ stored: Stored<RouterRecord>) -> JSONValue {
    let record = stored.record
    var members = record.header.leadingMembers
    members += [
      .init("admin_state_up", .boolean(record.adminStateUp)),
      .init("status", .string("ACTIVE")),
      .init("external_gateway_info", .null),
      .init("routes", RouterRoutes.show(record.routes)),
      .init("distributed", .boolean(true)),
      .init("ha", .boolean(false)),
      .init("availability_zone_hints", .array([])),
      .init("availability_zones", .array([])),
      .init("flavor_id", .null),
    ]
    return .object(members + record.header.trailingMembers)
  }
}
