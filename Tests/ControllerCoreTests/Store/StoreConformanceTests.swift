import Testing

@testable import ControllerCore

/// What any store must do. It runs on the store in a file; a store elsewhere is to pass it too.
@Suite("A store")
struct StoreConformanceTests {
  @discardableResult
  private func withStore<Value>(
    historyLimit: UInt64 = 1000, _ body: (any Store) async throws -> Value
  ) async throws -> Value {
    try await withTemporaryDirectory { directory in
      let store = try SQLiteStore(path: directory + "/store.db", historyLimit: historyLimit)
      let value = try await body(store)
      await store.close()
      return value
    }
  }

  @Test("puts, gets and deletes, one revision a transaction")
  func basics() async throws {
    try await withStore { (store) async throws in
      #expect(try await store.currentRevision() == 0)
      #expect(try await store.get("/a", at: nil) == nil)
      #expect(try await store.put("/a", "1") == 1)
      #expect(try await store.put("/a", "2") == 2)
      let entry = StoreEntry(key: "/a", value: Array("2".utf8), createRevision: 1, modRevision: 2)
      #expect(try await store.get("/a", at: nil) == entry)
      #expect(try await store.commit(StoreTransaction(operations: [.delete("/a")])) == .committed(revision: 3))
      #expect(try await store.get("/a", at: nil) == nil)
      #expect(try await store.put("/a", "3") == 4)
      #expect(try await store.get("/a", at: nil)?.createRevision == 4)
    }
  }

  @Test("keeps empty values, and bytes that are no text")
  func values() async throws {
    try await withStore { store in
      let bytes: [UInt8] = [0, 0xff, 0xc0, 0]
      let operations: [StoreOperation] = [.put("/empty", []), .put("/bytes", bytes)]
      _ = try await store.commit(StoreTransaction(operations: operations))
      #expect(try await store.get("/empty", at: nil)?.value == [])
      #expect(try await store.get("/bytes", at: nil)?.value == bytes)
      let batches = try await store.changes(under: "/", after: 0, through: 1)
      #expect(batches.first?.events.map { $0.entry?.value } == [[], bytes])
    }
  }

  @Test("does not make a revision where nothing changes")
  func nothingChanges() async throws {
    try await withStore { store in
      try await store.put("/a", "1")
      #expect(try await store.commit(StoreTransaction(operations: [.delete("/b")])) == .committed(revision: 1))
      #expect(try await store.currentRevision() == 1)
    }
  }

  @Test("lists a prefix in order of keys, and only it")
  func list() async throws {
    try await withStore { store in
      for key in ["/p/b", "/p/a", "/pa", "/p", "/q/a", "/p/a/c"] { try await store.put(StoreKey(key), key) }
      let listing = try await store.list(under: "/p/", at: nil)
      #expect(listing.entries.map(\.key.path) == ["/p/a", "/p/a/c", "/p/b"])
      #expect(listing.revision == 6)
    }
  }

  @Test("carries out a transaction only if all compares hold, and names the one that does not")
  func compares() async throws {
    try await withStore { store in
      try await store.put("/a", "1")
      try await store.put("/d/x", "1")
      let holding: [StoreCompare] = [
        .modRevision("/a", 1), .absent("/b"), .present("/a"), .value("/a", Array("1".utf8)), .nothingUnder("/e/"),
        .nothingNewerUnder("/d/", 2), .nothingNewerUnder("/e/", 0),
      ]
      let failing: [StoreCompare] = [
        .modRevision("/a", 2), .modRevision("/b", 0), .absent("/a"), .present("/b"), .value("/a", []),
        .value("/b", []), .nothingUnder("/d/"), .nothingNewerUnder("/d/", 1),
      ]
      for compare in failing {
        let transaction = StoreTransaction(compares: holding + [compare], operations: [.put("/b", []), .delete("/a")])
        #expect(try await store.commit(transaction) == .refused(compare, revision: 2))
      }
      #expect(try await store.list(under: "/", at: nil).entries.map(\.key.path) == ["/a", "/d/x"])
      let transaction = StoreTransaction(compares: holding, operations: [.put("/b", []), .delete("/a")])
      #expect(try await store.commit(transaction) == .committed(revision: 3))
      #expect(try await store.list(under: "/", at: nil).entries.map(\.key.path) == ["/b", "/d/x"])
    }
  }

