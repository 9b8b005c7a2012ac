import NetworkTypes
import OVSDB
import Testing

@Suite struct HostBridgePlanTests {
  private let request = HostBridgeRequest(
    datapathType: "netdev",
    tunnel: .init(
      name: "alioth-vxlan", type: .vxlan, localAddress: .v4(IPv4Address(192, 0, 2, 11)), destinationPort: 4789))
  private let mark = [HostBridgeRequest.ownerKey: HostBridgeRequest.owner]

  private func plan(_ database: FakeDatabase, _ request: HostBridgeRequest? = nil) throws -> HostBridgePlan {
    try HostBridgePlan(for: request ?? self.request, in: database.view())
  }

  /// A database with everything in place.
  private func complete() throws -> FakeDatabase {
    var database = FakeDatabase()
    _ = try database.transact(try plan(database).operations)
    return database
  }

  /// Carries the plan out and expects that nothing is left to do.
  private func settle(_ database: inout FakeDatabase, _ request: HostBridgeRequest? = nil) throws -> HostBridgePlan {
    let plan = try plan(database, request)
    _ = try database.transact(plan.operations)
    let next = try self.plan(database, request)
    #expect(next.isEmpty)
    #expect(next.changes.isEmpty)
    return plan
  }

  @Test("an empty database gets the bridge and its three ports, and then nothing more")
  func empty() throws {
    var database = FakeDatabase()
    let plan = try plan(database)
    #expect(
      plan.changes == [
        "make bridge br-int with datapath type netdev",
        "make the bridge's own port br-int of type internal",
        "make the tunnel port alioth-vxlan of type vxlan with dst_port=4789 key=flow local_ip=192.0.2.11 remote_ip=flow",
        "make the DHCP port alioth-dhcp of type internal",
      ])
    let results = try database.transact(plan.operations)
    #expect(HostBridgePlan.awaitedConfiguration(results) == 1)
    let view = try database.view()
    let bridge = try #require(view.bridge(named: "br-int"))
    #expect(bridge.failMode == "secure")
    #expect(bridge.protocols == ["OpenFlow13"])
    #expect(bridge.datapathType == "netdev")
    #expect(bridge.otherConfiguration == ["disable-in-band": "true"])
    #expect(bridge.externalIDs == mark)
    #expect(view.interfaces(of: bridge).map(\.name) == ["alioth-dhcp", "alioth-vxlan", "br-int"])
    #expect(view.interfaces(of: bridge).map(\.type) == ["internal", "vxlan", "internal"])
    #expect(view.interfaces(of: bridge).allSatisfy { $0.externalIDs == mark })
    #expect(view.ports.values.allSatisfy { $0.externalIDs == mark })
    #expect(
      view.interface(named: "alioth-vxlan")?.options
        == ["remote_ip": "flow", "key": "flow", "local_ip": "192.0.2.11", "dst_port": "4789"])
    #expect(try self.plan(database).isEmpty)
  }

  @Test("every transaction has a comment, counts next_cfg up and reads it back")
  func frame() throws {
    let operations = try plan(FakeDatabase()).operations
    let kinds = operations.map(\.summary)
    #expect(kinds.suffix(3) == ["comment", "mutate of Open_vSwitch", "select from Open_vSwitch"])
    #expect(kinds.prefix(7).allSatisfy { $0.hasPrefix("wait on") })
  }

  private static let drifts: [(table: String, name: String, column: String, value: Datum, line: String)] = [
    ("Bridge", "br-int", "fail_mode", .empty, "change fail_mode of bridge br-int from nothing to secure"),
    (
      "Bridge", "br-int", "protocols", .strings(["OpenFlow10", "OpenFlow14"]),
      #"enable OpenFlow13 on bridge br-int beside ["OpenFlow10", "OpenFlow14"]"#
    ),
    (
      "Bridge", "br-int", "other_config", .strings(["disable-in-band": "false", "x": "y"]),
      "change other_config:disable-in-band of bridge br-int from false to true"
    ),
    (
      "Interface", "alioth-vxlan", "options", .strings(["remote_ip": "192.0.2.9", "key": "flow", "csum": "true"]),
      "change options:remote_ip of interface alioth-vxlan from 192.0.2.9 to flow"
    ),
    (
      "Interface", "alioth-dhcp", "type", .string("tap"), "change type of interface alioth-dhcp from tap to internal"
    ),
    (
      "Interface", "alioth-dhcp", "external_ids", .strings(["a": "b"]),
      "change external_ids:alioth-owner of interface alioth-dhcp from nothing to aliothd"
    ),
    (
      "Port", "br-int", "external_ids", .map([:]),
      "change external_ids:alioth-owner of port br-int from nothing to aliothd"
    ),
  ]

  @Test("what somebody altered is put right, told, and what is not ours in the row is kept", arguments: drifts.indices)
  func drift(index: Int) throws {
    let drift = Self.drifts[index]
    var database = try complete()
    let before = try database.view()
    database.set(drift.table, drift.name, drift.column, drift.value)
    let plan = try settle(&database)
    #expect(plan.changes.contains(drift.line), "\(plan.changes)")
    let view = try database.view()
    #expect(view.bridge(named: "br-int")?.failMode == before.bridge(named: "br-int")?.failMode)
    if drift.column == "options" { #expect(view.interface(named: drift.name)?.options["csum"] == "true") }
    if drift.column == "other_config" { #expect(view.bridge(named: drift.name)?.otherConfiguration["x"] == "y") }
    if drift.column == "protocols" {
      #expect(view.bridge(named: drift.name)?.protocols == ["OpenFlow10", "OpenFlow13", "OpenFlow14"])
    }
    if drift.name == "alioth-dhcp", drift.column == "external_ids" {
      #expect(view.interface(named: drift.name)?.externalIDs["a"] == "b")
    }
  }

  @Test("a bridge without a list of protocols speaks all of them and is left so")
  func defaultProtocols() throws {
    var database = try complete()
    database.set("Bridge", "br-int", "protocols", .empty)
    #expect(try plan(database).isEmpty)
  }

  @Test("options that are no longer asked for go, as do those that override ours")
  func staleOptions() throws {
    var database = try complete()
    database.set(
      "Interface", "alioth-vxlan", "options",
      .strings(["remote_ip": "flow", "key": "flow", "in_key": "5", "local_ip": "192.0.2.11", "dst_port": "4789"]))
    var changed = request
    changed.tunnel.localAddress = nil
    changed.tunnel.destinationPort = nil
    _ = try settle(&database, changed)
    #expect(
      try database.view().interface(named: "alioth-vxlan")?.options == ["remote_ip": "flow", "key": "flow"])
  }

  @Test("a port that was deleted comes back")
  func deletedPort() throws {
    var database = FakeDatabase()
    var other = request
    other.dhcpInterface = "other-dhcp"
    _ = try database.transact(try plan(database, other).operations)
    let plan = try settle(&database)
    #expect(plan.changes == ["make the DHCP port alioth-dhcp of type internal"])
  }

  @Test("the datapath type of a bridge changes only when that is forced")
  func datapathType() throws {
    var database = try complete()
    var system = request
    system.datapathType = "system"
    #expect(try plan(database, system).isEmpty)
    system.forcesDatapathType = true
    _ = try settle(&database, system)
    #expect(try database.view().bridge(named: "br-int")?.datapathType == "system")
  }

  @Test("a bridge that is not marked as ours is in the way, unless it may be taken over")
  func foreignBridge() throws {
    var database = FakeDatabase()
    database.addBridge("br-int")
    try database.addPort("br-int", to: "br-int", type: "internal")
    try database.addPort("eth9", to: "br-int")
    #expect(throws: HostBridgeConflict.bridgeNotOurs(bridge: "br-int", owner: nil)) { try plan(database) }
    #expect(
      HostBridgeConflict.bridgeNotOurs(bridge: "br-int", owner: nil).description.contains(
        "ovs-vsctl br-set-external-id br-int alioth-owner aliothd"))
    var adopting = request
    adopting.adoptsUnmarkedBridge = true
    _ = try settle(&database, adopting)
    #expect(try database.view().interface(named: "eth9")?.externalIDs == [:])
    database.set("Bridge", "br-int", "external_ids", .strings(["alioth-owner": "someone"]))
    #expect(throws: HostBridgeConflict.bridgeNotOurs(bridge: "br-int", owner: "someone")) {
      try plan(database, adopting)
    }
  }

  @Test("a name that is taken on another bridge is in the way, with the command that frees it")
  func takenName() throws {
    var database = FakeDatabase()
    database.addBridge("br-ex")
    try database.addPort("alioth-dhcp", to: "br-ex")
    let expected = HostBridgeConflict.nameTaken(name: "alioth-dhcp", port: "alioth-dhcp", bridge: "br-ex")
    #expect(throws: expected) { try plan(database) }
    #expect(expected.description.contains("on bridge br-ex: delete it with 'ovs-vsctl del-port br-ex alioth-dhcp'"))
  }

  @Test("a port of our name on our bridge that we did not make is in the way")
  func foreignPort() throws {
    var database = try complete()
    database.set("Port", "alioth-dhcp", "external_ids", .map([:]))
    database.set("Interface", "alioth-dhcp", "external_ids", .map([:]))
    #expect(throws: HostBridgeConflict.portNotOurs(port: "alioth-dhcp", bridge: "br-int", owner: nil)) {
      try plan(database)
    }
  }

  @Test("two creators: the second one's transaction is refused as a race, its next plan is empty")
  func race() throws {
    var database = FakeDatabase()
    let first = try plan(database)
    let second = try plan(database)
    _ = try database.transact(first.operations)
    let after = database.tables
    #expect(throws: FakeDatabase.Refused.self) { try database.transact(second.operations) }
    #expect(database.tables == after)
    #expect(try plan(database).isEmpty)
  }

  @Test("a bridge that gets another owner between plan and transaction is not touched")
  func ownerRace() throws {
    var database = try complete()
    database.set("Bridge", "br-int", "fail_mode", .empty)
    let plan = try plan(database)
    database.set("Bridge", "br-int", "external_ids", .strings(["alioth-owner": "someone"]))
    #expect(throws: FakeDatabase.Refused.self) { try database.transact(plan.operations) }
  }

  @Test("a bridge that somebody marks between plan and transaction is not taken over")
  func adoptionRace() throws {
    var database = FakeDatabase()
    database.addBridge("br-int")
    var adopting = request
    adopting.adoptsUnmarkedBridge = true
    let plan = try plan(database, adopting)
    database.set("Bridge", "br-int", "external_ids", .strings(["alioth-owner": "someone"]))
    #expect(throws: FakeDatabase.Refused.self) { try database.transact(plan.operations) }
  }

  @Test("requests that nothing can meet are refused")
  func impossible() throws {
    #expect(throws: HostBridgeConflict.notInitialized) { try plan(FakeDatabase(isInitialized: false)) }
    func refuse(_ change: (inout HostBridgeRequest) -> Void) throws -> HostBridgeConflict? {
      var request = request
      change(&request)
      return #expect(throws: HostBridgeConflict.self) { try plan(FakeDatabase(), request) }
    }
    #expect(
      try refuse { $0.datapathType = "dpdk" } == .unknownDatapathType("dpdk", known: ["netdev", "system"]))
    for name in ["", "sixteen-letters-", "a/b", "a b", ".."] {
      guard case .invalidRequest = try refuse({ $0.dhcpInterface = name }) else {
        Issue.record("\(name) was not refused")
        continue
      }
    }
    guard case .invalidRequest = try refuse({ $0.dhcpInterface = "br-int" }),
      case .invalidRequest = try refuse({ $0.tunnel.type = .gre })
    else {
      Issue.record("not refused")
      return
    }
  }
}
