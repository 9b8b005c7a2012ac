import NetworkTypes

/// A question for a neighbor that a host has not been told of.
public struct NeighborAsk: Hashable, Sendable {
  /// What is known of the neighbor.
  public enum Target: Hashable, Sendable {
    /// One of its addresses.
    case address(IPAddress)
    /// Its MAC address.
    case mac(MACAddress)
  }

  /// Which of the host's questions it is.
  public var number: UInt64
  /// The network that the neighbor is in.
  public var networkID: NetworkID
  /// What is known of the neighbor.
  public var target: Target

  /// All parts.
  public init(number: UInt64, networkID: NetworkID, target: Target) {
    self.number = number
    self.networkID = networkID
    self.target = target
  }
}

extension NeighborAsk.Target: CustomStringConvertible {
  /// The address.
  public var description: String {
    switch self {
    case .address(let address): "\(address)"
    case .mac(let address): "\(address)"
    }
  }
}

/// The answer to a ``NeighborAsk``. A neighbor that was found has come with the goal state before it.
public struct NeighborAnswer: Hashable, Sendable {
  /// The question's number.
  public var number: UInt64
  /// Whether there is such a neighbor.
  public var isFound: Bool
  /// How long the host need not ask again when there is none, in seconds.
  public var rememberSeconds: UInt32

  /// All parts.
  public init(number: UInt64, isFound: Bool, rememberSeconds: UInt32 = 0) {
    self.number = number
    self.isFound = isFound
    self.rememberSeconds = rememberSeconds
  }
}
