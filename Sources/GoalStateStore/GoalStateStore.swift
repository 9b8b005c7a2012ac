import GoalState

/// The last good goal state of a host on disk: a snapshot, and a journal of what changed since, one generation after the other.
///
/// ```
///  snapshot-1 ──┐                snapshot-2 ──┐
///               ├─ = the state                ├─ = the state
///  journal-1 ───┘ leads up to ──▶ journal-2 ──┘          journals of old generations: the history
/// ```
///
/// Blocking and not for two tasks at once. What ``append(_:)`` and ``rotate(to:journal:)`` have returned from is durable; what
/// they have thrown at may be on the disk or not, whole, and everything before it is. After a failure nothing is appended to
/// the same journal any more, for what is on the disk then is not known: ``needsSnapshot`` is true until the next rotation.
///
/// The snapshot before the last one is kept with its journal, so that one bad sector does not cost the host its state.
public struct GoalStateStore: Sendable {
  /// How large things may become.
  public struct Limits: Sendable, Hashable {
    /// What all journals may take together, as far as they are kept for people only.
    public var historyBytes: Int
    /// A journal that is longer, and longer than its snapshot, makes way for the next generation.
    public var journalBytes: Int
    /// How many journals are kept.
    public var journals: Int
    /// How many files that were set aside are kept.
    public var setAside: Int

    /// The limits in production.
    public init(
      historyBytes: Int = 64 << 20, journalBytes: Int = 4 << 20, journals: Int = 512, setAside: Int = 4
    ) {
      self.historyBytes = historyBytes
      self.journalBytes = journalBytes
      self.journals = journals
      self.setAside = setAside
    }
  }

  let disk: any Disk
  let host: String
  let program: String
  let limits: Limits

  /// The generation that is written to; 0 before the first.
  var generation: UInt64 = 0
  /// The highest generation that any file has, also one that could not be used.
  var highestGeneration: UInt64 = 0
  /// The journal, once it is open for writing, and how long it is.
  var journal: (file: any DiskFile, length: Int)?
  /// How much of a journal that was found is whole: it is opened when there is something to write.
  var resumable: Int?
  /// Journals that are damaged, and whose beginning is needed until the next rotation.
  var damaged: [String] = []
  var snapshotBytes = 0
  /// The number of the last update in the state on disk.
  public internal(set) var number: UInt64 = 0

  /// Whether only a rotation can be written next.
  public var needsSnapshot: Bool { journal == nil && resumable == nil }

  /// Whether the journal has become so long that a rotation is due.
  public var wantsSnapshot: Bool {
    needsSnapshot || (journal?.length ?? resumable ?? 0) > max(limits.journalBytes, snapshotBytes)
  }

  /// Writes entries at the end of the journal and makes them durable, all at once.
  ///
  /// - Throws: ``StoreError``; then what the disk has of them is not known.
  public mutating func append(_ entries: [JournalEntry]) throws(StoreError) {
    guard !entries.isEmpty else { return }
    guard var journal = try openJournal() else { throw .noSnapshot }
    // Given back only when everything has succeeded.
    self.journal = nil
    var number = number
    var bytes: [UInt8] = []
    for entry in entries {
      if case .delta(let delta) = entry {
        guard delta.number == number &+ 1 else { throw .gap(expected: number &+ 1, found: delta.number) }
        number = delta.number
      }
      let payload = entry.payload
      guard payload.count <= RecordFormat.maximumLength else { throw .tooLong(bytes: payload.count) }
      bytes += RecordFormat.encode(
        type: entry.type, payload: payload, generation: generation, position: journal.length + bytes.count)
    }
    do throws(DiskError) {
      try journal.file.write(bytes)
      try journal.file.sync()
    } catch {
      throw .disk(error)
    }
    journal.length += bytes.count
    self.journal = journal
    self.number = number
  }

  private mutating func openJournal() throws(StoreError) -> (file: any DiskFile, length: Int)? {
    if let journal { return journal }
    guard let length = resumable else { return nil }
    resumable = nil
    do throws(DiskError) {
      let file = try disk.open(FileName.journal(generation), keeping: length)
      // Before anything is behind it, the cut has to be durable.
      try file.sync()
      return (file, length)
    } catch {
      throw .disk(error)
    }
  }

  /// Begins the next generation with this snapshot.
  ///
  /// Until the snapshot has its name, the state on disk is that of the old generation, and from then on that of the new one.
  ///
  /// - Parameters:
  ///   - entries: What the new journal is to begin with: nothing of it is part of the state.
  public mutating func rotate(to snapshot: StoredSnapshot, journal entries: [JournalEntry] = []) throws(StoreError) {
    journal = nil
    resumable = nil
    let next = highestGeneration &+ 1
    let header = FileHeader(
      kind: .snapshot, generation: next, number: snapshot.number, version: snapshot.version,
      isComplete: snapshot.isComplete, host: host, program: program)
    do throws(DiskError) {
      // The journal comes first: without its snapshot it says nothing, but a snapshot without it could not be appended to.
      let journal = try makeJournal(header, entries)
      let name = FileName.snapshot(next)
      let file = try disk.create(name + FileName.temporary)
      try SnapshotFile.write(snapshot, header: header, to: file)
      try file.sync()
      // The journal's name as well, so that there is no snapshot without one.
      try disk.syncDirectory()
      try disk.rename(name + FileName.temporary, to: name)
      // A later attempt must not write over what has its name by now, although it may not be durable.
      highestGeneration = next
      try disk.syncDirectory()
      snapshotBytes = try disk.size(of: name)
      generation = next
      number = snapshot.number
      self.journal = journal
    } catch {
      throw .disk(error)
    }
    for name in damaged { _ = setAside(name, .corrupt) }
    damaged = []
    prune()
  }

  private func makeJournal(
    _ snapshot: FileHeader, _ entries: [JournalEntry]
  ) throws(DiskError) -> (file: any DiskFile, length: Int) {
    var header = snapshot
    header.kind = .journal
    var bytes = header.bytes
    for entry in entries {
      bytes += RecordFormat.encode(
        type: entry.type, payload: entry.payload, generation: header.generation, position: bytes.count)
    }
    let file = try disk.create(FileName.journal(header.generation))
    try file.write(bytes)
    try file.sync()
    return (file, bytes.count)
  }
}

/// Why something is not durable.
public enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The disk did not do its part.
  case disk(DiskError)
  /// There is no journal to append to: a snapshot has to be written first.
  case noSnapshot
  /// An update is missing: only a snapshot can follow.
  case gap(expected: UInt64, found: UInt64)
  /// An entry is longer than entries may be: only a snapshot can hold it.
  case tooLong(bytes: Int)

  /// What went wrong.
  public var description: String {
    switch self {
    case .disk(let error): "\(error)"
    case .noSnapshot: "there is no journal to append to"
    case .gap(let expected, let found): "update \(found) came where \(expected) was expected"
    case .tooLong(let bytes): "an entry of \(bytes) bytes is too long for the journal"
    }
  }
}
