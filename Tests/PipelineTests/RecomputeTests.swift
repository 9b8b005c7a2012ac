import GoalState
import NetworkTypes
import OpenFlow
import Pipeline
import Testing

@Suite("Incremental compilation equals a recompute")
struct RecomputeTests {
  @Test(
    "after random changes in random order, compiling only what is dirty gives what compiling everything gives",
    arguments: 1...40)
  func equal(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var goal = HostGoalState()
    var host = HostPorts()
    var compiled: [Unit: CompiledUnit] = [.host: Compiler(goal: goal, host: host).compile(.host)]
    for revision: UInt64 in 1...60 {
      var dirty: Set<Unit>
      if Bool.random(using: &random) {
        let update = randomUpdate(revision, &random)
        let changes = goal.apply(update)
        dirty = Dependencies.units(affectedBy: changes, in: goal)
      } else {
        let old = host
        changeRandomly(&host, &random)
        dirty = Dependencies.units(affectedBy: old, host, in: goal)
      }
      let compiler = Compiler(goal: goal, host: host)
      for unit in dirty {
        compiled[unit] = compiler.compile(unit)
      }
      for unit in compiler.units {
        #expect(compiled[unit] == compiler.compile(unit), "seed \(seed), revision \(revision), \(unit)")
      }
      for (unit, was) in compiled where !compiler.units.contains(unit) {
        #expect(was == CompiledUnit(), "seed \(seed), revision \(revision): \(unit) is gone but left flows")
      }
    }
  }

