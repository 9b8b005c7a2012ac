import GoalState
import NetworkTypes

/// One element of a request's `fixed_ips`.
struct FixedIPRequest {
  var subnet: SubnetID?
  var address: IPAddress?

  /// Nil when the request says nothing about addresses.
  static func read(_ attributes: inout AttributeReader) throws(APIError) -> [FixedIPRequest]? {
    guard let list = try attributes.list("fixed_ips", maximum: 5) else { return nil }
    var requests: [FixedIPRequest] = []
    for element in list {
      var reader = try AttributeReader(element, "fixed_ips", within: "fixed_ips.")
      var request = FixedIPRequest()
      request.subnet = try reader.text("subnet_id").map { SubnetID($0) }
      if case .value(let address) = try reader.parsed("ip_address", "IP address", { IPAddress($0) }) {
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

/// Gives ports their addresses: those that are asked for, otherwise one of each version; and, as in Neutron, one in every
/// subnet whose guests form theirs by themselves.
enum PortAddressing {
  /// - Parameters:
  ///   - requests: what was asked for; nil asks for one address of each version, and an empty list for none at all.
  ///   - kept: addresses that the port has, and keeps where a request fits them.
  static func allocate(
    _ requests: [FixedIPRequest]?, for port: PortRecord, keeping kept: [PortRecord.Address], _ plan: inout ChangePlan
  ) throws(APIError) -> [PortRecord.Address] {
    // The choice depends on which subnets there are, and a port without any on there being none.
    SubnetPlanning.requireSameSubnets(of: port.networkID, &plan)
    let subnets = subnets(of: port.networkID, plan.state)
    var addresses: [PortRecord.Address] = []
    var remaining = kept
    if let requests {
      guard !requests.isEmpty else { return [] }
      for request in requests {
        let subnet = try subnet(of: request, subnets, port, plan.state)
        let wanted = try address(request.address, in: subnet.record, port)
        let fits = { (held: PortRecord.Address) in
          held.subnetID == subnet.record.id && (wanted ?? held.address) == held.address
        }
        if let index = remaining.firstIndex(where: fits) {
          addresses.append(remaining.remove(at: index))
          continue
        }
        addresses.append(try allocate(wanted, subnet, port, &plan))
      }
    } else {
      for version in IPVersion.allCases {
        let candidates = subnets.filter { $0.record.prefix.version == version && !$0.record.formsAddresses }
        if let address = try allocateAny(candidates, port, &plan) { addresses.append(address) }
      }
    }
    for subnet in subnets where !addresses.contains(where: { $0.subnetID == subnet.record.id }) {
      guard let formed = subnet.record.formedAddress(of: port.mac) else { continue }
      let address = PortRecord.Address(subnetID: subnet.record.id, address: formed)
      addresses.append(remaining.contains(address) ? address : try allocate(formed, subnet, port, &plan))
    }
    return addresses
  }

  /// The addresses of a port whose MAC address is another now: those that its guest forms are others too.
  static func formAgain(_ port: PortRecord, _ plan: inout ChangePlan) throws(APIError) -> [PortRecord.Address] {
    var addresses: [PortRecord.Address] = []
    for held in port.addresses {
      guard let subnet = plan.state.subnets[held.subnetID], let formed = subnet.record.formedAddress(of: port.mac)
      else {
        addresses.append(held)
        continue
      }
      addresses.append(try allocate(formed, subnet, port, &plan))
    }
    return addresses
  }

  /// Gives the network's ports their address in a new subnet whose guests form theirs.
  static func addFormed(in subnet: SubnetRecord, _ plan: inout ChangePlan) throws(APIError) {
    guard subnet.formsAddresses else { return }
    // A port that is made or changed meanwhile may not know of the subnet.
    plan.require(.nothingNewerUnder(ModelKeys.ports(of: subnet.networkID), plan.state.revision))
    for id in (plan.state.portsByNetwork[subnet.networkID] ?? []).sorted() {
      guard var port = plan.port(id), port.record.router == nil,
        let formed = subnet.formedAddress(of: port.record.mac)
      else { continue }
      guard formed != subnet.gateway, plan.claim(formed, in: subnet.id, owner: id.rawValue) else {
        throw taken(formed, subnet)
      }
      port.record.addresses.append(PortRecord.Address(subnetID: subnet.id, address: formed))
      try plan.replace(port.record, of: port.revision)
    }
  }

  /// Takes the formed addresses of a subnet that goes from the ports that have them.
  static func removeFormed(in subnet: SubnetRecord, _ plan: inout ChangePlan) throws(APIError) {
    plan.require(.nothingNewerUnder(ModelKeys.addresses(of: subnet.id), plan.state.revision))
    for id in (plan.state.portsByNetwork[subnet.networkID] ?? []).sorted() {
      guard var port = plan.port(id), port.record.addresses.contains(where: { $0.subnetID == subnet.id }) else {
        continue
      }
      guard port.record.router == nil else { throw SubnetPlanning.inUse(subnet.id) }
      for address in port.record.addresses where address.subnetID == subnet.id {
        plan.delete(ModelKeys.address(subnet.id, address.address))
      }
      port.record.addresses.removeAll { $0.subnetID == subnet.id }
      try plan.replace(port.record, of: port.revision)
    }
  }

  private static func subnets(of network: NetworkID, _ state: ModelState) -> [Stored<SubnetRecord>] {
    (state.subnetsByNetwork[network] ?? []).compactMap { state.subnets[$0] }
      .sorted { SubnetPlanning.isOlder($0.record, $1.record) }
  }

  /// An address of the first of the subnets that has one left; nil when there are no subnets.
  private static func allocateAny(
    _ subnets: [Stored<SubnetRecord>], _ port: PortRecord, _ plan: inout ChangePlan
  ) throws(APIError) -> PortRecord.Address? {
    guard !subnets.isEmpty else { return nil }
    for subnet in subnets {
      if let address = plan.claimAddress(in: subnet.record, owner: port.header.id) {
        plan.require(.modRevision(ModelKeys.subnet(subnet.record.id), subnet.revision))
        return PortRecord.Address(subnetID: subnet.record.id, address: address)
      }
    }
    throw exhausted(port)
  }

  private static func exhausted(_ port: PortRecord) -> APIError {
    APIError(409, "IpAddressGenerationFailure", "No more IP addresses available on network \(port.networkID).")
  }

  /// The address that a request means: where guests form theirs there is one only.
  private static func address(
    _ requested: IPAddress?, in subnet: SubnetRecord, _ port: PortRecord
  ) throws(APIError) -> IPAddress? {
    guard let formed = subnet.formedAddress(of: port.mac) else { return requested }
    guard requested == nil || requested == formed else {
      throw APIError(
        400, "AllocationOnAutoAddressSubnet",
        "fixed_ips.ip_address: IPv6 address \(requested?.description ?? "") cannot be directly assigned to a port on subnet "
          + "\(subnet.id) as the subnet is configured for automatic addresses.")
    }
    return formed
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
    _ requested: IPAddress?, _ subnet: Stored<SubnetRecord>, _ port: PortRecord, _ plan: inout ChangePlan
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
    guard plan.claim(requested, in: record.id, owner: port.header.id) else { throw taken(requested, record) }
    return PortRecord.Address(subnetID: record.id, address: requested)
  }

  private static func taken(_ address: IPAddress, _ subnet: SubnetRecord) -> APIError {
    APIError(
      409, "IpAddressAlreadyAllocated",
      "fixed_ips.ip_address: IP address \(address) already allocated in subnet \(subnet.id).")
  }
}

extension [FixedIPRequest] {
  /// Whether this asks for what a port has.
  func isAsking(for addresses: [PortRecord.Address]) -> Bool {
    count == addresses.count
      && zip(self, addresses).allSatisfy { request, held in
        (request.subnet ?? held.subnetID) == held.subnetID && (request.address ?? held.address) == held.address
      }
  }
}
