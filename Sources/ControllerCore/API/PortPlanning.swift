import GoalState
import NetworkTypes

/// Ports: what a request makes of them.
enum PortPlanning {
  private static let readOnly = readOnlyAttributes.union([
    "binding:vif_type", "binding:vif_details", "alioth:status_reason", "alioth:dhcp", "alioth:dhcpv6", "dns_assignment",
  ])

  static func create(_ body: JSONValue, _ plan: inout ChangePlan) throws(APIError) {
    var attributes = try AttributeReader(body, "port")
    let header = try RecordHeader(&attributes, now: plan.now)
    guard let networkID = try attributes.text("network_id") else {
      throw .badRequest("Failed to parse request. Required attribute 'network_id' not specified")
    }
    let network = NetworkID(networkID)
    guard let networkRecord = plan.state.networks[network]?.record else { throw .notFound(.networks, networkID) }
    var record = PortRecord(
      header: header, networkID: network, mac: .zero, addresses: [], adminStateUp: true, deviceID: "", deviceOwner: "",
      host: nil, bindingProfile: nil, dnsName: "", dhcpOptions: nil)
    let requestedMAC = try mac(&attributes)
    let requestedIPs = try FixedIPRequest.read(&attributes)
    let security = try PortSecurityAttributes.read(&attributes)
    try readCommon(&attributes, &record, plan.state)
    try attributes.finish(readOnly: readOnly)

    try PortSecurityAttributes.applyToNew(security, &record, in: networkRecord, &plan)
    plan.require(.present(ModelKeys.network(network)))
    if let requestedMAC {
      try claim(requestedMAC, record, &plan)
      record.mac = requestedMAC
    } else {
      record.mac = try plan.claimMAC(in: network, owner: header.id)
    }
    record.addresses = try PortAddressing.allocate(requestedIPs, for: record, keeping: [], &plan)
    try DelegatedPrefixes.claim(record, before: nil, &plan)
    plan.put(ModelKeys.portReference(network, record.id), owner: "")
    if let host = record.host { bind(record.id, to: host, &plan) }
    try plan.put(ModelKeys.port(record.id), record)
    plan.ids.append(header.id)
  }

  static func update(_ id: PortID, _ body: JSONValue, _ plan: inout ChangePlan) throws(APIError) {
    guard let stored = plan.state.ports[id] else { throw .notFound(.ports, id.rawValue) }
    let old = stored.record
    var record = old
    var attributes = try AttributeReader(body, "port")
    try record.header.update(&attributes, now: plan.now)
    let requestedMAC = try mac(&attributes)
    let requestedIPs = try FixedIPRequest.read(&attributes)
    let security = try PortSecurityAttributes.read(&attributes)
    try readCommon(&attributes, &record, plan.state)
    try attributes.finish(readOnly: readOnly.union(["network_id", "project_id", "tenant_id"]), verb: "PUT")
    try PortSecurityAttributes.apply(security, &record, before: old, &plan)
    if old.router != nil {
      let isKept = (requestedMAC ?? old.mac) == old.mac && requestedIPs?.isAsking(for: old.addresses) ?? true
      try refuseChange(of: old, to: record, isKept: isKept)
    }

    if let requestedMAC, requestedMAC != old.mac {
      try claim(requestedMAC, record, &plan)
      plan.delete(ModelKeys.mac(old.networkID, old.mac))
      record.mac = requestedMAC
    }
    if let requestedIPs, old.router == nil {
      record.addresses = try PortAddressing.allocate(requestedIPs, for: record, keeping: old.addresses, &plan)
    } else if record.mac != old.mac {
      record.addresses = try PortAddressing.formAgain(record, &plan)
    }
    if record.addresses != old.addresses {
      for address in old.addresses where !record.addresses.contains(address) {
        plan.delete(ModelKeys.address(address.subnetID, address.address))
      }
    }
    try DelegatedPrefixes.claim(record, before: old, &plan)
    if record.host != old.host {
      if let host = old.host { plan.delete(ModelKeys.portReference(host, id)) }
      if let host = record.host { bind(id, to: host, &plan) }
    }
    plan.require(.modRevision(ModelKeys.port(id), stored.revision))
    try plan.put(ModelKeys.port(id), record)
  }

  static func delete(_ id: PortID, _ plan: inout ChangePlan) throws(APIError) {
    guard let stored = plan.state.ports[id] else { throw .notFound(.ports, id.rawValue) }
    guard stored.record.router == nil else {
      throw APIError(
        409, "ServicePortInUse",
        "Port \(id) cannot be deleted directly via the port API: has device owner \(RouterInterfaces.deviceOwner).")
    }
    plan.require(.modRevision(ModelKeys.port(id), stored.revision))
    remove(stored.record, &plan)
  }

