import Foundation
import GoalState
import NetworkTypes

/// The subnets that a router is in. As in Neutron each is a port of the subnet's network: one that is made with the
/// subnet's gateway address, or one that was there.
enum RouterInterfaces {
  static let deviceOwner = "network:router_interface"

  private struct Request {
    var subnet: SubnetID?
    var port: PortID?

    init(_ body: JSONValue) throws(APIError) {
      var attributes = try AttributeReader(body, "body")
      subnet = try attributes.text("subnet_id").map { SubnetID($0) }
      port = try attributes.text("port_id").map { PortID($0) }
      try attributes.finish()
      guard subnet != nil || port != nil else {
        throw APIError(400, "BadRequest", "Bad router request: Either subnet_id or port_id must be specified.")
      }
    }
  }

  private static func badRequest(_ reason: String) -> APIError {
    APIError(400, "BadRequest", "Bad router request: \(reason).")
  }

  // Adding

  static func add(_ id: RouterID, _ body: JSONValue, _ plan: inout ChangePlan) throws(APIError) {
    var router = try RouterPlanning.read(id, &plan)
    let request = try Request(body)
    guard request.subnet == nil || request.port == nil else {
      throw badRequest("Cannot specify both subnet-id and port-id")
    }
    var port: PortRecord
    if let subnet = request.subnet {
      port = try makePort(in: subnet, of: router, &plan)
    } else {
      port = try takePort(request.port ?? PortID(""), &plan)
    }
    try refuseOverlap(port, router, &plan)
    port.router = id
    port.deviceID = id.rawValue
    port.deviceOwner = deviceOwner
    port.portSecurityEnabled = false
    for group in port.securityGroups ?? [] { plan.delete(ModelKeys.portReference(group, port.id)) }
    port.securityGroups = []
    port.allowedAddressPairs = nil
    try plan.put(ModelKeys.port(port.id), port)
    plan.put(ModelKeys.interfaceReference(id, port.id), owner: "")
    router.header.touch(now: plan.now)
    try plan.put(ModelKeys.router(id), router)
    plan.answer = answer(router, port, port.addresses.map(\.subnetID))
  }

  private static func makePort(
    in id: SubnetID, of router: RouterRecord, _ plan: inout ChangePlan
  ) throws(APIError) -> PortRecord {
    guard let subnet = plan.state.subnets[id] else { throw .notFound(.subnets, id.rawValue) }
    let record = subnet.record
    guard let gateway = record.gateway else {
      throw badRequest("Subnet for router interface must have a gateway IP")
    }
    if record.ipv6AddressMode != nil, record.ipv6RAMode == nil {
      throw badRequest(
        "IPv6 subnet \(id) configured to receive RAs from an external router cannot be added to a router of the cloud")
    }
    let header = RecordHeader(
      id: UUID().uuidString.lowercased(), name: "", projectID: router.header.projectID, description: "", now: plan.now)
    var port = PortRecord(
      header: header, networkID: record.networkID, mac: record.gatewayMAC, addresses: [], adminStateUp: true,
      deviceID: "", deviceOwner: "", host: nil, bindingProfile: nil, dnsName: "", dhcpOptions: nil)
    port.hasGatewayMAC = true
    port.addresses = [PortRecord.Address(subnetID: id, address: gateway)]
    try refuseOverlap(port, router, &plan)
    guard plan.claim(gateway, in: id, owner: header.id) else {
      throw APIError(
        409, "IpAddressAlreadyAllocated",
        "IP address \(gateway) already allocated in subnet \(id): another router has the subnet's gateway address. Give "
          + "this router a port of its own in the subnet (port_id).")
    }
    plan.require(.present(ModelKeys.network(record.networkID)))
    plan.put(ModelKeys.portReference(record.networkID, port.id), owner: "")
    return port
  }

  private static func takePort(_ id: PortID, _ plan: inout ChangePlan) throws(APIError) -> PortRecord {
    guard let stored = plan.state.ports[id] else { throw .notFound(.ports, id.rawValue) }
    let record = stored.record
    guard record.router == nil, record.deviceID.isEmpty, record.host == nil else {
      let holder = record.deviceID.isEmpty ? "guest on host \(record.host?.rawValue ?? "")" : record.deviceID
      throw APIError(
        409, "PortInUse",
        "Unable to complete operation on port \(id) for network \(record.networkID). Port already has an attached device "
          + "\(holder).")
    }
    guard !record.addresses.isEmpty else { throw badRequest("Router port must have at least one fixed IP") }
    guard record.addresses.count(where: { $0.address.version == .v4 }) <= 1 else {
      throw badRequest("Cannot have multiple IPv4 subnets on router port")
    }
    plan.require(.modRevision(ModelKeys.port(id), stored.revision))
    return record
  }

