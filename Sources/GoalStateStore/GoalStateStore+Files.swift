import GoalState

/// What is kept, and for how long.
extension GoalStateStore {
  /// Removes what is not needed any more: snapshots but the last two, and the oldest journals beyond the limits. What cannot be
  /// removed stays until the next time.
  func prune() {
    guard let names = try? disk.names() else { return }
    let snapshots = names.compactMap(FileName.snapshotGeneration).filter { $0 <= generation }.sorted(by: >)
    for old in snapshots.dropFirst(2) { try? disk.remove(FileName.snapshot(old)) }
    // With the snapshot before the last one goes all that leads from it to now.
    let needed = snapshots.prefix(2).last ?? generation
    var journals = names.compactMap(FileName.journalGeneration).sorted().map { generation in
      (generation: generation, bytes: (try? disk.size(of: FileName.journal(generation))) ?? 0)
    }
    var total = journals.reduce(0) { $0 + $1.bytes }
    while let oldest = journals.first, oldest.generation < needed,
      total > limits.historyBytes || journals.count > limits.journals
    {
      try? disk.remove(FileName.journal(oldest.generation))
      total -= oldest.bytes
      journals.removeFirst()
    }
  }

  /// Gives up the history, so that there is room for the state.
  public func dropHistory() {
    guard let names = try? disk.names() else { return }
    let newest = names.compactMap(FileName.snapshotGeneration).filter { $0 <= generation }.max() ?? generation
    for old in names.compactMap(FileName.snapshotGeneration) where old < newest {
      try? disk.remove(FileName.snapshot(old))
    }
    for old in names.compactMap(FileName.journalGeneration) where old < newest {
      try? disk.remove(FileName.journal(old))
    }
    for name in names where FileName.setAsideNumber(name) != nil || name.hasSuffix(FileName.temporary) {
      try? disk.remove(name)
    }
  }

  /// Gives a file that is not used another name, so that somebody can look at it, and removes the oldest of such files beyond
  /// the limit. When that does not work the file stays, and no later file takes its name.
  func setAside(_ name: String, _ reason: FileName.Reason) -> String {
    let numbers = ((try? disk.names()) ?? []).compactMap { name in
      FileName.setAsideNumber(name).map { (name: name, number: $0) }
    }.sorted { $0.number < $1.number }
    let new = FileName.setAside(name, reason, number: (numbers.last?.number ?? 0) &+ 1)
    do throws(DiskError) {
      try disk.rename(name, to: new)
    } catch {
      return "it stays where it is (\(error))"
    }
    for old in numbers.dropLast(max(0, limits.setAside - 1)) { try? disk.remove(old.name) }
    return "it was renamed to \(new)"
  }
}
