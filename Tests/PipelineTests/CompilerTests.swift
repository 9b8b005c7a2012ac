import GoalState
import NetworkTypes
import OpenFlow
import Testing

@testable import Pipeline

@Suite("Compiling units to flows")
struct CompilerTests {
  @Test("a plugged port gets its way in, its source guard, its ARP answer, its DHCP and its delivery")
  func port() {
    let unit = Compiler(goal: wholeGoal, host: plugged).compile(.port(portA.id))
    let from = "in_port=5,vlan_tci=0x0000/0x1fff,dl_src=fa:16:3e:00:00:0a"
    let linkLocal = "fe80::f816:3eff:fe00:a"
    #expect(unit.status == .complete)
    #expect(
      texts(unit) == [
        "table=0,priority=100,in_port=5 actions=set_field:0x64->reg1,set_field:0x5->reg2,goto_table:10",
        "table=10,priority=100,udp,\(from),tp_src=68,tp_dst=67 actions=goto_table:30",
        "table=10,priority=150,icmp6,reg8=0,in_port=5,icmp_type=136 actions=drop",
        "table=10,priority=100,ip,\(from),nw_src=10.0.0.10 actions=goto_table:30",
        "table=10,priority=100,arp,\(from),arp_spa=10.0.0.10,arp_sha=fa:16:3e:00:00:0a actions=goto_table:30",
        "table=10,priority=100,arp,\(from),arp_spa=0.0.0.0,arp_op=1,arp_sha=fa:16:3e:00:00:0a actions=goto_table:30",
        "table=10,priority=100,ipv6,\(from),ipv6_src=\(linkLocal) actions=goto_table:30",
        "table=10,priority=200,icmp6,reg8=0,\(from),icmp_type=136,icmp_code=0,nd_target=\(linkLocal),"
          + "nd_tll=fa:16:3e:00:00:0a actions=set_field:0x1->reg8,resubmit(,10)",
        "table=10,priority=200,icmp6,reg8=0,\(from),icmp_type=136,icmp_code=0,nd_target=\(linkLocal),"
          + "nd_tll=00:00:00:00:00:00 actions=set_field:0x1->reg8,resubmit(,10)",
        "table=10,priority=100,icmp6,\(from),ipv6_src=::,icmp_type=135,icmp_code=0,nd_target=\(linkLocal) "
          + "actions=goto_table:30",
        "table=10,priority=100,icmp6,\(from),ipv6_src=::,icmp_type=133 actions=goto_table:30",
        "table=10,priority=100,icmp6,\(from),ipv6_src=::,icmp_type=131 actions=goto_table:30",
        "table=10,priority=100,icmp6,\(from),ipv6_src=::,icmp_type=132 actions=goto_table:30",
        "table=10,priority=100,icmp6,\(from),ipv6_src=::,icmp_type=143 actions=goto_table:30",
        "table=60,priority=100,reg1=0x64,dl_dst=fa:16:3e:00:00:0a actions=set_field:0x5->reg3,goto_table:70",
        "table=90,priority=100,reg3=0x5 actions=output:5",
        "table=30,priority=200,arp,in_port=5,arp_tpa=10.0.0.10,arp_op=1 actions=drop",
        "table=30,priority=100,arp,reg1=0x64,arp_tpa=10.0.0.10,arp_op=1 "
          + "actions=set_field:0xfa163e00000a->xreg4,goto_table:32",
        "table=30,priority=200,udp,in_port=5,tp_src=68,tp_dst=67 actions=set_field:0a:d1:00:00:00:05->eth_dst,output:2",
        "table=0,priority=100,in_port=2,dl_src=0a:d1:00:00:00:05 actions=set_field:fa:16:3e:00:00:01->eth_src,output:5",
        "table=10,priority=5,in_port=5 actions=drop", "table=60,priority=5,reg2=0x5 actions=drop",
        "table=94,priority=100,reg2=0x5 actions=meter:65541,goto_table:96",
      ])
  }

  @Test("a neighbor is reached through the tunnel to its host, and answered for here")
  func neighbor() {
    let unit = Compiler(goal: wholeGoal, host: plugged).compile(.neighbor(neighborB.id))
    #expect(
      texts(unit) == [
        "table=60,priority=100,reg1=0x64,dl_dst=fa:16:3e:00:00:0b actions=set_field:192.0.2.12->tun_dst,goto_table:80",
        "table=30,priority=100,arp,reg1=0x64,arp_tpa=10.0.0.11,arp_op=1 "
          + "actions=set_field:0xfa163e00000b->xreg4,goto_table:32",
      ])
  }

  @Test("broadcasts of guests go to local ports and to each remote host once, those of tunnels to local ports only")
  func network() {
    var second = neighborB
    second.id = NeighborID("port-c")
    second.mac = MACAddress(0xfa, 0x16, 0x3e, 0, 0, 0x0c)
    let goal = goalState([
      .network(networkA), .subnet(subnetA), .port(portA), .neighbor(neighborB), .neighbor(second),
    ])
    let unit = Compiler(goal: goal, host: plugged).compile(.network(networkA.id))
    #expect(
      texts(unit) == [
        "table=0,priority=100,tun_id=0x64,in_port=1 actions=set_field:0x1->reg0,set_field:0x64->reg1,goto_table:58",
        "table=60,priority=150,reg0=0,reg1=0x64,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 "
          + "actions=set_field:0x5->reg3,resubmit(,70),goto_table:80",
        "table=60,priority=150,reg0=0x1,reg1=0x64,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 "
          + "actions=set_field:0x5->reg3,resubmit(,70)",
        "table=80,priority=100,reg1=0x64 actions=goto_table:82",
        "table=82,priority=150,reg1=0x64,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 "
          + "actions=set_field:0x64->tun_id,set_field:192.0.2.12->tun_dst,output:1",
        "table=82,priority=100,reg1=0x64 actions=set_field:0x64->tun_id,output:1",
      ])
  }

  @Test("what is missing makes a unit wait without flows, and says for what")
  func waiting() {
    let cases: [(HostGoalState, HostPorts, Unit, String)] = [
      (goalState([.port(portA), .subnet(subnetA)]), plugged, .port(portA.id), "network net-a"),
      (goalState([.port(portA), .network(networkA)]), plugged, .port(portA.id), "subnet sub-a"),
      (wholeGoal, HostPorts(tunnel: OFPort(1), dhcp: OFPort(2)), .port(portA.id), "iface-id=port-a"),
      (wholeGoal, HostPorts(tunnel: OFPort(1), guests: plugged.guests), .port(portA.id), "DHCP"),
      (goalState([.neighbor(neighborB)]), plugged, .neighbor(neighborB.id), "network net-a"),
      (goalState([.subnet(subnetA)]), plugged, .subnet(subnetA.id), "network net-a"),
    ]
    for (goal, host, unit, mention) in cases {
      let compiled = Compiler(goal: goal, host: host).compile(unit)
      #expect(compiled.flows.isEmpty)
      guard case .waiting(let reason) = compiled.status else {
        Issue.record("\(unit) is \(compiled.status), not waiting for \(mention)")
        continue
      }
      #expect(reason.contains(mention))
    }
  }

  @Test("an address outside of its subnet is invalid and forwards nothing")
  func invalid() {
    var port = portA
    port.fixedIPs = [FixedIP(subnetID: subnetA.id, address: .v4(IPv4Address(10, 9, 0, 10)))]
    let compiled = Compiler(goal: goalState([.network(networkA), .subnet(subnetA), .port(port)]), host: plugged)
      .compile(.port(port.id))
    #expect(compiled.flows.isEmpty)
    #expect(compiled.status == .invalid(reason: "address 10.9.0.10 is not in subnet sub-a, which is 10.0.0.0/24"))
  }

  @Test("a port that is administratively down has no flows, and gets no broadcasts")
  func adminDown() {
    var port = portA
    port.adminStateUp = false
    let compiler = Compiler(goal: goalState([.network(networkA), .subnet(subnetA), .port(port)]), host: plugged)
    #expect(compiler.compile(.port(port.id)) == CompiledUnit())
    #expect(!texts(compiler.compile(.network(networkA.id))).contains { $0.contains("->reg3") })
  }

  @Test("without DHCP on its subnet a port's DHCP packets are not taken from it")
  func dhcpOff() {
    var subnet = subnetA
    subnet.dhcpEnabled = false
    let compiler = Compiler(goal: goalState([.network(networkA), .subnet(subnet), .port(portA)]), host: plugged)
    #expect(!texts(compiler.compile(.port(portA.id))).contains { $0.contains("output:2") })
  }

  @Test("a gateway is answered for, and its MAC address is nobody's to send from")
  func gateway() {
    #expect(
      texts(Compiler(goal: wholeGoal, host: plugged).compile(.subnet(subnetA.id))) == [
        "table=10,priority=250,reg1=0x64,dl_src=fa:16:3e:00:00:01 actions=drop",
        "table=30,priority=50,arp,reg1=0x64,arp_tpa=10.0.0.1,arp_op=1 "
          + "actions=set_field:0xfa163e000001->xreg4,goto_table:32",
      ])
  }

  @Test("a subnet without a gateway has the DHCP server's own address answered")
  func noGateway() {
    var subnet = subnetA
    subnet.gateway = nil
    let compiler = Compiler(goal: goalState([.network(networkA), .subnet(subnet)]), host: plugged)
    #expect(
      texts(compiler.compile(.subnet(subnet.id))) == [
        "table=30,priority=50,arp,reg1=0x64,arp_tpa=169.254.169.253,arp_op=1 "
          + "actions=set_field:0xad1ffffffff->xreg4,goto_table:32"
      ])
  }

  @Test("every table ends in a counted drop or hands on")
  func misses() {
    let flows = Compiler(goal: HostGoalState(), host: HostPorts()).compile(.host).flows
    #expect(Set(flows.map(\.table)) == Set(PipelineTable.allCases.map(\.id)))
    for flow in flows where flow.priority == 0 {
      let drops = flow.instructions.isEmpty
      #expect(drops == (FlowCookie(rawValue: flow.cookie)?.drop != nil))
    }
  }

  @Test("a cookie names its owner, feature and drop reason, and the same unit after a restart")
  func cookies() {
    let cookie = FlowCookie(.port(PortID("port-a")), drop: .ownAddress)
    #expect(cookie.rawValue == 0xa110_0405_0000_0000 | UInt64(cookie.unitHash))
    #expect(cookie.unitHash == 0x85c3_85c3)
    #expect(FlowCookie(rawValue: cookie.rawValue)?.drop == .ownAddress)
    #expect(FlowCookie(rawValue: cookie.rawValue)?.feature == .port)
    #expect(FlowCookie(rawValue: 0x1234) == nil)
  }

  @Test("the responder's MAC addresses carry any port number there and back")
  func dhcpAddresses() {
    for number: UInt32 in [1, 4095, 65279, 0xffff_fffe] {
      #expect(DHCPService.port(of: DHCPService.mac(of: OFPort(number))) == OFPort(number))
    }
    #expect(DHCPService.port(of: MACAddress(0xfa, 0x16, 0x3e, 0, 0, 5)) == nil)
    #expect(DHCPService.mac(of: OFPort(5)).isUnicast)
  }
}