  @Test("refuses a transaction that changes a key twice")
  func twice() async throws {
    try await withStore { store in
      await #expect(throws: StoreError.self) {
        _ = try await store.commit(StoreTransaction(operations: [.put("/a", []), .delete("/a")]))
      }
    }
  }

  @Test("shows every earlier state as it was")
  func history() async throws {
    try await withStore { store in
      var states: [[String: String]] = [[:]]
      var generator = SeededGenerator(seed: 7)
      for step in 1...60 {
        var state = states[step - 1]
        let key = "/k/\(Int.random(in: 0..<6, using: &generator))"
        if state[key] != nil, Bool.random(using: &generator) {
          state[key] = nil
          _ = try await store.commit(StoreTransaction(operations: [.delete(StoreKey(key))]))
        } else {
          state[key] = "v\(step)"
          try await store.put(StoreKey(key), "v\(step)")
        }
        states.append(state)
      }
      for (revision, state) in states.enumerated() {
        let listing = try await store.list(under: "/k/", at: UInt64(revision))
        #expect(listing.revision == UInt64(revision))
        let shown = listing.entries.map { ($0.key.path, String(decoding: $0.value, as: UTF8.self)) }
        #expect(Dictionary(uniqueKeysWithValues: shown) == state)
        for key in (0..<6).map({ "/k/\($0)" }) {
          let entry = try await store.get(StoreKey(key), at: UInt64(revision))
          #expect(entry.map { String(decoding: $0.value, as: UTF8.self) } == state[key])
        }
      }
    }
  }

  @Test("says that a revision is yet to come, or kept no more")
  func compaction() async throws {
    try await withStore(historyLimit: 32) { store in
      for step in 1...100 { try await store.put("/a", "\(step)") }
      await #expect(throws: StoreError.future(requested: 101, current: 100)) {
        _ = try await store.get("/a", at: 101)
      }
      let error = await #expect(throws: StoreError.self) { _ = try await store.list(under: "/", at: 1) }
      guard case .compacted(requested: 1, oldest: let oldest) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect((60...68).contains(oldest))
      #expect(try await store.get("/a", at: oldest)?.modRevision == oldest)
      #expect(try await store.changes(under: "/", after: oldest, through: 100).count == Int(100 - oldest))
    }
  }

  @Test("tells a watcher everything from its revision on, in order, with the entries before")
  func watch() async throws {
    try await withStore { store in
      for step in 1...5 { try await store.put("/w/a", "\(step)") }
      try await store.put("/other", "x")
      let watcher = Task {
        var batches: [StoreBatch] = []
        for try await batch in store.watch(under: "/w/", from: 3) {
          batches.append(batch)
          if batch.revision == 600 { break }
        }
        return batches
      }
      for step in 7...599 { try await store.put("/w/a", "\(step)") }
      _ = try await store.commit(StoreTransaction(operations: [.delete("/w/a"), .put("/w/b", [])]))
      let batches = try await watcher.value
      #expect(batches.map(\.revision) == [3, 4, 5] + Array(7...600))
      for batch in batches.dropFirst() {
        #expect(batch.events.first?.previous?.modRevision == batch.revision - (batch.revision == 7 ? 2 : 1))
      }
      #expect(batches.last?.events.map(\.key.path) == ["/w/a", "/w/b"])
      #expect(batches.last?.events.first?.entry == nil)
    }
  }

  @Test("serves a watcher that comes late from the history, however much there is")
  func lateWatcher() async throws {
    try await withStore(historyLimit: 10_000) { store in
      for step in 1...1500 { try await store.put("/a", "\(step)") }
      var expected: UInt64 = 1
      for try await batch in store.watch(under: "/", from: 1) {
        #expect(batch.revision == expected)
        expected += 1
        if expected > 1500 { break }
      }
    }
  }

  @Test("ends a watch with 'compacted' when its next change is kept no more")
  func compactedWatch() async throws {
    try await withStore(historyLimit: 16) { store in
      for step in 1...2000 { try await store.put("/a", "\(step)") }
      let error = await #expect(throws: StoreError.self) {
        for try await _ in store.watch(under: "/", from: 2) { break }
      }
      guard case .compacted = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test("ends its watches when it is closed or their task is cancelled")
  func endOfWatch() async throws {
    try await withStore { store in
      let cancelled = Task { for try await _ in store.watch(under: "/", from: 1) {} }
      let closed = Task { for try await _ in store.watch(under: "/", from: 1) {} }
      cancelled.cancel()
      _ = await cancelled.result
      await store.close()
      try await closed.value
      await #expect(throws: StoreError.closed) { _ = try await store.get("/a", at: nil) }
      await #expect(throws: StoreError.closed) { try await store.put("/a", "") }
    }
  }

  @Test("lets exactly one of many win what is there once")
  func concurrency() async throws {
    try await withStore { store in
      let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
        for task in 0..<32 {
          group.addTask {
            var wins = false
            for slot in 0..<8 {
              let key: StoreKey = "/slot/\(slot)"
              let transaction = StoreTransaction(
                compares: [.absent(key)], operations: [.put(key, Array("\(task)".utf8)), .put("/last/\(task)", [])])
              if case .committed = try await store.commit(transaction) { wins = true }
            }
            return wins
          }
        }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(winners >= 1)
      #expect(try await store.currentRevision() == 8)
      #expect(try await store.list(under: "/slot/", at: nil).entries.count == 8)
    }
  }
}

extension Store {
  /// Puts text; returns the revision.
  @discardableResult
  func put(_ key: StoreKey, _ text: String) async throws -> UInt64 {
    guard case .committed(let revision) = try await commit(StoreTransaction(operations: [.put(key, Array(text.utf8))]))
    else { throw StoreError.failed("a put without compares was refused") }
    return revision
  }
}

/// A reproducible sequence (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
