import GoalState
import NetworkTypes
import OpenFlow

/// A neighbor whose references are resolved, as the functions that make flows of it need it.
struct ReachableNeighbor {
  let neighbor: Neighbor
  let network: Network
  let cookie: FlowCookie
  /// Where the host that it is on has its end of tunnels.
  let remote: IPv4Address
}

extension Compiler {
  func compile(_ neighbor: Neighbor) -> CompiledUnit {
    let unit = Unit.neighbor(neighbor.id)
    guard let network = goal.networks[neighbor.networkID] else { return .waiting(missing(neighbor.networkID)) }
    guard let remote = neighbor.hostAddress.v4 else {
      return .invalid("host address \(neighbor.hostAddress): tunnels over IPv6 are not supported")
    }
    let reachable = ReachableNeighbor(
      neighbor: neighbor, network: network, cookie: FlowCookie(unit), remote: remote)
    var flows: [Flow] = []
    flows.reserveCapacity(1 + 2 * neighbor.fixedIPs.count)
    // A physical network finds its stations by itself.
    if network.segment.tunnelKind != nil { flows.append(Forwarding.flow(of: reachable)) }
    AddressResolution.appendAnswers(for: reachable, to: &flows)
    let missing = appendNextHops(of: reachable, to: &flows)
    appendMemberships(of: reachable, to: &flows)
    return CompiledUnit(flows: flows, status: missing.map { .waiting(reason: $0) } ?? .complete)
  }
}
