import OVSDB
import Testing

@Suite struct WaitTests {
  private func replica(current: Int64? = 5, interface: Row? = nil) throws -> Replica {
    var tables: [String: [RowUUID: RowUpdate]] = [:]
    if let current {
      tables["Open_vSwitch"] = [RowUUID(high: 0, low: 1): RowUpdate(old: nil, new: ["cur_cfg": .integer(current)])]
    }
    if let interface { tables["Interface"] = [RowUUID(high: 0, low: 2): RowUpdate(old: nil, new: interface)] }
    return try Replica(initial: TableUpdates(tables: tables))
  }

  @Test("a configuration is in effect when cur_cfg has its count")
  func effect() throws {
    let wait = DatabaseWait<Void>.effect(of: 5)
    #expect(throws: Never.self) { try wait.look(replica()).get() }
    #expect(throws: DatabaseWait<Void>.Pending(text: "cur_cfg is 4, awaited is 5: is ovs-vswitchd at work?")) {
      try wait.look(replica(current: 4)).get()
    }
    #expect(throws: DatabaseWait<Void>.Pending(text: "the database is not initialized")) {
      try wait.look(replica(current: nil)).get()
    }
  }

  @Test("a port has come with its number, has failed with a reason, or is still to come")
  func port() throws {
    let wait = DatabaseWait<Int>.port(named: "p", after: nil)
    func row(_ ofport: Datum, _ error: Datum = .empty) -> Row {
      ["name": .string("p"), "ofport": ofport, "error": error]
    }
    #expect(try wait.look(replica(interface: row(.integer(7)))).get() == 7)
    #expect(throws: WaitError.portFailed(name: "p", error: "no such device")) {
      try wait.look(replica(interface: row(.integer(-1), .string("no such device"))))
    }
    #expect(throws: DatabaseWait<Int>.Pending(text: "there is no interface p")) { try wait.look(replica()).get() }
    #expect(throws: DatabaseWait<Int>.Pending(text: "ovs-vswitchd has not tried to open it")) {
      try wait.look(replica(interface: row(.empty))).get()
    }
    #expect(throws: WaitError.self) { try wait.look(replica(interface: row(.string("x")))) }
  }

  @Test("a failure of before a repair is not believed")
  func stale() throws {
    let wait = DatabaseWait<Int>.port(named: "p", after: 6)
    let failed: Row = ["name": .string("p"), "ofport": .integer(-1), "error": .string("old")]
    #expect(throws: DatabaseWait<Int>.Pending.self) { try wait.look(replica(interface: failed)).get() }
    #expect(throws: WaitError.portFailed(name: "p", error: "old")) {
      try wait.look(replica(current: 6, interface: failed))
    }
  }

  @Test(
    "conditions choose rows as ovsdb-server does",
    arguments: [
      (Condition("n", .less, .integer(3)), true), (Condition("n", .lessOrEqual, .integer(1)), false),
      (Condition("n", .greaterOrEqual, .integer(2)), true), (Condition("n", .greater, .integer(2)), false),
      (Condition("n", .equal, .integer(2)), true), (Condition("n", .notEqual, .integer(2)), false),
      (Condition("s", .includes, .string("a")), true), (Condition("s", .includes, .strings(["a", "z"])), false),
      (Condition("s", .excludes, .string("z")), true), (Condition("s", .excludes, .strings(["a", "z"])), false),
      (Condition("m", .includes, .strings(["k": "v"])), true), (Condition("m", .includes, .strings(["k": "w"])), false),
      (Condition("m", .excludes, .strings(["k": "w"])), true), (Condition("m", .excludes, .strings(["k": "v"])), false),
      (.row(RowUUID(high: 0, low: 7)), true), (.row(RowUUID(high: 0, low: 8)), false),
      (Condition("none", .equal, .empty), false), (Condition("s", .less, .integer(1)), false),
    ])
  func conditions(condition: Condition, isSelected: Bool) throws {
    // Through a monitor of a server that knows no conditions.
    var machine = ClientStateMachine(now: .zero)
    let request = MonitorRequest(database: "D", tables: ["T": ["n", "s", "m"]], selections: ["T": .any([condition])])
    _ = try machine.monitor(request, timeout: .seconds(1), now: .zero)
    let uuid = RowUUID(high: 0, low: 7)
    let answer =
      #"{"id":1,"result":{"T":{"\#(uuid)":{"new":{"n":2,"s":["set",["a","b"]],"m":["map",[["k","v"]]]}}}},"error":null}"#
    guard case .replica(_, let replica) = machine.handle(.received(Array(answer.utf8)), now: .zero).last else {
      Issue.record("no state")
      return
    }
    #expect(replica["T"].isEmpty != isSelected)
  }
}
