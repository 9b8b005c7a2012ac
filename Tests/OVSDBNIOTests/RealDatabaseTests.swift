import OVSDB
import OVSDBNIO
import Testing

/// The client and the session against an ovsdb-server without a switch.
@Suite(.serialized, .enabled(if: RealDatabase.isAvailable), .timeLimit(.minutes(3)))
struct RealDatabaseTests {
  private typealias Schema = OpenVSwitchSchema

  private struct Ended: Error {}

  private func first(
    of states: AsyncStream<Replica>, where condition: (Replica) throws -> Bool
  ) async throws -> Replica {
    for await replica in states where try condition(replica) { return replica }
    throw Ended()
  }

  private static let makeRoot = OVSDB.Operation.insert(table: Schema.rootTable, row: [:], name: nil)

  private func insertBridge(_ name: String, _ row: Row = [:]) -> [OVSDB.Operation] {
    [
      .insert(table: Schema.bridgeTable, row: row.merging(["name": .string(name)]) { $1 }, name: "b"),
      .mutate(
        table: Schema.rootTable, conditions: [], mutations: [Mutation("bridges", .insert, .atom(.namedUUID("b")))]),
    ]
  }

  private func update(_ name: String, _ row: Row) -> OVSDB.Operation {
    .update(table: Schema.bridgeTable, conditions: [Condition("name", .equal, .string(name))], row: row)
  }

  @Test("only rows that meet a condition come, also when they begin and cease to, and others when they are asked for")
  func conditions() async throws {
    try await RealDatabase.with { lab in
      let client = try await OVSDBClient.connect(path: lab.socket)
      _ = try await client.transact([Self.makeRoot])
      _ = try await client.transact(insertBridge("b1", ["fail_mode": .string("secure")]))
      _ = try await client.transact(insertBridge("b2"))
      _ = try await client.transact(insertBridge("b3"))
      let request = MonitorRequest(
        database: Schema.database, tables: [Schema.bridgeTable: ["name"]],
        selections: [
          Schema.bridgeTable: .any([
            Condition("fail_mode", .includes, .string("secure")), Condition("name", .equal, .string("b3")),
          ])
        ])
      let monitor = try await client.startMonitor(request)
      func names(_ wanted: Set<String>) async throws {
        _ = try await first(of: monitor.states) { replica in
          Set(replica[Schema.bridgeTable].values.map { $0["name"] }) == Set(wanted.map { Datum.string($0) })
        }
      }
      try await names(["b1", "b3"])
      _ = try await client.transact([update("b2", ["fail_mode": .string("secure")])])
      try await names(["b1", "b2", "b3"])
      _ = try await client.transact([update("b1", ["fail_mode": .empty])])
      try await names(["b2", "b3"])
      try await client.select([Schema.bridgeTable: .any([Condition("name", .notEqual, .string("b3"))])], in: monitor)
      try await names(["b1", "b2"])
      try await client.select([Schema.bridgeTable: .none], in: monitor)
      try await names([])
      try await client.select([:], in: monitor)
      try await names(["b1", "b2", "b3"])
      await client.close()
    }
  }

