/// How much a host takes of each kind. What is more is refused, resource by resource.
public struct HostLimits: Hashable, Sendable {
  /// Networks.
  public var networks: Int
  /// Subnets.
  public var subnets: Int
  /// Ports.
  public var ports: Int
  /// Neighbors.
  public var neighbors: Int
  /// Security groups.
  public var securityGroups: Int
  /// Routers.
  public var routers: Int
  /// The rules of all security groups together.
  public var rules: Int
  /// The routes of all routers together.
  public var routes: Int

  /// The limits, unless they are configured otherwise: far more than a host is known to have.
  public init(
    networks: Int = 16_384, subnets: Int = 65_536, ports: Int = 16_384, neighbors: Int = 1_000_000,
    securityGroups: Int = 16_384, routers: Int = 16_384, rules: Int = 500_000, routes: Int = 500_000
  ) {
    self.networks = networks
    self.subnets = subnets
    self.ports = ports
    self.neighbors = neighbors
    self.securityGroups = securityGroups
    self.routers = routers
    self.rules = rules
    self.routes = routes
  }
}

extension HostGoalState {
  /// Why there is no room for a resource; nil when there is.
  func excess(of versioned: VersionedResource, isNew: Bool) -> ResourceFailure? {
    func check(_ held: Int, _ limit: Int, _ what: String, _ name: String) -> ResourceFailure? {
      guard held > limit else { return nil }
      return ResourceFailure(
        key: versioned.key, revision: versioned.revision, code: .host,
        message:
          "with it this host would have \(held) \(what), and takes \(limit): raise limits.\(name) in aliothd.yaml")
    }
    let one = isNew ? 1 : 0
    switch versioned.resource {
    case .neighbor: return isNew ? check(neighbors.count + 1, limits.neighbors, "neighbors", "neighbors") : nil
    case .port: return check(ports.count + one, limits.ports, "ports", "ports")
    case .network: return check(networks.count + one, limits.networks, "networks", "networks")
    case .subnet: return check(subnets.count + one, limits.subnets, "subnets", "subnets")
    case .securityGroup(let group):
      let rules = ruleCount - (securityGroups[group.id]?.rules.count ?? 0) + group.rules.count
      return check(securityGroups.count + one, limits.securityGroups, "security groups", "security-groups")
        ?? check(rules, limits.rules, "rules of security groups", "rules")
    case .router(let router):
      let routes = routeCount - (routers[router.id]?.routeCount ?? 0) + router.routeCount
      return check(routers.count + one, limits.routers, "routers", "routers")
        ?? check(routes, limits.routes, "routes", "routes")
    }
  }
}

extension Router {
  /// Its own and its interfaces'.
  var routeCount: Int { interfaces.reduce(routes.count) { $0 + $1.routes.count } }
}
