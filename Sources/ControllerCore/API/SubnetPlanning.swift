import GoalState
import NetworkTypes

/// Subnets: what a request makes of them.
enum SubnetPlanning {
  private static let readOnly = readOnlyAttributes.union(["alioth:gateway_mac"])

  static func isOlder(_ lhs: SubnetRecord, _ rhs: SubnetRecord) -> Bool {
    (lhs.header.createdAt, lhs.header.id) < (rhs.header.createdAt, rhs.header.id)
  }

  static func create(_ body: JSONValue, _ plan: inout ChangePlan, earlier: inout [SubnetRecord]) throws(APIError) {
    var attributes = try AttributeReader(body, "subnet")
    let header = try RecordHeader(&attributes, now: plan.now)
    let network = try requiredNetwork(&attributes, plan.state)
    let prefix = try SubnetAttributes.prefix(&attributes)
    let version = prefix.version
    let gateway: IPAddress?
    switch try SubnetAttributes.gateway(&attributes, version) {
    case .absent: gateway = prefix.hosts.lowerBound
    case .null: gateway = nil
    case .value(let address): gateway = address
    }
    let requestedPools = try SubnetAttributes.pools(&attributes, version)
    var record = SubnetRecord(
      header: header, networkID: network, prefix: prefix, gateway: gateway, gatewayMAC: .zero,
      pools: requestedPools ?? SubnetRules.defaultPools(prefix, gateway: gateway),
      dhcpEnabled: try attributes.boolean("enable_dhcp") ?? true,
      dnsServers: try SubnetAttributes.dnsServers(&attributes, version) ?? [],
      hostRoutes: try SubnetAttributes.hostRoutes(&attributes, version) ?? [], dhcpOptions: nil)
    try DHCPOptionAttributes.read(&attributes, &record.dhcpOptions)
    try SubnetAttributes.leases(&attributes, &record)
    try SubnetAttributes.modes(&attributes, &record)
    try SubnetAttributes.takeUnsupported(&attributes)
    try attributes.finish(readOnly: readOnly)
    try SubnetRules.check(record)
    try SubnetRules.refuseOverlap(record, plan.state, earlier)

    record.gatewayMAC = try plan.claimMAC(in: network, owner: "gateway of " + header.id)
    plan.require(.present(ModelKeys.network(network)))
    changeSubnets(of: network, owner: header.id, &plan)
    plan.put(ModelKeys.subnetReference(network, record.id), owner: "")
    try plan.put(ModelKeys.subnet(record.id), record)
    try PortAddressing.addFormed(in: record, &plan)
    plan.ids.append(header.id)
    earlier.append(record)
  }

  /// The plan looked at all subnets of the network: it holds only while there is no other.
  static func requireSameSubnets(of network: NetworkID, _ plan: inout ChangePlan) {
    let key = ModelKeys.subnetSet(network)
    plan.require(plan.state.subnetSets[network].map { .modRevision(key, $0) } ?? .absent(key))
  }

  /// Plans that looked at the network's subnets do not hold after this one.
  static func changeSubnets(of network: NetworkID, owner: String, _ plan: inout ChangePlan) {
    requireSameSubnets(of: network, &plan)
    plan.put(ModelKeys.subnetSet(network), owner: owner)
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

  static func update(_ id: SubnetID, _ body: JSONValue, _ plan: inout ChangePlan) throws(APIError) {
    guard let stored = plan.state.subnets[id] else { throw .notFound(.subnets, id.rawValue) }
    var record = stored.record
    let version = record.prefix.version
    var attributes = try AttributeReader(body, "subnet")
    try record.header.update(&attributes, now: plan.now)
    switch try SubnetAttributes.gateway(&attributes, version) {
    case .absent: break
    case .null: record.gateway = nil
    case .value(let address): record.gateway = address
    }
    if record.gateway != stored.record.gateway {
      for gateway in [stored.record.gateway, record.gateway].compactMap(\.self) {
        try refuseUsedGateway(gateway, id, &plan)
      }
    }
    if let pools = try SubnetAttributes.pools(&attributes, version) { record.pools = pools }
    if let enabled = try attributes.boolean("enable_dhcp") { record.dhcpEnabled = enabled }
    if let servers = try SubnetAttributes.dnsServers(&attributes, version) { record.dnsServers = servers }
    if let routes = try SubnetAttributes.hostRoutes(&attributes, version) { record.hostRoutes = routes }
    try DHCPOptionAttributes.read(&attributes, &record.dhcpOptions)
    try SubnetAttributes.leases(&attributes, &record)
    try SubnetAttributes.takeUnsupported(&attributes)
    // As in Neutron, how guests come by their addresses is decided once.
    try attributes.finish(
      readOnly: readOnly.union([
        "network_id", "ip_version", "cidr", "project_id", "tenant_id", "ipv6_ra_mode", "ipv6_address_mode",
      ]), verb: "PUT")
    try SubnetRules.check(record)
    plan.require(.modRevision(ModelKeys.subnet(id), stored.revision))
    try plan.put(ModelKeys.subnet(id), record)
  }

  private static func refuseUsedGateway(
    _ address: IPAddress, _ id: SubnetID, _ plan: inout ChangePlan
  ) throws(APIError) {
    guard plan.state.addressUse[id]?.contains(address.value) != true else {
      throw APIError(
        409, "GatewayIpInUse",
        "gateway_ip: The address \(address) is already in use by a port, which may be a router's.")
    }
    // A port that takes the address meanwhile relies on the subnet as it was, or is seen by this.
    plan.require(.absent(ModelKeys.address(id, address)))
  }

  static func inUse(_ id: SubnetID) -> APIError {
    APIError(
      409, "SubnetInUse",
      "Unable to complete operation on subnet \(id): One or more ports have an IP allocation from this subnet.")
  }

  /// Formed addresses go with their subnet, as in Neutron; one that a port was given keeps it.
  static func delete(_ id: SubnetID, _ plan: inout ChangePlan) throws(APIError) {
    guard let stored = plan.state.subnets[id] else { throw .notFound(.subnets, id.rawValue) }
    let record = stored.record
    plan.require(.modRevision(ModelKeys.subnet(id), stored.revision))
    if record.formsAddresses {
      try PortAddressing.removeFormed(in: record, &plan)
    } else {
      guard plan.state.addressUse[id]?.isEmpty ?? true else { throw inUse(id) }
      plan.require(.nothingUnder(ModelKeys.addresses(of: id)))
    }
    changeSubnets(of: record.networkID, owner: "without " + id.rawValue, &plan)
    plan.delete(ModelKeys.subnetReference(record.networkID, id))
    plan.delete(ModelKeys.mac(record.networkID, record.gatewayMAC))
    plan.delete(ModelKeys.subnet(id))
  }
}
