import GoalState
import NetworkTypes

extension SubnetPlanning {
  static func show(_ stored: Stored<SubnetRecord>) -> JSONValue {
    let record = stored.record
    func text(_ value: some CustomStringConvertible) -> JSONValue { .string(value.description) }
    var members = record.header.leadingMembers
    members += [
      .init("network_id", text(record.networkID)),
      .init("ip_version", .integer(record.prefix.version.rawValue)),
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
      .init("ipv6_ra_mode", record.ipv6RAMode.map { .string($0.rawValue) } ?? .null),
      .init("ipv6_address_mode", record.ipv6AddressMode.map { .string($0.rawValue) } ?? .null),
      .init("subnetpool_id", .null),
      .init("segment_id", .null),
      .init("service_types", .array([])),
      .init("alioth:lease_seconds", .integer(Int(record.leaseSeconds ?? Subnet.defaultLeaseSeconds))),
      .init("alioth:rapid_commit", .boolean(record.rapidCommit ?? false)),
      .init("alioth:gateway_mac", text(record.gatewayMAC)),
    ]
    return .object(members + record.header.trailingMembers)
  }
}
