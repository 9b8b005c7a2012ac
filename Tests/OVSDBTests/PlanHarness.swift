import OVSDB
import Testing

/// What tests of plans have in common: a database, and what must hold of every plan.
enum PlanHarness {
  static let mark = [HostBridgeRequest.ownerKey: HostBridgeRequest.owner]

  /// br-int with ports p1 and p2, all ours, and a bridge and a port that are not.
  static func database() throws -> FakeDatabase {
    var database = FakeDatabase()
    database.addBridge("br-int", ["external_ids": .strings(mark)])
    try database.addPort("p1", to: "br-int", externalIDs: mark)
    try database.addPort("p2", to: "br-int", externalIDs: mark)
    for port in ["p1", "p2"] { database.set("Port", port, "external_ids", .strings(mark)) }
    try database.addPort("foreign", to: "br-int")
    database.addBridge("br-ex")
    return database
  }

  typealias Planner = (OpenVSwitchView) throws -> OpenVSwitchPlan

  /// Carries the plan out, expects that nothing is left to do, and returns what it said.
  @discardableResult static func settle(_ database: inout FakeDatabase, _ plan: Planner) throws -> [String] {
    let first = try plan(database.view())
    #expect(first.isEmpty == first.changes.isEmpty)
    if !first.isEmpty {
      let kinds = first.operations.map(\.summary)
      #expect(kinds.suffix(3) == ["comment", "mutate of Open_vSwitch", "select from Open_vSwitch"])
      #expect(HostBridgePlan.awaitedConfiguration(try database.transact(first.operations)) != nil)
    }
    #expect(try plan(database.view()).isEmpty)
    return first.changes
  }

  /// Expects that the plan is refused as a race when `change` comes between it and its transaction.
  static func expectRace(
    _ database: FakeDatabase, _ plan: Planner, _ change: (inout FakeDatabase) -> Void
  ) throws {
    var database = database
    let planned = try plan(database.view())
    #expect(!planned.isEmpty)
    change(&database)
    let before = database.tables
    #expect(throws: FakeDatabase.Refused.self) { try database.transact(planned.operations) }
    #expect(database.tables == before)
  }
}
