import NetworkTypes
import OVSDB
import Testing

@Suite struct ReplicaTests {
  private func initial() throws -> Replica {
    let message = try JSONRPCMessage(json: JSONValue(parsing: Golden.initialReply))
    guard case .response(_, let result) = message else { throw Unexpected() }
    return try Replica(initial: TableUpdates(json: result))
  }

  private func updates(_ text: String) throws -> TableUpdates {
    let message = try JSONRPCMessage(json: JSONValue(parsing: text))
    guard case .notification("update", let parameters) = message else { throw Unexpected() }
    return try TableUpdates(json: #require(parameters.last))
  }

  private struct Unexpected: Error {}

  @Test("the rows of a real database are read")
  func view() throws {
    let view = try OpenVSwitchView(initial())
    let root = try #require(view.root)
    #expect(root.nextConfiguration == 6)
    #expect(root.currentConfiguration == 6)
    #expect(root.datapathTypes == ["netdev", "system"])
    #expect(root.interfaceTypes.contains("geneve"))
    #expect(root.bridges.count == 2)
    let bridge = try #require(view.bridge(named: "br-x"))
    #expect(bridge.datapathType == "netdev")
    #expect(bridge.datapathID == 0xce41_02bb_4f4d)
    #expect(bridge.failMode == "secure")
    #expect(bridge.protocols == ["OpenFlow13"])
    #expect(bridge.otherConfiguration == ["disable-in-band": "true"])
    #expect(view.interfaces(of: bridge).map(\.name) == ["br-x", "x-vxlan"])
    let tunnel = try #require(view.interface(named: "x-vxlan"))
    #expect(tunnel.ofport == 1)
    #expect(tunnel.isInSwitch)
    #expect(tunnel.options == ["remote_ip": "flow", "key": "flow"])
    #expect(tunnel.macInUse?.description == "ce:2b:93:c6:7a:dd")
    #expect(tunnel.mtu == nil)
    #expect(tunnel.adminState == .up)
    #expect(view.bridge(ofInterface: tunnel.uuid) == bridge)
    let local = try #require(view.interface(named: "br-x"))
    #expect(local.linkState == .down)
    #expect(local.mtu == 1500)
    #expect(try view.interfaces(of: #require(view.bridge(named: "a1"))).isEmpty)
    #expect(view.bridge(named: "nope") == nil)
  }

  @Test("changes and deletions reach the rows")
  func updates() throws {
    var replica = try initial()
    try replica.apply(updates(Golden.interfaceUpdate))
    let failed = try #require(OpenVSwitchView(replica).interface(named: "x-vxlan"))
    #expect(failed.hasFailed)
    #expect(!failed.isInSwitch)
    #expect(failed.error == "could not add network device x-vxlan2 to ofproto (File exists)")
    try replica.apply(updates(Golden.interfaceDeletion))
    #expect(try OpenVSwitchView(replica).interface(named: "x-vxlan") == nil)
    let error = #expect(throws: ReplicaError.self) { try replica.apply(updates(Golden.interfaceDeletion)) }
    #expect(error?.description.contains("deletes row 9a7a576d-1be8-434b-86b5-b4d8e2cc0ae1 of table Interface") == true)
  }

  @Test("a row with a column of another type than the schema's is refused by name")
  func rowError() throws {
    let uuid = RowUUID(high: 0, low: 9)
    let replica = try Replica(
      initial: TableUpdates(tables: ["Port": [uuid: RowUpdate(old: nil, new: ["name": .integer(1)])]]))
    let error = #expect(throws: RowError.self) { try OpenVSwitchView(replica) }
    #expect(
      error?.description
        == "column name of row 00000000-0000-0000-0000-000000000009 in table Port: expected a string, found 1")
  }

  // MARK: Whose an interface is

  private let id = "0123456789abcdef"

  private func database(_ interfaces: [(name: String, id: String?)], bridge: String = "br-int") throws -> FakeDatabase {
    var database = FakeDatabase()
    database.addBridge(bridge)
    for interface in interfaces {
      try database.addPort(interface.name, to: bridge, externalIDs: interface.id.map { ["iface-id": $0] } ?? [:])
    }
    return database
  }

  private func claim(_ database: FakeDatabase) throws -> InterfaceClaim? {
    let view = try database.view()
    return try view.interface(claiming: id, on: #require(view.bridge(named: "br-int")))
  }

  @Test("external_ids:iface-id says whose an interface is, before its name does")
  func claimByID() throws {
    let found = try claim(database([("tap0123456789a", nil), ("veth7", id)]))
    #expect(found?.interface.name == "veth7")
    #expect(found?.basis == .interfaceID)
    #expect(found?.duplicates.isEmpty == true)
  }

  @Test("without an iface-id the name decides, unless the interface says it is another's")
  func claimByName() throws {
    let found = try claim(database([("tap0123456789a", nil), ("veth7", "other")]))
    #expect(found?.interface.name == "tap0123456789a")
    #expect(found?.basis == .name)
    #expect(try claim(database([("tap0123456789a", "other")])) == nil)
    #expect(try claim(database([("tap0123456789", nil)])) == nil)
  }

  @Test("of several claims the first by name is taken and the others are told")
  func duplicates() throws {
    let found = try claim(database([("vb", id), ("va", id), ("vc", id)]))
    #expect(found?.interface.name == "va")
    #expect(found?.duplicates.map(\.name) == ["vb", "vc"])
  }

  @Test("an interface of another bridge does not count")
  func otherBridge() throws {
    var database = try database([("va", id), ("tap0123456789a", nil)], bridge: "br-ex")
    database.addBridge("br-int")
    #expect(try claim(database) == nil)
  }
}
