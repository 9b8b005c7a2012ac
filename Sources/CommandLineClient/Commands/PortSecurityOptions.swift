import ArgumentParser
import NetworkTypes

/// What a port's guest is held to.
struct PortSecurityOptions: ParsableArguments {
  @Option(
    name: .customLong("security-group"),
    help: ArgumentHelp(
      "A security group that it is a member of, by name or id; may be repeated.", valueName: "group"),
    transform: referenceOption)
  var groups: [String] = []
  @Flag(help: "Make it a member of no security group: nothing reaches it or leaves it.") var noSecurityGroup = false
  @Flag(
    inversion: .prefixedNo,
    help: "Whether its guest is held to the port's addresses and to security groups at all.")
  var portSecurity: Bool?
  @Option(
    name: [.customLong("allowed-address"), .customLong("allowed-address-pair")],
    help: ArgumentHelp(
      "Addresses that its guest may send from besides, with a MAC address if it is not the port's; may be repeated.",
      valueName: "ip|cidr[,mac]"),
    transform: { try AllowedAddressOption(parsing: $0) })
  var allowedAddresses: [AllowedAddressOption] = []

  func validate() throws {
    if noSecurityGroup, !groups.isEmpty {
      throw ValidationError("--security-group and --no-security-group exclude each other.")
    }
    if portSecurity == false, !groups.isEmpty {
      throw ValidationError("--security-group and --no-port-security exclude each other.")
    }
    if portSecurity == false, !allowedAddresses.isEmpty {
      throw ValidationError("--allowed-address and --no-port-security exclude each other.")
    }
  }

  /// The fields of the request: only what was asked for.
  func fields(groupIDs: [String]) -> [String: JSONValue] {
    var fields: [String: JSONValue] = [:]
    if !groups.isEmpty { fields["security_groups"] = .array(groupIDs.map { .string($0) }) }
    if noSecurityGroup { fields["security_groups"] = [] }
    if let portSecurity { fields["port_security_enabled"] = .boolean(portSecurity) }
    // What it was held to before goes as well, or the controller would refuse.
    if portSecurity == false {
      fields["security_groups"] = []
      fields["allowed_address_pairs"] = []
    }
    if !allowedAddresses.isEmpty { fields["allowed_address_pairs"] = .array(allowedAddresses.map(\.field)) }
    return fields
  }

  /// The ids of the groups that the options name.
  func groupIDs(_ client: ControllerClient) async throws -> [String] {
    var ids: [String] = []
    for group in groups { ids.append(try await client.resolve(.securityGroup, group).id) }
    return ids
  }
}

extension AllowedAddressOption {
  /// The body's form of it.
  fileprivate var field: JSONValue {
    var fields: [String: JSONValue] = ["ip_address": .string(addresses.description)]
    if let mac { fields["mac_address"] = .string(mac.description) }
    return .object(fields)
  }
}
