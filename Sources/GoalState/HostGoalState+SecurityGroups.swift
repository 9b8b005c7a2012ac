extension HostGoalState {
  /// The number of a security group that a held group's rules name as the other side, 1 to 2^30 - 1: no other has it.
  public func number(of group: SecurityGroupID) -> UInt32? { groupIndex.numbers[group] }

  /// This host's ports that are held to a security group's rules, whether the group is known or not.
  public func ports(of group: SecurityGroupID) -> Set<PortID> { groupIndex.ports[group] ?? [] }

  /// The neighbors that are members of a security group.
  public func neighbors(of group: SecurityGroupID) -> Set<NeighborID> { groupIndex.neighbors[group] ?? [] }

  /// The held security groups whose rules name a group as the other side.
  public func users(of group: SecurityGroupID) -> Set<SecurityGroupID> { groupIndex.users[group] ?? [] }

  /// How rules of this host's ports name a group as the other side, by the ports' networks.
  public func uses(of group: SecurityGroupID) -> [NetworkID: RemoteGroupUses] { groupIndex.remotes.uses[group] ?? [:] }

  /// The groups that rules of a network's ports on this host name as the other side.
  public func remoteGroups(in network: NetworkID) -> Set<SecurityGroupID> {
    groupIndex.remotes.groups[network] ?? []
  }

  /// The security groups that are held, that ports of this host are held to, or that their rules name.
  public var namedGroups: Set<SecurityGroupID> {
    Set(securityGroups.keys).union(groupIndex.ports.keys).union(groupIndex.remotes.uses.keys)
  }
}