  @Test("a copy kept by differences is what the database holds, after random transactions", arguments: [false, true])
  func copy(isClustered: Bool) async throws {
    try await RealDatabase.with(isClustered: isClustered) { lab in
      let client = try await OVSDBClient.connect(path: lab.socket)
      let watcher = try await OVSDBClient.connect(path: lab.socket)
      _ = try await client.transact([Self.makeRoot])
      let columns = [
        "name", "fail_mode", "protocols", "external_ids", "other_config", "flood_vlans", "stp_enable", "datapath_type",
      ]
      let monitor = try await watcher.startMonitor(
        MonitorRequest(database: Schema.database, tables: [Schema.bridgeTable: columns]))
      var seed: UInt64 = 7047
      func random(_ bound: Int) -> Int {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(seed >> 33) % bound
      }
      func strings() -> [String: String] {
        Dictionary((0..<random(4)).map { _ in ("k\(random(4))", "v\(random(3))") }) { $1 }
      }
      for _ in 0..<150 {
        let name = "b\(random(5))"
        let rows = try await client.transact([
          .select(table: Schema.bridgeTable, conditions: [Condition("name", .equal, .string(name))], columns: ["_uuid"])
        ])
        guard case .rows(let found)? = rows.first else { throw Ended() }
        if found.isEmpty {
          _ = try await client.transact(insertBridge(name, ["external_ids": .strings(strings())]))
        } else if random(8) == 0, case .set(let uuid)? = found.first?["_uuid"] {
          _ = try await client.transact([
            .mutate(
              table: Schema.rootTable, conditions: [], mutations: [Mutation("bridges", .delete, .set(uuid))])
          ])
        } else {
          _ = try await client.transact([
            update(
              name,
              [
                "fail_mode": random(2) == 0 ? .empty : .string("secure"),
                "protocols": .strings(["OpenFlow10", "OpenFlow13", "OpenFlow14"].filter { _ in random(2) == 0 }),
                "external_ids": .strings(strings()), "other_config": .strings(strings()),
                "flood_vlans": .set(Set((0..<random(4)).map { _ in .integer(Int64(random(5))) })),
                "stp_enable": .atom(.boolean(random(2) == 0)), "datapath_type": .string("t\(random(2))"),
              ])
          ])
        }
      }
      let results = try await client.transact([
        .select(table: Schema.bridgeTable, conditions: [], columns: columns)
      ])
      guard case .rows(let rows)? = results.first else { throw Ended() }
      // The answer to the echo comes after all updates.
      try await watcher.echo()
      await watcher.close()
      var last = Replica()
      for await replica in monitor.states { last = replica }
      #expect(!rows.isEmpty)
      #expect(Set(last[Schema.bridgeTable].values) == Set(rows))
      #expect((last.lastTransaction != nil) == isClustered)
      await client.close()
    }
  }

  @Test("a copy stays what it must be while rows and conditions change at the same time", arguments: [false, true])
  func moving(isClustered: Bool) async throws {
    try await RealDatabase.with(isClustered: isClustered) { lab in
      let client = try await OVSDBClient.connect(path: lab.socket)
      let watcher = try await OVSDBClient.connect(path: lab.socket)
      _ = try await client.transact([Self.makeRoot])
      for count in 0..<6 { _ = try await client.transact(insertBridge("b\(count)")) }
      let columns = ["name", "fail_mode", "external_ids"]
      let monitor = try await watcher.startMonitor(
        MonitorRequest(database: Schema.database, tables: [Schema.bridgeTable: columns]))
      async let writes: Void = {
        for count in 0..<400 {
          _ = try await client.transact([
            update(
              "b\(count % 6)",
              [
                "fail_mode": count % 4 == 0 ? .empty : .string("secure"),
                "external_ids": .strings(["k\(count % 3)": "v\(count % 5)"]),
              ])
          ])
        }
      }()
      let secure = Condition("fail_mode", .equal, .string("secure"))
      let second = Condition("external_ids", .includes, .strings(["k1": "v1"]))
      for count in 0..<60 {
        let selections: [RowSelection] = [.any([secure]), .none, .any([second]), .any([secure, second]), .all]
        try await watcher.select([Schema.bridgeTable: selections[count % selections.count]], in: monitor)
      }
      try await watcher.select([Schema.bridgeTable: .any([secure])], in: monitor)
      try await writes
      try await watcher.echo()
      await watcher.close()
      var last = Replica()
      for await replica in monitor.states { last = replica }
      let results = try await client.transact([
        .select(table: Schema.bridgeTable, conditions: [secure], columns: columns)
      ])
      #expect(Set(last[Schema.bridgeTable].values) == rows(results))
      #expect(!last[Schema.bridgeTable].isEmpty)
      await client.close()
    }
  }

  private func rows(_ results: [OperationResult]) -> Set<Row> {
    if case .rows(let rows)? = results.first { Set(rows) } else { [] }
  }

  @Test("a cluster's server tells a new connection only what came after the last one")
  func since() async throws {
    try await RealDatabase.with(isClustered: true) { lab in
      let client = try await OVSDBClient.connect(path: lab.socket)
      _ = try await client.transact([Self.makeRoot])
      // The server remembers no more than the size of the database.
      for count in 0..<5 {
        let settings = Dictionary(uniqueKeysWithValues: (0..<50).map { ("k\($0)", "v") })
        _ = try await client.transact([
          .insert(
            table: Schema.qosTable, row: ["type": .string("t\(count)"), "other_config": .strings(settings)], name: nil)
        ])
      }
      _ = try await client.transact(insertBridge("b1"))
      let request = MonitorRequest(database: Schema.database, tables: [Schema.bridgeTable: ["name", "external_ids"]])
      var before = try await first(of: client.startMonitor(request).states) { _ in true }
      #expect(before.lastTransaction != nil)
      // A row that the server has not, to tell a copy that goes on from one that was made anew.
      let phantom = RowUUID(high: 0, low: 9)
      let row: Row = ["name": .string("phantom"), "external_ids": .map([:])]
      try before.apply(TableUpdates(tables: [Schema.bridgeTable: [phantom: RowUpdate(old: nil, new: row)]]))
      await client.close()

      let other = try await OVSDBClient.connect(path: lab.socket)
      _ = try await other.transact([update("b1", ["external_ids": .strings(["a": "1"])])])
      _ = try await other.transact(insertBridge("b2"))
      let after = try await first(of: other.startMonitor(request, resuming: before).states) { _ in true }
      #expect(after.lastTransaction != before.lastTransaction)
      let whole = try await first(of: other.startMonitor(request).states) { _ in true }
      #expect(after[Schema.bridgeTable] == whole[Schema.bridgeTable].merging([phantom: row]) { $1 })
      #expect(whole[Schema.bridgeTable].count == 2)
      await other.close()
    }
  }

