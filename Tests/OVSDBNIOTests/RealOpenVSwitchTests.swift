import NetworkTypes
import OVSDB
import OVSDBNIO
import Testing

/// The client and the plan against ovsdb-server and ovs-vswitchd.
@Suite(.serialized, .enabled(if: RealOpenVSwitch.isAvailable), .timeLimit(.minutes(3)))
struct RealOpenVSwitchTests {
  private let request = HostBridgeRequest(
    datapathType: "netdev",
    tunnel: .init(name: "alioth-vxlan", type: .vxlan, localAddress: .v4(IPv4Address(127, 0, 0, 1))))

  private struct StreamEnded: Error {}

  /// The first state that meets the condition.
  private func wait(
    _ client: OVSDBClient, until condition: (OpenVSwitchView) throws -> Bool
  ) async throws -> OpenVSwitchView {
    for await replica in try await client.monitor() {
      let view = try OpenVSwitchView(replica)
      if try condition(view) { return view }
    }
    throw StreamEnded()
  }

  /// Carries the plan out and waits until it is in effect.
  @discardableResult private func settle(_ client: OVSDBClient) async throws -> [String] {
    let view = try await wait(client) { $0.root != nil }
    let plan = try HostBridgePlan(for: request, in: view)
    #expect(!plan.isEmpty)
    let count = try #require(HostBridgePlan.awaitedConfiguration(try await client.transact(plan.operations)))
    let after = try await wait(client) { ($0.root?.currentConfiguration ?? 0) >= count }
    #expect(try HostBridgePlan(for: request, in: after).isEmpty)
    return plan.changes
  }

  @Test(
    "the plan makes bridge and ports on an empty database, puts right what ovs-vsctl alters, and is empty in between")
  func plan() async throws {
    try await RealOpenVSwitch.with { lab in
      let client = try await OVSDBClient.connect(path: lab.socket)
      #expect(try await settle(client).count == 4)
      let made = try await wait(client) { view in
        view.interfaces.count == 3 && view.interfaces.values.allSatisfy(\.isInSwitch)
      }
      #expect(made.interfaces.values.allSatisfy { $0.error == nil && $0.macInUse != nil })
      #expect(made.bridge(named: "br-int")?.datapathID != nil)

      try lab.vsctl(
        "set-fail-mode br-int standalone -- set interface alioth-vxlan options:remote_ip=192.0.2.7"
          + " -- set bridge br-int protocols=OpenFlow10,OpenFlow14 -- remove bridge br-int other_config disable-in-band"
          + " -- remove port alioth-dhcp external_ids alioth-owner -- set interface alioth-vxlan options:csum=true")
      #expect(
        try await settle(client) == [
          "change fail_mode of bridge br-int from standalone to secure",
          #"enable OpenFlow13 on bridge br-int beside ["OpenFlow10", "OpenFlow14"]"#,
          "change other_config:disable-in-band of bridge br-int from nothing to true",
          "change options:remote_ip of interface alioth-vxlan from 192.0.2.7 to flow",
          "change external_ids:alioth-owner of port alioth-dhcp from nothing to aliothd",
        ])
      let repaired = try await wait(client) { $0.interface(named: "alioth-vxlan")?.isInSwitch == true }
      #expect(
        repaired.interface(named: "alioth-vxlan")?.options
          == ["remote_ip": "flow", "key": "flow", "local_ip": "127.0.0.1", "csum": "true"])

