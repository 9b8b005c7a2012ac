import OVSDB
import Testing

@Suite struct MirrorPlanTests {
  @Test("a mirror comes, changes in place, and goes; others' mirrors stay")
  func mirror() throws {
    var database = try PlanHarness.database()
    let foreign = database.addRow("Mirror", ["name": .string("theirs")])
    database.set("Bridge", "br-int", "mirrors", .atom(.uuid(foreign)))
    var request = MirrorRequest(
      bridge: "br-int", name: "m", mirroring: .init(sources: ["p1"], vlans: [5], output: .port("p2")))
    #expect(try PlanHarness.settle(&database, request.plan(in:)) == ["make mirror m of bridge br-int"])
    var view = try database.view()
    let row = try #require(view.mirrors.values.first { $0.name == "m" })
    #expect(row.sourcePorts == Set([view.port(named: "p1")?.uuid].compactMap(\.self)))
    #expect(row.outputPort == view.port(named: "p2")?.uuid)
    #expect(row.vlans == [5])

    request.mirroring = .init(selectsAll: true, destinations: ["foreign"], output: .vlan(9))
    #expect(try PlanHarness.settle(&database, request.plan(in:)).count == 6)
    view = try database.view()
    #expect(view.mirrors[row.uuid]?.outputVLAN == 9)
    #expect(view.mirrors[row.uuid]?.outputPort == nil)
    request.mirroring = nil
    try PlanHarness.settle(&database, request.plan(in:))
    #expect(try Set(database.view().mirrors.keys) == [foreign])
  }

  @Test("a mirror of another's name, unknown ports and impossible outputs are refused")
  func foreignMirror() throws {
    var database = try PlanHarness.database()
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
    try PlanHarness.expectRace(PlanHarness.database(), request.plan(in:)) {
      $0.set("Port", "p1", "name", .string("px"))
    }
  }
}
