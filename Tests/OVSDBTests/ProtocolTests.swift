import OVSDB
import Testing

@Suite struct ProtocolTests {
  @Test("UUIDs are read and written in their canonical form only")
  func uuids() {
    let text = "2ca93c9e-564b-4315-b3b8-20a172c174cf"
    #expect(RowUUID(text)?.description == text)
    #expect(RowUUID(text)?.high == 0x2ca9_3c9e_564b_4315)
    #expect(RowUUID(text)?.low == 0xb3b8_20a1_72c1_74cf)
    for wrong in ["", "2ca93c9e", text + "0", "2ca93c9e-564b-4315-b3b820-a172c174cf", text.replacing("f", with: "g")] {
      #expect(RowUUID(wrong) == nil)
    }
  }

  @Test("a set of one is the same as its element, as RFC 7047 §5.1 says")
  func datum() throws {
    #expect(try Datum(json: ["set", ["a"]]) == .string("a"))
    #expect(Datum.string("a").description == #""a""#)
    #expect(Datum.strings(["b", "a"]).description == #"["set",["a","b"]]"#)
    #expect(Datum.empty.description == #"["set",[]]"#)
    #expect(Datum.strings(["k": "v", "a": "b"]).description == #"["map",[["a","b"],["k","v"]]]"#)
    let uuid = RowUUID(high: 1, low: 2)
    #expect(try Datum(json: Datum.atom(.uuid(uuid)).json) == .atom(.uuid(uuid)))
    #expect(try Datum(json: Datum.atom(.namedUUID("x")).json) == .atom(.namedUUID("x")))
  }

  @Test(
    "values that RFC 7047 does not allow are refused",
    arguments: [
      "null", "{}", "[]", #"["uuid","x"]"#, #"["uuid",1]"#, #"["set",1]"#, #"["set",[1,1]]"#, #"["set",[["set",[]]]]"#,
      #"["map",[["a"]]]"#, #"["map",[["a",1],["a",2]]]"#, #"["map",{}]"#, #"["list",[]]"#,
    ])
  func badDatum(text: String) throws {
    let json = try JSONValue(parsing: text)
    #expect(throws: ProtocolError.self) { try Datum(json: json) }
  }

  @Test("JSON-RPC messages are told apart, also ovsdb-server's failures without a result")
  func messages() throws {
    func read(_ text: String) throws -> JSONRPCMessage { try JSONRPCMessage(json: JSONValue(parsing: text)) }
    #expect(
      try read(#"{"id":"echo","method":"echo","params":[]}"#) == .request(id: "echo", method: "echo", parameters: []))
    #expect(
      try read(#"{"id":null,"method":"update","params":[1,2]}"#)
        == .notification(method: "update", parameters: [1, 2]))
    #expect(try read(#"{"id":1,"result":[],"error":null}"#) == .response(id: 1, result: []))
    #expect(try read(#"{"id":8,"error":"unknown method"}"#) == .failure(id: 8, error: "unknown method"))
    for text in ["[]", "{}", #"{"id":1,"method":2}"#, #"{"id":1,"method":"x","params":{}}"#, #"{"id":1,"error":null}"#]
    {
      #expect(throws: ProtocolError.self) { try read(text) }
    }
  }

  @Test("operations are written as RFC 7047 §5.2 has them")
  func operations() {
    let uuid = RowUUID(high: 0, low: 1)
    let bridge = Operation.insert(table: "Bridge", row: ["name": .string("b")], name: "x")
    #expect(bridge.json.description == #"{"op":"insert","row":{"name":"b"},"table":"Bridge","uuid-name":"x"}"#)
    let mutate = Operation.mutate(
      table: "T", conditions: [.row(uuid)], mutations: [Mutation("next_cfg", .add, .integer(1))])
    #expect(
      mutate.json.description
        == #"{"mutations":[["next_cfg","+=",1]],"op":"mutate","table":"T","#
        + #""where":[["_uuid","==",["uuid","00000000-0000-0000-0000-000000000001"]]]}"#)
    let wait = Operation.wait(
      table: "T", conditions: [Condition("name", .equal, .string("b"))], columns: ["name"], isEqual: true, rows: [],
      timeoutMilliseconds: 0)
    #expect(
      wait.json.description
        == #"{"columns":["name"],"op":"wait","rows":[],"table":"T","timeout":0,"until":"==","where":[["name","==","b"]]}"#
    )
    #expect(
      Operation.select(table: "T", conditions: [], columns: nil).json.description
        == #"{"op":"select","table":"T","where":[]}"#)
    #expect(
      Operation.update(table: "T", conditions: [], row: [:]).json.description
        == #"{"op":"update","row":{},"table":"T","where":[]}"#)
    #expect(
      Operation.delete(table: "T", conditions: []).json.description == #"{"op":"delete","table":"T","where":[]}"#)
    #expect(Operation.comment("c").json.description == #"{"comment":"c","op":"comment"}"#)
    #expect(Operation.assert(lock: "l").json.description == #"{"lock":"l","op":"assert"}"#)
    #expect(Operation.abort.json.description == #"{"op":"abort"}"#)
  }

  private func outcome(_ text: String, _ operations: [Operation]) throws -> TransactionOutcome {
    try TransactionOutcome(json: JSONValue(parsing: text), of: operations)
  }

  private let insert = Operation.insert(table: "Bridge", row: [:], name: nil)
  private let mutate = Operation.mutate(table: "Open_vSwitch", conditions: [], mutations: [])
  private let select = Operation.select(table: "Open_vSwitch", conditions: [], columns: nil)
  private let wait = Operation.wait(
    table: "Bridge", conditions: [], columns: [], isEqual: true, rows: [], timeoutMilliseconds: 0)

  // The results here are ovsdb-server 3.1.0's.
  @Test("a committed transaction gives each operation's result")
  func committed() throws {
    #expect(
      try outcome(
        #"[{"uuid":["uuid","8b9bb0db-6f18-4685-bda3-93a5d6d5f353"]},{"count":1},{"rows":[{"cur_cfg":0,"next_cfg":1}]},{}]"#,
        [insert, mutate, select, .comment("")])
        == .committed([
          .inserted(RowUUID(high: 0x8b9b_b0db_6f18_4685, low: 0xbda3_93a5_d6d5_f353)), .count(1),
          .rows([["cur_cfg": .integer(0), "next_cfg": .integer(1)]]), .done,
        ]))
    #expect(try outcome("[]", []) == .committed([]))
  }

