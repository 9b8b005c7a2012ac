import GoalState
import NetworkTypes

/// What must hold between a subnet's attributes, and between it and the others of its network.
enum SubnetRules {
  static func check(_ record: SubnetRecord) throws(APIError) {
    try checkModes(record)
    let hosts = record.prefix.hosts
    if let gateway = record.gateway, !hosts.contains(gateway), gateway.v6?.isLinkLocal != true {
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
    // An advertisement says what its sender is the next hop of (RFC 4191 section 2.3), and DHCPv6 knows no routes.
    if record.prefix.version == .v6, let route = record.hostRoutes.first(where: { $0.nextHop != record.gateway }) {
      throw .invalidInput(
        "host_routes: guests learn IPv6 routes from their gateway's advertisements, so \(route.nextHop) cannot be the "
          + "next hop to \(route.destination).")
    }
  }

  /// Neutron's rules for `ipv6_ra_mode` and `ipv6_address_mode`.
  private static func checkModes(_ record: SubnetRecord) throws(APIError) {
    guard record.ipv6RAMode != nil || record.ipv6AddressMode != nil else { return }
    guard record.prefix.version == .v6 else {
      throw .invalidInput("ipv6_ra_mode and ipv6_address_mode are not valid for an IPv4 subnet.")
    }
    guard record.dhcpEnabled else {
      throw .invalidInput(
        "ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False.")
    }
    if let ra = record.ipv6RAMode, let address = record.ipv6AddressMode, ra != address {
      throw .invalidInput(
        "ipv6_ra_mode set to '\(ra.rawValue)' with ipv6_address_mode set to '\(address.rawValue)' is not valid. If both "
          + "attributes are set, they must be the same value.")
    }
    let mode = record.ipv6AddressMode ?? record.ipv6RAMode
    guard mode?.isAutonomous != true || record.prefix.length == 64 else {
      throw .invalidInput(
        "Invalid CIDR \(record.prefix) for IPv6 address mode. Guests form addresses of 64 bits, which requires the prefix "
          + "to be /64.")
    }
  }

  /// All addresses that hosts may have but the gateway's.
  static func defaultPools(_ prefix: IPPrefix, gateway: IPAddress?) -> [SubnetRecord.Pool] {
    let first = prefix.hosts.lowerBound
    let last = prefix.hosts.upperBound
    guard let gateway, prefix.hosts.contains(gateway) else { return [SubnetRecord.Pool(start: first, end: last)] }
    var pools: [SubnetRecord.Pool] = []
    if gateway > first, let end = IPAddress(prefix.version, value: gateway.value - 1) {
      pools.append(SubnetRecord.Pool(start: first, end: end))
    }
    if gateway < last, let start = IPAddress(prefix.version, value: gateway.value + 1) {
      pools.append(SubnetRecord.Pool(start: start, end: last))
    }
    return pools
  }

  static func refuseOverlap(
    _ record: SubnetRecord, _ state: ModelState, _ earlier: [SubnetRecord]
  ) throws(APIError) {
    let stored = (state.subnetsByNetwork[record.networkID] ?? []).compactMap { state.subnets[$0]?.record }
    let others = stored + earlier.filter { $0.networkID == record.networkID }
    if let other = others.first(where: { $0.prefix.overlaps(record.prefix) }) {
      throw .invalidInput(
        "Requested subnet with cidr: \(record.prefix) for network: \(record.networkID) overlaps with another subnet, "
          + "\(other.header.id) (\(other.prefix)).")
    }
    guard let prefix = record.prefix.v6 else { return }
    if let other = state.delegatedPrefixes[record.networkID]?.overlap(with: prefix) {
      throw .invalidInput(
        "Requested subnet with cidr: \(prefix) for network: \(record.networkID) overlaps with \(other.prefix), which is "
          + "delegated to port \(other.port).")
    }
  }
}
