import OVSDB
import Testing

/// Monitors whose changes come as differences.
@Suite struct TableChangesTests {
  /// As ovsdb-server 3.1.0 has these columns.
  static let schema = """
    {"name":"Open_vSwitch","version":"8.3.1","tables":{"Bridge":{"columns":{\
    "name":{"type":"string","mutable":false},\
    "external_ids":{"type":{"key":"string","value":"string","min":0,"max":"unlimited"}},\
    "protocols":{"type":{"key":{"type":"string","enum":["set",["OpenFlow10","OpenFlow13","OpenFlow14"]]},\
    "min":0,"max":"unlimited"}},\
    "fail_mode":{"type":{"key":{"type":"string","enum":["set",["standalone","secure"]]},"min":0,"max":1}},\
    "mcast_snooping_enable":{"type":"boolean"}}}}}
    """
  static let request = MonitorRequest(
    database: "Open_vSwitch",
    tables: ["Bridge": ["name", "external_ids", "protocols", "fail_mode", "mcast_snooping_enable"]])
  static let uuid = RowUUID(high: 0xc799_2f4d_b530_41f4, low: 0xbfcf_2ddf_1688_aa08)

  /// A machine with a monitor, and the id by which it is known.
  struct Watching {
    var machine = ClientStateMachine(now: .zero)
    let id: ClientStateMachine.RequestID
    let sent: [ClientStateMachine.Action]

    init(
      _ request: MonitorRequest = TableChangesTests.request, schema: String = TableChangesTests.schema,
      resuming earlier: Replica? = nil
    ) throws {
      (id, sent) = try machine.monitor(
        request, schema: DatabaseSchema(json: JSONValue(parsing: schema)), resuming: earlier, timeout: .seconds(1),
        now: .zero)
    }

    mutating func receive(_ text: String) -> [ClientStateMachine.Action] {
      machine.handle(.received(Array(text.utf8)), now: .zero)
    }

    /// The state after these messages.
    mutating func replica(after text: String) throws -> Replica {
      let actions = receive(text)
      for case .replica(id, let replica) in actions.reversed() { return replica }
      Issue.record("no state: \(actions)")
      throw NoState()
    }
  }

  struct NoState: Error {}

  static func text(_ actions: [ClientStateMachine.Action]) -> [String] {
    actions.compactMap { if case .write(let bytes) = $0 { String(decoding: bytes, as: UTF8.self) } else { nil } }
  }

