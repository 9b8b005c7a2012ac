import GoalState

/// Reads journals for people, beside whoever writes them.
public struct JournalHistory: Sendable {
  private let disk: any Disk
  private let host: String

  /// The journals of a host's store.
  public init(_ disk: any Disk, host: String) {
    self.disk = disk
    self.host = host
  }

  /// All entries that are whole, journal by journal, the newest first; each journal's are in their order. Ends when `body`
  /// returns false. A journal that is removed meanwhile is passed over.
  ///
  /// Blocking.
  public func forEachJournal(_ body: ([JournalEntry]) -> Bool) throws(DiskError) {
    for generation in try disk.names().compactMap(FileName.journalGeneration).sorted(by: >) {
      guard let bytes = try? disk.read(FileName.journal(generation)),
        let file = try? JournalFile.read(bytes, generation: generation, host: host)
      else { continue }
      guard body(file.entries) else { return }
    }
  }
}
