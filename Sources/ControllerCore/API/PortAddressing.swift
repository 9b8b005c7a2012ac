import GoalState
import NetworkTypes

/// One element of a request's `fixed_ips`.
struct FixedIPRequest {
  var subnet: SubnetID?
  var address: IPv4Address?

  /// Nil when the request says nothing about addresses.
  static func read(_ attributes: inout AttributeReader) throws(APIError) -> [FixedIPRequest]? {
    guard let list = try attributes.list("fixed_ips", maximum: 5) else { return nil }
    var requests: [FixedIPRequest] = []
    for element in list {
      var reader = try AttributeReader(element, "fixed_ips", within: "fixed_ips.")
      var request = FixedIPRequest()
      request.subnet = try reader.text("subnet_id").map { SubnetID($0) }
      if case .value(let address) = try reader.parsed("ip_address", "IPv4 address", { IPv4Address($0) }) {
        request.address = address
      }
      try reader.finish()
      guard request.subnet != nil || request.address != nil else {
        throw .invalid("fixed_ips", "an element needs 'subnet_id', 'ip_address' or both.")
      }
      requests.append(request)
    }
    return requests
  }
}

/// Gives ports their addresses.
enum PortAddressing {
  /// - Parameters:
  ///   - requests: what was asked for; nil asks for one address of any subnet.
  ///   - kept: addresses that the port has, and keeps where a request fits them.
  static func allocate(
    _ requests: [FixedIPRequest]?, for port: PortRecord, keeping kept: [PortRecord.Address], _ plan: inout ChangePlan
  ) throws(APIError) -> [PortRecord.Address] {
    let subnets = (plan.state.subnetsByNetwork[port.networkID] ?? []).compactMap { plan.state.subnets[$0] }
      .sorted { SubnetPlanning.isOlder($0.record, $1.record) }
    guard let requests else { return try allocateAny(subnets, port, &plan) }
    var remaining = kept
    var addresses: [PortRecord.Address] = []
    for request in requests {
      let subnet = try subnet(of: request, subnets, port, plan.state)
      let fits = { (held: PortRecord.Address) in
        held.subnetID == subnet.record.id && (request.address ?? held.address) == held.address
      }
      if let index = remaining.firstIndex(where: fits) {
        addresses.append(remaining.remove(at: index))
        continue
      }
      addresses.append(try allocate(request.address, subnet, port, &plan))
    }
    return addresses
  }

  private static func allocateAny(
    _ subnets: [Stored<SubnetRecord>], _ port: PortRecord, _ plan: inout ChangePlan
  ) throws(APIError) -> [PortRecord.Address] {
    // The choice depends on which subnets there are, and a port without any on there being none.
    SubnetPlanning.requireSameSubnets(of: port.networkID, &plan)
    guard !subnets.isEmpty else { return [] }
    for subnet in subnets {
      if let address = plan.claimAddress(in: subnet.record, owner: port.header.id) {
        plan.require(.modRevision(ModelKeys.subnet(subnet.record.id), subnet.revision))
        return [PortRecord.Address(subnetID: subnet.record.id, address: address)]
      }
    }
    throw exhausted(port)
  }

  private static func exhausted(_ port: PortRecord) -> APIError {
    APIError(409, "IpAddressGenerationFailure", "No more IP addresses available on network \(port.networkID).")
  }

  private static func subnet(
    of request: FixedIPRequest, _ subnets: [Stored<SubnetRecord>], _ port: PortRecord, _ state: ModelState
  ) throws(APIError) -> Stored<SubnetRecord> {
    if let id = request.subnet {
      guard let known = state.subnets[id] else { throw .notFound(.subnets, id.rawValue) }
      guard known.record.networkID == port.networkID else {
        throw .invalidInput(
          "fixed_ips.subnet_id: Failed to create port on network \(port.networkID), because fixed_ips included invalid "
            + "subnet \(id).")
      }
      if let address = request.address, !known.record.prefix.hosts.contains(address) {
        throw APIError(
          400, "InvalidIpForSubnet",
          "fixed_ips.ip_address: IP address \(address) is not a valid IP for the specified subnet \(id).")
      }
      return known
    }
    guard let address = request.address, let found = subnets.first(where: { $0.record.prefix.hosts.contains(address) })
    else {
      throw APIError(
        400, "InvalidIpForNetwork",
        "fixed_ips.ip_address: IP address \(request.address?.description ?? "") is not a valid IP for any of the subnets "
          + "on the specified network.")
    }
    return found
  }

  private static func allocate(
    _ requested: IPv4Address?, _ subnet: Stored<SubnetRecord>, _ port: PortRecord, _ plan: inout ChangePlan
  ) throws(APIError) -> PortRecord.Address {
    let record = subnet.record
    // Its gateway and its pools are as they were read, and it still exists.
    plan.require(.modRevision(ModelKeys.subnet(record.id), subnet.revision))
    guard let requested else {
      guard let address = plan.claimAddress(in: record, owner: port.header.id) else { throw exhausted(port) }
      return PortRecord.Address(subnetID: record.id, address: address)
    }
    guard requested != record.gateway else {
      throw APIError(
        409, "IpAddressAlreadyAllocated",
        "fixed_ips.ip_address: IP address \(requested) is the gateway of subnet \(record.id).")
    }
    guard plan.claim(requested, in: record.id, owner: port.header.id) else {
      throw APIError(
        409, "IpAddressAlreadyAllocated",
        "fixed_ips.ip_address: IP address \(requested) already allocated in subnet \(record.id).")
    }
    return PortRecord.Address(subnetID: record.id, address: requested)
  }
}
