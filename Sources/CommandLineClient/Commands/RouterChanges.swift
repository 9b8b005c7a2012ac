import ArgumentParser
import NetworkTypes

extension RouterCommand {
  struct AddSubnet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "add-subnet", abstract: "Put a router into subnets.",
      discussion: "The router is each subnet's gateway then, and forwards between all of its subnets.")
    @Argument(help: "The router's name or id.", transform: referenceOption) var router: String
    @Argument(help: "The subnets' names or ids.", transform: referenceOption) var subnets: [String]
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.changeSubnets(router, subnets, "add_router_interface", attempt: "put", "added to")
    }
  }

  struct RemoveSubnet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove-subnet", abstract: "Take a router out of subnets.")
    @Argument(help: "The router's name or id.", transform: referenceOption) var router: String
    @Argument(help: "The subnets' names or ids.", transform: referenceOption) var subnets: [String]
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.changeSubnets(router, subnets, "remove_router_interface", attempt: "take", "removed from")
    }
  }

  struct SetRoutes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set-routes", abstract: "Give a router static routes, in the place of those that it has.")
    @Argument(help: "The router's name or id.", transform: referenceOption) var router: String
    @Option(
      name: .customLong("route"),
      help: ArgumentHelp(
        "A route through an address in one of the router's subnets; may be repeated.", valueName: "dest,nexthop"),
      transform: { try HostRouteOption(parsing: $0) })
    var routes: [HostRouteOption] = []
    @Flag(help: "Leave it without static routes.") var noRoutes = false
    @OptionGroup var global: GlobalOptions

    func validate() throws {
      if noRoutes, !routes.isEmpty { throw ValidationError("--route and --no-routes exclude each other.") }
      if !noRoutes, routes.isEmpty { throw ValidationError("Give --route at least once, or --no-routes.") }
    }

    /// The fields of the request.
    func fields() -> [String: JSONValue] {
      [
        "routes": .array(
          routes.map {
            ["destination": .string($0.destination.description), "nexthop": .string($0.nextHop.description)]
          })
      ]
    }

    func run() async throws {
      let router = try await global.withController { client in
        try await client.update(.router, try await client.resolve(.router, self.router), fields())
      }
      try global.write(router, of: .router)
    }
  }
}

extension GlobalOptions {
  /// Puts a router into subnets or takes it out of them, one after the other; the first that fails ends it.
  fileprivate func changeSubnets(
    _ router: String, _ subnets: [String], _ action: String, attempt verb: String, _ done: String
  ) async throws {
    let console = Console.current
    try await withController { client in
      let router = try await client.resolve(.router, router)
      let title = router.title(as: .router)
      for subnet in subnets {
        let subnet = try await client.resolve(.subnet, subnet)
        let name = subnet.title(as: .subnet)
        let answer = try await client.perform(
          action, .router, router, ["subnet_id": .string(subnet.id)],
          attempt: "\(verb) the router '\(title)' \(verb == "put" ? "into" : "out of") the subnet '\(name)'")
        if output == .table {
          try console.printLine("subnet '\(name)' \(done) router '\(title)'")
        } else {
          try console.printLine(answer.prettyText())
        }
      }
    }
  }
}

extension ControllerClient {
  /// The ports that routers have in subnets.
  func routerInterfaces(of router: String? = nil) async throws -> [JSONValue] {
    var filters = [("device_owner", "network:router_interface")]
    if let router { filters.append(("device_id", router)) }
    return try await list(.port, filters: filters)
  }
}