  private func randomUpdate(_ revision: UInt64, _ random: inout SeededGenerator) -> GoalStateUpdate {
    var upserts: [VersionedResource] = []
    var removals: [ResourceKey] = []
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let resource = randomResource(&random)
      if Int.random(in: 0..<4, using: &random) == 0 {
        removals.append(resource.key)
      } else {
        upserts.append(VersionedResource(resource, revision: revision))
      }
    }
    let whole = Int.random(in: 0..<12, using: &random) == 0
    return GoalStateUpdate(
      scope: whole ? .snapshot : .delta(from: revision - 1),
      version: GoalStateVersion(epoch: "e", revision: revision), upserts: upserts, removals: whole ? [] : removals)
  }

  private func randomResource(_ random: inout SeededGenerator) -> Resource {
    let number = UInt8.random(in: 0..<3, using: &random)
    let network = NetworkID("n\(UInt8.random(in: 0..<3, using: &random))")
    let addresses = (0..<Int.random(in: 1...2, using: &random)).map { _ in randomAddress(&random) }
    let mac = MACAddress(2, 0, 0, 0, 0, UInt8.random(in: 1..<6, using: &random))
    switch Int.random(in: 0..<6, using: &random) {
    case 0: return .network(randomNetwork(number, &random))
    case 1: return .subnet(randomSubnet(number, network, &random))
    case 2: return .router(randomRouter(number, &random))
    case 3:
      return .port(
        Port(
          id: PortID("p\(number)"), networkID: network, mac: mac, fixedIPs: addresses,
          adminStateUp: Int.random(in: 0..<4, using: &random) != 0,
          delegatedPrefixes: Bool.random(using: &random) ? [IPv6Prefix("2001:db8:d::/56")].compactMap(\.self) : []))
    default:
      return .neighbor(
        Neighbor(
          id: NeighborID("r\(number)"), networkID: network, mac: mac,
          hostAddress: .v4(IPv4Address(192, 0, 2, UInt8.random(in: 1..<4, using: &random))), fixedIPs: addresses))
    }
  }

  private func randomNetwork(_ number: UInt8, _ random: inout SeededGenerator) -> Network {
    let segments: [NetworkSegment] = [
      .vxlan, .geneve, .gre, .vlan(10, physicalNetwork: "one"), .flat(physicalNetwork: "two"),
    ]
    return Network(
      id: NetworkID("n\(number)"), vni: vni(Int.random(in: 1..<5, using: &random)),
      segment: segments.randomElement(using: &random) ?? .vxlan,
      mtu: [nil, 1280, 9000].randomElement(using: &random) ?? nil)
  }

  /// s0 and s1 are IPv4 subnets, s2 is one of IPv6.
  private func randomSubnet(_ number: UInt8, _ network: NetworkID, _ random: inout SeededGenerator) -> Subnet {
    let gateway: IPAddress =
      number == 2 ? .v6(IPv6Address(high: 0x2001_0db8 << 32, low: 1)) : .v4(IPv4Address(10, 0, number, 1))
    return Subnet(
      id: SubnetID("s\(number)"), networkID: network,
      prefix: prefix(number == 2 ? "2001:db8::/64" : "10.0.\(number).0/24"),
      gateway: Bool.random(using: &random)
        ? .init(address: gateway, mac: MACAddress(2, 0, 0, 0, 1, UInt8.random(in: 0..<3, using: &random))) : nil,
      dhcpEnabled: Bool.random(using: &random))
  }

  private func randomAddress(_ random: inout SeededGenerator) -> FixedIP {
    let subnet = UInt8.random(in: 0..<3, using: &random)
    let last = UInt8.random(in: 2..<6, using: &random)
    return FixedIP(
      subnetID: SubnetID("s\(subnet)"),
      address: subnet == 2
        ? .v6(IPv6Address(high: 0x2001_0db8 << 32, low: UInt64(last))) : .v4(IPv4Address(10, 0, subnet, last)))
  }

  private func randomRouter(_ number: UInt8, _ random: inout SeededGenerator) -> Router {
    let route = Router.Route(destination: prefix("203.0.113.0/24"), nextHop: randomAddress(&random).address)
    let subnets = ["s0", "s1", "s2"].filter { _ in Bool.random(using: &random) }
    return Router(
      id: RouterID("r\(number)"), adminStateUp: Int.random(in: 0..<4, using: &random) != 0,
      interfaces: subnets.map { id in
        let mac = MACAddress(2, 0, 0, 0, 2, UInt8.random(in: 0..<2, using: &random))
        return Router.Interface(
          subnetID: SubnetID(id),
          address: id == "s0" && Bool.random(using: &random)
            ? .init(address: .v4(IPv4Address(10, 0, 0, 7)), mac: mac) : nil,
          routes: Bool.random(using: &random) ? [route] : [])
      }, routes: Bool.random(using: &random) ? [route] : [])
  }

  private func changeRandomly(_ host: inout HostPorts, _ random: inout SeededGenerator) {
    switch Int.random(in: 0..<9, using: &random) {
    case 0:
      host.tunnels[TunnelKind.allCases.randomElement(using: &random) ?? .gre] =
        Bool.random(using: &random) ? OFPort(1) : nil
    case 1: host.dhcp = Bool.random(using: &random) ? OFPort(2) : nil
    case 2: host.underlayMTU = [nil, 1500, 9000].randomElement(using: &random) ?? nil
    case 3: host.routerMAC = [nil, MACAddress(0x0a, 0xd2, 1, 2, 3, 4)].randomElement(using: &random) ?? nil
    case 4:
      let states: [HostPorts.PhysicalNetwork?] = [
        nil, .unusable(reason: "no bridge"), .attached(OFPort(20), mtu: 1500), .attached(OFPort(20), mtu: 9000),
      ]
      host.physicalNetworks[Bool.random(using: &random) ? "one" : "two"] = states.randomElement(using: &random) ?? nil
    default:
      let id = PortID("p\(Int.random(in: 0..<3, using: &random))")
      switch Int.random(in: 0..<3, using: &random) {
      case 0: host.guests[id] = nil
      case 1: host.guests[id] = .unusable(reason: "no port yet", interface: "tap")
      default: host.guests[id] = .attached(OFPort(UInt32.random(in: 3..<9, using: &random)), interface: "tap")
      }
    }
  }
}

/// SplitMix64: small, and the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
