import ArgumentParser

/// `alioth router`: routers between subnets.
struct RouterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "router", abstract: "Routers between subnets.",
    subcommands: [
      Create.self, List.self, Show.self, Delete.self, AddSubnet.self, RemoveSubnet.self, SetRoutes.self,
    ])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Create a router.")
    @Argument(help: "The router's name.") var name: String
    @Option(help: ArgumentHelp("The project that it belongs to.", valueName: "id")) var project: String?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      var fields: [String: JSONValue] = ["name": .string(name), "admin_state_up": true]
      if let project { fields["project_id"] = .string(project) }
      let router = try await global.withController { [fields] in try await $0.create(.router, fields) }
      try global.write(router, of: .router)
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the routers.")
    @Option(help: "Only routers of this name.") var name: String?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.withController { client in
        let routers = try await client.list(.router, filters: name.map { [("name", $0)] } ?? [])
        let isTable = global.output == .table && !routers.isEmpty
        let interfaces = isTable ? try await client.routerInterfaces() : []
        let subnets = isTable ? try await client.names(.subnet) : [:]
        try global.write(routers, of: .router, columns: routerColumns(interfaces, subnetNames: subnets))
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show everything about a router, with its addresses in subnets.")
    @Argument(help: "The router's name or id.", transform: referenceOption) var router: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let router = try await global.withController { client in
        var router = try await client.resolve(.router, self.router).object ?? [:]
        let interfaces = try await client.routerInterfaces(of: router["id"]?.string ?? "")
        // As OpenStack's client shows them.
        router["interfaces_info"] = .array(interfaces.flatMap(interfaceFields))
        return JSONValue.object(router)
      }
      try global.write(router, of: .router)
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Delete routers.", discussion: "A router that is in subnets stays: take them away from it first.")
    @Argument(help: "The routers' names or ids.", transform: referenceOption) var routers: [String]
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.delete(.router, routers)
    }
  }
}

/// The addresses of a router's port, each with its subnet.
@Sendable private func interfaceFields(_ port: JSONValue) -> [JSONValue] {
  (port["fixed_ips"].array ?? []).map { fixed in
    ["port_id": .string(port.id), "ip_address": fixed["ip_address"], "subnet_id": fixed["subnet_id"]]
  }
}

func routerColumns(_ interfaces: [JSONValue], subnetNames: [String: String]) -> [Column] {
  let ports = Dictionary(grouping: interfaces) { $0["device_id"].shortText }
  return [
    Column("NAME", field: "name"),
    Column("ID", field: "id"),
    Column("SUBNETS") { router in
      let ids = (ports[router.id] ?? []).flatMap { $0["fixed_ips"].array ?? [] }.map { $0["subnet_id"].shortText }
      return Cell(
        ids.map { id in subnetNames[id].flatMap { $0.isEmpty ? nil : $0 } ?? id }.sorted().joined(separator: ","))
    },
    Column("ROUTES") { Cell(String($0["routes"].array?.count ?? 0)) },
    Column("UP") { router in
      guard case .boolean(let up) = router["admin_state_up"] else { return Cell(nil) }
      return Cell(status: up ? "yes" : "no")
    },
  ]
}
