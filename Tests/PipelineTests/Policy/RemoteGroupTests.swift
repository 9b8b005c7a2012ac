import GoalState
import NetworkTypes
import OpenFlow
import Pipeline
import Testing

@Suite("Remote groups cost what their members cost")
struct RemoteGroupTests {
  private static let clients = SecurityGroupID("clients")

  private static func member(_ number: Int, _ groups: [SecurityGroupID] = [clients]) -> Neighbor {
    Neighbor(
      id: NeighborID("n\(number)"), networkID: FilteredHost.network.id,
      mac: MACAddress(rawValue: 0x0200_0001_0000 + UInt64(number)), hostAddress: .v4(IPv4Address(192, 0, 2, 12)),
      fixedIPs: [
        FixedIP(subnetID: SubnetID("v4"), address: .v4(IPv4Address(rawValue: 0x0a01_0000 + UInt32(number))))
      ], securityGroupIDs: groups)
  }

  private static func neighbor(_ number: Int) -> Pipeline.Unit { .neighbor(NeighborID("n\(number)")) }

  /// A hundred ports of this host, each in a group of its own with a rule for clients each way; the host already has so many
  /// clients elsewhere.
  private static func wide(clients count: Int) -> (goal: HostGoalState, host: HostPorts) {
    var resources: [Resource] = [.network(FilteredHost.network)] + FilteredHost.subnets.map(Resource.subnet)
    var host = HostPorts(tunnel: OFPort(1))
    for number in 1...100 {
      let group = SecurityGroup(
        id: SecurityGroupID("g\(number)"),
        rules: [
          .in(.tcp(UInt16(number)...UInt16(number)), from: .group(clients)), .out(.udp, to: .group(clients)),
        ])
      let guest = Guest(name: "p\(number)", number: UInt8(number), port: OFPort(UInt32(number + 10)))
      resources += [.securityGroup(group), .port(FilteredHost.port(guest, .filtered([group.id])))]
      host.guests[PortID(guest.name)] = .attached(guest.port, interface: "tap\(number)")
    }
    resources += (0..<count).map { .neighbor(member($0)) }
    return (goalState(resources), host)
  }

  private static func apply(
    _ goal: inout HostGoalState, _ upserts: [Resource], removing removals: [ResourceKey] = []
  ) -> Set<Pipeline.Unit> {
    let revision = goal.version.revision + 1
    let changes = goal.apply(
      GoalStateUpdate(
        scope: .delta(from: revision - 1), version: GoalStateVersion(epoch: "e", revision: revision),
        upserts: upserts.map { VersionedResource($0, revision: revision) }, removals: removals))
    return Dependencies.units(affectedBy: changes, in: goal)
  }

  /// What the policy makes of a unit: the other flows would be there without any group.
  private static func policy(_ unit: CompiledUnit) -> [Flow] {
    unit.flows.filter { (PipelineTable.leaving.rawValue...PipelineTable.accepted.rawValue).contains($0.table.rawValue) }
  }

