import NetworkTypes
import OVSDB
import OVSDBNIO
import Testing

/// Sessions, waits and plans against ovsdb-server and ovs-vswitchd.
@Suite(.serialized, .enabled(if: RealOpenVSwitch.isAvailable), .timeLimit(.minutes(3)))
struct RealPlanTests {
  private let bridge = HostBridgeRequest(
    datapathType: "netdev",
    tunnel: .init(name: "alioth-vxlan", type: .vxlan, localAddress: .v4(IPv4Address(127, 0, 0, 1))))

  private func view(
    _ session: OVSDBSession, where condition: (OpenVSwitchView) throws -> Bool = { $0.root != nil }
  ) async throws -> OpenVSwitchView {
    let watch = await session.monitor()
    let snapshot = try await SessionTests.first(of: watch.snapshots) { try condition(OpenVSwitchView($0.replica)) }
    return try OpenVSwitchView(snapshot.replica)
  }

  /// Makes the bridge and waits for it.
  private func makeBridge(_ session: OVSDBSession) async throws {
    let plan = try HostBridgePlan(for: bridge, in: await view(session))
    let count = try #require(HostBridgePlan.awaitedConfiguration(try await session.transact(plan.operations)))
    try await session.waitUntilInEffect(count, within: .seconds(30))
  }

  /// Carries a plan out, waits until it is in effect, and expects that nothing is left to do.
  private func settle(
    _ session: OVSDBSession, _ plan: (OpenVSwitchView) throws -> OpenVSwitchPlan
  ) async throws {
    let first = try plan(await view(session))
    #expect(!first.isEmpty)
    let count = try #require(HostBridgePlan.awaitedConfiguration(try await session.transact(first.operations)))
    try await session.waitUntilInEffect(count, within: .seconds(30))
    let after = try await view(session) { ($0.root?.currentConfiguration ?? 0) >= count }
    #expect(try plan(after).isEmpty)
  }