      try lab.vsctl("del-port br-int alioth-dhcp")
      #expect(try await settle(client) == ["make the DHCP port alioth-dhcp of type internal"])
      try lab.vsctl("del-br br-int")
      #expect(try await settle(client).count == 4)
      await client.close()
    }
  }

  @Test("of two creators one wins and the other is told that it lost a race")
  func race() async throws {
    try await RealOpenVSwitch.with { lab in
      let client = try await OVSDBClient.connect(path: lab.socket)
      let view = try await wait(client) { $0.root != nil }
      let plan = try HostBridgePlan(for: request, in: view)
      _ = try await client.transact(plan.operations)
      do throws(RequestError) {
        _ = try await client.transact(plan.operations)
        Issue.record("the second transaction was committed")
      } catch {
        guard case .transaction(let failure) = error else { throw error }
        #expect(failure.isRaceLost)
        #expect(failure.index == 0)
      }
      let stale = try await wait(client) { $0.bridge(named: "br-int")?.failMode == "secure" }
      try lab.vsctl("set-fail-mode br-int standalone")
      let altered = try await wait(client) { $0.bridge(named: "br-int")?.failMode == "standalone" }
      let repair = try HostBridgePlan(for: request, in: altered)
      try lab.vsctl("br-set-external-id br-int alioth-owner someone")
      await #expect(throws: RequestError.self) { try await client.transact(repair.operations) }
      #expect(try HostBridgePlan(for: request, in: stale).isEmpty)
      await client.close()
    }
  }

  @Test("a name on another bridge is in the way, and what is said to do about it works")
  func conflict() async throws {
    try await RealOpenVSwitch.with { lab in
      let client = try await OVSDBClient.connect(path: lab.socket)
      try lab.vsctl(
        "add-br br-ex -- set bridge br-ex datapath_type=netdev"
          + " -- add-port br-ex alioth-dhcp -- set interface alioth-dhcp type=internal")
      let view = try await wait(client) { $0.interface(named: "alioth-dhcp") != nil }
      #expect(throws: HostBridgeConflict.nameTaken(name: "alioth-dhcp", port: "alioth-dhcp", bridge: "br-ex")) {
        try HostBridgePlan(for: request, in: view)
      }
      try lab.vsctl("del-port br-ex alioth-dhcp")
      try await settle(client)
      await client.close()
    }
  }

  @Test("a bridge that ovs-vsctl made is taken over when that is allowed, after being in the way")
  func adoption() async throws {
    try await RealOpenVSwitch.with { lab in
      let client = try await OVSDBClient.connect(path: lab.socket)
      try lab.vsctl("add-br br-int -- set bridge br-int datapath_type=netdev external_ids:a=b")
      let view = try await wait(client) { $0.bridge(named: "br-int") != nil }
      #expect(throws: HostBridgeConflict.bridgeNotOurs(bridge: "br-int", owner: nil)) {
        try HostBridgePlan(for: request, in: view)
      }
      var adopting = request
      adopting.adoptsUnmarkedBridge = true
      _ = try await client.transact(try HostBridgePlan(for: adopting, in: view).operations)
      let after = try await wait(client) { $0.interfaces.count == 3 }
      #expect(try HostBridgePlan(for: request, in: after).isEmpty)
      #expect(after.bridge(named: "br-int")?.externalIDs == ["a": "b", "alioth-owner": "aliothd"])
      await client.close()
    }
  }

  @Test("an interface with an iface-id arrives by the monitor with its port number")
  func interfaceID() async throws {
    try await RealOpenVSwitch.with { lab in
      let client = try await OVSDBClient.connect(path: lab.socket)
      try await settle(client)
      let id = "6f2c5f1e-0000-4000-8000-000000000001"
      try lab.vsctl(
        "add-port br-int guest1 -- set interface guest1 type=internal external_ids:iface-id=\(id)")
      let view = try await wait(client) { view in
        let bridge = try #require(view.bridge(named: "br-int"))
        return view.interface(claiming: id, on: bridge)?.interface.isInSwitch == true
      }
      #expect(view.interface(named: "guest1")?.externalIDs["iface-id"] == id)
      await client.close()
    }
  }

  @Test("the death of ovsdb-server ends the connection, and the next try says that nobody listens")
  func death() async throws {
    try await RealOpenVSwitch.with { lab in
      let client = try await OVSDBClient.connect(path: lab.socket)
      let stream = try await client.monitor()
      try lab.killDatabase()
      #expect(await client.closed() == .peerClosed)
      for await _ in stream {}
      await #expect(throws: RequestError.closed(.peerClosed)) { try await client.transact([.comment("x")]) }
      await #expect(throws: ConnectError.refused(path: lab.socket)) {
        try await OVSDBClient.connect(path: lab.socket)
      }
    }
  }

  @Test("a refused operation of the real server is typed")
  func refused() async throws {
    try await RealOpenVSwitch.with { lab in
      let client = try await OVSDBClient.connect(path: lab.socket)
      do throws(RequestError) {
        _ = try await client.transact([
          .insert(table: "Bridge", row: ["name": .string("b")], name: nil),
          .update(table: "Bridge", conditions: [], row: ["nonesuch": .string("x")]),
        ])
        Issue.record("committed")
      } catch {
        guard case .transaction(let failure) = error else { throw error }
        #expect(failure.index == 1)
        #expect(failure.error.name == "unknown column")
        #expect(!failure.isRaceLost)
      }
      await client.close()
    }
  }
}
