import NetworkTypes
import OVSDB
import Testing

/// Plans for tunnels and external_ids, and what plans say.
@Suite struct PlanTests {
  @Test("tunnels come, are put right, and go")
  func tunnels() throws {
    var database = try PlanHarness.database()
    var request = TunnelsRequest(
      bridge: "br-int",
      tunnels: [
        .init(name: "t1", type: .vxlan, remoteAddress: .v4(IPv4Address(192, 0, 2, 7)), key: 5),
        .init(name: "t2", type: .geneve, destinationPort: 6082),
      ])
    #expect(
      try PlanHarness.settle(&database, request.plan(in:)) == [
        "make the tunnel port t1 of type vxlan with key=5 remote_ip=192.0.2.7",
        "make the tunnel port t2 of type geneve with dst_port=6082 key=flow remote_ip=flow",
      ])
    request.tunnels[0].key = 6
    request.tunnels.removeLast()
    request.removed = ["t2", "never"]
    #expect(
      try PlanHarness.settle(&database, request.plan(in:)) == [
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
    var database = try PlanHarness.database()
    database.set("Port", "foreign", "external_ids", .strings(["theirs": "1", "alioth-old": "x"]))
    let request = ExternalIDsRequest(.port("foreign"), values: ["alioth-note": "y", "alioth-old": nil])
    #expect(try PlanHarness.settle(&database, request.plan(in:)).count == 2)
    #expect(try database.view().port(named: "foreign")?.externalIDs == ["theirs": "1", "alioth-note": "y"])
    #expect(throws: PlanConflict.notOurs(row: "external_ids:theirs of port foreign", owner: nil)) {
      try ExternalIDsRequest(.port("foreign"), values: ["theirs": "2"]).plan(in: database.view())
    }
    try PlanHarness.settle(&database, ExternalIDsRequest(.interface("p1"), values: ["iface-id": "1"]).plan(in:))
    #expect(try database.view().interface(named: "p1")?.externalIDs["iface-id"] == "1")
    #expect(throws: PlanConflict.self) {
      try ExternalIDsRequest(.bridge("br-ex"), values: [HostBridgeRequest.ownerKey: "aliothd"]).plan(
        in: database.view())
    }
    try PlanHarness.settle(&database, ExternalIDsRequest(.root, values: ["alioth-version": "1"]).plan(in:))
    try PlanHarness.expectRace(database, ExternalIDsRequest(.bridge("br-ex"), values: ["alioth-a": "1"]).plan(in:)) {
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