  @Test("a refused operation is told with its place, and the rest was not tried")
  func refusedOperation() throws {
    let result = try outcome(#"[{"details":"\"where\" clause test failed","error":"timed out"},null]"#, [wait, mutate])
    let failure = TransactionFailure(
      index: 0, operation: "wait on Bridge",
      error: OperationError(name: "timed out", details: "\"where\" clause test failed"))
    #expect(result == .refused(failure))
    #expect(failure.isRaceLost)
    #expect(
      failure.description
        == "operation 1 of the transaction (wait on Bridge) was refused: timed out: \"where\" clause test failed")
  }

  @Test("an extra error at the end means that the commit failed")
  func refusedCommit() throws {
    let result = try outcome(
      #"""
      [{"uuid":["uuid","fa2c6d10-0aeb-4a12-93ce-a30c7c21cb48"]},{"count":1},{"details":"Transaction causes multiple rows \#
      in \"Bridge\" table to have identical values (a1) for index on column \"name\".","error":"constraint violation"}]
      """#, [insert, mutate])
    guard case .refused(let failure) = result else {
      Issue.record("\(result)")
      return
    }
    #expect(failure.index == nil)
    #expect(failure.isRaceLost)
    #expect(failure.description.hasPrefix("the transaction was refused at its commit: constraint violation: Trans"))
  }

  @Test(
    "results that do not fit the operations are refused",
    arguments: ["{}", "[]", "[1]", "[{}]", #"[{"count":-1}]"#, #"[{"count":"1"}]"#, #"[{"count":1},{}]"#, "[null]"])
  func malformedResults(text: String) {
    #expect(throws: ProtocolError.self) { try outcome(text, [mutate]) }
  }

  @Test("a schema that lacks a column in use is told with its version")
  func schema() throws {
    let text = #"{"name":"Open_vSwitch","version":"7.0.0","tables":{"Bridge":{"columns":{"name":{"type":"string"}}}}}"#
    let schema = try DatabaseSchema(json: JSONValue(parsing: text))
    #expect(schema.firstMissing(of: ["Bridge": ["name"]]) == nil)
    #expect(schema.firstMissing(of: ["Bridge": ["ports", "name", "fail_mode"]])?.column == "fail_mode")
    let missing = try #require(schema.firstMissing(of: ["Port": ["name"]]))
    #expect(
      missing.description.hasPrefix(
        "database Open_vSwitch with schema version 7.0.0 has no table Port: this Open vSwitch"))
    #expect(throws: ProtocolError.self) { try DatabaseSchema(json: "x") }
  }
}
