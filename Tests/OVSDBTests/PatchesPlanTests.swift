import OVSDB
import Testing

/// Plans for patch ports to operators' bridges.
@Suite struct PatchesPlanTests {
  @Test("a bridge that is named is joined by a pair of patches, and parted again when it is named no more")
  func comeAndGo() throws {
    var database = try PlanHarness.database()
    var request = PatchesRequest(bridge: "br-int", others: ["br-ex", "br-missing"])
    #expect(
      try PlanHarness.settle(&database, request.plan(in:)) == [
        "make the patch port br-ex-alioth of type patch with peer=alioth-br-ex",
        "make the patch port alioth-br-ex of type patch with peer=br-ex-alioth",
      ])
    let view = try database.view()
    for (port, bridge) in [("alioth-br-ex", "br-int"), ("br-ex-alioth", "br-ex")] {
      let row = try #require(view.port(named: port))
      #expect(view.bridge(ofPort: row.uuid)?.name == bridge)
    }
    request.others = []
    #expect(
      try PlanHarness.settle(&database, request.plan(in:)) == [
        "remove port br-ex-alioth from bridge br-ex", "remove port alioth-br-ex from bridge br-int",
      ])
    #expect(try database.view().port(named: "br-ex-alioth") == nil)
  }

  @Test("an end that somebody has bent is put right, and one that is somebody else's is in the way")
  func repair() throws {
    var database = try PlanHarness.database()
    let request = PatchesRequest(bridge: "br-int", others: ["br-ex"])
    try PlanHarness.settle(&database, request.plan(in:))
    database.set("Interface", "br-ex-alioth", "options", .strings(["peer": "elsewhere"]))
    #expect(
      try PlanHarness.settle(&database, request.plan(in:)) == [
        "change options:peer of interface br-ex-alioth from elsewhere to alioth-br-ex"
      ])

    var other = try PlanHarness.database()
    try other.addPort("br-ex-alioth", to: "br-ex")
    #expect(throws: HostBridgeConflict.portNotOurs(port: "br-ex-alioth", bridge: "br-ex", owner: nil)) {
      try request.plan(in: other.view())
    }
    #expect(throws: HostBridgeConflict.self) {
      try PatchesRequest(bridge: "br-int", others: ["br-int"]).plan(in: other.view())
    }
  }

  @Test("a bridge that is taken away meanwhile is a race, and nothing else of it is written")
  func race() throws {
    let database = try PlanHarness.database()
    let request = PatchesRequest(bridge: "br-int", others: ["br-ex"])
    try PlanHarness.expectRace(database, request.plan(in:)) { $0.set("Bridge", "br-ex", "name", .string("renamed")) }
  }

  @Test("the names of a pair fit in an interface's name, and differ where bridges do")
  func names() {
    #expect(PatchesRequest.names(to: "br-ex") == ("alioth-br-ex", "br-ex-alioth"))
    let long = ["br-provider-network-one", "br-provider-network-two"].map { PatchesRequest.names(to: $0) }
    #expect(long.allSatisfy { $0.near.utf8.count == 15 && $0.far.utf8.count == 15 })
    #expect(long[0].near != long[1].near && long[0].far != long[1].far)
  }
}
