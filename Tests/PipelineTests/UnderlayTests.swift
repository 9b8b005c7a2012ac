import GoalState
import NetworkTypes
import OpenFlow
import Testing

@testable import Pipeline

@Suite("How networks are carried between hosts")
struct UnderlayTests {
  private static let patch = OFPort(20)

  private static let host = HostPorts(
    tunnels: [.vxlan: OFPort(1), .geneve: OFPort(3), .gre: OFPort(4)],
    physicalNetworks: [
      "physnet1": .attached(patch, mtu: 9000), "broken": .unusable(reason: "bridge br-x is not there"),
    ],
    underlayMTU: 1500, dhcp: OFPort(2), guests: [portA.id: .attached(OFPort(5), interface: "tapport-a")])

  private func network(_ segment: NetworkSegment, mtu: Int? = nil) -> Network {
    var network = networkA
    network.segment = segment
    network.mtu = mtu
    return network
  }

  private func compile(_ unit: Unit, _ segment: NetworkSegment, _ more: [Resource] = []) -> CompiledUnit {
    let goal = goalState(
      [.network(network(segment)), .subnet(subnetA), .port(portA), .neighbor(neighborB)] + more)
    return Compiler(goal: goal, host: Self.host).compile(unit)
  }

  @Test(
    "a network's frames come and go by its own kind of tunnel, measured by what that leaves of the underlay's MTU",
    arguments: [(NetworkSegment.vxlan, 1, 1450), (.geneve, 3, 1450), (.gre, 4, 1458)])
  func tunnels(segment: NetworkSegment, port: Int, mtu: Int) {
    let flows = texts(compile(.network(networkA.id), segment))
    #expect(flows.first?.hasPrefix("table=0,priority=100,tun_id=0x64,in_port=\(port) ") == true)
    #expect(
      flows.contains(
        "table=80,priority=100,reg1=0x64 actions=check_pkt_larger(\(mtu + 14))->NXM_NX_REG7[0],resubmit(,82)"))
    #expect(flows.last == "table=82,priority=100,reg1=0x64 actions=set_field:0x64->tun_id,output:\(port)")
  }

  @Test("copies for many hosts are measured once")
  func copies() {
    let others = (0..<3 as Range<UInt8>).map { number -> Resource in
      var other = neighborB
      other.id = NeighborID("other\(number)")
      other.mac = MACAddress(2, 0, 0, 0, 0, number)
      other.hostAddress = .v4(IPv4Address(192, 0, 2, 20 + number))
      return .neighbor(other)
    }
    let flows = texts(compile(.network(networkA.id), .geneve, others))
    #expect(flows.count { $0.contains("check_pkt_larger") } == 1)
    #expect(
      flows.contains(
        "table=82,priority=150,reg1=0x64,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 actions=set_field:0x64->tun_id"
          + [12, 20, 21, 22].map { ",set_field:192.0.2.\($0)->tun_dst,output:3" }.joined()))
  }

  @Test("what is too big is looked up anew before it is dropped, so that it alone is counted")
  func tooBig() {
    let host = Compiler(goal: HostGoalState(), host: HostPorts()).compile(.host)
    let flows = texts(host).filter { $0.contains("reg7") }
    #expect(
      flows == [
        "table=82,priority=250,ip,reg7=0x1 actions=push_mpls:0x8847,pop_mpls:0x0800,resubmit(,84)",
        "table=82,priority=250,ipv6,reg7=0x1 actions=push_mpls:0x8847,pop_mpls:0x86dd,resubmit(,84)",
        "table=82,priority=200,reg7=0x1 actions=push_mpls:0x8847,pop_mpls:0x88b5,resubmit(,84)",
      ])
    let drops = host.flows.filter { FlowCookie(rawValue: $0.cookie)?.drop == .tooBig }
    #expect(Set(drops.map(\.table)) == [PipelineTable.tooBig.id])
  }

  @Test("a VLAN network's frames come and go with its tag, by the port of its physical network")
  func vlan() {
    #expect(
      texts(compile(.network(networkA.id), .vlan(7, physicalNetwork: "physnet1"))) == [
        "table=0,priority=100,in_port=20,dl_vlan=7 "
          + "actions=pop_vlan,set_field:0x2->reg0,set_field:0x64->reg1,goto_table:58",
        "table=60,priority=150,reg0=0,reg1=0x64,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 "
          + "actions=set_field:0x5->reg3,resubmit(,70),goto_table:80",
        "table=60,priority=150,reg0=0x2,reg1=0x64,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 "
          + "actions=set_field:0x5->reg3,resubmit(,70)",
        // What came from the physical network and nobody here has does not go back: it falls to the table's end.
        "table=60,priority=50,reg0=0,reg1=0x64 actions=goto_table:80",
        "table=80,priority=100,reg1=0x64 actions=check_pkt_larger(9014)->NXM_NX_REG7[0],resubmit(,82)",
        "table=82,priority=100,reg1=0x64 actions=push_vlan:0x8100,set_field:4103->vlan_vid,output:20",
      ])
  }

  @Test("a flat network's frames have no tag, neither coming nor going")
  func flat() {
    let flows = texts(compile(.network(networkA.id), .flat(physicalNetwork: "physnet1")))
    #expect(
      flows.first
        == "table=0,priority=100,in_port=20,vlan_tci=0x0000/0x1fff "
        + "actions=set_field:0x2->reg0,set_field:0x64->reg1,goto_table:58")
    #expect(flows.last == "table=82,priority=100,reg1=0x64 actions=output:20")
  }

  @Test("a neighbor in a physical network has no way of its own, and is answered for")
  func neighborOnVLAN() {
    let flows = texts(compile(.neighbor(neighborB.id), .vlan(7, physicalNetwork: "physnet1")))
    #expect(flows.count == 1)
    #expect(flows.first?.hasPrefix("table=30,priority=100,arp,reg1=0x64,arp_tpa=10.0.0.11,arp_op=1") == true)
  }

  @Test("without its bridge a physical network's units wait, with the reason, and nothing is sent elsewhere")
  func missingBridge() {
    for (name, mention) in [("broken", "bridge br-x"), ("unmapped", "physical network unmapped")] {
      let segment = NetworkSegment.vlan(7, physicalNetwork: name)
      for unit in [Unit.network(networkA.id), .port(portA.id)] {
        let compiled = compile(unit, segment)
        guard case .waiting(let reason) = compiled.status else {
          Issue.record("\(unit) of \(name) is \(compiled.status)")
          continue
        }
        #expect(reason.contains(mention))
        #expect(!texts(compiled).contains { $0.contains("output") || $0.contains("goto_table:80") })
      }
    }
  }

  @Test("a network's own MTU counts where it is lower, and never more than what fits")
  func mtu() {
    let cases: [(NetworkSegment, Int?, Int?)] = [
      (.vxlan, nil, 1450), (.vxlan, 1400, 1400), (.vxlan, 9000, 1450), (.gre, nil, 1458),
      (.vlan(7, physicalNetwork: "physnet1"), nil, 9000), (.flat(physicalNetwork: "physnet1"), 1500, 1500),
      (.flat(physicalNetwork: "broken"), nil, nil), (.flat(physicalNetwork: "broken"), 1400, 1400),
    ]
    for (segment, given, expected) in cases {
      #expect(Self.host.mtu(of: network(segment, mtu: given)) == expected, "\(segment), \(given ?? 0)")
    }
    #expect(HostPorts().mtu(of: networkA) == nil)
  }

  @Test("the gateway of a subnet on a physical network is answered for only where a router of ours is it")
  func gateway() {
    let vlan = NetworkSegment.vlan(7, physicalNetwork: "physnet1")
    let router = Resource.router(
      Router(id: RouterID("r"), interfaces: [Router.Interface(subnetID: subnetA.id)]))
    let other = Resource.router(
      Router(
        id: RouterID("r"),
        interfaces: [
          Router.Interface(
            subnetID: subnetA.id,
            address: .init(address: .v4(IPv4Address(10, 0, 0, 254)), mac: MACAddress(2, 0, 0, 0, 0, 9)))
        ]))
    func answersForGateway(_ segment: NetworkSegment, _ more: [Resource]) -> Bool {
      texts(compile(.subnet(subnetA.id), segment, more)).contains { $0.contains("arp_tpa=10.0.0.1,") }
    }
    #expect(answersForGateway(.vxlan, []))
    #expect(!answersForGateway(vlan, []))
    #expect(answersForGateway(vlan, [router]))
    #expect(!answersForGateway(vlan, [other]))
    // DHCP is still served, from an address of its own.
    #expect(texts(compile(.subnet(subnetA.id), vlan)).contains { $0.contains("arp_tpa=169.254.169.253,") })
  }

  @Test("a router's MAC address towards other hosts is made of the host's tunnel address")
  func routerMAC() {
    #expect(HostPorts.routerMAC(of: IPv4Address(192, 0, 2, 11)) == MACAddress(0x0a, 0xd2, 192, 0, 2, 11))
  }

  @Test("a port's connections are tracked in the zone of its number while it has security groups")
  func zones() {
    var port = portA
    port.security = .filtered([])
    var down = port
    down.adminStateUp = false
    for (port, zone) in [(portA, nil), (port, 5), (down, nil)] as [(Port, UInt16?)] {
      let compiler = Compiler(goal: goalState([.network(networkA), .subnet(subnetA), .port(port)]), host: Self.host)
      #expect(compiler.conntrackZone(of: .port(port.id)) == zone)
      #expect(compiler.conntrackZone(of: .network(networkA.id)) == nil)
    }
  }
}
