import GoalState
import NetworkTypes

/// Networks: what a request makes of them, and how they are shown.
enum NetworkPlanning {
  private static let readOnly = readOnlyAttributes.union([
    "subnets", "availability_zones", "ipv4_address_scope", "ipv6_address_scope",
  ])

  /// IPv4's least (RFC 791) to the largest that IPv6's jumbo-less header can say.
  private static let mtuRange = 68...65_535

  static func create(_ body: JSONValue, _ plan: inout ChangePlan) throws(APIError) {
    var attributes = try AttributeReader(body, "network")
    let header = try RecordHeader(&attributes, now: plan.now)
    let mtu = try attributes.integer("mtu", in: mtuRange)
    let adminStateUp = try attributes.boolean("admin_state_up") ?? true
    let segment = try NetworkSegmentAttributes.read(&attributes, default: plan.settings.networkType)
    let portSecurity = try attributes.boolean("port_security_enabled")
    let neighborsOnDemand = try attributes.boolean("alioth:neighbors_on_demand")
    try takeUnsupported(&attributes)
    try attributes.finish(readOnly: readOnly)

    let id = NetworkID(header.id)
    let vni = try NetworkSegmentAttributes.claim(segment, owner: header.id, &plan)
    var record = NetworkRecord(
      header: header, vni: vni, mtu: nil, segment: segment.segment, portSecurityEnabled: portSecurity)
    if case .value(let mtu) = mtu { record.mtu = mtu }
    record.neighborsOnDemand = neighborsOnDemand
    try plan.put(ModelKeys.network(id), record)
    if !adminStateUp { try plan.put(ModelKeys.networkAdminState(id), false) }
    try SecurityGroupPlanning.ensureDefault(of: header.projectID, &plan)
    plan.ids.append(header.id)
  }

  private static func takeUnsupported(_ attributes: inout AttributeReader) throws(APIError) {
    for name in ["shared", "router:external", "is_default", "vlan_transparent"] {
      try attributes.expect(name, oneOf: [.boolean(false), .string("False"), .string("false"), .null])
    }
    try attributes.expect("availability_zone_hints", oneOf: [.array([]), .null])
  }

  static func update(_ id: NetworkID, _ body: JSONValue, _ plan: inout ChangePlan) throws(APIError) {
    guard let stored = plan.state.networks[id] else { throw .notFound(.networks, id.rawValue) }
    var record = stored.record
    var attributes = try AttributeReader(body, "network")
    try record.header.update(&attributes, now: plan.now)
    switch try attributes.integer("mtu", in: mtuRange) {
    case .absent: break
    case .null: record.mtu = nil
    case .value(let mtu): record.mtu = mtu
    }
    let adminState = plan.state.networkAdminStates[id]
    if let adminStateUp = try attributes.boolean("admin_state_up"), adminStateUp != (adminState?.record ?? true) {
      try plan.put(ModelKeys.networkAdminState(id), adminStateUp)
    }
    if let portSecurity = try attributes.boolean("port_security_enabled") { record.portSecurityEnabled = portSecurity }
    try takeUnsupported(&attributes)
    try attributes.finish(
      readOnly: readOnly.union([
        "alioth:neighbors_on_demand", "project_id", "tenant_id", "provider:network_type", "provider:physical_network",
        "provider:segmentation_id",
      ]), verb: "PUT")
    plan.require(.modRevision(ModelKeys.network(id), stored.revision))
    try plan.put(ModelKeys.network(id), record)
  }

  /// A network goes with its subnets, as in Neutron, unless it has ports.
  static func delete(_ id: NetworkID, _ plan: inout ChangePlan) throws(APIError) {
    guard let stored = plan.state.networks[id] else { throw .notFound(.networks, id.rawValue) }
    guard (plan.state.portsByNetwork[id] ?? []).isEmpty else {
      throw APIError(
        409, "NetworkInUse",
        "Unable to complete operation on network \(id). There are one or more ports still in use on the network.")
    }
    plan.require(.modRevision(ModelKeys.network(id), stored.revision))
    plan.require(.nothingUnder(ModelKeys.ports(of: id)))
    for subnet in (plan.state.subnetsByNetwork[id] ?? []).sorted() {
      try SubnetPlanning.delete(subnet, &plan)
    }
    SubnetPlanning.requireSameSubnets(of: id, &plan)
    plan.delete(ModelKeys.network(id))
    plan.delete(ModelKeys.networkAdminState(id))
    plan.delete(ModelKeys.subnetSet(id))
    plan.delete(ModelKeys.vni(stored.record.vni))
    if let segment = stored.record.segment, let physicalNetwork = segment.physicalNetwork {
      plan.delete(
        segment.vlan.map { ModelKeys.segment(vlan: $0, physicalNetwork) } ?? ModelKeys.segment(flat: physicalNetwork))
    }
  }

  static func show(_ stored: Stored<NetworkRecord>, _ state: ModelState) -> JSONValue {
    let record = stored.record
    let subnets = (state.subnetsByNetwork[record.id] ?? []).compactMap { state.subnets[$0]?.record }
    var members = record.header.leadingMembers
    members += [
      .init("admin_state_up", .boolean(state.networkAdminStates[record.id]?.record ?? true)),
      .init("status", .string("ACTIVE")),
      .init("subnets", .array(subnets.sorted(by: SubnetPlanning.isOlder).map { .string($0.header.id) })),
      .init("mtu", record.mtu.map { .integer($0) } ?? .null),
      .init("alioth:neighbors_on_demand", .boolean(record.neighborsOnDemand == true)),
      .init("shared", .boolean(false)),
      .init("router:external", .boolean(false)),
      .init("port_security_enabled", .boolean(record.portSecurityEnabled ?? true)),
      .init("availability_zone_hints", .array([])),
      .init("availability_zones", .array([])),
      .init("ipv4_address_scope", .null),
      .init("ipv6_address_scope", .null),
    ]
    return .object(members + NetworkSegmentAttributes.show(record) + record.header.trailingMembers)
  }
}
