import GoalState
import OpenFlow

/// What carries a network's frames between this host and the others, as far as the switch has it.
enum Carriage: Equatable {
  /// Tunnels, by their kind's port.
  case tunnel(OFPort)
  /// A physical network, by the port towards the bridge that is mapped to it.
  case physicalNetwork(OFPort)
  /// Nothing, for this reason.
  case missing(reason: String)
}

extension HostPorts {
  func carriage(of network: Network) -> Carriage {
    if let kind = network.segment.tunnelKind {
      return tunnels[kind].map(Carriage.tunnel)
        ?? .missing(reason: "the switch has no \(kind.rawValue) tunnel port yet")
    }
    let name = network.segment.physicalNetwork ?? ""
    switch physicalNetworks[name] {
    case .attached(let port, _): return .physicalNetwork(port)
    case .unusable(let reason): return .missing(reason: reason)
    case nil: return .missing(reason: "no bridge of this host is mapped to physical network \(name)")
    }
  }

  /// The largest IP packet that guests of a network may send, in octets: what carries the network sets the limit, and the
  /// network's own MTU counts where it is lower. Nil while neither is known.
  public func mtu(of network: Network) -> Int? {
    [network.mtu, carriedMTU(of: network)].compactMap { $0 }.min()
  }

  private func carriedMTU(of network: Network) -> Int? {
    guard let kind = network.segment.tunnelKind else {
      guard case .attached(_, let mtu) = physicalNetworks[network.segment.physicalNetwork ?? ""] else { return nil }
      return mtu
    }
    return underlayMTU.map { max($0 - kind.overhead, HostPorts.smallestMTU) }
  }

  /// What every IPv4 link carries (RFC 791 section 3.2).
  private static let smallestMTU = 68
}
