import NetworkTypes

/// A router between subnets, which every host is for its own guests: it forwards from a subnet of its to another, or along
/// a static route.
public struct Router: Hashable, Sendable {
  /// A subnet that the router is in, with the subnet's gateway address, or another, and its MAC address.
  public struct Interface: Hashable, Sendable {
    /// The subnet.
    public var subnetID: SubnetID
    /// The router's address in the subnet; nil for the subnet's gateway's.
    public var address: Subnet.Gateway?
    /// Routes that hold for what comes from this subnet only.
    public var routes: [Route]

    /// All parts.
    public init(subnetID: SubnetID, address: Subnet.Gateway? = nil, routes: [Route] = []) {
      self.subnetID = subnetID
      self.address = address
      self.routes = routes
    }
  }

  /// A static route.
  public struct Route: Hashable, Sendable {
    /// Where it leads; of several the longest counts.
    public var destination: IPPrefix
    /// Through whom: an address in one of the router's subnets.
    public var nextHop: IPAddress

    /// Both parts.
    public init(destination: IPPrefix, nextHop: IPAddress) {
      self.destination = destination
      self.nextHop = nextHop
    }
  }

  /// The id.
  public var id: RouterID
  /// The name that people gave it; may be empty.
  public var name: String
  /// Whether it forwards.
  public var adminStateUp: Bool
  /// The subnets that it is in.
  public var interfaces: [Interface]
  /// Routes that hold for what comes from any of them.
  public var routes: [Route]

  /// All parts.
  public init(
    id: RouterID, name: String = "", adminStateUp: Bool = true, interfaces: [Interface] = [], routes: [Route] = []
  ) {
    self.id = id
    self.name = name
    self.adminStateUp = adminStateUp
    self.interfaces = interfaces
    self.routes = routes
  }
}
