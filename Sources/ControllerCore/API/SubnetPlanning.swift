import GoalState
import NetworkTypes

/// Subnets: what a request makes of them, and how they are shown.
enum SubnetPlanning {
  private static let maximumListed = 20

  private static let readOnly = readOnlyAttributes.union(["alioth:gateway_mac"])

  static func isOlder(_ lhs: SubnetRecord, _ rhs: SubnetRecord) -> Bool {
    (lhs.header.createdAt, lhs.header.id) < (rhs.header.createdAt, rhs.header.id)
  }

  static func create(_ body: JSONValue, _ plan: inout ChangePlan, earlier: inout [SubnetRecord]) throws(APIError) {
    var attributes = try AttributeReader(body, "subnet")
    let header = try RecordHeader(&attributes, now: plan.now)
    let network = try requiredNetwork(&attributes, plan.state)
    try checkFamily(&attributes)
    let prefix = try prefix(&attributes)
    let gateway: IPv4Address?
    switch try attributes.parsed("gateway_ip", "IPv4 address", { IPv4Address($0) }) {
    case .absent: gateway = prefix.hosts.lowerBound
    case .null: gateway = nil
    case .value(let address): gateway = address
    }
    let requestedPools = try pools(&attributes)
    var record = SubnetRecord(
      header: header, networkID: network, prefix: prefix, gateway: gateway, gatewayMAC: .zero,
      pools: requestedPools ?? defaultPools(prefix, gateway: gateway),
      dhcpEnabled: try attributes.boolean("enable_dhcp") ?? true,
      dnsServers: try attributes.addresses("dns_nameservers", maximum: maximumListed) ?? [],
      hostRoutes: try hostRoutes(&attributes) ?? [], dhcpOptions: nil)
    try DHCPOptionAttributes.read(&attributes, &record.dhcpOptions)
    try takeUnsupported(&attributes)
    try attributes.finish(readOnly: readOnly)
    try validate(record)
    try refuseOverlap(record, plan.state, earlier)

    record.gatewayMAC = try plan.claimMAC(in: network, owner: "gateway of " + header.id)
    plan.require(.present(ModelKeys.network(network)))
    requireSameSubnets(of: network, &plan)
    plan.put(ModelKeys.subnetSet(network), owner: header.id)
    plan.put(ModelKeys.subnetReference(network, record.id), owner: "")
    try plan.put(ModelKeys.subnet(record.id), record)
    plan.ids.append(header.id)
    earlier.append(record)
  }

  /// The plan looked at all subnets of the network: it holds only while there is no other.
  static func requireSameSubnets(of network: NetworkID, _ plan: inout ChangePlan) {
    let key = ModelKeys.subnetSet(network)
    plan.require(plan.state.subnetSets[network].map { .modRevision(key, $0) } ?? .absent(key))
  }

  private static func requiredNetwork(
    _ attributes: inout AttributeReader, _ state: ModelState
  ) throws(APIError) -> NetworkID {
    guard let id = try attributes.text("network_id") else {
      throw .badRequest("Failed to parse request. Required attribute 'network_id' not specified")
    }
    guard state.networks[NetworkID(id)] != nil else { throw .notFound(.networks, id) }
    return NetworkID(id)
  }

  private static func checkFamily(_ attributes: inout AttributeReader) throws(APIError) {
    switch try attributes.integer("ip_version", in: 4...6) {
    case .absent, .value(4): return
    case .null: throw .invalid("ip_version", "it is null; 4 is expected.")
    case .value(let version):
      throw .invalid("ip_version", "IPv\(version) subnets are not supported yet; only IPv4 ones are.")
    }
  }

  private static func prefix(_ attributes: inout AttributeReader) throws(APIError) -> IPv4Prefix {
    guard let value = attributes.take("cidr") else {
      throw .badRequest("Failed to parse request. Required attribute 'cidr' not specified")
    }
    guard let text = value.string else { throw .invalid("cidr", "\(value.kind) is not an IP subnet in CIDR notation.") }
    if let prefix = IPv4Prefix(text) {
      guard prefix.length >= 1, prefix.address.isHostAddress || prefix.hosts.lowerBound.isHostAddress,
        prefix.last.isHostAddress
      else { throw .invalid("cidr", "'\(text)' does not hold addresses that hosts can have.") }
      return prefix
    }
    if IPv6Prefix(text) != nil { throw .invalid("cidr", "'\(text)': IPv6 subnets are not supported yet.") }
    // Neutron helps those who give a host's address instead of its network's.
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count == 2, let address = IPv4Address(parts[0]), let length = Int(parts[1]),
      let prefix = IPv4Prefix(containing: address, length: length)
    {
      throw .invalid("cidr", "'\(text)' isn't a recognized IP subnet cidr, '\(prefix)' is recommended.")
    }
    throw .invalid("cidr", "'\(text)' is not a valid IP subnet in CIDR notation.")
  }

