import DiskTestSupport
import GoalState
import Testing

@testable import GoalStateStore

@Suite("The store of the goal state")
struct StoreTests {
  @Test("an empty directory has nothing, and only a snapshot can be written to it")
  func empty() {
    let (opened, state) = GoalStateStore.open(SimulatedDisk(), host: "node1", program: "1")
    var store = opened
    #expect(state.snapshot == nil && state.losses.isEmpty)
    #expect(store.needsSnapshot)
    var random = SeededGenerator(seed: 1)
    #expect(throws: StoreError.noSnapshot) { try store.append([.delta(KnownState.first.next(&random))]) }
  }

  @Test("snapshot and deltas are read back as they were, and the journal goes on where it ended")
  func readBack() throws {
    var bench = try StoreBench(deltas: 3)
    let (store, state) = bench.reopened()
    #expect(KnownState(state) == bench.last)
    #expect(state.deltas.count == 3 && state.losses.isEmpty && state.notes.isEmpty)
    #expect(!store.needsSnapshot && store.number == bench.last.number)
    bench.store = store
    try bench.append()
    #expect(KnownState(bench.reopened().state) == bench.last)
    #expect(bench.disk[snapshot2] == nil)
  }

  @Test("after a rotation the state is the same, and old snapshots go but one")
  func rotation() throws {
    var bench = try StoreBench(deltas: 2)
    for _ in 0..<3 {
      try bench.rotate()
      try bench.append()
      #expect(KnownState(bench.reopened().state) == bench.last)
    }
    let names = try bench.disk.names()
    #expect(names.filter { $0.hasPrefix("snapshot-") }.count == 2)
    #expect(names.filter { $0.hasPrefix("journal-") }.count == 4)
  }

  @Test("a delta that does not follow the last one is not written")
  func gap() throws {
    var bench = try StoreBench(deltas: 1)
    var random = SeededGenerator(seed: 1)
    var delta = bench.last.next(&random)
    delta.number += 1
    #expect(throws: StoreError.gap(expected: 3, found: 4)) { try bench.store.append([.delta(delta)]) }
    #expect(bench.store.needsSnapshot)
    #expect(KnownState(bench.reopened().state) == bench.last)
  }

  @Test("a rotation is due when the journal is longer than its limit and its snapshot")
  func due() throws {
    var bench = try StoreBench(limits: .init(journalBytes: 600))
    #expect(!bench.store.wantsSnapshot)
    for _ in 0..<20 { try bench.append() }
    #expect(bench.store.wantsSnapshot)
    try bench.rotate()
    #expect(!bench.store.wantsSnapshot)
  }

  @Test("journals beyond the limit of the history go, the oldest first, and those that the state needs stay")
  func historyLimit() throws {
    var bench = try StoreBench(limits: .init(historyBytes: 2000))
    for _ in 0..<12 {
      for _ in 0..<4 { try bench.append() }
      try bench.rotate()
    }
    let journals = try bench.disk.names().filter { $0.hasPrefix("journal-") }.sorted()
    let total = try journals.reduce(0) { try $0 + bench.disk.size(of: $1) }
    #expect(total <= 2000)
    #expect(journals.last == "journal-00000000000000000013")
    #expect(journals.count < 13 && journals.count >= 2)
    #expect(KnownState(bench.reopened().state) == bench.last)

    var few = try StoreBench(limits: .init(journals: 3))
    for _ in 0..<6 { try few.rotate() }
    #expect(try few.disk.names().filter { $0.hasPrefix("journal-") }.count == 3)
  }

  @Test("the history is all entries, the newest journal first, and needs nothing of whoever writes")
  func history() throws {
    var bench = try StoreBench(deltas: 2)
    let inForce = StoredInForce(
      number: 3, time: StoredTime(wall: 5, sinceBoot: 6), version: bench.last.version, flowsAdded: 7, flowsModified: 8,
      flowsDeleted: 9, refused: bench.last.refused)
    try bench.store.append([.inForce(inForce)])
    let summary = StoredSummary(
      number: 4, time: StoredTime(wall: 1, sinceBoot: 2), version: bench.last.version, from: nil,
      changed: [ResourceKey(.port, "p")], removed: [], refused: [])
    try bench.store.rotate(to: bench.last.snapshot, journal: [.summary(summary)])
    var journals: [[JournalEntry]] = []
    try JournalHistory(bench.disk, host: "node1").forEachJournal {
      journals.append($0)
      return true
    }
    #expect(journals.count == 2)
    #expect(journals.first == [.summary(summary)])
    #expect(journals.last?.count == 3 && journals.last?.last == .inForce(inForce))
  }

  @Test("a long list in a summary is cut, and its length kept")
  func longSummary() {
    let keys = (0..<2000).map { ResourceKey(.neighbor, "n\($0)") }
    let summary = StoredSummary(
      number: 1, time: StoredTime(wall: 0, sinceBoot: 0), version: KnownState.first.version, from: nil, changed: keys,
      removed: [], refused: [])
    #expect(summary.changed.count == StoredSummary.limit && summary.changedCount == 2000)
  }

  @Test("the checksum is that of RFC 3720")
  func checksum() {
    var check = CRC32C()
    check.add(Array("123456789".utf8)[...])
    #expect(check.value == 0xe306_9283)
    var zeros = CRC32C()
    zeros.add([UInt8](repeating: 0, count: 32)[...])
    #expect(zeros.value == 0x8a91_36aa)
    // However it is cut: eight bytes at a time, and what is left.
    for cut in 0..<32 {
      var parts = CRC32C()
      parts.add([UInt8](repeating: 0, count: cut)[...])
      parts.add([UInt8](repeating: 0, count: 32 - cut)[...])
      #expect(parts.value == zeros.value)
    }
  }
}
