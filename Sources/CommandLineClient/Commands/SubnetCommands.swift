import ArgumentParser
import NetworkTypes

/// `alioth subnet`: the subnets of virtual networks.
struct SubnetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "subnet", abstract: "Subnets of virtual networks.",
    subcommands: [Create.self, List.self, Show.self, Delete.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Create a subnet.")
    @Argument(help: "The subnet's name.") var name: String
    @Option(help: "The network that it is part of, by name or id.", transform: referenceOption) var network: String
    @Option(
      name: [.customLong("cidr"), .customLong("subnet-range")],
      help: ArgumentHelp("Its addresses, such as 10.0.0.0/24.", valueName: "cidr"), transform: networkOption)
    var cidr: IPPrefix
    @Option(
      help: ArgumentHelp("Its gateway, or none; by default its first address.", valueName: "ip|none"),
      transform: { try GatewayOption(parsing: $0) })
    var gateway: GatewayOption?
    @Option(
      name: [.customLong("dns"), .customLong("dns-nameserver")],
      help: ArgumentHelp("A name server that guests are told; may be repeated.", valueName: "ip"),
      transform: addressOption)
    var nameServers: [IPAddress] = []
    @Flag(inversion: .prefixedNo, help: "Whether guests are given their addresses by DHCP.") var dhcp = true
    @Option(
      help: ArgumentHelp("Addresses that ports are given by themselves; may be repeated.", valueName: "start,end"),
      transform: { try AllocationPoolOption(parsing: $0) })
    var allocationPool: [AllocationPoolOption] = []
    @Option(
      help: ArgumentHelp("A route that guests are told; may be repeated.", valueName: "dest,nexthop"),
      transform: { try HostRouteOption(parsing: $0) })
    var hostRoute: [HostRouteOption] = []
    @Option(
      help: ArgumentHelp(
        "How guests come by addresses of an IPv6 subnet. Without it they are told nothing of it.",
        valueName: "mode"))
    var ipv6AddressMode: IPv6ModeOption?
    @Option(
      help: ArgumentHelp(
        "What an IPv6 subnet's gateway advertises: by default the address mode, with none nothing.",
        valueName: "mode|none"),
      transform: { try RAModeOption(parsing: $0) })
    var ipv6RaMode: RAModeOption?
    @OptionGroup var global: GlobalOptions

    func validate() throws {
      if cidr.version == .v4, ipv6AddressMode != nil || ipv6RaMode != nil {
        throw ValidationError("\(cidr) is an IPv4 network, so guests come by its addresses in no IPv6 mode.")
      }
      if case .address(let address) = gateway, !cidr.contains(address), address.v6?.isLinkLocal != true {
        throw ValidationError("The gateway \(address) is not in \(cidr).")
      }
      for pool in allocationPool where !cidr.contains(pool.start) || !cidr.contains(pool.end) {
        throw ValidationError("The allocation pool \(pool.start),\(pool.end) is not in \(cidr).")
      }
    }

    /// The fields of the request, for the network with this id. What was not asked for is left to the controller.
    func fields(networkID: String) -> [String: JSONValue] {
      var fields: [String: JSONValue] = [
        "name": .string(name), "network_id": .string(networkID), "cidr": .string(cidr.description),
        "ip_version": .integer(Int64(cidr.version.rawValue)), "enable_dhcp": .boolean(dhcp),
      ]
      switch gateway {
      case .address(let address): fields["gateway_ip"] = .string(address.description)
      case GatewayOption.none?: fields["gateway_ip"] = .null
      case nil: break
      }
      if let ipv6AddressMode { fields["ipv6_address_mode"] = .string(ipv6AddressMode.rawValue) }
      switch ipv6RaMode ?? ipv6AddressMode.map(RAModeOption.mode) {
      case .mode(let mode): fields["ipv6_ra_mode"] = .string(mode.rawValue)
      case RAModeOption.none?, nil: break
      }
      if !nameServers.isEmpty {
        fields["dns_nameservers"] = .array(nameServers.map { .string($0.description) })
      }
      if !allocationPool.isEmpty {
        fields["allocation_pools"] = .array(
          allocationPool.map { ["start": .string($0.start.description), "end": .string($0.end.description)] })
      }
      if !hostRoute.isEmpty {
        fields["host_routes"] = .array(
          hostRoute.map {
            ["destination": .string($0.destination.description), "nexthop": .string($0.nextHop.description)]
          })
      }
      return fields
    }

    func run() async throws {
      let subnet = try await global.withController { client in
        let network = try await client.resolve(.network, self.network)
        return try await client.create(.subnet, fields(networkID: network.id))
      }
      try global.write(subnet, of: .subnet)
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the subnets.")
    @Option(help: "Only subnets of this network, by name or id.", transform: referenceOption) var network: String?
    @Option(help: "Only subnets of this name.") var name: String?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.withController { client in
        var filters: [(String, String)] = []
        if let network { filters.append(("network_id", try await client.resolve(.network, network).id)) }
        if let name { filters.append(("name", name)) }
        let subnets = try await client.list(.subnet, filters: filters)
        let networks = global.output == .table && !subnets.isEmpty ? try await client.names(.network) : [:]
        try global.write(subnets, of: .subnet, columns: subnetColumns(networkNames: networks))
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show everything about a subnet.")
    @Argument(help: "The subnet's name or id.", transform: referenceOption) var subnet: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let subnet = try await global.withController { try await $0.resolve(.subnet, self.subnet) }
      try global.write(subnet, of: .subnet)
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Delete subnets.")
    @Argument(help: "The subnets' names or ids.", transform: referenceOption) var subnets: [String]
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.delete(.subnet, subnets)
    }
  }
}

/// The name of the network that a resource is in, or its id when it has none.
func networkCell(_ resource: JSONValue, _ names: [String: String]) -> Cell {
  let id = resource["network_id"].shortText
  guard let name = names[id], !name.isEmpty else { return Cell(id) }
  return Cell(name)
}

func subnetColumns(networkNames: [String: String]) -> [Column] {
  [
    Column("NAME", field: "name"),
    Column("ID", field: "id"),
    Column("NETWORK") { networkCell($0, networkNames) },
    Column("CIDR", field: "cidr"),
    Column("GATEWAY", field: "gateway_ip"),
    Column("DHCP") { subnet in
      guard case .boolean(let enabled) = subnet["enable_dhcp"] else { return Cell(nil) }
      return Cell(enabled ? "yes" : "no")
    },
    Column("IPV6 MODE") { subnet in
      Cell([subnet["ipv6_address_mode"], subnet["ipv6_ra_mode"]].map(\.shortText).first { !$0.isEmpty })
    },
  ]
}
