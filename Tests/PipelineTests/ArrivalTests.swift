import GoalState
import NetworkTypes
import OpenFlow
import Pipeline
import Testing

@Suite("Resources that arrive in any order")
struct ArrivalTests {
  @Test(
    "end in the same flows, and nothing is in force before what it refers to", arguments: 1...60)
  func order(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let resources = Self.resources.shuffled(using: &random)
    var goal = HostGoalState()
    var compiled: [Unit: CompiledUnit] = [:]
    var revision: UInt64 = 0
    var rest = resources[...]
    while !rest.isEmpty {
      let part = rest.prefix(Int.random(in: 1...3, using: &random))
      rest = rest.dropFirst(part.count)
      revision += 1
      let changes = goal.apply(
        GoalStateUpdate(
          scope: .delta(from: revision - 1), version: GoalStateVersion(epoch: "e", revision: revision),
          upserts: part.map { VersionedResource($0, revision: revision) }))
      let compiler = Compiler(goal: goal, host: Self.host)
      for unit in Dependencies.units(affectedBy: changes, in: goal) { compiled[unit] = compiler.compile(unit) }
      // A port of a group that is not known yet is closed: the group has no rules, and waits.
      for group in goal.namedGroups where goal.securityGroups[group] == nil && !goal.ports(of: group).isEmpty {
        guard case .waiting(let reason) = compiled[.securityGroup(group)]?.status else {
          Issue.record("seed \(seed): \(group) does not wait")
          continue
        }
        #expect(reason.contains(group.rawValue))
      }
      for unit in compiled.keys {
        guard let missing = Self.missing(for: unit, in: goal) else { continue }
        #expect(compiled[unit]?.flows.isEmpty == true, "seed \(seed): \(unit) is in force without \(missing)")
        guard case .waiting(let reason) = compiled[unit]?.status else {
          Issue.record("seed \(seed): \(unit) does not wait for \(missing)")
          continue
        }
        #expect(reason.contains(missing), "seed \(seed): \(unit) waits for \(missing), and says \(reason)")
      }
    }
    let whole = Compiler(goal: goalState(Self.resources), host: Self.host)
    let units = whole.units.filter { $0 != .host }
    let wanted = units.reduce(into: Set<String>()) { $0.formUnion(texts(whole.compile($1))) }
    let found = compiled.values.reduce(into: Set<String>()) { $0.formUnion(texts($1)) }
    #expect(found == wanted, "seed \(seed)")
    for unit in units {
      #expect(
        compiled[unit]?.status == .complete, "seed \(seed): \(unit) is \(String(describing: compiled[unit]?.status))")
    }
  }

  /// What a unit refers to and cannot be in force without; nil when all of it is there.
  private static func missing(for unit: Unit, in goal: HostGoalState) -> String? {
    switch unit {
    case .port(let id):
      guard let port = goal.ports[id] else { return nil }
      if goal.networks[port.networkID] == nil { return port.networkID.rawValue }
      if let subnet = port.fixedIPs.first(where: { goal.subnets[$0.subnetID] == nil }) {
        return subnet.subnetID.rawValue
      }
      return nil
    case .neighbor(let id):
      guard let network = goal.neighbors[id]?.networkID, goal.networks[network] == nil else { return nil }
      return network.rawValue
    case .subnet(let id):
      guard let network = goal.subnets[id]?.networkID, goal.networks[network] == nil else { return nil }
      return network.rawValue
    case .router(let id):
      for interface in goal.routers[id]?.interfaces ?? [] {
        guard let subnet = goal.subnets[interface.subnetID] else { return interface.subnetID.rawValue }
        if goal.networks[subnet.networkID] == nil { return subnet.networkID.rawValue }
      }
      return nil
    case .host, .network, .securityGroup: return nil
    }
  }

  private static let host: HostPorts = {
    var host = HostPorts(
      tunnel: OFPort(1), dhcp: OFPort(2),
      guests: [
        PortID("p0"): .attached(OFPort(5), interface: "tap0"), PortID("p1"): .attached(OFPort(6), interface: "tap1"),
      ])
    host.routerMAC = MACAddress(0x0a, 0xd2, 192, 0, 2, 11)
    host.underlayMTU = 1500
    return host
  }()

  private static let resources: [Resource] = {
    let group = SecurityGroupID("web")
    let rule = SecurityGroupRule(id: "one", direction: .ingress, remote: .group(group))
    var resources: [Resource] = [
      .securityGroup(SecurityGroup(id: group, rules: [rule])),
      .router(
        Router(
          id: RouterID("r"),
          interfaces: [Router.Interface(subnetID: SubnetID("s0")), Router.Interface(subnetID: SubnetID("s1"))])),
    ]
    for number: UInt8 in 0...1 {
      let network = NetworkID("n\(number)")
      let subnet = SubnetID("s\(number)")
      resources += [
        .network(Network(id: network, vni: vni(100 + Int(number)))),
        .subnet(
          Subnet(
            id: subnet, networkID: network, prefix: prefix("10.0.\(number).0/24"),
            gateway: .init(address: .v4(IPv4Address(10, 0, number, 1)), mac: MACAddress(2, 0, 0, 0, 1, number)))),
        .port(
          Port(
            id: PortID("p\(number)"), networkID: network, mac: MACAddress(2, 0, 0, 0, 0, number),
            fixedIPs: [FixedIP(subnetID: subnet, address: .v4(IPv4Address(10, 0, number, 10)))],
            security: .filtered([group]))),
        .neighbor(
          Neighbor(
            id: NeighborID("q\(number)"), networkID: network, mac: MACAddress(2, 0, 0, 0, 2, number),
            hostAddress: .v4(IPv4Address(192, 0, 2, 12)),
            fixedIPs: [FixedIP(subnetID: subnet, address: .v4(IPv4Address(10, 0, number, 20)))],
            securityGroupIDs: [group])),
      ]
    }
    return resources
  }()
}