  @Test("ports are awaited with their numbers, or with what ovs-vswitchd says against them")
  func ports() async throws {
    try await RealOpenVSwitch.with { lab in
      try await SessionTests.with(.unix(lab.socket)) { session in
        try await makeBridge(session)
        #expect(try await session.waitForPort("alioth-vxlan", within: .seconds(30)) > 0)
        async let later = session.waitForPort("later", within: .seconds(30))
        try lab.vsctl(
          "--no-wait add-port br-int later -- set interface later type=internal"
            + " -- add-port br-int broken -- set interface broken type=vxlan")
        #expect(try await later > 0)
        do throws(WaitError) {
          _ = try await session.waitForPort("broken", within: .seconds(30))
          Issue.record("a tunnel to nowhere")
        } catch {
          guard case .portFailed("broken", let reason) = error else { throw error }
          #expect(!reason.isEmpty)
        }
        await #expect(
          throws: WaitError.timedOut(
            what: "interface never in the switch", after: .milliseconds(100), found: "there is no interface never")
        ) { try await session.waitForPort("never", within: .milliseconds(100)) }
        let client = try await OVSDBClient.connect(path: lab.socket)
        #expect(try await client.waitForPort("alioth-dhcp", after: 1, within: .seconds(30)) > 0)
        await #expect(throws: WaitError.self) { try await client.waitUntilInEffect(9999, within: .milliseconds(100)) }
        await client.close()
      }
    }
  }

  @Test("after the death and return of ovsdb-server the session has what changed meanwhile, and goes on writing")
  func restart() async throws {
    try await RealOpenVSwitch.with { lab in
      try await SessionTests.with(.unix(lab.socket)) { session in
        try await makeBridge(session)
        let watch = await session.monitor()
        _ = try await SessionTests.first(of: watch.snapshots) {
          try OpenVSwitchView($0.replica).bridge(named: "br-int") != nil
        }
        try lab.killDatabase()
        _ = try await SessionTests.first(of: session.states()) { if case .waiting = $0 { true } else { false } }
        async let wait: Void = session.waitUntilInEffect(3, within: .seconds(60))
        try lab.startDatabase()
        try lab.vsctl("--no-wait set-fail-mode br-int standalone")
        let snapshot = try await SessionTests.first(of: watch.snapshots) {
          let view = try OpenVSwitchView($0.replica)
          return $0.connection > 1 && view.bridge(named: "br-int")?.failMode == "standalone"
        }
        let repair = try HostBridgePlan(for: bridge, in: OpenVSwitchView(snapshot.replica))
        #expect(repair.changes == ["change fail_mode of bridge br-int from standalone to secure"])
        _ = try await session.transact(repair.operations)
        try lab.vsctl("--no-wait -- set open_vswitch . next_cfg=3")
        try await wait
        #expect(try lab.output(of: "get-fail-mode br-int") == "secure\n")
      }
    }
  }

  @Test("controllers, QoS, mirrors and tunnels come into effect and go again, and what others made stays as it is")
  func services() async throws {
    try await RealOpenVSwitch.with { lab in
      try lab.vsctl(
        "--no-wait add-br br-ex -- set bridge br-ex datapath_type=netdev -- set-controller br-ex ptcp:6650:127.0.0.1"
          + " -- --id=@q create qos type=linux-htb other_config:max-rate=1000 queues:1=@u"
          + " -- --id=@u create queue other_config:min-rate=1 -- set port br-ex qos=@q"
          + " -- --id=@m create mirror name=theirs select_all=true output_vlan=7 -- set bridge br-ex mirrors=@m")
      let tables = ["Controller", "QoS", "Queue", "Mirror"]
      func foreign() throws -> [String] {
        try tables.map { table in
          let columns = ["Mirror": "name,select_all,output_vlan", "Controller": "target", "QoS": "other_config,queues"]
          return try lab.output(
            of: "-f csv --columns=_uuid,external_ids,\(columns[table] ?? "other_config") find \(table) external_ids={}")
        }
      }
      let before = try foreign()
      try await SessionTests.with(.unix(lab.socket)) { session in
        try await makeBridge(session)
        let controllers = ControllersRequest(
          bridge: "br-int",
          controllers: [
            .init(.listenTCP(port: 6634, .v4(IPv4Address(127, 0, 0, 1)))),
            .init(.tcp(.v4(IPv4Address(127, 0, 0, 1)), port: 6635), maximumBackoff: 1000),
          ])
        try await settle(session, controllers.plan(in:))
        #expect(
          try Set(lab.output(of: "get-controller br-int").split(separator: "\n"))
            == ["ptcp:6634:127.0.0.1", "tcp:127.0.0.1:6635"])
        #expect(
          try lab.output(inNamespace: "ovs-ofctl -O OpenFlow13 show tcp:127.0.0.1:6634").contains("alioth-vxlan"))
        let watch = await session.monitor(OpenVSwitchSchema.statusMonitorRequest)
        _ = try await SessionTests.first(of: watch.snapshots) { snapshot in
          let rows = try OpenVSwitchView(snapshot.replica).controllers.values
          return rows.contains {
            $0.target == "tcp:127.0.0.1:6635" && !$0.isConnected && $0.status["last_error"] != nil
          }
        }

        let qos = QoSRequest(
          port: "alioth-dhcp",
          shaping: .init(maximumRate: 10_000_000, queues: [3: .init(minimumRate: 1_000_000, maximumRate: 2_000_000)]))
        try await settle(session, qos.plan(in:))
        let port = try await session.waitForPort("alioth-dhcp", within: .seconds(10))
        let queues = try lab.output(
          inNamespace: "ovs-ofctl -O OpenFlow13 queue-get-config \(lab.directory)/br-int.mgmt \(port)")
        #expect(queues.contains("queue 3:"), "\(queues)")
        // The kernel's own word for it.
        func ceiling(_ rate: String) throws -> Bool {
          try lab.output(inNamespace: "tc class show dev alioth-dhcp").contains("ceil \(rate)")
        }
        #expect(try ceiling("2Mbit"))
        var faster = qos
        faster.shaping?.queues[3]?.maximumRate = 3_000_000
        try await settle(session, faster.plan(in:))
        #expect(try ceiling("3Mbit"))
        #expect(try !ceiling("2Mbit"))

        let mirror = MirrorRequest(
          bridge: "br-int", name: "ours", mirroring: .init(sources: ["alioth-vxlan"], output: .port("alioth-dhcp")))
        try await settle(session, mirror.plan(in:))
        #expect(try lab.output(of: "get mirror ours output_port") == lab.output(of: "get port alioth-dhcp _uuid"))

        let tunnels = TunnelsRequest(
          bridge: "br-int",
          tunnels: [.init(name: "tun1", type: .geneve, remoteAddress: .v4(IPv4Address(127, 0, 0, 9)), key: 77)])
        try await settle(session, tunnels.plan(in:))
        #expect(try await session.waitForPort("tun1", within: .seconds(10)) > 0)
        let note = ExternalIDsRequest(.bridge("br-ex"), values: ["alioth-note": "seen"])
        try await settle(session, note.plan(in:))
        #expect(try lab.output(of: "br-get-external-id br-ex") == "alioth-note=seen\n")

        // All of it goes again.
        try await settle(session, ExternalIDsRequest(.bridge("br-ex"), values: ["alioth-note": nil]).plan(in:))
        try await settle(session, TunnelsRequest(bridge: "br-int", tunnels: [], removed: ["tun1"]).plan(in:))
        try await settle(session, MirrorRequest(bridge: "br-int", name: "ours", mirroring: nil).plan(in:))
        try await settle(session, QoSRequest(port: "alioth-dhcp", shaping: nil).plan(in:))
        try await settle(session, ControllersRequest(bridge: "br-int", controllers: []).plan(in:))
        #expect(try lab.output(of: "get-controller br-int") == "")
        #expect(try foreign() == before)
        for table in tables {
          #expect(try lab.output(of: "--bare --columns=_uuid list \(table)").split(separator: "\n").count == 1)
        }
        await #expect(throws: PlanConflict.self) {
          try ControllersRequest(bridge: "br-ex", controllers: []).plan(in: await view(session))
        }
      }
    }
  }
}
