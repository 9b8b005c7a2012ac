import DiskTestSupport
import GoalState
import Testing

@testable import GoalStateStore

@Suite("A disk that is not as it should be")
struct StoreFaultTests {
  /// Whether a state is one of those on the way, whole.
  private func isKnown(_ state: RecoveredState, in bench: StoreBench) -> Bool {
    guard let known = KnownState(state) else { return false }
    return bench.states.contains(known)
  }

  @Test("a journal that is cut at any byte has all deltas before, and goes on there")
  func cut() throws {
    var bench = try StoreBench(deltas: 3)
    let whole = try #require(bench.disk[journal1])
    let header = try JournalFile.read(whole, generation: 1, host: "node1")
    #expect(header.ending == .clean)
    for length in 0..<whole.count {
      bench.disk[journal1] = Array(whole.prefix(length))
      let before = bench.states
      let (store, state) = bench.reopened()
      #expect(isKnown(state, in: bench), "cut at \(length)")
      bench.store = store
      bench.states = [try #require(KnownState(state))]
      if store.needsSnapshot { try bench.rotate() } else { try bench.append() }
      #expect(KnownState(bench.reopened().state) == bench.last, "cut at \(length)")
      for name in try bench.disk.names() where ![snapshot1, journal1].contains(name) { bench.disk[name] = nil }
      bench.states = before
    }
  }

  @Test(
    "a journal with any bit turned has the deltas before it; the loss is told, and the file set aside when it is safe")
  func turnedBit() throws {
    let bench = try StoreBench(deltas: 3)
    let whole = try #require(bench.disk[journal1])
    for index in whole.indices {
      let disk = SimulatedDisk()
      disk[snapshot1] = bench.disk[snapshot1]
      var damaged = whole
      damaged[index] ^= 1 << UInt8(index % 8)
      disk[journal1] = damaged
      var (store, state) = GoalStateStore.open(disk, host: "node1", program: "1")
      #expect(isKnown(state, in: bench), "byte \(index)")
      #expect(KnownState(state) != bench.last, "byte \(index)")
      #expect(state.losses.count + state.notes.count == 1, "byte \(index)")
      // Nothing is worse when it is read once more before anything was written.
      #expect(KnownState(GoalStateStore.open(disk, host: "node1", program: "1").state) == KnownState(state))
      guard !state.losses.isEmpty else { continue }
      #expect(store.needsSnapshot)
      let known = try #require(KnownState(state))
      try store.rotate(to: known.snapshot)
      #expect(try disk.names().contains { $0.hasPrefix("\(journal1).") }, "byte \(index)")
      #expect(KnownState(GoalStateStore.open(disk, host: "node1", program: "1").state) == known)
    }
  }

  @Test("a snapshot with any bit turned is set aside, and the one before leads to the same state with both journals")
  func turnedBitInSnapshot() throws {
    var bench = try StoreBench(deltas: 3)
    try bench.rotate()
    try bench.append()
    let whole = try #require(bench.disk[snapshot2])
    for index in whole.indices {
      var damaged = whole
      damaged[index] ^= 1 << UInt8(index % 8)
      bench.disk[snapshot2] = damaged
      let (store, state) = bench.reopened()
      #expect(KnownState(state) == bench.last, "byte \(index)")
      #expect(state.losses.count == 1 && store.needsSnapshot, "byte \(index)")
      #expect(bench.disk[snapshot2] == nil)
    }
    let kept = try bench.disk.names().filter { FileName.setAsideNumber($0) != nil }
    #expect(kept.count == 4)
  }

  @Test("a snapshot that is cut anywhere is not used", arguments: [0, 1, 20, 60, 100])
  func cutSnapshot(length: Int) throws {
    let bench = try StoreBench(deltas: 1)
    bench.disk[snapshot1] = bench.disk[snapshot1].map { Array($0.prefix(length)) }
    let (store, state) = bench.reopened()
    #expect(state.snapshot == nil && store.needsSnapshot)
    #expect(state.losses.first?.contains(snapshot1) == true)
    #expect(state.losses.contains { $0.contains("no snapshot that could be used") })
  }

  @Test("zeros behind the last record are left out")
  func zeros() throws {
    let bench = try StoreBench(deltas: 2)
    bench.disk[journal1]? += [UInt8](repeating: 0, count: 5000)
    let (store, state) = bench.reopened()
    #expect(KnownState(state) == bench.last)
    #expect(state.losses.isEmpty && state.notes.first?.contains("5000 bytes") == true && !store.needsSnapshot)
  }

  @Test("records of another generation that were left on the disk do not pass")
  func leftovers() throws {
    var bench = try StoreBench(deltas: 2)
    let old = try #require(bench.disk[journal1])
    try bench.rotate()
    let new = try #require(bench.disk[journal2])
    bench.disk[journal2] = new + old.dropFirst(new.count)
    #expect(KnownState(bench.reopened().state) == bench.last)
  }

  @Test("a missing snapshot leaves nothing, and it says so; a missing journal leaves the snapshot")
  func missing() throws {
    var bench = try StoreBench(deltas: 2)
    bench.disk[snapshot1] = nil
    #expect(bench.reopened().state.snapshot == nil)
    #expect(bench.reopened().state.losses.count == 1)
    bench = try StoreBench(deltas: 2)
    bench.disk[journal1] = nil
    let (store, state) = bench.reopened()
    #expect(KnownState(state) == .first)
    #expect(state.losses.first?.contains("missing") == true && store.needsSnapshot)
  }

  @Test("a file of a newer format is set aside, whatever is in it, and said to be newer")
  func newer() throws {
    let bench = try StoreBench(deltas: 2)
    bench.disk[snapshot1] = FileHeader.magic + [2, 0, 1] + Array("nobody knows".utf8)
    let (store, state) = bench.reopened()
    #expect(state.snapshot == nil && store.needsSnapshot)
    #expect(state.losses.first?.contains("format 2 of a newer aliothd") == true)
    #expect(try bench.disk.names().contains { $0.hasPrefix("\(snapshot1).newer-") })
  }

  @Test(
    "a record that this version does not know ends the journal, unless it may be passed over",
    arguments: [UInt8(0x10), 0x90])
  func unknownRecord(type: UInt8) throws {
    let bench = try StoreBench(deltas: 1)
    var bytes = try #require(bench.disk[journal1])
    bytes += RecordFormat.encode(type: type, payload: [1, 2, 3], generation: 1, position: bytes.count)
    var random = SeededGenerator(seed: 3)
    let delta = JournalEntry.delta(bench.last.next(&random))
    bytes += RecordFormat.encode(type: delta.type, payload: delta.payload, generation: 1, position: bytes.count)
    bench.disk[journal1] = bytes
    let state = bench.reopened().state
    #expect(state.deltas.count == (type == 0x90 ? 2 : 1))
    #expect(state.losses.isEmpty == (type == 0x90))
  }

  @Test("the state of another host is set aside, and both hosts are named")
  func foreign() throws {
    let bench = try StoreBench(deltas: 2)
    let (store, state) = bench.reopened(host: "node2")
    #expect(state.snapshot == nil && store.needsSnapshot)
    #expect(state.losses.first?.contains("of host node1") == true)
    #expect(state.losses.first?.contains("This is host node2") == true)
    #expect(try bench.disk.names().contains { $0.hasPrefix("\(snapshot1).foreign-") })
  }

  @Test("files that cannot be read are told of, and stay; what can be read is used")
  func readErrors() throws {
    var bench = try StoreBench(deltas: 3)
    try bench.rotate()
    bench.disk.failReading(snapshot2)
    var (store, state) = bench.reopened()
    #expect(KnownState(state) == bench.last && store.needsSnapshot)
    #expect(state.losses.first?.contains("Input/output error") == true)
    #expect(bench.disk[snapshot2] != nil)
    bench.disk.failReading(journal1)
    (store, state) = bench.reopened()
    #expect(KnownState(state) == .first && store.needsSnapshot)
    bench.disk.clearFaults()
    bench.disk.fail(after: 0, .error(SimulatedDisk.inputOutput))
    (store, state) = bench.reopened()
    #expect(state.snapshot == nil && state.losses.first?.contains("cannot be read") == true)
  }

  @Test("a failure at any operation of an append or a rotation leaves what was durable, and the next rotation heals it")
  func failures() throws {
    for code in [SimulatedDisk.noSpace, SimulatedDisk.inputOutput] {
      for isRotation in [false, true] {
        var operation = 0
        while true {
          var bench = try StoreBench(deltas: 2, disk: SimulatedDisk(seed: UInt64(operation)))
          let start = bench.disk.operations
          bench.disk.fail(after: operation, .error(code))
          let durable = bench.last
          let delta = durable.next(&bench.random)
          var next = durable
          next.apply(delta)
          do {
            if isRotation { try bench.store.rotate(to: next.snapshot) } else { try bench.store.append([.delta(delta)]) }
            let isBeyond = bench.disk.operations - start <= operation
            bench.disk.clearFaults()
            #expect(KnownState(bench.reopened().state) == next)
            if isBeyond { break }
          } catch {
            #expect(bench.store.needsSnapshot, "operation \(operation)")
            // The machine may go down right then.
            let after = GoalStateStore.open(bench.disk.afterPowerLoss(), host: "node1", program: "1").state
            let found = try #require(KnownState(after))
            #expect([durable, next].contains(found), "operation \(operation): \(after.losses)")
            bench.store.dropHistory()
            try bench.store.rotate(to: next.snapshot)
            let healed = GoalStateStore.open(bench.disk.afterPowerLoss(), host: "node1", program: "1").state
            #expect(KnownState(healed) == next && healed.losses.isEmpty, "operation \(operation): \(healed.losses)")
          }
          operation += 1
        }
      }
    }
  }
}
