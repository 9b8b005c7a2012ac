/// What can be begun with of an update that is still arriving.
extension HostGoalState {
  /// What has been taken in of an update that is still arriving.
  struct Anticipation: Sendable {
    let version: GoalStateVersion
    /// How many of the update's resources have been looked at.
    var count = 0
    var last: ResourceKey?
    /// Those of them that wait for the whole update.
    var postponed: [VersionedResource] = []
    /// Those that were not here before.
    var added: [ResourceKey] = []
    /// The same of updates before that never came whole.
    var abandoned: [ResourceKey] = []

    /// Whether the update is the one, and begins with what has been looked at.
    func isBeginning(of update: GoalStateUpdate) -> Bool {
      guard version == update.version, count > 0, count <= update.upserts.count else { return false }
      return update.upserts[count - 1].key == last
    }
  }

  /// Takes in, of an update that is still arriving, what each host may have before the rest: neighbors, with their networks and
  /// subnets. A large goal state is nearly all neighbors, so that the work on them can begin while they arrive.
  ///
  /// Nothing else is other than before, the version least of all; what the next update does not have goes with it.
  public mutating func anticipate(_ part: GoalStatePart) -> Changes {
    var changes = Changes()
    // Revisions of different epochs cannot be compared.
    guard version.epoch.isEmpty || version.epoch == part.version.epoch else { return changes }
    var begun = anticipation ?? Anticipation(version: part.version)
    if begun.version != part.version {
      begun = Anticipation(version: part.version, abandoned: begun.abandoned + begun.added)
    }
    anticipation = nil
    for versioned in part.upserts {
      // Whether it is out of order is known with the whole update.
      if let held = revisions[versioned.key], versioned.revision < held {
        begun.postponed.append(versioned)
        continue
      }
      switch versioned.resource {
      case .neighbor, .subnet: break
      case .network where conflict(of: versioned) == nil: break
      case .network, .port, .securityGroup, .router:
        begun.postponed.append(versioned)
        continue
      }
      if revisions[versioned.key] == nil { begun.added.append(versioned.key) }
      insert(versioned, sameEpoch: !version.epoch.isEmpty, &changes)
    }
    begun.count += part.upserts.count
    begun.last = part.upserts.last?.key ?? begun.last
    anticipation = begun
    return changes
  }

  /// This goal state without what an update has added that is still arriving.
  public var settled: HostGoalState {
    guard let anticipation else { return self }
    var settled = self
    settled.anticipation = nil
    var changes = Changes()
    for key in anticipation.abandoned + anticipation.added { settled.remove(key, &changes) }
    return settled
  }
}
