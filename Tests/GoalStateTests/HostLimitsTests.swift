import NetworkTypes
import Testing

@testable import GoalState

@Suite("What a host takes")
struct HostLimitsTests {
  @Test("is limited by kind: what is more is refused with what to raise, and what is held can change")
  func limited() throws {
    var goal = HostGoalState()
    goal.limits = HostLimits(
      networks: 1, subnets: 1, ports: 1, neighbors: 1, securityGroups: 1, routers: 1, rules: 2, routes: 2)
    _ = goal.apply(update(1, (1...2).flatMap(all)))
    #expect(goal.failures.count == 6)
    #expect(goal.failures.allSatisfy { $0.code == .host && $0.key.id == "x2" })
    for (kind, name) in [(ResourceKind.port, "ports"), (.securityGroup, "security-groups"), (.router, "routers")] {
      let message = try #require(goal.failures.first { $0.key.kind == kind }?.message)
      #expect(message.contains("raise limits.\(name) in aliothd.yaml"), "\(message)")
    }
    #expect(goal.ports.count == 1 && goal.neighbors.count == 1 && goal.lacksRoom)
    _ = goal.apply(update(2, all(1)))
    #expect(goal.failures.count == 6)
    // With room they come when they are sent again.
    var third = update(3, all(2))
    third.removals = all(1).map(\.key)
    _ = goal.apply(third)
    #expect(goal.failures.isEmpty && !goal.lacksRoom)
    #expect(goal.ports.keys.map(\.rawValue) == ["x2"])
  }

  @Test("rules and routes are limited all together, by what a change adds")
  func rulesAndRoutes() {
    var goal = HostGoalState()
    goal.limits = HostLimits(rules: 3, routes: 3)
    _ = goal.apply(update(1, [group("a", 2), group("b", 2), router("a", 2), router("b", 2)]))
    #expect(goal.failures.map(\.key.id) == ["b", "b"])
    _ = goal.apply(update(2, [group("a", 1), group("b", 2), router("a", 1), router("b", 2)]))
    #expect(goal.failures.isEmpty)
    _ = goal.apply(update(3, [group("a", 2), router("a", 2)]))
    #expect(goal.failures.map(\.key.id) == ["a", "a"])
    #expect(goal.securityGroups[SecurityGroupID("a")]?.rules.count == 1)
    var removal = update(4, [])
    removal.removals = [.securityGroup(SecurityGroupID("b")), .router(RouterID("b"))]
    _ = goal.apply(removal)
    _ = goal.apply(update(5, [group("a", 3), router("a", 3)]))
    #expect(goal.failures.isEmpty)
  }

  private func update(_ revision: UInt64, _ resources: [Resource]) -> GoalStateUpdate {
    GoalStateUpdate(
      scope: .delta(from: revision - 1), version: GoalStateVersion(epoch: "e", revision: revision),
      upserts: resources.map { VersionedResource($0, revision: revision) })
  }

  private func all(_ number: Int) -> [Resource] {
    guard let vni = VNI(number), let prefix = IPPrefix("10.0.0.0/24") else { fatalError("a VNI and a prefix") }
    let (id, network) = ("x\(number)", NetworkID("x\(number)"))
    return [
      .network(Network(id: network, vni: vni)),
      .subnet(Subnet(id: SubnetID(id), networkID: network, prefix: prefix)),
      .port(Port(id: PortID(id), networkID: network, mac: MACAddress(rawValue: 0x0200_0000_0001), fixedIPs: [])),
      .neighbor(
        Neighbor(
          id: NeighborID(id), networkID: network, mac: MACAddress(rawValue: 0x0200_0000_0001),
          hostAddress: .v4(IPv4Address(192, 0, 2, 1)), fixedIPs: [])),
      group(id, 1), router(id, 1),
    ]
  }

  private func group(_ id: String, _ rules: Int) -> Resource {
    .securityGroup(
      SecurityGroup(
        id: SecurityGroupID(id), rules: (0..<rules).map { SecurityGroupRule(id: "\($0)", direction: .ingress) }))
  }

  /// One route is its own, the others an interface's.
  private func router(_ id: String, _ count: Int) -> Resource {
    guard let prefix = IPPrefix("203.0.113.0/24") else { fatalError("a prefix") }
    let route = Router.Route(destination: prefix, nextHop: .v4(IPv4Address(10, 0, 0, 9)))
    return .router(
      Router(
        id: RouterID(id),
        interfaces: [.init(subnetID: SubnetID("s"), routes: Array(repeating: route, count: count - 1))], routes: [route]
      ))
  }
}
