import GoalState
import NetworkTypes

/// What a port's guest is held to: `security_groups`, `port_security_enabled` and `allowed_address_pairs`, by Neutron's
/// rules of what goes with what.
enum PortSecurityAttributes {
  static let maximumGroups = 64
  static let maximumPairs = 64

  /// What a request says; nil where it says nothing.
  struct Request {
    var groups: [SecurityGroupID]?
    var isEnabled: Bool?
    var pairs: [AddressPairRecord]?
  }

  static func read(_ attributes: inout AttributeReader) throws(APIError) -> Request {
    var request = Request()
    request.groups = try groups(&attributes)
    request.isEnabled = try attributes.boolean("port_security_enabled")
    request.pairs = try pairs(&attributes)
    return request
  }

  private static func groups(_ attributes: inout AttributeReader) throws(APIError) -> [SecurityGroupID]? {
    guard let list = try attributes.list("security_groups", maximum: maximumGroups) else { return nil }
    var groups: [SecurityGroupID] = []
    for element in list {
      guard let text = element.string else {
        throw .invalid("security_groups", "\(element.kind) is not a security group's id.")
      }
      let group = SecurityGroupID(text)
      if !groups.contains(group) { groups.append(group) }
    }
    return groups
  }

  private static func pairs(_ attributes: inout AttributeReader) throws(APIError) -> [AddressPairRecord]? {
    let name = "allowed_address_pairs"
    guard let list = try attributes.list(name, maximum: maximumPairs) else { return nil }
    var pairs: [AddressPairRecord] = []
    for element in list {
      var reader = try AttributeReader(element, name, within: "\(name).")
      guard
        case .value(let prefix) = try reader.parsed("ip_address", "IP address or network", { IPProtocol.network($0) })
      else { throw APIError(400, "AllowedAddressPairsMissingIP", "AllowedAddressPair must contain ip_address") }
      var pair = AddressPairRecord(prefix: prefix)
      if case .value(let mac) = try reader.parsed("mac_address", "MAC address", { MACAddress($0) }) {
        guard mac.isUnicast else { throw .invalid("\(name).mac_address", "'\(mac)' is not one station's address.") }
        pair.mac = mac
      }
      try reader.finish()
      guard !pairs.contains(pair) else {
        throw APIError(
          400, "DuplicateAddressPairInRequest",
          "Request contains duplicate address pair: mac_address \(pair.mac?.description ?? "of the port") ip_address "
            + "\(prefix).")
      }
      pairs.append(pair)
    }
    return pairs
  }

  /// What a new port is held to: without a word to its project's default group, unless the network says otherwise or the
  /// port belongs to the cloud's own services.
  static func applyToNew(
    _ request: Request, _ record: inout PortRecord, in network: NetworkRecord, _ plan: inout ChangePlan
  ) throws(APIError) {
    let isTrusted = record.deviceOwner.hasPrefix("network:")
    let isEnabled = !isTrusted && request.isEnabled ?? network.portSecurityEnabled ?? true
    record.portSecurityEnabled = isEnabled
    record.allowedAddressPairs = request.pairs
    if let groups = request.groups {
      record.securityGroups = groups
    } else {
      record.securityGroups =
        isEnabled ? [try SecurityGroupPlanning.ensureDefault(of: record.header.projectID, &plan)] : []
    }
    guard isEnabled || request.pairs?.isEmpty ?? true else { throw pairsNeedSecurity }
    guard isEnabled || record.securityGroups == [] else { throw groupsNeedSecurity }
    for group in record.securityGroups ?? [] { try join(group, record.id, &plan) }
  }

  /// Changes what a port is held to.
  static func apply(
    _ request: Request, _ record: inout PortRecord, before old: PortRecord, _ plan: inout ChangePlan
  ) throws(APIError) {
    if let isEnabled = request.isEnabled { record.portSecurityEnabled = isEnabled }
    if let groups = request.groups { record.securityGroups = groups }
    if let pairs = request.pairs { record.allowedAddressPairs = pairs }
    if record.portSecurityEnabled == false {
      guard record.allowedAddressPairs?.isEmpty ?? true else { throw pairsNeedSecurity }
      guard record.securityGroups?.isEmpty ?? true else {
        guard request.groups == nil else { throw groupsNeedSecurity }
        throw APIError(
          409, "PortSecurityPortHasSecurityGroup",
          "Port has security group associated. Cannot disable port security until security group is removed.")
      }
    }
    let before = old.securityGroups ?? []
    let after = record.securityGroups ?? []
    for group in before where !after.contains(group) { plan.delete(ModelKeys.portReference(group, record.id)) }
    for group in after where !before.contains(group) { try join(group, record.id, &plan) }
  }

  private static func join(_ group: SecurityGroupID, _ port: PortID, _ plan: inout ChangePlan) throws(APIError) {
    try plan.refer(to: group)
    plan.put(ModelKeys.portReference(group, port), owner: "")
  }

  private static var pairsNeedSecurity: APIError {
    APIError(
      409, "AddressPairAndPortSecurityRequired",
      "Port Security must be enabled in order to have allowed address pairs on a port.")
  }

  private static var groupsNeedSecurity: APIError {
    APIError(
      400, "PortSecurityAndIPRequiredForSecurityGroups",
      "Port security must be enabled in order to use security groups.")
  }

  static func show(_ record: PortRecord) -> [JSONValue.Member] {
    let pairs = (record.allowedAddressPairs ?? []).map { pair -> JSONValue in
      .object([
        .init("mac_address", .string((pair.mac ?? record.mac).description)),
        .init("ip_address", .string(pair.prefix.shortText)),
      ])
    }
    return [
      .init("security_groups", .array((record.securityGroups ?? []).map { .string($0.rawValue) })),
      .init("port_security_enabled", .boolean(record.portSecurityEnabled ?? true)),
      .init("allowed_address_pairs", .array(pairs)),
    ]
  }
}

extension IPPrefix {
  /// The address alone when it is the network of one.
  fileprivate var shortText: String { IPPrefix(last) == self ? last.description : description }
}