  @Test(
    "two clients and a lock: the second waits, steals, gives it back; a transaction that asserts it fails without it")
  func locks() async throws {
    try await RealDatabase.with { lab in
      let one = try await OVSDBClient.connect(path: lab.socket)
      let two = try await OVSDBClient.connect(path: lab.socket)
      let three = try await OVSDBClient.connect(path: lab.socket)
      var ones = try await one.lock("l").makeAsyncIterator()
      #expect(await ones.next() == .held(term: 1))
      _ = try await one.transact([.assert(lock: "l"), Self.makeRoot])
      var twos = try await two.lock("l").makeAsyncIterator()
      #expect(await twos.next() == .waiting)
      do throws(RequestError) {
        _ = try await two.transact([.assert(lock: "l"), .comment("x")])
        Issue.record("committed without the lock")
      } catch {
        guard case .transaction(let failure) = error else { throw error }
        #expect(failure.isLockLost)
      }
      var threes = try await three.lock("l", stealing: true).makeAsyncIterator()
      #expect(await threes.next() == .held(term: 1))
      #expect(await ones.next() == .stolen)
      await #expect(throws: RequestError.lockMisuse(lock: "l", isRequested: true)) { try await three.lock("l") }
      try await three.unlock("l")
      #expect(await threes.next() == nil)
      #expect(await ones.next() == .held(term: 2))
      await one.close()
      #expect(await ones.next() == nil)
      #expect(await twos.next() == .held(term: 1))
      await two.close()
      await three.close()
    }
  }

  @Test("a session gets its lock back on a new connection, when another has let go of it")
  func sessionLock() async throws {
    try await RealDatabase.with { lab in
      try await SessionTests.with(.unix(lab.socket)) { session in
        let lock = await session.lock("l")
        _ = try await SessionTests.first(of: lock) { $0 == .held(term: 1) }
        try lab.hangUp()
        _ = try await SessionTests.first(of: lock) { $0 == .held(term: 2) }
        let thief = try await OVSDBClient.connect(path: lab.socket)
        _ = try await thief.lock("l", stealing: true)
        _ = try await SessionTests.first(of: lock) { $0 == .stolen }
        await thief.close()
        _ = try await SessionTests.first(of: lock) { $0 == .held(term: 3) }
        await session.unlock("l")
        let next = try await OVSDBClient.connect(path: lab.socket)
        _ = try await SessionTests.first(of: next.lock("l")) { $0 == .held(term: 1) }
        await next.close()
      }
    }
  }

  @Test("a server that hangs up is dialled again, and what changed meanwhile is in the first state")
  func hangUp() async throws {
    try await RealDatabase.with(isClustered: true) { lab in
      let other = try await OVSDBClient.connect(path: lab.socket)
      _ = try await other.transact([Self.makeRoot])
      await other.close()
      try await SessionTests.with(.unix(lab.socket)) { session in
        let watch = await session.monitor(
          MonitorRequest(database: Schema.database, tables: [Schema.bridgeTable: ["name"]]))
        _ = try await SessionTests.first(of: watch.snapshots) { $0.connection == 1 }
        for count in 1...5 {
          _ = try await session.transact(insertBridge("b\(count)"))
          try lab.hangUp()
          let snapshot = try await SessionTests.first(of: watch.snapshots) { $0.connection == count + 1 }
          #expect(snapshot.replica[Schema.bridgeTable].count == count)
          _ = try await SessionTests.first(of: session.states()) { $0 == .connected(connection: count + 1) }
        }
      }
    }
  }
}
