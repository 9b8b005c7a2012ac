import OpenFlow
import SwitchModel
import SwitchModelNIO
import Testing

/// ovs-ofctl against the model: it must take everything that the model says.
@Suite("ovs-ofctl as a client of the model", .enabled(if: Ofctl.isAvailable), .timeLimit(.minutes(5)))
struct OfctlTests {
  private static func withSwitch(_ body: (ModelSwitchServer, Ofctl) async throws -> Void) async throws {
    let ports = (1..<4 as Range<UInt32>).map {
      ModelPort(OFPort($0), name: "p\($0)", hardwareAddress: 0xaa55_0000_0000 | UInt64($0))
    }
    let path = "/tmp/alioth-model-\(UInt64.random(in: 0...(.max)))"
    let model = ModelSwitch(ports: ports + [ModelPort(.local, name: "br0", hardwareAddress: 0xaa55_0000_ffff)])
    let server = try await ModelSwitchServer.start(model, at: .unix(path))
    do {
      try await body(server, Ofctl(socket: path))
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }

  @Test("flows are added, changed, listed and deleted")
  func flows() async throws {
    try await Self.withSwitch { server, ofctl in
      try ofctl(
        "--bundle add-flows", "-",
        input: """
          table=0,priority=10,in_port=1,ip actions=dec_ttl,goto_table:3
          table=3,priority=5,cookie=0x77,tcp,tcp_dst=80,nw_dst=10.0.0.0/8 actions=output:2
          table=3,priority=5,cookie=0x78,udp,udp_dst=53 actions=controller(userdata=01.02)
          table=3,priority=1,idle_timeout=60,send_flow_rem actions=drop
          """)
      #expect(await server.model.flowCount == 4)
      let listed = try ofctl("--no-stats dump-flows")
      #expect(listed.contains("table=3, priority=5,tcp,nw_dst=10.0.0.0/8,tp_dst=80 actions=output:2"), "\(listed)")
      try ofctl("mod-flows", "'table=3,tcp actions=output:3'")
      #expect(try ofctl("--no-stats dump-flows", "tcp").contains("actions=output:3"))
      try ofctl("--strict del-flows", "'table=3,priority=4,udp,udp_dst=53'")
      #expect(await server.model.flowCount == 4)
      try ofctl("--strict del-flows", "'table=3,priority=5,udp,udp_dst=53'")
      #expect(await server.model.flowCount == 3)
      try ofctl("del-flows", "cookie=0x77/-1")
      #expect(await server.model.flowCount == 2)
      #expect(try ofctl("dump-aggregate").contains("flow_count=2"))
      #expect(try ofctl("replace-flows", "-", input: "priority=3,arp actions=NORMAL") == "")
      #expect(await server.model.flows.map(\.description) == ["table=0,priority=3,arp actions=NORMAL"])
    }
  }

  @Test("a bundle with a mistake changes nothing, and ovs-ofctl says which")
  func bundle() async throws {
    try await Self.withSwitch { server, ofctl in
      #expect {
        try ofctl("--bundle add-flows", "-", input: "priority=1,arp actions=drop\npriority=2,ip actions=group:9")
      } throws: { error in
        "\(error)".contains("OFPBAC_BAD_OUT_GROUP") && "\(error)".contains("OFPBFC_MSG_FAILED")
      }
      #expect(await server.model.flowCount == 0)
    }
  }

  @Test("groups and meters are added, listed and deleted, and flows go with them")
  func groupsAndMeters() async throws {
    try await Self.withSwitch { server, ofctl in
      try ofctl("add-group", "group_id=5,type=select,bucket=weight:2,output:1,bucket=weight:1,output:2")
      try ofctl("add-group", "group_id=6,type=ff,bucket=watch_port:1,output:1")
      try ofctl("add-meter", "meter=3,pktps,burst,bands=type=drop,rate=10,burst_size=20")
      try ofctl("add-flow", "priority=7,ip,actions=group:5")
      try ofctl("add-flow", "priority=8,ip,actions=meter:3,output:1")
      let groups = try ofctl("dump-groups")
      #expect(groups.contains("group_id=5,type=select,bucket=weight:2,actions=output:1"), "\(groups)")
      #expect(try ofctl("dump-group-stats").contains("group_id=5"))
      #expect(try ofctl("dump-group-features").contains("select group"))
      #expect(try ofctl("dump-meters").contains("meter=3 pktps burst"))
      #expect(try ofctl("meter-stats").contains("meter:3 flow_count:1"))
      #expect(try ofctl("meter-features").contains("max_meter:262144"))
      try ofctl("del-groups", "group_id=5")
      try ofctl("del-meters", "meter=3")
      #expect(await server.model.flowCount == 0)
      #expect(await server.model.groups.map(\.id) == [GroupID(6)])
    }
  }

  @Test("what it asks of the switch, tables and ports is answered")
  func questions() async throws {
    try await Self.withSwitch { server, ofctl in
      let shown = try ofctl("show")
      #expect(shown.contains("dpid:000000000000002a"), "\(shown)")
      #expect(shown.contains("n_tables:254"))
      #expect(shown.contains("2(p2): addr:aa:55:00:00:00:02"))
      #expect(try ofctl("dump-desc").contains("Open vSwitch"))
      #expect(try ofctl("dump-tables").contains("table 0"))
      #expect(try ofctl("dump-table-features").contains("table 0"))
      #expect(try ofctl("dump-ports-desc").contains("LOCAL(br0)"))
      #expect(try ofctl("dump-ports").contains("rx pkts=0"))
      #expect(try ofctl("queue-stats").contains("queue 0"))
      #expect(try ofctl("get-frags").contains("normal"))
      #expect(try ofctl("dump-tlv-map").contains("max option space=256"))
      try ofctl("add-tlv-map", "'{class=0x102,type=1,len=4}->tun_metadata0'")
      #expect(try ofctl("dump-tlv-map").contains("tun_metadata0"))
      try ofctl("mod-port", "p2 no-forward")
      #expect(await server.model.ports[1].configuration.contains(.noForward))
      #expect(try ofctl("dump-ports-desc", "2").contains("NO_FWD"))
      try ofctl("ct-flush", "zone=5")
    }
  }

  @Test("a packet that it sends goes where its actions say")
  func packetOut() async throws {
    try await Self.withSwitch { server, ofctl in
      try ofctl("add-flow", "table=2,priority=7,actions=output:3")
      let packet = "ffffffffffffaa55000000010806" + String(repeating: "00", count: 46)
      try ofctl("packet-out", "'in_port=1,packet=\(packet),actions=output:2,resubmit(,2)'")
      #expect(await server.takeOutputs().map(\.port) == [OFPort(2), OFPort(3)])
    }
  }
}
