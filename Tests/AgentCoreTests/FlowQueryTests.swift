import GoalState
import OpenFlow
import Testing

@testable import AgentCore

@Suite("Asking for flows")
struct FlowQueryTests {
  @Test("a resource is its kind and its id, a table its number or its name")
  func parses() throws {
    let query = try FlowQuery(cursor: "2000", resource: "port/a/b", table: "delivery")
    #expect(query.cursor == 2000)
    #expect(query.resource == ResourceKey(.port, "a/b"))
    #expect(query.table == TableID(90))
    #expect(try FlowQuery(cursor: nil, resource: nil, table: "60").table == TableID(60))
  }

  @Test("what cannot be meant is refused with what could be", arguments: ["switch/x", "port", "x/", "port/"])
  func refuses(resource: String) {
    let failure = #expect(throws: FlowQuery.Mistake.self) {
      try FlowQuery(cursor: nil, resource: resource, table: nil)
    }
    #expect(failure?.description.contains("KIND/ID") == true)
    #expect(throws: FlowQuery.Mistake.self) { try FlowQuery(cursor: "-1", resource: nil, table: nil) }
    let table = #expect(throws: FlowQuery.Mistake.self) { try FlowQuery(cursor: nil, resource: nil, table: "7") }
    #expect(table?.description.contains("60 (forwarding)") == true)
  }
}
