import GoalState

extension ChangePlan {
  /// The project's default group, when there is one or this plan has made it.
  func defaultGroup(of project: String) -> SecurityGroupID? {
    state.groupUse.defaults[project]
      ?? groups.values.first { $0.isDefault && $0.header.projectID == project }?.id
  }

  /// A group as the plan leaves it; nil when there is none.
  func group(_ id: SecurityGroupID) -> SecurityGroupRecord? {
    removedGroups.contains(id) ? nil : groups[id] ?? state.securityGroups[id]?.record
  }

  /// Puts a group that nobody has yet.
  mutating func make(_ group: SecurityGroupRecord) throws(APIError) {
    try put(group)
  }

  /// Replaces a group that nobody has changed meanwhile.
  mutating func replace(_ group: SecurityGroupRecord) throws(APIError) {
    if let stored = state.securityGroups[group.id] {
      require(.modRevision(ModelKeys.securityGroup(group.id), stored.revision))
    }
    try put(group)
  }

  private mutating func put(_ group: SecurityGroupRecord) throws(APIError) {
    let before = groups[group.id] ?? state.securityGroups[group.id]?.record
    for remote in before?.remoteGroups ?? [] where !group.remoteGroups.contains(remote) {
      delete(ModelKeys.userReference(remote, group.id))
    }
    for remote in group.remoteGroups {
      if remote != group.id { try refer(to: remote) }
      guard before?.remoteGroups.contains(remote) != true else { continue }
      put(ModelKeys.userReference(remote, group.id), owner: "")
    }
    groups[group.id] = group
    try put(ModelKeys.securityGroup(group.id), group)
  }

  mutating func remove(_ group: SecurityGroupRecord) throws(APIError) {
    if let stored = state.securityGroups[group.id] {
      require(.modRevision(ModelKeys.securityGroup(group.id), stored.revision))
    }
    for remote in group.remoteGroups { delete(ModelKeys.userReference(remote, group.id)) }
    groups[group.id] = nil
    removedGroups.insert(group.id)
    delete(ModelKeys.securityGroup(group.id))
  }

  /// Makes sure that a group that something refers to is there.
  mutating func refer(to group: SecurityGroupID) throws(APIError) {
    guard self.group(group) != nil else { throw .notFound(.securityGroups, group.rawValue) }
    if state.securityGroups[group] != nil { require(.present(ModelKeys.securityGroup(group))) }
  }
}