  /// An address could be in both of two subnets that overlap: the router would not know where.
  private static func refuseOverlap(
    _ port: PortRecord, _ router: RouterRecord, _ plan: inout ChangePlan
  ) throws(APIError) {
    var known = (plan.state.visibility.topology.interfaces[router.id] ?? []).map(\.subnet)
    for address in port.addresses {
      let id = address.subnetID
      guard let subnet = plan.state.subnets[id] else { throw .notFound(.subnets, id.rawValue) }
      plan.require(.modRevision(ModelKeys.subnet(id), subnet.revision))
      guard !known.contains(id) else { throw badRequest("Router already has a port on subnet \(id)") }
      let prefix = subnet.record.prefix
      for other in known.compactMap({ plan.state.subnets[$0]?.record }) where other.prefix.overlaps(prefix) {
        throw badRequest("Cidr \(prefix) of subnet \(id) overlaps with cidr \(other.prefix) of subnet \(other.id)")
      }
      known.append(id)
    }
  }

  // Removing

  static func remove(_ id: RouterID, _ body: JSONValue, _ plan: inout ChangePlan) throws(APIError) {
    var router = try RouterPlanning.read(id, &plan)
    let request = try Request(body)
    var (port, revision) = try find(request, of: id, plan.state)
    let leaving = port.addresses.filter { request.subnet == nil || $0.subnetID == request.subnet }
    for address in leaving {
      guard let prefix = plan.state.subnets[address.subnetID]?.record.prefix,
        router.routes.contains(where: { prefix.contains($0.nextHop) })
      else { continue }
      throw APIError(
        409, "RouterInterfaceInUseByRoute",
        "Router interface for subnet \(address.subnetID) on router \(id) cannot be deleted, as it is required by one or "
          + "more routes.")
    }
    let answer = answer(router, port, leaving.map(\.subnetID))
    if leaving.count == port.addresses.count {
      plan.require(.modRevision(ModelKeys.port(port.id), revision))
      PortPlanning.remove(port, &plan)
      plan.delete(ModelKeys.interfaceReference(id, port.id))
    } else {
      for address in leaving { plan.delete(ModelKeys.address(address.subnetID, address.address)) }
      port.addresses.removeAll { leaving.contains($0) }
      try plan.replace(port, of: revision)
    }
    router.header.touch(now: plan.now)
    try plan.put(ModelKeys.router(id), router)
    plan.answer = answer
  }

  private static func find(
    _ request: Request, of router: RouterID, _ state: ModelState
  ) throws(APIError) -> (port: PortRecord, revision: UInt64) {
    if let id = request.port {
      guard let stored = state.ports[id], stored.record.router == router else {
        throw APIError(404, "RouterInterfaceNotFound", "Router \(router) does not have an interface with id \(id)")
      }
      if let subnet = request.subnet, !stored.record.addresses.contains(where: { $0.subnetID == subnet }) {
        throw APIError(
          409, "SubnetMismatchForPort", "Subnet on port \(id) does not match the requested subnet \(subnet).")
      }
      return (stored.record, stored.revision)
    }
    let subnet = request.subnet ?? SubnetID("")
    guard state.subnets[subnet] != nil else { throw .notFound(.subnets, subnet.rawValue) }
    let interface = state.visibility.topology.interfaces[router]?.first { $0.subnet == subnet }
    guard let stored = interface.flatMap({ state.ports[$0.port] }) else {
      throw APIError(
        404, "RouterInterfaceNotFoundForSubnet", "Router \(router) has no interface on subnet \(subnet).")
    }
    return (stored.record, stored.revision)
  }

  private static func answer(_ router: RouterRecord, _ port: PortRecord, _ subnets: [SubnetID]) -> JSONValue {
    .object([
      .init("id", .string(router.header.id)),
      .init("tenant_id", .string(router.header.projectID)),
      .init("project_id", .string(router.header.projectID)),
      .init("port_id", .string(port.header.id)),
      .init("network_id", .string(port.networkID.rawValue)),
      .init("subnet_id", .string(subnets.first?.rawValue ?? "")),
      .init("subnet_ids", .array(subnets.map { .string($0.rawValue) })),
      .init("tags", .array([])),
    ])
  }
}
