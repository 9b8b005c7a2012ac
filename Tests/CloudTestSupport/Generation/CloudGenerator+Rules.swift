import GoalState
import NetworkTypes

extension CloudGenerator {
  mutating func group() -> SecurityGroup {
    SecurityGroup(id: SecurityGroupID("g\(next())"), isStateful: !random.chance(25))
  }

  mutating func rules(in cloud: Cloud) -> [SecurityGroupRule] {
    var rules: [SecurityGroupRule] = []
    for _ in 0..<random.number(1..<4) { rules.append(rule(in: cloud)) }
    return rules
  }

  mutating func rule(in cloud: Cloud) -> SecurityGroupRule {
    let version: IPVersion = features.contains(.ipv6) && random.chance(35) ? .v6 : .v4
    return SecurityGroupRule(
      id: "rule\(next())", direction: random.chance(50) ? .egress : .ingress, version: version,
      traffic: traffic(version), remote: remote(version, in: cloud))
  }

  private mutating func traffic(_ version: IPVersion) -> SecurityGroupRule.Traffic {
    switch random.number(0..<14) {
    case 0..<4: .any
    case 4: .transport(6, ports: nil)
    case 5: .transport(6, ports: 80...80)
    case 6: .transport(6, ports: random.pick(of: 79...443, 1...65535, 0...79))
    case 7: .transport(17, ports: nil)
    case 8: .transport(17, ports: random.pick(of: 53...53, 53...8080))
    case 9: .transport(132, ports: random.pick(of: nil, 80...443))
    case 10: .icmp(type: nil, code: nil)
    case 11: .icmp(type: version == .v4 ? 8 : 128, code: random.pick(of: nil, 0))
    case 12: .icmp(type: version == .v4 ? 3 : 1, code: nil)
    default: .other(47)
    }
  }

  private mutating func remote(_ version: IPVersion, in cloud: Cloud) -> SecurityGroupRule.Remote {
    switch random.number(0..<10) {
    case 0..<4: return .any
    case 4..<7:
      let addresses = cloud.guests.flatMap(\.addresses).filter { $0.version == version }
      let lengths: [Int] = version == .v4 ? [32, 24, 25, 28, 0] : [128, 64, 48, 125, 0]
      if let address = random.pick(addresses), let length = random.pick(lengths),
        let prefix = IPPrefix(containing: address, length: length)
      {
        return .prefix(prefix)
      }
      return .any
    default: return random.pick(cloud.groups).map { .group($0.id) } ?? .any
    }
  }

  /// Static routes by way of guests.
  mutating func addRoutes(to router: inout Router, in cloud: Cloud) {
    for _ in 0..<random.number(0..<3) {
      let subnets = router.interfaces.compactMap { cloud.subnet($0.subnetID) }
      guard let subnet = random.pick(subnets) else { return }
      let hops = cloud.guests(in: subnet.networkID).flatMap(\.addresses).filter(subnet.prefix.contains)
      guard let nextHop = random.pick(hops), let destination = destination(nextHop, among: subnets) else { continue }
      let taken = router.routes + router.interfaces.flatMap(\.routes)
      guard !taken.contains(where: { $0.destination == destination }),
        !subnets.contains(where: { $0.prefix == destination })
      else { continue }
      let route = Router.Route(destination: destination, nextHop: nextHop)
      let index = random.number(0..<router.interfaces.count)
      // Routes of a leg's own need it to be the router's only one in its network.
      let network = cloud.subnet(router.interfaces[index].subnetID)?.networkID
      if random.chance(30), subnets.filter({ $0.networkID == network }).count == 1 {
        router.interfaces[index].routes.append(route)
      } else {
        router.routes.append(route)
      }
    }
  }

  private mutating func destination(_ nextHop: IPAddress, among subnets: [Subnet]) -> IPPrefix? {
    let version = nextHop.version
    let outside = IPAddress.outside(version)
    switch random.number(0..<4) {
    case 0: return IPPrefix(containing: outside, length: 0)
    case 1: return IPPrefix(containing: outside, length: version == .v4 ? 16 : 48)
    case 2: return IPPrefix(outside)
    default:
      // Half of a connected subnet.
      let base = random.pick(subnets.map(\.prefix).filter { $0.version == version })?.base
      return base.flatMap { IPPrefix(containing: $0, length: version == .v4 ? 25 : 65) }
    }
  }
}
