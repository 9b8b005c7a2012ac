import ArgumentParser

/// `alioth port`: guests' ports.
struct PortCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "port", abstract: "Guests' ports.",
    subcommands: [Create.self, List.self, Show.self, Update.self, Delete.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the ports.")
    @Option(help: "Only ports of this network, by name or id.", transform: referenceOption) var network: String?
    @Option(help: "Only ports on this host.", transform: referenceOption) var host: String?
    @Option(help: "Only ports of this name.") var name: String?
    @Option(help: "Only ports in this status: ACTIVE, DOWN, BUILD or ERROR.") var status: String?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.withController { client in
        var filters: [(String, String)] = []
        if let network { filters.append(("network_id", try await client.resolve(.network, network).id)) }
        if let host { filters.append(("binding:host_id", host)) }
        if let name { filters.append(("name", name)) }
        if let status { filters.append(("status", status.uppercased())) }
        let ports = try await client.list(.port, filters: filters)
        let networks = global.output == .table && !ports.isEmpty ? try await client.names(.network) : [:]
        try global.write(ports, of: .port, columns: portColumns(networkNames: networks))
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show everything about a port.")
    @Argument(help: "The port's name or id.", transform: referenceOption) var port: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let port = try await global.withController { try await $0.resolve(.port, self.port) }
      try global.write(port, of: .port)
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Delete ports.")
    @Argument(help: "The ports' names or ids.", transform: referenceOption) var ports: [String]
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.delete(.port, ports)
    }
  }
}

func portColumns(networkNames: [String: String]) -> [Column] {
  [
    Column("NAME", field: "name"),
    Column("ID", field: "id"),
    Column("NETWORK") { networkCell($0, networkNames) },
    Column("MAC", field: "mac_address"),
    Column("FIXED-IPS") { Cell(addressesText($0)) },
    Column("HOST", field: "binding:host_id"),
    Column("STATUS") { Cell(status: $0["status"].string) },
  ]
}