  @Test(
    "a member that comes to or leaves a group of ten thousand, which a hundred ports' rules name, is one unit and two flows"
  )
  func memberOfMany() {
    var (goal, host) = RemoteGroupTests.wide(clients: 10_000)
    let dirty = RemoteGroupTests.apply(&goal, [.neighbor(RemoteGroupTests.member(10_000))])
    #expect(dirty == [RemoteGroupTests.neighbor(10_000)])
    let flows = RemoteGroupTests.policy(Compiler(goal: goal, host: host).compile(RemoteGroupTests.neighbor(10_000)))
    #expect(flows.count == 2)
    #expect(Set(flows.map(\.table)) == [PipelineTable.egressRules.id, PipelineTable.ingressRules.id])

    #expect(
      RemoteGroupTests.apply(&goal, [.neighbor(RemoteGroupTests.member(5, []))]) == [RemoteGroupTests.neighbor(5)])
    #expect(RemoteGroupTests.policy(Compiler(goal: goal, host: host).compile(RemoteGroupTests.neighbor(5))).isEmpty)
    #expect(
      RemoteGroupTests.apply(&goal, [], removing: [.neighbor(NeighborID("n7"))]) == [RemoteGroupTests.neighbor(7)])
    host.guests = [:]
    #expect(
      RemoteGroupTests.policy(Compiler(goal: goal, host: host).compile(RemoteGroupTests.neighbor(8))).count == 2,
      "members do not depend on where guests are plugged in")
  }

  @Test("a rule, a port or a group comes and goes without its members, as long as another one names them")
  func usersOfMany() {
    var (goal, _) = RemoteGroupTests.wide(clients: 100)
    let another = SecurityGroup(
      id: SecurityGroupID("g1"), rules: [.in(.tcp(7...7), from: .group(RemoteGroupTests.clients))])
    #expect(
      RemoteGroupTests.apply(&goal, [.securityGroup(another)])
        == [.securityGroup(another.id), .port(PortID("p1"))])
    let gone = RemoteGroupTests.apply(
      &goal, [], removing: [.port(PortID("p2")), .securityGroup(SecurityGroupID("g3"))])
    #expect(!gone.contains { if case .neighbor = $0 { true } else { false } })
    #expect(!gone.contains(.securityGroup(RemoteGroupTests.clients)))
  }

  @Test("members learn when the first rule names their group, and when the last one is gone")
  func firstAndLast() {
    let group = SecurityGroup(id: SecurityGroupID("g"), rules: [.in(from: .group(RemoteGroupTests.clients))])
    var goal = goalState(
      [.network(FilteredHost.network), .securityGroup(group)] + FilteredHost.subnets.map(Resource.subnet)
        + [.neighbor(RemoteGroupTests.member(1)), .neighbor(RemoteGroupTests.member(2, []))])
    let member = RemoteGroupTests.neighbor(1)
    let remote = Pipeline.Unit.securityGroup(RemoteGroupTests.clients)
    let port = FilteredHost.port(.web, .filtered([group.id]))
    func compiled(_ unit: Pipeline.Unit) -> [Flow] {
      RemoteGroupTests.policy(Compiler(goal: goal, host: FilteredHost.ports).compile(unit))
    }
    #expect(compiled(member).isEmpty, "no port is held to the group")
    #expect(compiled(remote).isEmpty)

    var dirty = RemoteGroupTests.apply(&goal, [.port(port)])
    #expect(dirty.isSuperset(of: [member, remote]))
    #expect(!dirty.contains(RemoteGroupTests.neighbor(2)))
    #expect(compiled(member).count == 1)
    #expect(compiled(remote).count == 1)
    #expect(Compiler(goal: goal, host: FilteredHost.ports).units.contains(remote), "though the group is not held")

    var stateless = group
    stateless.isStateful = false
    dirty = RemoteGroupTests.apply(&goal, [.securityGroup(stateless)])
    #expect(dirty.isSuperset(of: [member, remote, .port(port.id)]))
    #expect(compiled(member).map(\.table) == [PipelineTable.arrivingUntracked.id])
    #expect(compiled(remote).map(\.table) == [PipelineTable.arrivingUntracked.id])

    dirty = RemoteGroupTests.apply(&goal, [], removing: [.port(port.id)])
    #expect(dirty.isSuperset(of: [member, remote]))
    #expect(compiled(member).isEmpty)
    #expect(compiled(remote).isEmpty)
    #expect(!Compiler(goal: goal, host: FilteredHost.ports).units.contains(remote))
  }

  @Test("a member's addresses are its own and those of its pairs, each once, for all of its groups together")
  func addresses() {
    let group = SecurityGroup(
      id: SecurityGroupID("g"), rules: ["a", "b"].map { .in(.any, from: .of($0)) } + [.in(.any, .v6, from: .of("a"))])
    var member = RemoteGroupTests.member(1, ["b", "a", "a", "c"].map { SecurityGroupID($0) })
    member.allowedAddressPairs = ["10.9.0.0/16", "2001:db8:9::/48", "10.1.0.1/32", "0.0.0.0/0"].map {
      AddressPair(prefix: prefix($0))
    }
    let goal = goalState(
      [.network(FilteredHost.network), .securityGroup(group)] + FilteredHost.subnets.map(Resource.subnet)
        + [.neighbor(member), .port(FilteredHost.port(.web, .filtered([group.id])))])
    let compiler = Compiler(goal: goal, host: FilteredHost.ports)
    let ids = ["a", "b"].compactMap { goal.number(of: SecurityGroupID($0)).map { $0 << 2 | 1 } }.sorted()
    let clauses = ids.map { "conjunction(\($0),1/2)" }.joined(separator: ",")
    let lines = texts(compiler.compile(.neighbor(member.id))).filter { $0.hasPrefix("table=44") }
    #expect(
      lines == [
        "table=44,priority=100,ct_state=-inv+trk,ct_nw_src=10.1.0.1,ip,reg1=0x64 actions=\(clauses)",
        "table=44,priority=100,ct_state=-inv+trk,ct_nw_src=10.9.0.0/16,ip,reg1=0x64 actions=\(clauses)",
        "table=44,priority=100,ct_state=-inv+trk,ct_ipv6_src=2001:db8:9::/48,ipv6,reg1=0x64 actions=\(clauses)",
        "table=44,priority=100,ct_state=-inv+trk,ip,reg1=0x64 actions=\(clauses)",
      ])
  }

  @Test("a member counts in the networks that a router joins with its own, from the router's coming to its going")
  func joined() {
    let group = SecurityGroup(id: SecurityGroupID("g"), rules: [.in(from: .group(RemoteGroupTests.clients))])
    let other = Network(id: NetworkID("other"), vni: vni(200))
    let subnet = Subnet(id: SubnetID("o4"), networkID: other.id, prefix: prefix("10.1.0.0/24"), dhcpEnabled: false)
    var member = RemoteGroupTests.member(1)
    member.networkID = other.id
    member.fixedIPs = [FixedIP(subnetID: subnet.id, address: .v4(IPv4Address(10, 1, 0, 1)))]
    var goal = goalState(
      [.network(FilteredHost.network), .network(other), .subnet(subnet), .securityGroup(group), .neighbor(member)]
        + FilteredHost.subnets.map(Resource.subnet) + [.port(FilteredHost.port(.web, .filtered([group.id])))])
    func networks() -> [UInt128?] {
      RemoteGroupTests.policy(Compiler(goal: goal, host: FilteredHost.ports).compile(.neighbor(member.id)))
        .map { $0.match[.reg(1)]?.value }
    }
    let router = Router(
      id: RouterID("r"), interfaces: [subnet.id, SubnetID("v4")].map { Router.Interface(subnetID: $0) })
    #expect(networks() == [])
    #expect(RemoteGroupTests.apply(&goal, [.router(router)]).contains(.neighbor(member.id)))
    #expect(networks() == [100])
    var renumbered = FilteredHost.network
    renumbered.vni = vni(300)
    #expect(RemoteGroupTests.apply(&goal, [.network(renumbered)]).contains(.neighbor(member.id)))
    #expect(networks() == [300])
    #expect(RemoteGroupTests.apply(&goal, [], removing: [.subnet(SubnetID("v4"))]).contains(.neighbor(member.id)))
    #expect(networks() == [])
    #expect(RemoteGroupTests.apply(&goal, [.subnet(FilteredHost.subnets[0])]).contains(.neighbor(member.id)))
    #expect(networks() == [300])
    var parted = router
    parted.interfaces.removeLast()
    #expect(RemoteGroupTests.apply(&goal, [.router(parted)]).contains(.neighbor(member.id)))
    #expect(networks() == [])
  }
}