  /// Takes away a port and everything that it holds.
  static func remove(_ record: PortRecord, _ plan: inout ChangePlan) {
    let id = record.id
    plan.delete(ModelKeys.port(id))
    plan.delete(ModelKeys.portStatus(id))
    if record.hasGatewayMAC != true { plan.delete(ModelKeys.mac(record.networkID, record.mac)) }
    plan.delete(ModelKeys.portReference(record.networkID, id))
    if let host = record.host { plan.delete(ModelKeys.portReference(host, id)) }
    for address in record.addresses { plan.delete(ModelKeys.address(address.subnetID, address.address)) }
    for group in record.securityGroups ?? [] { plan.delete(ModelKeys.portReference(group, id)) }
  }

  /// A router's port is what its router makes of it: people may name it.
  private static func refuseChange(of old: PortRecord, to new: PortRecord, isKept: Bool) throws(APIError) {
    var named = new
    named.header = old.header
    guard named == old, isKept else {
      throw APIError(
        409, "PortInUse",
        "Unable to complete operation on port \(old.id) for network \(old.networkID). It is an interface of router "
          + "\(old.deviceID): only its name and description can be changed.")
    }
  }

  private static func bind(_ port: PortID, to host: HostID, _ plan: inout ChangePlan) {
    plan.require(.present(ModelKeys.host(host)))
    plan.put(ModelKeys.portReference(host, port), owner: "")
  }

  private static func mac(_ attributes: inout AttributeReader) throws(APIError) -> MACAddress? {
    switch try attributes.parsed("mac_address", "MAC address", { MACAddress($0) }) {
    case .absent, .null: return nil
    case .value(let mac):
      guard mac.isUnicast else { throw .invalid("mac_address", "'\(mac)' is not one station's address.") }
      return mac
    }
  }

  private static func claim(_ mac: MACAddress, _ record: PortRecord, _ plan: inout ChangePlan) throws(APIError) {
    guard plan.claim(mac, in: record.networkID, owner: record.header.id) else {
      throw APIError(
        409, "MacAddressInUse",
        "Unable to complete operation for network \(record.networkID). The mac address \(mac) is in use.")
    }
  }

  /// What may be given when a port is made and when it is changed.
  private static func readCommon(
    _ attributes: inout AttributeReader, _ record: inout PortRecord, _ state: ModelState
  ) throws(APIError) {
    if let up = try attributes.boolean("admin_state_up") { record.adminStateUp = up }
    if let id = try attributes.textOrNull("device_id") { record.deviceID = id }
    if let owner = try attributes.textOrNull("device_owner") { record.deviceOwner = owner }
    if let name = try attributes.textOrNull("dns_name", maximum: 63) {
      guard name.isEmpty || isHostLabel(name) else {
        throw .invalid("dns_name", "'\(name)' is not a host name: letters, digits and inner hyphens.")
      }
      record.dnsName = name
    }
    if let host = try attributes.textOrNull("binding:host_id") {
      guard host.isEmpty || state.hosts[HostID(host)] != nil else {
        throw .invalid("binding:host_id", "there is no host '\(host)': its agent has not registered yet.")
      }
      record.host = host.isEmpty ? nil : HostID(host)
    }
    if let profile = attributes.take("binding:profile"), profile != .null {
      guard let members = profile.members else {
        throw .invalid("binding:profile", "\(profile.kind) is not an object.")
      }
      let text = String(decoding: profile.bytes, as: UTF8.self)
      guard text.utf8.count <= 4095 else { throw .invalid("binding:profile", "it is longer than 4095 bytes.") }
      record.bindingProfile = members.isEmpty ? nil : text
    }
    try DHCPOptionAttributes.read(&attributes, &record.dhcpOptions)
    try DelegatedPrefixes.read(&attributes, &record)
    try takeUnsupported(&attributes)
  }

  private static func takeUnsupported(_ attributes: inout AttributeReader) throws(APIError) {
    try attributes.expect("binding:vnic_type", oneOf: [.string("normal"), .null])
    for name in ["qos_policy_id", "numa_affinity_policy", "propagate_uplink_status"] {
      try attributes.expect(name, oneOf: [.null])
    }
  }

  /// RFC 1123 section 2.1.
  private static func isHostLabel(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    let hyphen = UInt8(ascii: "-")
    return bytes.first != hyphen && bytes.last != hyphen
      && bytes.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), hyphen:
          true
        default: false
        }
      }
  }
}
