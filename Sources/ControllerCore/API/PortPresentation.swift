import Foundation
import GoalState
import NetworkTypes

extension PortPlanning {
  static func show(_ stored: Stored<PortRecord>, _ state: ModelState) -> JSONValue {
    let record = stored.record
    let status = state.shownStatus(of: stored)
    let addresses = record.addresses.map { address -> JSONValue in
      .object([
        .init("subnet_id", .string(address.subnetID.rawValue)),
        .init("ip_address", .string(address.address.description)),
      ])
    }
    let profile = record.bindingProfile.flatMap { try? JSONParser.parse(Array($0.utf8)) }
    var members = record.header.leadingMembers
    members += [
      .init("network_id", .string(record.networkID.rawValue)),
      .init("mac_address", .string(record.mac.description)),
      .init("fixed_ips", .array(addresses)),
      .init("admin_state_up", .boolean(record.adminStateUp)),
      .init("status", .string(status.status.rawValue)),
      .init("alioth:status_reason", status.reason.map { .string($0) } ?? .null),
      .init("alioth:dhcp", state.leases[record.id]?.v4.map(lease) ?? .null),
      .init("alioth:dhcpv6", state.leases[record.id]?.v6.map(lease) ?? .null),
      .init("device_id", .string(record.deviceID)),
      .init("device_owner", .string(record.deviceOwner)),
      .init("dns_name", .string(record.dnsName)),
      .init("binding:host_id", .string(record.host?.rawValue ?? "")),
      .init("binding:vif_type", .string(record.host == nil ? "unbound" : "ovs")),
      .init("binding:vif_details", record.host == nil ? .object([]) : vifDetails),
      .init("binding:vnic_type", .string("normal")),
      .init("binding:profile", profile ?? .object([])),
      DHCPOptionAttributes.show(record.dhcpOptions),
      .init(
        DelegatedPrefixes.name, .array((record.delegatedPrefixes ?? []).map { .string($0.description) })),
    ]
    return .object(members + PortSecurityAttributes.show(record) + record.header.trailingMembers)
  }

  /// What the guest was told last, and what it says of itself.
  private static func lease(_ lease: GoalStateReport.Lease) -> JSONValue {
    let time = Date(timeIntervalSince1970: TimeInterval(lease.time)).ISO8601Format()
    return .object([
      .init("last_message", .string(lease.lastMessage)),
      .init("state", lease.state.isEmpty ? .null : .string(lease.state)), .init("time", .string(time)),
      .init("ip_address", lease.address.map { .string($0.description) } ?? .null),
      .init("host_name", .string(lease.hostName)),
      .init("vendor_class", .string(lease.vendorClass)), .init("declines", .integer(Int(lease.declines))),
    ])
  }

  /// What a compute service needs to plug the guest's interface into the integration bridge by its `iface-id`.
  private static let vifDetails: JSONValue = .object([
    .init("connectivity", .string("l2")), .init("port_filter", .boolean(true)),
    .init("ovs_hybrid_plug", .boolean(false)), .init("bridge_name", .string("br-int")),
    .init("bound_drivers", .object([.init("0", .string("alioth"))])),
  ])
}