  private static func takeUnsupported(_ attributes: inout AttributeReader) throws(APIError) {
    for name in ["ipv6_ra_mode", "ipv6_address_mode", "subnetpool_id", "segment_id", "prefixlen"] {
      try attributes.expect(name, oneOf: [.null])
    }
    try attributes.expect("service_types", oneOf: [.array([]), .null])
    try attributes.expect("dns_publish_fixed_ip", oneOf: [.boolean(false), .null])
  }

  private static func pools(_ attributes: inout AttributeReader) throws(APIError) -> [SubnetRecord.Pool]? {
    guard let list = try attributes.list("allocation_pools", maximum: maximumListed) else { return nil }
    var pools: [SubnetRecord.Pool] = []
    for element in list {
      var pool = try AttributeReader(element, "allocation_pools", within: "allocation_pools.")
      guard case .value(let start) = try pool.parsed("start", "IPv4 address", { IPv4Address($0) }),
        case .value(let end) = try pool.parsed("end", "IPv4 address", { IPv4Address($0) })
      else { throw .invalid("allocation_pools", "a pool needs 'start' and 'end'.") }
      try pool.finish()
      guard start <= end else {
        throw APIError(400, "InvalidAllocationPool", "The allocation pool \(start)-\(end) is not valid.")
      }
      pools.append(SubnetRecord.Pool(start: start, end: end))
    }
    return pools.sorted { $0.start < $1.start }
  }

  private static func hostRoutes(_ attributes: inout AttributeReader) throws(APIError) -> [SubnetRecord.Route]? {
    guard let list = try attributes.list("host_routes", maximum: maximumListed) else { return nil }
    var routes: [SubnetRecord.Route] = []
    for element in list {
      var route = try AttributeReader(element, "host_routes", within: "host_routes.")
      guard case .value(let destination) = try route.parsed("destination", "IPv4 network", { IPv4Prefix($0) }),
        case .value(let nextHop) = try route.parsed("nexthop", "IPv4 address", { IPv4Address($0) })
      else { throw .invalid("host_routes", "a route needs 'destination' and 'nexthop'.") }
      try route.finish()
      guard !routes.contains(where: { $0.destination == destination }) else {
        throw .invalid("host_routes", "there are two routes to \(destination).")
      }
      routes.append(SubnetRecord.Route(destination: destination, nextHop: nextHop))
    }
    return routes
  }

  /// All addresses that hosts may have but the gateway's.
  private static func defaultPools(_ prefix: IPv4Prefix, gateway: IPv4Address?) -> [SubnetRecord.Pool] {
    let first = prefix.hosts.lowerBound
    let last = prefix.hosts.upperBound
    guard let gateway, prefix.hosts.contains(gateway) else { return [SubnetRecord.Pool(start: first, end: last)] }
    var pools: [SubnetRecord.Pool] = []
    if gateway > first {
      pools.append(SubnetRecord.Pool(start: first, end: IPv4Address(rawValue: gateway.rawValue - 1)))
    }
    if gateway < last {
      pools.append(SubnetRecord.Pool(start: IPv4Address(rawValue: gateway.rawValue + 1), end: last))
    }
    return pools
  }

  /// What must hold between the fields.
  private static func validate(_ record: SubnetRecord) throws(APIError) {
    let hosts = record.prefix.hosts
    if let gateway = record.gateway, !hosts.contains(gateway) {
      throw .invalidInput("gateway_ip: Gateway \(gateway) is not valid on subnet \(record.prefix).")
    }
    for pool in record.pools where !hosts.contains(pool.start) || !hosts.contains(pool.end) {
      throw APIError(
        400, "OutOfBoundsAllocationPool",
        "allocation_pools: The allocation pool \(pool.start)-\(pool.end) spans beyond the subnet cidr \(record.prefix)."
      )
    }
    for (pool, next) in zip(record.pools, record.pools.dropFirst()) where next.start <= pool.end {
      throw APIError(
        409, "OverlappingAllocationPools",
        "allocation_pools: Found overlapping allocation pools: \(pool.start)-\(pool.end), \(next.start)-\(next.end) "
          + "for subnet \(record.prefix).")
    }
    if let gateway = record.gateway,
      let pool = record.pools.first(where: { $0.start <= gateway && gateway <= $0.end })
    {
      throw APIError(
        409, "GatewayConflictWithAllocationPools",
        "gateway_ip: Gateway ip \(gateway) conflicts with allocation pool \(pool.start)-\(pool.end).")
    }
  }

