import ArgumentParser

/// `alioth host`: the compute nodes that the controller knows.
struct HostCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "host", abstract: "Compute nodes, as the controller knows them.",
    subcommands: [List.self, Show.self, Delete.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the hosts.")
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let hosts = try await global.withController { try await $0.list(.host) }
      try global.write(hosts, of: .host, columns: hostColumns)
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show everything about a host.")
    @Argument(help: "The host's name or id.", transform: referenceOption) var host: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let host = try await global.withController { try await $0.resolve(.host, self.host) }
      try global.write(host, of: .host)
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Forget hosts.", discussion: "A host whose agent still runs comes back when its agent reports.")
    @Argument(help: "The hosts' names or ids.", transform: referenceOption) var hosts: [String]
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.delete(.host, hosts)
    }
  }
}

let hostColumns = [
  Column("HOST", field: "host"),
  Column("ALIVE") { host in
    guard case .boolean(let alive) = host["alive"] else { return Cell(host["alive"].shortText) }
    return Cell(status: alive ? "yes" : "no")
  },
  // Neutron's own agents call it tunneling_ip.
  Column("TUNNEL") { host in
    let tunnel = host["configurations"]["tunnel_address"].shortText
    return Cell(tunnel.isEmpty ? host["configurations"]["tunneling_ip"].shortText : tunnel)
  },
  Column("APPLIED") { Cell($0["configurations"]["applied_revision"].shortText) },
  Column("SENT") { Cell($0["configurations"]["sent_revision"].shortText) },
  Column("FAILED") { host in
    let count = host["configurations"]["failures"].array?.count
    return Cell(count.map(String.init), style: count ?? 0 > 0 ? .bad : .plain)
  },
  Column("HEARTBEAT", field: "heartbeat_timestamp"),
  Column("ID", field: "id"),
]
