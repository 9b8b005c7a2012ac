import NetworkTypes
import OVSDB
import Testing

/// Plans for controllers, QoS, mirrors, tunnels and external_ids.
@Suite struct PlanTests {
  private let mark = [HostBridgeRequest.ownerKey: HostBridgeRequest.owner]

  /// br-int with ports p1 and p2, all ours, and a bridge and a port that are not.
  private func database() throws -> FakeDatabase {
    var database = FakeDatabase()
    database.addBridge("br-int", ["external_ids": .strings(mark)])
    try database.addPort("p1", to: "br-int", externalIDs: mark)
    try database.addPort("p2", to: "br-int", externalIDs: mark)
    for port in ["p1", "p2"] { database.set("Port", port, "external_ids", .strings(mark)) }
    try database.addPort("foreign", to: "br-int")
    database.addBridge("br-ex")
    return database
  }

  private typealias Planner = (OpenVSwitchView) throws -> OpenVSwitchPlan

  /// Carries the plan out, expects that nothing is left to do, and returns what it said.
  @discardableResult private func settle(_ database: inout FakeDatabase, _ plan: Planner) throws -> [String] {
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
  private func expectRace(
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

  // MARK: Controllers

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
    var database = try database()
    let foreign = database.addRow("Controller", ["target": .string("tcp:192.0.2.9:6653")])
    database.set("Bridge", "br-int", "controller", .atom(.uuid(foreign)))
    var request = ControllersRequest(bridge: "br-int", controllers: targets)
    #expect(
      try settle(&database, request.plan(in:)) == [
        "add controller ptcp:6634:127.0.0.1 to bridge br-int", "add controller tcp:192.0.2.1:6653 to bridge br-int",
      ])
    var view = try database.view()
    #expect(view.controllers.count == 3)
    #expect(view.bridge(named: "br-int")?.controllers.count == 3)
    let dialled = try #require(view.controllers.values.first { $0.target == "tcp:192.0.2.1:6653" })
    #expect(dialled.externalIDs == mark)
    #expect(dialled.connectionMode == "out-of-band")
    #expect(dialled.maximumBackoff == 1000)

    request.controllers[0].maximumBackoff = nil
    request.controllers[0].inactivityProbe = 0
    request.controllers.removeLast()
    #expect(
      try settle(&database, request.plan(in:)).sorted() == [
        "change inactivity_probe of controller tcp:192.0.2.1:6653 from [\"set\",[]] to 0",
        "change max_backoff of controller tcp:192.0.2.1:6653 from 1000 to [\"set\",[]]",
        "remove controller ptcp:6634:127.0.0.1 from bridge br-int",
      ])
    view = try database.view()
    #expect(view.controllers.count == 2)
    #expect(view.controllers[foreign] != nil)
    request.controllers = []
    try settle(&database, request.plan(in:))
    #expect(try Set(database.view().controllers.keys) == [foreign])
  }

  @Test("a controller that others have set, and a bridge of theirs, are in the way")
  func foreignControllers() throws {
    var database = try database()
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
    try expectRace(database(), ControllersRequest(bridge: "br-int", controllers: targets).plan(in:)) { database in
      let foreign = database.addRow("Controller", ["target": .string("tcp:192.0.2.9:6653")])
      database.set("Bridge", "br-int", "controller", .atom(.uuid(foreign)))
    }
    try expectRace(database(), ControllersRequest(bridge: "br-int", controllers: targets).plan(in:)) { database in
      database.set("Bridge", "br-int", "external_ids", .strings([HostBridgeRequest.ownerKey: "someone"]))
    }
  }

  // MARK: QoS

  private let shaping = QoSRequest.Shaping(
    maximumRate: 10_000_000, queues: [0: .init(minimumRate: 1000), 7: .init(maximumRate: 5_000_000, priority: 1)])

  @Test("QoS comes with its queues, changes in place, and goes with them")
  func qos() throws {
    var database = try database()
    let foreign = database.addRow("Queue", ["other_config": .strings(["min-rate": "1"])])
    var request = QoSRequest(port: "p1", shaping: shaping)
    #expect(
      try settle(&database, request.plan(in:)) == [
        "make the QoS of port p1 of type linux-htb max-rate=10000000",
        "make queue 0 of the QoS of port p1 with min-rate=1000",
        "make queue 7 of the QoS of port p1 with max-rate=5000000 priority=1",
      ])
    var view = try database.view()
    let row = try #require(view.port(named: "p1")?.qos.flatMap { view.qos[$0] })
    #expect(row.externalIDs == mark.merging(["alioth-port": "p1"]) { $1 })
    #expect(row.queues.keys.sorted() == [0, 7])

    request.shaping?.maximumRate = nil
    request.shaping?.type = "linux-hfsc"
    request.shaping?.queues = [7: .init(maximumRate: 6_000_000), 8: .init()]
    #expect(try settle(&database, request.plan(in:)).count == 7)
    view = try database.view()
    let changed = try #require(view.port(named: "p1")?.qos.flatMap { view.qos[$0] })
    #expect(changed.uuid == row.uuid)
    #expect(changed.type == "linux-hfsc")
    #expect(changed.otherConfiguration == [:])
    #expect(changed.queues[7] == row.queues[7])
    #expect(changed.queues[7].flatMap { view.queues[$0] }?.otherConfiguration == ["max-rate": "6000000"])
    #expect(view.queues.count == 3)

    request.shaping = nil
    try settle(&database, request.plan(in:))
    view = try database.view()
    #expect(view.port(named: "p1")?.qos == nil)
    #expect(view.qos.isEmpty)
    #expect(Set(view.queues.keys) == [foreign])
  }

  @Test("what others put into our QoS's settings is kept")
  func qosSettings() throws {
    var database = try database()
    let request = QoSRequest(port: "p1", shaping: shaping)
    try settle(&database, request.plan(in:))
    for uuid in try database.view().qos.keys {
      database.set(
        row: uuid, in: "QoS", "other_config", .strings(["max-rate": "1", "r2q": "5"]))
    }
    #expect(
      try settle(&database, request.plan(in:)) == [
        "change other_config:max-rate of QoS of port p1 from 1 to 10000000"
      ])
    #expect(try database.view().qos.values.first?.otherConfiguration == ["max-rate": "10000000", "r2q": "5"])
  }

  @Test("QoS that others have set on a port, and ports of theirs, are in the way and stay as they are")
  func foreignQoS() throws {
    var database = try database()
    let foreign = database.addRow("QoS", ["type": .string("linux-htb")])
    database.set("Port", "p1", "qos", .atom(.uuid(foreign)))
    #expect(throws: PlanConflict.notOurs(row: "QoS of port p1", owner: nil)) {
      try QoSRequest(port: "p1", shaping: shaping).plan(in: database.view())
    }
    #expect(try QoSRequest(port: "p1", shaping: nil).plan(in: database.view()).isEmpty)
    #expect(throws: PlanConflict.notOurs(row: "port foreign", owner: nil)) {
      try QoSRequest(port: "foreign", shaping: shaping).plan(in: database.view())
    }
    #expect(throws: PlanConflict.noPort("none", bridge: nil)) {
      try QoSRequest(port: "none", shaping: shaping).plan(in: database.view())
    }
  }

  @Test("QoS of ours that a deleted port has left behind is deleted, unless somebody uses it")
  func leftovers() throws {
    var database = try database()
    try settle(&database, QoSRequest(port: "p1", shaping: shaping).plan(in:))
    try settle(&database, QoSRequest(port: "p2", shaping: shaping).plan(in:))
    let used = try #require(try database.view().port(named: "p1")?.qos)
    database.set("Port", "p1", "qos", .empty)
    database.set("Port", "foreign", "qos", .atom(.uuid(used)))
    try settle(&database, QoSRequest(port: "p1", shaping: nil).plan(in:))
    #expect(try database.view().qos.count == 2)
    database.set("Port", "foreign", "qos", .empty)
    #expect(try settle(&database, QoSRequest(port: "p1", shaping: nil).plan(in:)).count == 3)
    #expect(try database.view().qos.count == 1)
    #expect(try database.view().queues.count == 2)
  }

  @Test("QoS is not written when the port got another's meanwhile")
  func qosRace() throws {
    try expectRace(database(), QoSRequest(port: "p1", shaping: shaping).plan(in:)) { database in
      let foreign = database.addRow("QoS", ["type": .string("linux-htb")])
      database.set("Port", "p1", "qos", .atom(.uuid(foreign)))
    }
  }

  // MARK: Mirrors

  @Test("a mirror comes, changes in place, and goes; others' mirrors stay")
  func mirror() throws {
    var database = try database()
    let foreign = database.addRow("Mirror", ["name": .string("theirs")])
    database.set("Bridge", "br-int", "mirrors", .atom(.uuid(foreign)))
    var request = MirrorRequest(
      bridge: "br-int", name: "m", mirroring: .init(sources: ["p1"], vlans: [5], output: .port("p2")))
    #expect(try settle(&database, request.plan(in:)) == ["make mirror m of bridge br-int"])
    var view = try database.view()
    let row = try #require(view.mirrors.values.first { $0.name == "m" })
    #expect(row.sourcePorts == Set([view.port(named: "p1")?.uuid].compactMap(\.self)))
    #expect(row.outputPort == view.port(named: "p2")?.uuid)
    #expect(row.vlans == [5])

    request.mirroring = .init(selectsAll: true, destinations: ["foreign"], output: .vlan(9))
    #expect(try settle(&database, request.plan(in:)).count == 6)
    view = try database.view()
    #expect(view.mirrors[row.uuid]?.outputVLAN == 9)
    #expect(view.mirrors[row.uuid]?.outputPort == nil)
    request.mirroring = nil
    try settle(&database, request.plan(in:))
    #expect(try Set(database.view().mirrors.keys) == [foreign])
  }

  @Test("a mirror of another's name, unknown ports and impossible outputs are refused")
  func foreignMirror() throws {
    var database = try database()
    let foreign = database.addRow("Mirror", ["name": .string("m")])
    database.set("Bridge", "br-int", "mirrors", .atom(.uuid(foreign)))
    let view = try database.view()
    func refuse(_ name: String, _ mirroring: MirrorRequest.Mirroring?) -> PlanConflict? {
      #expect(throws: PlanConflict.self) {
        try MirrorRequest(bridge: "br-int", name: name, mirroring: mirroring).plan(in: view)
      }
    }
    #expect(refuse("m", nil) == .notOurs(row: "mirror m of bridge br-int", owner: nil))
    #expect(refuse("n", .init(output: .port("none"))) == .noPort("none", bridge: "br-int"))
    guard case .invalidRequest = refuse("n", .init(sources: ["p1"], output: .port("p1"))),
      case .invalidRequest = refuse("n", .init(output: .vlan(0))),
      case .invalidRequest = refuse("n", .init(vlans: [4096], output: .vlan(1))),
      case .invalidRequest = refuse("", .init(output: .vlan(1)))
    else {
      Issue.record("not refused")
      return
    }
  }

  @Test("a mirror is not written when one of its ports has gone meanwhile")
  func mirrorRace() throws {
    let request = MirrorRequest(bridge: "br-int", name: "m", mirroring: .init(sources: ["p1"], output: .port("p2")))
    try expectRace(database(), request.plan(in:)) { $0.set("Port", "p1", "name", .string("px")) }
  }

  // MARK: Tunnels and external_ids

  @Test("tunnels come, are put right, and go")
  func tunnels() throws {
    var database = try database()
    var request = TunnelsRequest(
      bridge: "br-int",
      tunnels: [
        .init(name: "t1", type: .vxlan, remoteAddress: .v4(IPv4Address(192, 0, 2, 7)), key: 5),
        .init(name: "t2", type: .geneve, destinationPort: 6082),
      ])
    #expect(
      try settle(&database, request.plan(in:)) == [
        "make the tunnel port t1 of type vxlan with key=5 remote_ip=192.0.2.7",
        "make the tunnel port t2 of type geneve with dst_port=6082 key=flow remote_ip=flow",
      ])
    request.tunnels[0].key = 6
    request.tunnels.removeLast()
    request.removed = ["t2", "never"]
    #expect(
      try settle(&database, request.plan(in:)) == [
        "change options:key of interface t1 from 5 to 6", "remove port t2 from bridge br-int",
      ])
    #expect(try database.view().interface(named: "t2") == nil)
    request.removed = ["foreign"]
    #expect(throws: HostBridgeConflict.portNotOurs(port: "foreign", bridge: "br-int", owner: nil)) {
      try request.plan(in: database.view())
    }
    request.removed = []
    request.tunnels[0].key = 1 << 24
    #expect(throws: HostBridgeConflict.self) { try request.plan(in: database.view()) }
  }

  @Test("of external_ids only keys of ours are written, in whosever row")
  func externalIDs() throws {
    var database = try database()
    database.set("Port", "foreign", "external_ids", .strings(["theirs": "1", "alioth-old": "x"]))
    let request = ExternalIDsRequest(.port("foreign"), values: ["alioth-note": "y", "alioth-old": nil])
    #expect(try settle(&database, request.plan(in:)).count == 2)
    #expect(try database.view().port(named: "foreign")?.externalIDs == ["theirs": "1", "alioth-note": "y"])
    #expect(throws: PlanConflict.notOurs(row: "external_ids:theirs of port foreign", owner: nil)) {
      try ExternalIDsRequest(.port("foreign"), values: ["theirs": "2"]).plan(in: database.view())
    }
    try settle(&database, ExternalIDsRequest(.interface("p1"), values: ["iface-id": "1"]).plan(in:))
    #expect(try database.view().interface(named: "p1")?.externalIDs["iface-id"] == "1")
    #expect(throws: PlanConflict.self) {
      try ExternalIDsRequest(.bridge("br-ex"), values: [HostBridgeRequest.ownerKey: "aliothd"]).plan(
        in: database.view())
    }
    try settle(&database, ExternalIDsRequest(.root, values: ["alioth-version": "1"]).plan(in:))
    try expectRace(database, ExternalIDsRequest(.bridge("br-ex"), values: ["alioth-a": "1"]).plan(in:)) {
      $0.set("Bridge", "br-ex", "external_ids", .strings(["alioth-a": "2"]))
    }
  }

  @Test("what is in the way is told with what to do")
  func words() {
    #expect(
      PlanConflict.notOurs(row: "bridge b", owner: nil).description
        == "bridge b was not made by aliothd (it has no external_ids:alioth-owner) and is left alone: delete it, or set"
        + " external_ids:alioth-owner=aliothd on it to hand it over")
    #expect(
      PlanConflict.notOurs(row: "bridge b", owner: "x").description
        == "bridge b belongs to 'x' (external_ids:alioth-owner) and is left alone")
    #expect(PlanConflict.noPort("p", bridge: "b").description == "bridge b has no port p")
  }
}
