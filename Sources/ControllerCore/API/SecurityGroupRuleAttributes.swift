import Foundation
import GoalState
import NetworkTypes

/// What a request says of a security group's rule, read attribute by attribute.
enum SecurityGroupRuleAttributes {
  typealias Rule = SecurityGroupRecord.Rule

  static func read(
    _ attributes: inout AttributeReader, of group: SecurityGroupRecord, now: Date
  ) throws(APIError) -> Rule {
    let project = try RecordHeader.project(&attributes) ?? group.header.projectID
    let header = RecordHeader(
      id: UUID().uuidString.lowercased(), name: "", projectID: project,
      description: try attributes.textOrNull("description") ?? "", now: now)
    var rule = Rule(header: header, direction: try direction(&attributes), version: try version(&attributes))
    rule.protocolName = try protocolName(&attributes, rule.version)
    rule.portMin = try port("port_range_min", &attributes)
    rule.portMax = try port("port_range_max", &attributes)
    try checkRange(rule)
    try readRemote(&attributes, &rule)
    return rule
  }

  private static func direction(_ attributes: inout AttributeReader) throws(APIError) -> Rule.Direction {
    let known = Rule.Direction.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    switch try attributes.parsed(
      "direction", "direction: one of \(known)", { Rule.Direction(rawValue: $0.lowercased()) })
    {
    case .absent, .null: throw .badRequest("Failed to parse request. Required attribute 'direction' not specified")
    case .value(let direction): return direction
    }
  }

  private static func version(_ attributes: inout AttributeReader) throws(APIError) -> IPVersion {
    let parse = { (text: String) in IPVersion.allCases.first { $0.description.lowercased() == text.lowercased() } }
    switch try attributes.parsed("ethertype", "ethertype: one of 'IPv4', 'IPv6'", parse) {
    case .absent, .null: return .v4
    case .value(let version): return version
    }
  }

  /// As Neutron keeps it: in lower case, nil for any, and ICMPv6 by one name.
  private static func protocolName(
    _ attributes: inout AttributeReader, _ version: IPVersion
  ) throws(APIError) -> String? {
    guard let value = attributes.take("protocol"), value != .null else { return nil }
    guard let text = (value.string ?? value.integer.map(String.init))?.lowercased() else {
      throw .invalid("protocol", "\(value.kind) is neither a name nor a number.")
    }
    guard text != "any", text != "0" else { return nil }
    guard let number = IPProtocol.number(text), number != 0 else {
      throw APIError(
        400, "SecurityGroupRuleInvalidProtocol",
        "Security group rule protocol \(text) not supported. Only protocol values "
          + "\(IPProtocol.names.joined(separator: ", ")) and integer representations [0 to 255] are supported.")
    }
    switch version {
    case .v4:
      guard !IPProtocol.isOnlyIPv6(number) else {
        throw APIError(
          400, "SecurityGroupEthertypeConflictWithProtocol", "Invalid ethertype IPv4 for protocol \(text).")
      }
      return text
    case .v6:
      guard number == IPProtocol.icmp || number == IPProtocol.icmpv6 else { return text }
      return UInt8(text) == nil ? IPProtocol.icmpv6Name : String(IPProtocol.icmpv6)
    }
  }

  private static func port(_ name: String, _ attributes: inout AttributeReader) throws(APIError) -> Int? {
    switch try attributes.integer(name, in: Int.min...Int.max) {
    case .absent, .null: return nil
    case .value(let number):
      guard (0...65_535).contains(number) else {
        throw APIError(400, "SecurityGroupInvalidPortValue", "Invalid value for port \(number).")
      }
      return number
    }
  }

  private static func checkRange(_ rule: Rule) throws(APIError) {
    guard rule.portMin != nil || rule.portMax != nil else { return }
    guard let number = rule.protocolNumber else {
      throw APIError(
        400, "SecurityGroupProtocolRequiredWithPorts", "Must also specify protocol if port range is given.")
    }
    if number == IPProtocol.icmp || number == IPProtocol.icmpv6 { return try checkICMP(rule) }
    guard IPProtocol.withPorts.contains(number) else {
      throw APIError(
        400, "SecurityGroupInvalidProtocolForPort",
        "Invalid protocol \(rule.protocolName ?? "") for port range, only supported for TCP, UDP and SCTP.")
    }
    if rule.portMin == 0 || rule.portMax == 0 {
      throw APIError(400, "SecurityGroupInvalidPortValue", "Invalid value for port 0.")
    }
    guard let low = rule.portMin, let high = rule.portMax, low <= high else {
      throw APIError(
        400, "SecurityGroupInvalidPortRange", "For TCP/UDP protocols, port_range_min must be <= port_range_max.")
    }
  }

  private static func checkICMP(_ rule: Rule) throws(APIError) {
    for (value, attribute, field) in [
      (rule.portMin, "port_range_min", "type"), (rule.portMax, "port_range_max", "code"),
    ] {
      guard let value, value > 255 else { continue }
      throw APIError(
        400, "SecurityGroupInvalidIcmpValue",
        "Invalid value for ICMP \(field) (\(attribute)) \(value). It must be 0 to 255.")
    }
    guard rule.portMin != nil else {
      throw APIError(
        400, "SecurityGroupMissingIcmpType",
        "ICMP code (port-range-max) \(rule.portMax ?? 0) is provided but ICMP type (port-range-min) is missing.")
    }
  }

  private static func readRemote(_ attributes: inout AttributeReader, _ rule: inout Rule) throws(APIError) {
    switch try attributes.parsed("remote_ip_prefix", "IP address or network", { remote($0) }) {
    case .absent, .null: break
    case .value(let (text, prefix)):
      guard prefix.version == rule.version else {
        throw APIError(
          400, "SecurityGroupRuleParameterConflict", "Conflicting value ethertype \(rule.version) for CIDR \(text)")
      }
      rule.remotePrefix = text
    }
    rule.remoteGroup = try attributes.textOrNull("remote_group_id").flatMap { $0.isEmpty ? nil : SecurityGroupID($0) }
    if let value = attributes.take("remote_address_group_id"), value != .null {
      throw .invalid("remote_address_group_id", "this controller does not support address groups.")
    }
    guard rule.remotePrefix == nil || rule.remoteGroup == nil else {
      throw APIError(
        400, "SecurityGroupMultipleRemoteEntites",
        "Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.")
    }
  }

  /// An address becomes the network of it; host bits stay as they were given, and are shown so.
  private static func remote(_ text: String) -> (text: String, prefix: IPPrefix)? {
    if let address = IPAddress(text) { return (IPPrefix(address).description, IPPrefix(address)) }
    return IPProtocol.network(text).map { (text, $0) }
  }
}
