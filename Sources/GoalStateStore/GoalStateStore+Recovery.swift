import GoalState

/// What was found on the disk.
public struct RecoveredState: Sendable {
  /// The snapshot that the state begins with; nil when nothing can be used.
  public var snapshot: StoredSnapshot?
  /// What changed since, in order.
  public var deltas: [StoredDelta] = []
  /// What was not as it should be, for the log: what was lost and what became of it.
  public var losses: [String] = []
  /// What is worth saying besides, and no loss.
  public var notes: [String] = []

  /// Nothing was found.
  public init() {}
}

extension GoalStateStore {
  /// Looks at what is on the disk, and uses what is whole of it: the last snapshot that is, and the deltas that follow it
  /// without a gap. What cannot be used is set aside.
  ///
  /// Never fails: a disk that cannot be read has nothing on it that can be used, and the losses say so.
  ///
  /// - Parameters:
  ///   - host: Whose state it has to be.
  ///   - program: The version of the program, for what is written.
  public static func open(
    _ disk: any Disk, host: String, program: String, limits: Limits = Limits()
  ) -> (store: GoalStateStore, state: RecoveredState) {
    var store = GoalStateStore(disk: disk, host: host, program: program, limits: limits)
    var state = RecoveredState()
    store.recover(&state)
    return (store, state)
  }

  private mutating func recover(_ state: inout RecoveredState) {
    let names: [String]
    do throws(DiskError) {
      names = try disk.names()
    } catch {
      state.losses.append("the state directory cannot be read: \(error)")
      return
    }
    for name in names where name.hasSuffix(FileName.temporary) { try? disk.remove(name) }
    let snapshots = names.compactMap(FileName.snapshotGeneration).sorted(by: >)
    let journals = names.compactMap(FileName.journalGeneration).sorted()
    // Without room above there would be no next one; no generation that was counted comes near.
    highestGeneration = min(max(snapshots.first ?? 0, journals.last ?? 0), UInt64.max - 1)
    for generation in snapshots {
      guard let file = readSnapshot(generation, &state) else { continue }
      state.snapshot = file.snapshot
      number = file.snapshot.number
      self.generation = generation
      break
    }
    guard state.snapshot != nil else {
      if let last = journals.last {
        state.losses.append(
          "there is no snapshot that could be used: what the \(journals.count) journals up to \(FileName.journal(last)) "
            + "have changed is only history")
      }
      return
    }
    let isNewest = generation == snapshots.first
    if isNewest {
      // Their snapshots never got their names: they have nothing of the state.
      for orphan in journals where orphan > generation { try? disk.remove(FileName.journal(orphan)) }
    }
    let base = generation
    follow(journals.filter { isNewest ? $0 == base : $0 >= base }, isNewest: isNewest, &state)
  }

  private func readSnapshot(_ generation: UInt64, _ state: inout RecoveredState) -> SnapshotFile? {
    let name = FileName.snapshot(generation)
    do throws(DiskError) {
      let bytes = try disk.read(name)
      do throws(FileHeader.Problem) {
        return try SnapshotFile.read(bytes, generation: generation, host: host)
      } catch {
        lose(name, error, "the snapshot", &state)
      }
    } catch {
      state.losses.append("the snapshot \(name) cannot be read: \(error)")
    }
    return nil
  }

  /// Takes the deltas of these journals, as long as each begins where the one before ended.
  private mutating func follow(_ journals: [UInt64], isNewest: Bool, _ state: inout RecoveredState) {
    let base = generation
    var isWhole = isNewest
    if journals.first != base {
      state.losses.append("the journal \(FileName.journal(base)) is missing: what changed since its snapshot is lost")
      isWhole = false
    }
    for generation in journals {
      let name = FileName.journal(generation)
      guard let file = readJournal(generation, &state) else {
        isWhole = false
        break
      }
      guard generation == base || file.header.number == number else {
        // A snapshot that could not be used is in between.
        state.losses.append(
          "the journal \(name) goes on from update \(file.header.number), and what is known ends with \(number)")
        break
      }
      let before = number
      if !take(file.entries, name, &state) { isWhole = false }
      switch file.ending {
      case .clean: break
      case .torn(let bytes):
        state.notes.append("the journal \(name) ends with \(bytes) bytes that were not written completely; left out")
      case .damaged(let reason):
        // What is whole of it must stay where it is until the state is written anew.
        damaged.append(name)
        state.losses.append(
          "the journal \(name) is damaged: \(reason). \(number &- before) updates before that are used, those behind it "
            + "are lost; the file is set aside once the state has been written anew")
        isWhole = false
      }
      if isWhole { resumable = file.length }
    }
    if !isWhole { resumable = nil }
    snapshotBytes = (try? disk.size(of: FileName.snapshot(base))) ?? 0
  }

  /// Returns whether no update is missing.
  private mutating func take(_ entries: [JournalEntry], _ name: String, _ state: inout RecoveredState) -> Bool {
    for case .delta(let delta) in entries {
      guard delta.number == number &+ 1 else {
        state.losses.append("the journal \(name) has update \(delta.number) where \(number &+ 1) is due; it ends there")
        return false
      }
      state.deltas.append(delta)
      number = delta.number
    }
    return true
  }

  private func readJournal(_ generation: UInt64, _ state: inout RecoveredState) -> JournalFile? {
    let name = FileName.journal(generation)
    do throws(DiskError) {
      let bytes = try disk.read(name)
      do throws(FileHeader.Problem) {
        return try JournalFile.read(bytes, generation: generation, host: host)
      } catch {
        lose(name, error, "the journal", &state)
      }
    } catch {
      state.losses.append("the journal \(name) cannot be read: \(error)")
    }
    return nil
  }

  private func lose(_ name: String, _ problem: FileHeader.Problem, _ what: String, _ state: inout RecoveredState) {
    let reason: FileName.Reason =
      switch problem {
      case .newerFormat: .newer
      case .otherHost: .foreign
      case .damaged: .corrupt
      }
    let advice =
      switch problem {
      case .otherHost: " This is host \(host): is the configured name right, or was the directory copied?"
      case .newerFormat, .damaged: ""
      }
    state.losses.append("\(what) \(name) is not used: \(problem); \(setAside(name, reason)).\(advice)")
  }
}
