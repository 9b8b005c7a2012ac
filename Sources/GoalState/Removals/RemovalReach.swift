/// Which ports and neighbors a removal of resources reaches: those that go, and those that lose what they need.
struct RemovalReach {
  private(set) var stations: Set<ResourceKey> = []

  /// - Parameter keys: What is to be removed.
  init(of keys: some Sequence<ResourceKey>, in goal: HostGoalState) {
    var networks: Set<NetworkID> = []
    for key in keys {
      switch key.kind {
      case .port, .neighbor: stations.insert(key)
      case .network:
        networks.insert(NetworkID(key.id))
        insert(goal.members(of: NetworkID(key.id)).ports)
      case .subnet: insert(goal.ports(in: SubnetID(key.id)))
      case .securityGroup: insert(goal.ports(of: SecurityGroupID(key.id)))
      case .router:
        for interface in goal.routers[RouterID(key.id)]?.interfaces ?? [] { insert(goal.ports(in: interface.subnetID)) }
      }
    }
    for neighbor in goal.neighbors(in: networks) { stations.insert(.neighbor(neighbor)) }
  }

  private mutating func insert(_ ports: Set<PortID>) {
    for port in ports { stations.insert(.port(port)) }
  }
}
