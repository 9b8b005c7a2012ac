import NetworkTypes

/// What belongs to one network on this host, and how many neighbors each remote host has in it: broadcasts go to the
/// hosts that have one, and a host is added or dropped without looking at the others.
public struct NetworkMembers: Sendable, Equatable {
  /// The subnets.
  public internal(set) var subnets: Set<SubnetID> = []
  /// The ports on this host.
  public internal(set) var ports: Set<PortID> = []
  /// How many ports on other hosts each host has; which ones they are is `HostGoalState.neighbors(in:)`, for they are many.
  private var neighborCounts: [IPAddress: Int] = [:]

  /// A network without members.
  public init() {}

  /// The tunnel addresses of the other hosts that have a port of this network, in order.
  public var remoteHosts: [IPAddress] { neighborCounts.keys.sorted() }

  var isEmpty: Bool { subnets.isEmpty && ports.isEmpty && neighborCounts.isEmpty }

  /// Counts one neighbor more on `host`. Returns whether it is the host's first.
  mutating func addHost(_ host: IPAddress) -> Bool {
    func count(_ neighbors: inout Int) -> Bool {
      neighbors += 1
      return neighbors == 1
    }
    return count(&neighborCounts[host, default: 0])
  }

  /// Counts one neighbor less on `host`. Returns whether it was the host's last.
  mutating func removeHost(_ host: IPAddress) -> Bool {
    guard let count = neighborCounts[host] else { return false }
    neighborCounts[host] = count > 1 ? count - 1 : nil
    return count <= 1
  }
}
