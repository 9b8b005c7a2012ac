import GoalState
import NetworkTypes

/// Which port of a network has an address: for agents that ask.
struct PortIndex: Sendable {
  private struct Key: Hashable {
    var network: NetworkID
    var target: NeighborAsk.Target
  }

  private var ports: [Key: PortID] = [:]

  mutating func replace(_ old: PortRecord?, by new: PortRecord?) {
    for key in old.map(PortIndex.keys) ?? [] where ports[key] == old?.id { ports[key] = nil }
    guard let new else { return }
    for key in PortIndex.keys(of: new) { ports[key] = new.id }
  }

  /// The port of a network that has an address or a MAC address.
  func port(in network: NetworkID, having target: NeighborAsk.Target) -> PortID? {
    ports[Key(network: network, target: target)]
  }

  private static func keys(of port: PortRecord) -> [Key] {
    let targets = [NeighborAsk.Target.mac(port.mac)] + port.addresses.map { .address($0.address) }
    return targets.map { Key(network: port.networkID, target: $0) }
  }
}