  private static func refuseOverlap(
    _ record: SubnetRecord, _ state: ModelState, _ earlier: [SubnetRecord]
  ) throws(APIError) {
    let stored = (state.subnetsByNetwork[record.networkID] ?? []).compactMap { state.subnets[$0]?.record }
    let others = stored + earlier.filter { $0.networkID == record.networkID }
    guard let other = others.first(where: { $0.prefix.overlaps(record.prefix) }) else { return }
    throw .invalidInput(
      "Requested subnet with cidr: \(record.prefix) for network: \(record.networkID) overlaps with another subnet, "
        + "\(other.header.id) (\(other.prefix)).")
  }

  static func update(_ id: SubnetID, _ body: JSONValue, _ plan: inout ChangePlan) throws(APIError) {
    guard let stored = plan.state.subnets[id] else { throw .notFound(.subnets, id.rawValue) }
    var record = stored.record
    var attributes = try AttributeReader(body, "subnet")
    try record.header.update(&attributes, now: plan.now)
    switch try attributes.parsed("gateway_ip", "IPv4 address", { IPv4Address($0) }) {
    case .absent: break
    case .null: record.gateway = nil
    case .value(let address):
      record.gateway = address
      try refuseUsedGateway(address, record, stored, &plan)
    }
    if let pools = try pools(&attributes) { record.pools = pools }
    if let enabled = try attributes.boolean("enable_dhcp") { record.dhcpEnabled = enabled }
    if let servers = try attributes.addresses("dns_nameservers", maximum: maximumListed) { record.dnsServers = servers }
    if let routes = try hostRoutes(&attributes) { record.hostRoutes = routes }
    try DHCPOptionAttributes.read(&attributes, &record.dhcpOptions)
    try takeUnsupported(&attributes)
    try attributes.finish(
      readOnly: readOnly.union(["network_id", "ip_version", "cidr", "project_id", "tenant_id"]), verb: "PUT")
    try validate(record)
    plan.require(.modRevision(ModelKeys.subnet(id), stored.revision))
    try plan.put(ModelKeys.subnet(id), record)
  }

  private static func refuseUsedGateway(
    _ address: IPv4Address, _ record: SubnetRecord, _ stored: Stored<SubnetRecord>, _ plan: inout ChangePlan
  ) throws(APIError) {
    guard plan.state.addressUse[record.id]?.contains(address.rawValue) != true else {
      throw APIError(409, "GatewayIpInUse", "gateway_ip: The address \(address) is already in use by a port.")
    }
    // A port that takes the address meanwhile relies on the subnet as it was, or is seen by this.
    plan.require(.absent(ModelKeys.address(record.id, address)))
  }

  static func delete(_ id: SubnetID, _ plan: inout ChangePlan) throws(APIError) {
    guard let stored = plan.state.subnets[id] else { throw .notFound(.subnets, id.rawValue) }
    guard plan.state.addressUse[id]?.isEmpty ?? true else {
      throw APIError(
        409, "SubnetInUse",
        "Unable to complete operation on subnet \(id): One or more ports have an IP allocation from this subnet.")
    }
    let record = stored.record
    plan.require(.modRevision(ModelKeys.subnet(id), stored.revision))
    plan.require(.nothingUnder(ModelKeys.addresses(of: id)))
    requireSameSubnets(of: record.networkID, &plan)
    plan.put(ModelKeys.subnetSet(record.networkID), owner: "without " + id.rawValue)
    plan.delete(ModelKeys.subnetReference(record.networkID, id))
    plan.delete(ModelKeys.mac(record.networkID, record.gatewayMAC))
    plan.delete(ModelKeys.subnet(id))
  }

  static func show(_ stored: Stored<SubnetRecord>) -> JSONValue {
    let record = stored.record
    func text(_ value: some CustomStringConvertible) -> JSONValue { .string(value.description) }
    var members = record.header.leadingMembers
    members += [
      .init("network_id", text(record.networkID)),
      .init("ip_version", .integer(4)),
      .init("cidr", text(record.prefix)),
      .init("gateway_ip", record.gateway.map(text) ?? .null),
      .init(
        "allocation_pools",
        .array(record.pools.map { .object([.init("start", text($0.start)), .init("end", text($0.end))]) })),
      .init("enable_dhcp", .boolean(record.dhcpEnabled)),
      .init("dns_nameservers", .array(record.dnsServers.map(text))),
      .init(
        "host_routes",
        .array(
          record.hostRoutes.map {
            .object([.init("destination", text($0.destination)), .init("nexthop", text($0.nextHop))])
          })),
      DHCPOptionAttributes.show(record.dhcpOptions),
      .init("ipv6_ra_mode", .null),
      .init("ipv6_address_mode", .null),
      .init("subnetpool_id", .null),
      .init("segment_id", .null),
      .init("service_types", .array([])),
      .init("alioth:gateway_mac", text(record.gatewayMAC)),
    ]
    return .object(members + record.header.trailingMembers)
  }
}
