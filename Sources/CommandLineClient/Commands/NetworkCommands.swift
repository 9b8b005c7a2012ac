import ArgumentParser

/// `alioth network`: virtual networks.
struct NetworkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "network", abstract: "Virtual networks.",
    subcommands: [Create.self, List.self, Show.self, Delete.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Create a network.")
    @Argument(help: "The network's name.") var name: String
    @Option(help: "The largest IP packet of its guests, in octets; by default what the hosts' underlay can carry.")
    var mtu: Int?
    @OptionGroup var provider: ProviderOptions
    @Flag(
      inversion: .prefixedNo,
      help:
        "Whether its ports' guests are held to their addresses and to security groups, unless a port says otherwise.")
    var portSecurity: Bool?
    @Flag(help: "Have hosts ask for their guests' neighbors, instead of telling every host of every port.")
    var neighborsOnDemand = false
    @OptionGroup var global: GlobalOptions

    func validate() throws {
      // RFC 791 §3.1: every host takes 68 octets; a length field has 16 bits.
      if let mtu, !(68...65535).contains(mtu) { throw ValidationError("--mtu must be from 68 to 65535.") }
    }

    /// The fields of the request.
    func fields() -> [String: JSONValue] {
      var fields: [String: JSONValue] = ["name": .string(name), "admin_state_up": true]
      if let mtu { fields["mtu"] = .integer(Int64(mtu)) }
      if let portSecurity { fields["port_security_enabled"] = .boolean(portSecurity) }
      if neighborsOnDemand { fields["alioth:neighbors_on_demand"] = true }
      fields.merge(provider.fields()) { $1 }
      return fields
    }

    func run() async throws {
      let network = try await global.withController { try await $0.create(.network, fields()) }
      try global.write(network, of: .network)
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the networks.")
    @Option(help: "Only networks of this name.") var name: String?
    @Option(help: "Only networks in this status.") var status: String?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      var filters: [(String, String)] = []
      if let name { filters.append(("name", name)) }
      if let status { filters.append(("status", status.uppercased())) }
      let networks = try await global.withController { try await $0.list(.network, filters: filters) }
      try global.write(networks, of: .network, columns: networkColumns)
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show everything about a network.")
    @Argument(help: "The network's name or id.", transform: referenceOption) var network: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let network = try await global.withController { try await $0.resolve(.network, self.network) }
      try global.write(network, of: .network)
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Delete networks.")
    @Argument(help: "The networks' names or ids.", transform: referenceOption) var networks: [String]
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.delete(.network, networks)
    }
  }
}

let networkColumns = [
  Column("NAME", field: "name"),
  Column("ID", field: "id"),
  Column("SEGMENT") { Cell(segmentText($0)) },
  Column("MTU", field: "mtu"),
  Column("SUBNETS") { Cell(String($0["subnets"].array?.count ?? 0)) },
  Column("STATUS") { Cell(status: $0["status"].string) },
]
