import OVSDB
import Testing

@Suite struct QoSPlanTests {
  private let shaping = QoSRequest.Shaping(
    maximumRate: 10_000_000, queues: [0: .init(minimumRate: 1000), 7: .init(maximumRate: 5_000_000, priority: 1)])

  @Test("QoS comes with its queues, changes in place, and goes with them")
  func qos() throws {
    var database = try PlanHarness.database()
    let foreign = database.addRow("Queue", ["other_config": .strings(["min-rate": "1"])])
    var request = QoSRequest(port: "p1", shaping: shaping)
    #expect(
      try PlanHarness.settle(&database, request.plan(in:)) == [
        "make the QoS of port p1 of type linux-htb max-rate=10000000",
        "make queue 0 of the QoS of port p1 with min-rate=1000",
        "make queue 7 of the QoS of port p1 with max-rate=5000000 priority=1",
      ])
    var view = try database.view()
    let row = try #require(view.port(named: "p1")?.qos.flatMap { view.qos[$0] })
    #expect(row.externalIDs == PlanHarness.mark.merging(["alioth-port": "p1"]) { $1 })
    #expect(row.queues.keys.sorted() == [0, 7])

    request.shaping?.maximumRate = nil
    request.shaping?.type = "linux-hfsc"
    request.shaping?.queues = [7: .init(maximumRate: 6_000_000), 8: .init()]
    #expect(try PlanHarness.settle(&database, request.plan(in:)).count == 7)
    view = try database.view()
    let changed = try #require(view.port(named: "p1")?.qos.flatMap { view.qos[$0] })
    #expect(changed.uuid == row.uuid)
    #expect(changed.type == "linux-hfsc")
    #expect(changed.otherConfiguration == [:])
    #expect(changed.queues[7] == row.queues[7])
    #expect(changed.queues[7].flatMap { view.queues[$0] }?.otherConfiguration == ["max-rate": "6000000"])
    #expect(view.queues.count == 3)

    request.shaping = nil
    try PlanHarness.settle(&database, request.plan(in:))
    view = try database.view()
    #expect(view.port(named: "p1")?.qos == nil)
    #expect(view.qos.isEmpty)
    #expect(Set(view.queues.keys) == [foreign])
  }

  @Test("what others put into our QoS's settings is kept")
  func qosSettings() throws {
    var database = try PlanHarness.database()
    let request = QoSRequest(port: "p1", shaping: shaping)
    try PlanHarness.settle(&database, request.plan(in:))
    for uuid in try database.view().qos.keys {
      database.set(
        row: uuid, in: "QoS", "other_config", .strings(["max-rate": "1", "r2q": "5"]))
    }
    #expect(
      try PlanHarness.settle(&database, request.plan(in:)) == [
        "change other_config:max-rate of QoS of port p1 from 1 to 10000000"
      ])
    #expect(try database.view().qos.values.first?.otherConfiguration == ["max-rate": "10000000", "r2q": "5"])
  }

  @Test("QoS that others have set on a port, and ports of theirs, are in the way and stay as they are")
  func foreignQoS() throws {
    var database = try PlanHarness.database()
    let foreign = database.addRow("QoS", ["type": .string("linux-htb")])
    database.set("Port", "p1", "qos", .atom(.uuid(foreign)))
    #expect(throws: PlanConflict.notOurs(row: "QoS of port p1", owner: nil)) {
      try QoSRequest(port: "p1", shaping: shaping).plan(in: database.view())
    }
    #expect(try QoSRequest(port: "p1", shaping: nil).plan(in: database.view()).isEmpty)
    #expect(throws: PlanConflict.notOurs(row: "port foreign", owner: nil)) {
      try QoSRequest(port: "foreign", shaping: shaping).plan(in: database.view())
    }
    try PlanHarness.settle(&database, QoSRequest(port: "p2", shaping: shaping).plan(in:))
    database.set("Port", "p2", "external_ids", .map([:]))
    #expect(throws: PlanConflict.notOurs(row: "port p2", owner: nil)) {
      try QoSRequest(port: "p2", shaping: nil).plan(in: database.view())
    }
    #expect(throws: PlanConflict.noPort("none", bridge: nil)) {
      try QoSRequest(port: "none", shaping: shaping).plan(in: database.view())
    }
  }

  @Test("QoS of ours that a deleted port has left behind is deleted, unless somebody uses it")
  func leftovers() throws {
    var database = try PlanHarness.database()
    try PlanHarness.settle(&database, QoSRequest(port: "p1", shaping: shaping).plan(in:))
    try PlanHarness.settle(&database, QoSRequest(port: "p2", shaping: shaping).plan(in:))
    let used = try #require(try database.view().port(named: "p1")?.qos)
    database.set("Port", "p1", "qos", .empty)
    database.set("Port", "foreign", "qos", .atom(.uuid(used)))
    try PlanHarness.settle(&database, QoSRequest(port: "p1", shaping: nil).plan(in:))
    #expect(try database.view().qos.count == 2)
    database.set("Port", "foreign", "qos", .empty)
    #expect(try PlanHarness.settle(&database, QoSRequest(port: "p1", shaping: nil).plan(in:)).count == 3)
    #expect(try database.view().qos.count == 1)
    #expect(try database.view().queues.count == 2)
  }

  @Test("QoS is not written when the port got another's meanwhile")
  func qosRace() throws {
    try PlanHarness.expectRace(PlanHarness.database(), QoSRequest(port: "p1", shaping: shaping).plan(in:)) { database in
      let foreign = database.addRow("QoS", ["type": .string("linux-htb")])
      database.set("Port", "p1", "qos", .atom(.uuid(foreign)))
    }
  }
}
