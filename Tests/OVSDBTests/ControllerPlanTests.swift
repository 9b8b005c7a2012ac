import NetworkTypes
import OVSDB
import Testing

@Suite struct ControllerPlanTests {
  private let targets: [ControllersRequest.Controller] = [
    .init(.tcp(.v4(IPv4Address(192, 0, 2, 1)), port: 6653), maximumBackoff: 1000),
    .init(.listenTCP(port: 6634, .v4(IPv4Address(127, 0, 0, 1)))),
  ]

  @Test("controllers are written as Open vSwitch does")
  func targetTexts() throws {
    let address = try #require(IPv6Address("2001:db8::1"))
    let v6 = IPAddress.v6(address)
    let texts = [
      (ControllerTarget.tcp(v6, port: 1), "tcp:[2001:db8::1]:1"),
      (.ssl(.v4(IPv4Address(192, 0, 2, 1)), port: 6653), "ssl:192.0.2.1:6653"),
      (.unix("/run/c"), "unix:/run/c"), (.listenTCP(port: 6634, nil), "ptcp:6634"),
      (.listenSSL(port: 6634, v6), "pssl:6634:[2001:db8::1]"), (.listenUnix("/run/p"), "punix:/run/p"),
    ]
    for (target, text) in texts {
      #expect(target.description == text)
      #expect(target.isPassive == text.hasPrefix("p"))
    }
  }

  @Test("controllers come, change and go, and others' stay")
  func controllers() throws {
    var database = try PlanHarness.database()
    let foreign = database.addRow("Controller", ["target": .string("tcp:192.0.2.9:6653")])
    database.set("Bridge", "br-int", "controller", .atom(.uuid(foreign)))
    var request = ControllersRequest(bridge: "br-int", controllers: targets)
    #expect(
      try PlanHarness.settle(&database, request.plan(in:)) == [
        "add controller ptcp:6634:127.0.0.1 to bridge br-int", "add controller tcp:192.0.2.1:6653 to bridge br-int",
      ])
    var view = try database.view()
    #expect(view.controllers.count == 3)
    #expect(view.bridge(named: "br-int")?.controllers.count == 3)
    let dialled = try #require(view.controllers.values.first { $0.target == "tcp:192.0.2.1:6653" })
    #expect(dialled.externalIDs == PlanHarness.mark)
    #expect(dialled.connectionMode == "out-of-band")
    #expect(dialled.maximumBackoff == 1000)

    request.controllers[0].maximumBackoff = nil
    request.controllers[0].inactivityProbe = 0
    request.controllers.removeLast()
    #expect(
      try PlanHarness.settle(&database, request.plan(in:)).sorted() == [
        "change inactivity_probe of controller tcp:192.0.2.1:6653 from [\"set\",[]] to 0",
        "change max_backoff of controller tcp:192.0.2.1:6653 from 1000 to [\"set\",[]]",
        "remove controller ptcp:6634:127.0.0.1 from bridge br-int",
      ])
    view = try database.view()
    #expect(view.controllers.count == 2)
    #expect(view.controllers[foreign] != nil)
    request.controllers = []
    try PlanHarness.settle(&database, request.plan(in:))
    #expect(try Set(database.view().controllers.keys) == [foreign])
  }

  @Test("a controller that others have set, and a bridge of theirs, are in the way")
  func foreignControllers() throws {
    var database = try PlanHarness.database()
    let foreign = database.addRow("Controller", ["target": .string("tcp:192.0.2.1:6653")])
    database.set("Bridge", "br-int", "controller", .atom(.uuid(foreign)))
    #expect(throws: PlanConflict.notOurs(row: "controller tcp:192.0.2.1:6653 of bridge br-int", owner: nil)) {
      try ControllersRequest(bridge: "br-int", controllers: targets).plan(in: database.view())
    }
    #expect(throws: PlanConflict.notOurs(row: "bridge br-ex", owner: nil)) {
      try ControllersRequest(bridge: "br-ex", controllers: targets).plan(in: database.view())
    }
    #expect(throws: PlanConflict.noBridge("br-no")) {
      try ControllersRequest(bridge: "br-no", controllers: targets).plan(in: database.view())
    }
    #expect(throws: PlanConflict.self) {
      try ControllersRequest(bridge: "br-int", controllers: targets + targets).plan(in: database.view())
    }
  }

  @Test("controllers are not written when the bridge's were changed meanwhile")
  func controllerRace() throws {
    try PlanHarness.expectRace(
      PlanHarness.database(), ControllersRequest(bridge: "br-int", controllers: targets).plan(in:)
    ) { database in
      let foreign = database.addRow("Controller", ["target": .string("tcp:192.0.2.9:6653")])
      database.set("Bridge", "br-int", "controller", .atom(.uuid(foreign)))
    }
    try PlanHarness.expectRace(
      PlanHarness.database(), ControllersRequest(bridge: "br-int", controllers: targets).plan(in:)
    ) { database in
      database.set("Bridge", "br-int", "external_ids", .strings([HostBridgeRequest.ownerKey: "someone"]))
    }
  }
}
