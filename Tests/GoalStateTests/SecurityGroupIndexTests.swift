import GoalState
import NetworkTypes
import Testing

@Suite("Who names which security group")
struct SecurityGroupIndexTests {
  private static func id(_ name: String) -> SecurityGroupID { SecurityGroupID(name) }

  private static func port(_ name: String, network: String = "n", _ groups: [String]) -> Resource {
    .port(
      Port(
        id: PortID(name), networkID: NetworkID(network), mac: MACAddress(2, 0, 0, 0, 0, 1), fixedIPs: [],
        security: .filtered(groups.map(id))))
  }

  private static func group(
    _ name: String, isStateful: Bool = true, in ingress: [String] = [], out egress: [String] = []
  ) -> Resource {
    .securityGroup(
      SecurityGroup(
        id: id(name), isStateful: isStateful,
        rules: ingress.map { SecurityGroupRule(direction: .ingress, remote: .group(id($0))) }
          + egress.map { SecurityGroupRule(direction: .egress, remote: .group(id($0))) }))
  }

  private static func apply(
    _ goal: inout HostGoalState, _ upserts: [Resource] = [], removing: [ResourceKey] = []
  ) -> HostGoalState.Changes {
    let revision = goal.version.revision + 1
    return goal.apply(
      GoalStateUpdate(
        scope: .delta(from: revision - 1), version: GoalStateVersion(epoch: "e", revision: revision),
        upserts: upserts.map { VersionedResource($0, revision: revision) }, removals: removing))
  }

  @Test(
    "a group is used by rules of held groups that have a port here, in the ports' networks", arguments: [true, false])
  func order(portFirst: Bool) {
    var goal = HostGoalState()
    let resources = [Self.port("p", ["a"]), Self.group("a", in: ["b"])]
    _ = Self.apply(&goal, portFirst ? resources : resources.reversed())
    #expect(goal.uses(of: Self.id("b")) == [NetworkID("n"): .ingress])
    #expect(goal.remoteGroups(in: NetworkID("n")) == [Self.id("b")])
    #expect(goal.namedGroups == [Self.id("a"), Self.id("b")])
    #expect(goal.uses(of: Self.id("a")).isEmpty)
  }

  @Test("each way of a use begins with the first that has it and ends with the last, and only that is a change")
  func counts() {
    var goal = HostGoalState()
    let b = Self.id("b")
    _ = Self.apply(&goal, [Self.group("a", in: ["b"]), Self.group("c", in: ["b"], out: ["b"])])
    #expect(goal.uses(of: b).isEmpty)
    #expect(Self.apply(&goal, [Self.port("p1", ["a"])]).remoteGroups == [b])
    #expect(Self.apply(&goal, [Self.port("p2", ["a"])]).remoteGroups == [])
    #expect(Self.apply(&goal, [Self.port("p3", ["c"])]).remoteGroups == [b], "egress is new")
    #expect(goal.uses(of: b) == [NetworkID("n"): [.ingress, .egress]])
    #expect(Self.apply(&goal, removing: [.port(PortID("p1"))]).remoteGroups == [])
    #expect(Self.apply(&goal, [Self.group("a", isStateful: false, in: ["b"])]).remoteGroups == [b])
    #expect(goal.uses(of: b) == [NetworkID("n"): [.ingress, .egress, .statelessIngress]])
    #expect(Self.apply(&goal, [Self.port("p2", network: "m", ["a"])]).remoteGroups == [b])
    #expect(goal.uses(of: b) == [NetworkID("n"): [.ingress, .egress], NetworkID("m"): .statelessIngress])
    #expect(Self.apply(&goal, removing: [.securityGroup(Self.id("a")), .port(PortID("p3"))]).remoteGroups == [b])
    #expect(goal.uses(of: b).isEmpty)
    #expect(goal.remoteGroups(in: NetworkID("n")).isEmpty)
    #expect(goal.number(of: b) != nil, "a held group still names it")
    _ = Self.apply(&goal, removing: [.securityGroup(Self.id("c"))])
    #expect(goal.number(of: b) == nil)
  }

  @Test("a port that names a group twice, or again, counts once")
  func repeated() {
    var goal = HostGoalState()
    _ = Self.apply(&goal, [Self.group("a", in: ["b"]), Self.port("p", ["a", "a"])])
    #expect(Self.apply(&goal, [Self.port("p", ["a"])]).remoteGroups == [])
    #expect(Self.apply(&goal, removing: [.port(PortID("p"))]).remoteGroups == [Self.id("b")])
    #expect(goal.uses(of: Self.id("b")).isEmpty)
  }

  @Test("a port's group is held from its first port to its last, whether it is known or not")
  func held() {
    var goal = HostGoalState()
    let late = Self.id("late")
    #expect(Self.apply(&goal, [Self.port("p1", ["late"])]).heldGroups == [late])
    #expect(Self.apply(&goal, [Self.port("p2", ["late"])]).heldGroups == [])
    #expect(goal.namedGroups == [late])
    #expect(Self.apply(&goal, [Self.port("p1", [])]).heldGroups == [])
    #expect(Self.apply(&goal, removing: [.port(PortID("p2"))]).heldGroups == [late])
    #expect(goal.namedGroups == [])
  }

  @Test("a remote group keeps its number for as long as any rule names it")
  func numbers() {
    var goal = HostGoalState()
    _ = Self.apply(&goal, [Self.group("a", in: ["b"])])
    let number = goal.number(of: Self.id("b"))
    #expect(number != nil)
    _ = Self.apply(&goal, [Self.group("a", in: ["b", "c"]), Self.group("d", in: ["b"])])
    _ = Self.apply(&goal, removing: [.securityGroup(Self.id("a"))])
    #expect(goal.number(of: Self.id("b")) == number)
    #expect(goal.number(of: Self.id("c")) == nil)
  }

  @Test("routers join networks, and a subnet that comes, goes or moves does so too")
  func joins() {
    var goal = HostGoalState()
    let router = Router(id: RouterID("r"), interfaces: ["s", "t"].map { .init(subnetID: SubnetID($0)) })
    func subnet(_ name: String, _ network: String) -> Resource {
      .subnet(
        Subnet(id: SubnetID(name), networkID: NetworkID(network), prefix: .v4(IPv4Prefix(IPv4Address(10, 0, 0, 0)))))
    }
    #expect(Self.apply(&goal, [subnet("s", "n"), .router(router)]).joins == [NetworkID("n")])
    #expect(Self.apply(&goal, [subnet("t", "m")]).joins == [NetworkID("n"), NetworkID("m")])
    #expect(goal.networks(joinedWith: NetworkID("n")) == [NetworkID("m")])
    #expect(Self.apply(&goal, [subnet("t", "o")]).joins == [NetworkID("n"), NetworkID("m"), NetworkID("o")])
    #expect(Self.apply(&goal, [subnet("t", "o")]).joins == [])
    #expect(Self.apply(&goal, removing: [.router(router.id)]).joins == [NetworkID("n"), NetworkID("o")])
    #expect(goal.networks(joinedWith: NetworkID("n")) == [])
  }
}
