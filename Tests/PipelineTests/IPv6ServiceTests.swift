import GoalState
import NetworkTypes
import OpenFlow
import Pipeline
import Testing

@Suite("What the switch does for IPv6")
struct IPv6ServiceTests {
  private let subnet = Subnet(
    id: SubnetID("sub-6"), networkID: networkA.id, prefix: prefix("2001:db8:1::/64"),
    gateway: .init(
      address: .v6(IPv6Address(high: 0x2001_0db8_0001_0000, low: 1)), mac: MACAddress(0xfa, 0x16, 0x3e, 0, 0, 6)),
    ipv6RAMode: .stateful, ipv6AddressMode: .stateful)

  private func port(_ subnets: [Subnet]) -> Port {
    var port = portA
    port.fixedIPs = subnets.enumerated().compactMap { index, subnet in
      subnet.prefix.v6.map { prefix in
        FixedIP(
          subnetID: subnet.id, address: .v6(IPv6Address(high: prefix.address.high, low: UInt64(index) + 10)))
      }
    }
    return port
  }

  private func goal(_ subnets: [Subnet]) -> HostGoalState {
    goalState([.network(networkA)] + subnets.map { .subnet($0) } + [.port(port(subnets))])
  }

  @Test("a guest's DHCPv6 and solicitations go to the responder and nowhere else, and answers come from its router")
  func flows() {
    let compiled = Compiler(goal: goal([subnet]), host: plugged).compile(.port(portA.id))
    #expect(compiled.status == .complete)
    let shown = texts(compiled)
    let trap = "actions=set_field:0a:d1:00:00:00:05->eth_dst,output:2"
    #expect(shown.contains { $0.contains("udp6,in_port=5,tp_dst=547 \(trap)") }, "\(shown)")
    #expect(shown.contains { $0.contains("icmp6,in_port=5,icmp_type=133 \(trap)") }, "\(shown)")
    #expect(
      shown.contains {
        $0.contains("ipv6,in_port=2,dl_src=0a:d1:00:00:00:05 actions=set_field:fa:16:3e:00:00:06->eth_src,output:5")
      }, "\(shown)")
  }

  @Test("a subnet without a mode, or with DHCP turned off, is served nothing")
  func silence() {
    var without = subnet
    (without.ipv6RAMode, without.ipv6AddressMode) = (nil, nil)
    var off = subnet
    off.dhcpEnabled = false
    for subnet in [without, off] {
      let shown = texts(Compiler(goal: goal([subnet]), host: plugged).compile(.port(portA.id)))
      #expect(!shown.contains { $0.contains("547") || $0.contains("output:2") || $0.contains("in_port=2") }, "\(shown)")
    }
  }

  @Test("a port with several subnets has one router: the first served subnet's gateway, by its link-local address")
  func router() throws {
    var first = subnet
    first.id = SubnetID("sub-5")
    first.prefix = prefix("2001:db8:2::/64")
    (first.ipv6RAMode, first.ipv6AddressMode) = (nil, nil)
    let goal = goal([first, subnet])
    let service = try #require(IPv6Service(port: port([first, subnet]), in: goal))
    #expect(service.subnets.map(\.id) == [subnet.id])
    #expect(service.routerMAC.description == "fa:16:3e:00:00:06")
    #expect(service.routerAddress.description == "fe80::f816:3eff:fe00:6")

    var given = subnet
    given.gateway?.address = .v6(try #require(IPv6Address("fe80::1")))
    #expect(IPv6Service(port: port([given]), in: self.goal([given]))?.routerAddress.description == "fe80::1")
    #expect(Compiler(goal: self.goal([given]), host: plugged).compile(.subnet(given.id)).status == .complete)
    given.gateway = nil
    #expect(IPv6Service(port: port([given]), in: self.goal([given]))?.routerAddress.isLinkLocal == true)
  }

  @Test("what only servers and routers say, and what nobody here is asked, comes from no guest to another")
  func guestServices() {
    let shown = texts(Compiler(goal: goal([subnet]), host: plugged).compile(.host))
    for match in [
      "udp,tp_src=67", "udp6,tp_src=547", "icmp6,icmp_type=134", "icmp6,icmp_type=137", "udp,tp_dst=67",
      "udp6,tp_dst=547",
      "icmp6,icmp_type=133",
    ] {
      #expect(shown.contains("table=30,priority=150,\(match) actions=drop"), "\(match): \(shown)")
    }
  }

  @Test("a port waits for the responder's interface when all it is served is IPv6")
  func waits() {
    var host = plugged
    host.dhcp = nil
    let compiled = Compiler(goal: goal([subnet]), host: host).compile(.port(portA.id))
    #expect(compiled.status == .waiting(reason: "the DHCP responder's interface is not on the bridge yet"))
    #expect(compiled.flows.isEmpty)
  }
}
