import ArgumentParser
import NetworkTypes

/// Whether a command waits until the port that it made or changed is in force on its host.
struct PortWaitOptions: ParsableArguments {
  @Flag(
    inversion: .prefixedNo,
    help: "Whether to wait until the port is ACTIVE: until its host reports that it is in force.")
  var wait = false
  @Option(
    help: ArgumentHelp("How long --wait waits, such as 30s or 5m.", valueName: "time"),
    transform: { try TimeSpan(parsing: $0) })
  var timeout = TimeSpan(milliseconds: 300_000)

  /// Waits when it was asked for, and writes the port as it is then. A port that was made and does not come into force
  /// is written all the same, since it is there.
  func finish(_ port: JSONValue, _ client: ControllerClient, _ global: GlobalOptions) async throws {
    guard wait else { return try global.write(port, of: .port) }
    do {
      let ready = try await PortWait(client: client, port: port, limit: timeout).run()
      try global.write(ready, of: .port)
    } catch let failure as CommandFailure {
      try global.write(port, of: .port)
      throw failure
    }
  }
}

extension PortCommand {
  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Create a port.")
    @Argument(help: "The port's name.") var name: String
    @Option(help: "The network that it is plugged into, by name or id.", transform: referenceOption)
    var network: String
    @Option(help: "The host that its guest runs on.", transform: referenceOption) var host: String?
    @Option(
      name: [.customLong("mac"), .customLong("mac-address")],
      help: ArgumentHelp("Its MAC address; by default the controller chooses one.", valueName: "mac"),
      transform: macOption)
    var mac: MACAddress?
    @Option(
      help: ArgumentHelp(
        "An address of it, a subnet to take one from, or both; may be repeated.", valueName: "subnet=s,ip=a"),
      transform: { try FixedIPOption(parsing: $0) })
    var fixedIP: [FixedIPOption] = []
    @OptionGroup var security: PortSecurityOptions
    @OptionGroup var waiting: PortWaitOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
      if waiting.wait, host == nil {
        throw ValidationError("--wait needs --host: only a host can bring a port into force.")
      }
    }

    /// The fields of the request; `subnetIDs` and `groupIDs` are the ids of what the options name.
    func fields(networkID: String, subnetIDs: [String: String], groupIDs: [String] = []) -> [String: JSONValue] {
      var fields: [String: JSONValue] = [
        "name": .string(name), "network_id": .string(networkID), "admin_state_up": true,
      ]
      if let host { fields["binding:host_id"] = .string(host) }
      if let mac { fields["mac_address"] = .string(mac.description) }
      if !fixedIP.isEmpty { fields["fixed_ips"] = fixedIPFields(fixedIP, subnetIDs) }
      return fields.merging(security.fields(groupIDs: groupIDs)) { $1 }
    }

    func run() async throws {
      try await global.withController { client in
        let network = try await client.resolve(.network, self.network)
        let subnets = try await client.subnetIDs(fixedIP, networkID: network.id)
        let groups = try await security.groupIDs(client)
        let port = try await client.create(
          .port, fields(networkID: network.id, subnetIDs: subnets, groupIDs: groups))
        try await waiting.finish(port, client, global)
      }
    }
  }

  struct Update: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Change a port.")
    @Argument(help: "The port's name or id.", transform: referenceOption) var port: String
    @Option(help: "Its new name.") var name: String?
    @Option(help: "The host that its guest runs on.", transform: referenceOption) var host: String?
    @Flag(help: "Take it off its host.") var noHost = false
    @Option(
      name: [.customLong("mac"), .customLong("mac-address")],
      help: ArgumentHelp("Its MAC address.", valueName: "mac"), transform: macOption)
    var mac: MACAddress?
    @Option(
      help: ArgumentHelp(
        "Its addresses instead of those it has; may be repeated.", valueName: "subnet=s,ip=a"),
      transform: { try FixedIPOption(parsing: $0) })
    var fixedIP: [FixedIPOption] = []
    @Flag(help: "Leave it without an address.") var noFixedIP = false
    @OptionGroup var security: PortSecurityOptions
    @Flag(help: "Hold its guest to the port's own addresses.") var noAllowedAddress = false
    @Flag(exclusivity: .exclusive, help: "Whether traffic of its guest is carried at all.") var adminState: AdminState?
    @OptionGroup var waiting: PortWaitOptions
    @OptionGroup var global: GlobalOptions

    enum AdminState: String, EnumerableFlag {
      case enable
      case disable
    }

    func validate() throws {
      if noHost, host != nil { throw ValidationError("--host and --no-host exclude each other.") }
      if noHost, waiting.wait { throw ValidationError("--wait and --no-host exclude each other.") }
      if noFixedIP, !fixedIP.isEmpty { throw ValidationError("--fixed-ip and --no-fixed-ip exclude each other.") }
      if noAllowedAddress, !security.allowedAddresses.isEmpty {
        throw ValidationError("--allowed-address and --no-allowed-address exclude each other.")
      }
      if fields(subnetIDs: [:]).isEmpty, !waiting.wait { throw ValidationError("Nothing to change was given.") }
    }

    /// The fields of the request: only what was asked for.
    func fields(subnetIDs: [String: String], groupIDs: [String] = []) -> [String: JSONValue] {
      var fields: [String: JSONValue] = [:]
      if let name { fields["name"] = .string(name) }
      if let host { fields["binding:host_id"] = .string(host) }
      if noHost { fields["binding:host_id"] = "" }
      if let mac { fields["mac_address"] = .string(mac.description) }
      if !fixedIP.isEmpty { fields["fixed_ips"] = fixedIPFields(fixedIP, subnetIDs) }
      if noFixedIP { fields["fixed_ips"] = [] }
      if let adminState { fields["admin_state_up"] = .boolean(adminState == .enable) }
      if noAllowedAddress { fields["allowed_address_pairs"] = [] }
      return fields.merging(security.fields(groupIDs: groupIDs)) { $1 }
    }

    func run() async throws {
      try await global.withController { client in
        var known = try await client.resolve(.port, self.port)
        let subnets = try await client.subnetIDs(fixedIP, networkID: known["network_id"].shortText)
        let fields = fields(subnetIDs: subnets, groupIDs: try await security.groupIDs(client))
        if !fields.isEmpty { known = try await client.update(.port, known, fields) }
        try await waiting.finish(known, client, global)
      }
    }
  }
}

/// The body's form of addresses.
private func fixedIPFields(_ options: [FixedIPOption], _ subnetIDs: [String: String]) -> JSONValue {
  .array(
    options.map { option in
      var fields: [String: JSONValue] = [:]
      if let subnet = option.subnet { fields["subnet_id"] = .string(subnetIDs[subnet] ?? subnet) }
      if let address = option.address { fields["ip_address"] = .string(address.description) }
      return .object(fields)
    })
}

extension ControllerClient {
  /// The ids of the subnets that addresses name. A name needs to be unique only within the port's own network.
  func subnetIDs(_ options: [FixedIPOption], networkID: String) async throws -> [String: String] {
    var ids: [String: String] = [:]
    for name in Set(options.compactMap(\.subnet)) {
      let here = try await list(.subnet, filters: [("name", name), ("network_id", networkID)])
        .filter { $0["name"].string == name && $0["network_id"].string == networkID }
      let subnet = if here.count == 1 { here[0] } else { try await resolve(.subnet, name) }
      ids[name] = subnet.id
    }
    return ids
  }
}