  // The messages here are ovsdb-server 3.1.0's.
  private let insertion = #"""
    {"id":null,"method":"update2","params":[1,{"Bridge":{"c7992f4d-b530-41f4-bfcf-2ddf1688aa08":{"insert":{"external_ids"\#
    :["map",[["a","1"],["b","2"]]],"name":"b1","protocols":["set",["OpenFlow10","OpenFlow13"]]}}}}]}
    """#
  private let changes = #"""
    {"id":null,"method":"update2","params":[1,{"Bridge":{"c7992f4d-b530-41f4-bfcf-2ddf1688aa08":{"modify":{"external_ids"\#
    :["map",[["b","3"],["c","4"]]],"fail_mode":"secure","protocols":["set",["OpenFlow10","OpenFlow14"]]}}}}]}
    """#
  private let moreChanges = #"""
    {"id":null,"method":"update2","params":[1,{"Bridge":{"c7992f4d-b530-41f4-bfcf-2ddf1688aa08":{"modify":{"external_ids"\#
    :["map",[["a","1"],["b","3"]]],"fail_mode":["set",[]],"mcast_snooping_enable":true,"protocols":"OpenFlow13"}}}}]}
    """#
  private let deletion = #"""
    {"id":null,"method":"update2","params":[1,{"Bridge":{"c7992f4d-b530-41f4-bfcf-2ddf1688aa08":{"delete":null}}}]}
    """#
  private let unknown = #"{"id":1,"error":"unknown method"}"#

  @Test("differences of sets, maps and optional values make the rows that ovsdb-server has")
  func update2() throws {
    var watching = try Watching()
    _ = watching.receive(unknown)
    #expect(try watching.replica(after: #"{"id":2,"result":{},"error":null}"#)["Bridge"].isEmpty)
    #expect(
      try watching.replica(after: insertion)["Bridge"][Self.uuid] == [
        "name": .string("b1"), "external_ids": .strings(["a": "1", "b": "2"]),
        "protocols": .strings(["OpenFlow10", "OpenFlow13"]), "fail_mode": .empty,
        "mcast_snooping_enable": .atom(.boolean(false)),
      ])
    #expect(
      try watching.replica(after: changes)["Bridge"][Self.uuid] == [
        "name": .string("b1"), "external_ids": .strings(["a": "1", "b": "3", "c": "4"]),
        "protocols": .strings(["OpenFlow13", "OpenFlow14"]), "fail_mode": .string("secure"),
        "mcast_snooping_enable": .atom(.boolean(false)),
      ])
    #expect(
      try watching.replica(after: moreChanges)["Bridge"][Self.uuid] == [
        "name": .string("b1"), "external_ids": .strings(["c": "4"]), "protocols": .string("OpenFlow14"),
        "fail_mode": .empty, "mcast_snooping_enable": .atom(.boolean(true)),
      ])
    #expect(try watching.replica(after: deletion)["Bridge"].isEmpty)
  }

  private let initial = #"""
    {"id":1,"result":[false,"11111111-0000-0000-0000-000000000001",{"Bridge":{"c7992f4d-b530-41f4-bfcf-2ddf1688aa08":\#
    {"initial":{"external_ids":["map",[["c","4"]]],"mcast_snooping_enable":true,"name":"b1","protocols":"OpenFlow14"}}}}],\#
    "error":null}
    """#

  @Test("the best method is asked for first, with the conditions and no transaction known")
  func request() throws {
    var selective = Self.request
    selective = MonitorRequest(
      database: selective.database, tables: ["Bridge": ["name"]],
      selections: ["Bridge": .any([Condition("name", .equal, .string("b1"))]), "Port": .none])
    #expect(
      try Self.text(Watching(selective).sent) == [
        #"{"id":1,"method":"monitor_cond_since","params":["Open_vSwitch",1,{"Bridge":[{"columns":["name"],"#
          + #""where":[["name","==","b1"]]}]},"00000000-0000-0000-0000-000000000000"]}"#
      ])
    #expect(selective.selections.count == 1)
  }

  @Test("the transaction that the server names is kept, and a later connection gets only what came after it")
  func resume() throws {
    var first = try Watching()
    let before = try first.replica(after: initial)
    #expect(before.lastTransaction == RowUUID(high: 0x1111_1111_0000_0000, low: 1))
    let after = try first.replica(
      after: #"{"id":null,"method":"update3","params":[1,"22222222-0000-0000-0000-000000000002",{"Bridge":"#
        + #"{"c7992f4d-b530-41f4-bfcf-2ddf1688aa08":{"modify":{"fail_mode":"secure"}}}}]}"#)
    #expect(after.lastTransaction == RowUUID(high: 0x2222_2222_0000_0000, low: 2))

    var second = try Watching(resuming: after)
    #expect(
      Self.text(second.sent).first?.hasSuffix(#","22222222-0000-0000-0000-000000000002"]}"#) == true)
    let resumed = try second.replica(
      after: #"{"id":1,"result":[true,"33333333-0000-0000-0000-000000000003",{"Bridge":"#
        + #"{"c7992f4d-b530-41f4-bfcf-2ddf1688aa08":{"modify":{"external_ids":["map",[["d","5"]]]}}}}],"error":null}"#)
    #expect(
      resumed["Bridge"][Self.uuid] == [
        "name": .string("b1"), "external_ids": .strings(["c": "4", "d": "5"]), "protocols": .string("OpenFlow14"),
        "fail_mode": .string("secure"), "mcast_snooping_enable": .atom(.boolean(true)),
      ])

    var forgotten = try Watching(resuming: after)
    let whole = try forgotten.replica(after: initial)
    #expect(whole["Bridge"] == before["Bridge"])

    // What was brought by another request is of no use.
    let other = MonitorRequest(database: "Open_vSwitch", tables: ["Bridge": ["name"]])
    #expect(try Self.text(Watching(other, resuming: after).sent).first?.contains("22222222") == false)
  }

  @Test(
    "a server that knows no better is asked for the older methods one after the other, and its answers count the same")
  func fallback() throws {
    var watching = try Watching()
    #expect(
      Self.text(watching.receive(unknown)).first?.hasPrefix(#"{"id":2,"method":"monitor_cond","params":["Op"#) == true)
    let structured = #"{"id":2,"result":null,"error":{"error":"unknown method","details":"no"}}"#
    #expect(
      Self.text(watching.receive(structured)).first?.hasPrefix(
        #"{"id":3,"method":"monitor","params":["Open_vSwitch",1,"#)
        == true)
    let row =
      #"{"name":"b1","external_ids":["map",[]],"protocols":["set",[]],"fail_mode":["set",[]],"#
      + #""mcast_snooping_enable":false}"#
    let replica = try watching.replica(
      after: #"{"id":3,"result":{"Bridge":{"\#(Self.uuid)":{"new":\#(row)}}},"error":null}"#)
    #expect(replica["Bridge"][Self.uuid]?["name"] == .string("b1"))
    let gone = try watching.replica(
      after: #"{"id":null,"method":"update","params":[1,{"Bridge":{"\#(Self.uuid)":{"old":\#(row)}}}]}"#)
    #expect(gone["Bridge"].isEmpty)
  }

  @Test("whoever waits for a monitor's start is told of a refusal, a timeout and the end, whatever the method by then")
  func fallbackFails() throws {
    var refused = try Watching()
    _ = refused.receive(unknown)
    let error = RequestError.refused(method: "monitor_cond", error: "unknown database")
    #expect(
      refused.receive(#"{"id":2,"error":{"error":"unknown database"}}"#) == [.complete(refused.id, .failure(error))])
    var slow = try Watching()
    _ = slow.receive(unknown)
    #expect(
      slow.machine.handle(.tick, now: .seconds(2)) == [
        .complete(slow.id, .failure(.timedOut(method: "monitor_cond", after: .seconds(1))))
      ])
    var closed = try Watching()
    _ = closed.receive(unknown)
    #expect(
      closed.machine.handle(.transportClosed(nil), now: .zero)
        == [.complete(closed.id, .failure(.closed(.peerClosed))), .close(.peerClosed)])
    var abandoned = try Watching()
    _ = abandoned.receive(unknown)
    #expect(
      Self.text(abandoned.machine.handle(.stopMonitor(abandoned.id), now: .zero)).first?.contains("cancel") == true)
    #expect(abandoned.receive(#"{"id":2,"result":{},"error":null}"#) == [])
  }

  @Test("without conditions on the server rows are selected here, by columns that are not handed out")
  func selectionHere() throws {
    var watching = try Watching(
      MonitorRequest(
        database: "Open_vSwitch", tables: ["Bridge": ["name"]],
        selections: ["Bridge": .any([Condition("external_ids", .includes, .strings(["a": "1"]))])]))
    _ = watching.receive(unknown)
    #expect(
      Self.text(watching.receive(#"{"id":2,"error":"unknown method"}"#)).first?.contains(
        #"{"Bridge":{"columns":["external_ids","name"]}}"#) == true)
    let here = #"{"name":"b1","external_ids":["map",[["a","1"]]]}"#
    let away = #"{"name":"b1","external_ids":["map",[]]}"#
    let uuid = Self.uuid
    let first = try watching.replica(
      after: #"{"id":3,"result":{"Bridge":{"\#(uuid)":{"new":\#(here)}}},"error":null}"#)
    #expect(first["Bridge"] == [uuid: ["name": .string("b1")]])
    let second = try watching.replica(
      after: #"{"id":null,"method":"update","params":[1,{"Bridge":{"\#(uuid)":{"old":\#(here),"new":\#(away)}}}]}"#)
    #expect(second["Bridge"].isEmpty)
    let (_, actions) = try watching.machine.select(
      [:], monitor: watching.id, timeout: .seconds(1), now: .zero)
    guard case .replica(watching.id, let all) = actions.first else {
      Issue.record("\(actions)")
      return
    }
    #expect(all["Bridge"] == [uuid: ["name": .string("b1")]])
    #expect(throws: RequestError.self) {
      try watching.machine.select(
        ["Bridge": .any([Condition("fail_mode", .equal, .empty)])], monitor: watching.id, timeout: .seconds(1),
        now: .zero)
    }
  }

  @Test("other rows are asked for in place; until that is answered there is nothing to go on from later")
  func selection() throws {
    var watching = try Watching()
    _ = watching.receive(initial)
    let (id, sent) = try watching.machine.select(
      ["Bridge": .none], monitor: watching.id, timeout: .seconds(1), now: .zero)
    #expect(
      Self.text(sent) == [#"{"id":2,"method":"monitor_cond_change","params":[1,1,{"Bridge":[{"where":[false]}]}]}"#])
    let between = try watching.replica(
      after: #"{"id":null,"method":"update3","params":[1,"22222222-0000-0000-0000-000000000002",{"Bridge":"#
        + #"{"c7992f4d-b530-41f4-bfcf-2ddf1688aa08":{"delete":null}}}]}"#)
    #expect(between["Bridge"].isEmpty)
    #expect(try Self.text(Watching(resuming: between).sent).first?.contains("22222222") == false)
    let actions = watching.receive(#"{"id":2,"result":{},"error":null}"#)
    guard case .replica(watching.id, let after) = actions.first else {
      Issue.record("\(actions)")
      return
    }
    #expect(actions.last == .complete(id, .success(.null)))
    let none = MonitorRequest(
      database: "Open_vSwitch", tables: Self.request.tables, selections: ["Bridge": .none])
    #expect(try Self.text(Watching(none, resuming: after).sent).first?.contains("22222222") == true)
    #expect(try Self.text(Watching(resuming: after).sent).first?.contains("22222222") == false)
  }

  @Test(
    "what does not fit the rows, the columns or the method ends the connection with the reason",
    arguments: [
      (#"{"id":1,"result":{},"error":null}"#, "found, the last transaction and changes"),
      (#"{"id":1,"result":[true,"11111111-0000-0000-0000-000000000001",{}],"error":null}"#, "expected all rows"),
      (#"{"id":1,"result":[false,"x",{}],"error":null}"#, "a transaction's UUID"),
      (#"{"id":1,"result":[false,"@",{"Port":{}}],"error":null}"#, "tables that are watched, found \"Port\""),
      (#"{"id":1,"result":[false,"@",{"Bridge":{"%":{"initial":{"x":1}}}}],"error":null}"#, "columns that are watched"),
      (#"{"id":1,"result":[false,"@",{"Bridge":{"%":{"initial":{"name":1}}}}],"error":null}"#, "string atoms, found 1"),
      (#"{"id":1,"result":[false,"@",{"Bridge":{"%":{"initial":{"protocols":["map",[]]}}}}],"error":null}"#, "a set"),
      (#"{"id":1,"result":[false,"@",{"Bridge":{"%":{}}}],"error":null}"#, "one of initial, insert, delete and modify"),
      (#"{"id":1,"result":[false,"@",{"Bridge":{"%":{"alter":{}}}}],"error":null}"#, "one of initial, insert"),
      (#"{"id":1,"result":[false,"@",{"Bridge":{"x":{"insert":{}}}}],"error":null}"#, "a row's UUID"),
      (#"{"id":1,"result":[false,"@",{"Bridge":{"%":{"modify":{}}}}],"error":null}"#, "an update changes row"),
      (#"{"id":1,"result":[false,"@",{"Bridge":{"%":{"delete":null}}}],"error":null}"#, "an update deletes row"),
      (
        #"{"id":1,"result":[false,"@",{}],"error":null}{"id":null,"method":"update2","params":[1,{}]}"#,
        "monitor_cond_since"
      ),
      (
        #"{"id":1,"result":[false,"@",{}],"error":null}{"id":null,"method":"update3","params":[1,{}]}"#,
        "monitor_cond_since"
      ),
      (
        #"{"id":1,"result":[false,"@",{}],"error":null}{"id":null,"method":"update3","params":[1,1,{}]}"#,
        "a transaction's"
      ),
    ])
  func hostile(text: String, message: String) throws {
    var watching = try Watching()
    let text = text.replacing("%", with: Self.uuid.description)
      .replacing("@", with: "11111111-0000-0000-0000-000000000001")
    guard case .close(let reason) = watching.receive(text).last else {
      Issue.record("still open")
      return
    }
    #expect(reason.description.contains(message), "\(reason)")
  }

  @Test("an insert of a row that is there ends the connection")
  func doubleInsert() throws {
    var watching = try Watching()
    _ = watching.receive(unknown + #"{"id":2,"result":{},"error":null}"# + insertion)
    guard case .close(.inconsistentUpdate(let error)) = watching.receive(insertion).last else {
      Issue.record("still open")
      return
    }
    #expect(error.isKnown)
  }
}
