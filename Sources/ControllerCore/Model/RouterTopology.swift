import GoalState
import NetworkTypes

/// Which routers join which networks, and how far from each network their packets get.
///
/// A packet is routed where its sender is: first by a router of the sender's network; and when that router's route leads
/// to the address of another router, by that one as well. Whatever such routers are in is within reach.
struct RouterTopology: Sendable {
  /// A router's address in a subnet, which is a port of the subnet's network.
  struct Interface: Hashable, Sendable {
    var subnet: SubnetID
    var network: NetworkID
    var address: IPAddress
    var port: PortID
  }

  /// What is within reach of a network: itself always.
  struct Reach: Hashable, Sendable {
    var networks: Set<NetworkID>
    var routers: Set<RouterID> = []
  }

  private(set) var interfaces: [RouterID: [Interface]] = [:]
  private(set) var routersBySubnet: [SubnetID: Set<RouterID>] = [:]
  private var routersByNetwork: [NetworkID: [RouterID: Int]] = [:]
  private var nextHops: [RouterID: Set<IPAddress>] = [:]
  /// Only of networks with routers.
  private var reaches: [NetworkID: Reach] = [:]

  func reach(from network: NetworkID) -> Reach { reaches[network] ?? Reach(networks: [network]) }

  /// The routers that have an interface in a network.
  func routers(in network: NetworkID) -> Set<RouterID> { Set((routersByNetwork[network] ?? [:]).keys) }

  /// A reach that changed.
  typealias Change = (network: NetworkID, before: Reach, after: Reach)

  /// Takes over a port that is or was a router's. Other ports change nothing.
  mutating func replace(_ old: PortRecord?, by new: PortRecord?) -> [Change] {
    let routers = Set([old?.router, new?.router].compactMap(\.self))
    guard !routers.isEmpty else { return [] }
    return change(routers) { topology in
      if let old, let router = old.router { topology.remove(old, of: router) }
      if let new, let router = new.router { topology.insert(new, of: router) }
    }
  }

  /// Takes over a router's routes.
  mutating func replaceRoutes(of router: RouterID, by routes: [SubnetRecord.Route]) -> [Change] {
    let new = Set(routes.map(\.nextHop))
    guard nextHops[router] ?? [] != new else { return [] }
    return change([router]) { $0.nextHops[router] = new.isEmpty ? nil : new }
  }

  private mutating func remove(_ port: PortRecord, of router: RouterID) {
    interfaces[router]?.removeAll { $0.port == port.id }
    if interfaces[router]?.isEmpty == true { interfaces[router] = nil }
    for address in port.addresses {
      routersBySubnet[address.subnetID]?.remove(router)
      if routersBySubnet[address.subnetID]?.isEmpty == true { routersBySubnet[address.subnetID] = nil }
      let count = (routersByNetwork[port.networkID]?[router] ?? 0) - 1
      routersByNetwork[port.networkID]?[router] = count > 0 ? count : nil
    }
    if routersByNetwork[port.networkID]?.isEmpty == true { routersByNetwork[port.networkID] = nil }
  }

  private mutating func insert(_ port: PortRecord, of router: RouterID) {
    for address in port.addresses {
      let interface = Interface(
        subnet: address.subnetID, network: port.networkID, address: address.address, port: port.id)
      interfaces[router, default: []].append(interface)
      routersBySubnet[address.subnetID, default: []].insert(router)
      routersByNetwork[port.networkID, default: [:]][router, default: 0] += 1
    }
    interfaces[router]?.sort { $0.subnet < $1.subnet }
  }

  /// Makes a change of these routers, and finds the networks anew from which it is seen.
  private mutating func change(
    _ routers: Set<RouterID>, _ body: (inout RouterTopology) -> Void
  ) -> [Change] {
    var concerned = networks(reaching: routers)
    body(&self)
    concerned.formUnion(networks(reaching: routers))
    var changes: [Change] = []
    for network in concerned {
      let before = reach(from: network)
      let after = findReach(from: network)
      guard before != after else { continue }
      reaches[network] = after.routers.isEmpty ? nil : after
      changes.append((network, before, after))
    }
    return changes
  }

  private func findReach(from network: NetworkID) -> Reach {
    var reach = Reach(networks: [network])
    var waiting = Array((routersByNetwork[network] ?? [:]).keys)
    while let router = waiting.popLast() {
      guard reach.routers.insert(router).inserted else { continue }
      for interface in interfaces[router] ?? [] {
        reach.networks.insert(interface.network)
        guard let hops = nextHops[router] else { continue }
        for other in routersBySubnet[interface.subnet] ?? [] where has(other, oneOf: hops, in: interface.subnet) {
          waiting.append(other)
        }
      }
    }
    return reach
  }

  /// The networks from which one of these routers is within reach.
  private func networks(reaching routers: Set<RouterID>) -> Set<NetworkID> {
    var networks: Set<NetworkID> = []
    var seen: Set<RouterID> = []
    var waiting = Array(routers)
    while let router = waiting.popLast() {
      guard seen.insert(router).inserted else { continue }
      for interface in interfaces[router] ?? [] {
        networks.insert(interface.network)
        for other in routersBySubnet[interface.subnet] ?? [] where nextHops[other]?.contains(interface.address) == true
        {
          waiting.append(other)
        }
      }
    }
    return networks
  }

  private func has(_ router: RouterID, oneOf addresses: Set<IPAddress>, in subnet: SubnetID) -> Bool {
    (interfaces[router] ?? []).contains { $0.subnet == subnet && addresses.contains($0.address) }
  }
}
