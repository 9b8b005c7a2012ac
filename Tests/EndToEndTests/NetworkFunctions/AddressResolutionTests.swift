import Testing

extension EndToEnd {
  @Suite("ARP and neighbor discovery", .serialized)
  struct AddressResolutionTests {
    @Test("known addresses are answered on the asker's node, and nobody else hears the question")
    func answeredLocally() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("resolved")
        let subnet = try scenario.subnet(of: network, cidr: "10.80.0.0/24")
        let subnet6 = try scenario.subnet(of: network, cidr: "2001:db8:80::/64")
        let asker = try scenario.guest(in: network, on: "node1")
        let near = try scenario.guest(in: network, on: "node1")
        let far = try scenario.guest(in: network, on: "node2")
        try scenario.ready()
        let known = [
          (near.address(4), near.mac), (far.address(4), far.mac), (near.address(6), near.mac),
          (far.address(6), far.mac),
          (try #require(subnet.gateway), try #require(subnet.gatewayMAC)),
          (try #require(subnet6.gateway), try #require(subnet6.gatewayMAC)),
        ]
        let questions = known.flatMap { address, mac in
          address.contains(":") ? solicitation(asker, address, mac) : request(asker, address, mac)
        }
        try scenario.expect(questions, watching: [asker, near, far])
      }
    }

    /// Who asks about its own address wants to know whether somebody else has it (RFC 5227 and RFC 4862, section 5.4).
    @Test("a guest's probe of its own address is not answered, one of another's is")
    func probes() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("probed", cidr: "10.81.0.0/24", "2001:db8:81::/64")
        let guest = try scenario.guest(in: network, on: "node1")
        let near = try scenario.guest(in: network, on: "node1")
        let far = try scenario.guest(in: network, on: "node2")
        try scenario.ready()
        func probe(_ address: String) -> Frame {
          Frame(
            "a probe of \(address)", from: guest,
            "Ether(src='\(guest.mac)', dst='ff:ff:ff:ff:ff:ff')"
              + "/ARP(op=1, hwsrc='\(guest.mac)', psrc='0.0.0.0', pdst='\(address)')",
            seenAs: "p[ARP].op == 2 and p[ARP].psrc == '\(address)'",
            at: address == guest.address(4) ? [] : [guest])
        }
        try scenario.expect(
          [probe(guest.address(4)), probe(near.address(4)), probe(far.address(4))], watching: [guest, near, far])

        // The kernel's own duplicate address detection, quick.
        let eth0 = "net.ipv6.neigh.eth0.retrans_time_ms=200"
        try scenario.lab.run("guest", "exec", guest.name, "sysctl", "-qw", eth0, "net.ipv6.conf.eth0.accept_dad=1")
        func add(_ address: String) throws {
          try scenario.lab.traffic.configure(guest.name, ["address add \(address)/64 dev eth0"])
        }
        func state(_ address: String) throws -> String {
          try scenario.lab.run("guest", "exec", guest.name, "ip", "-6", "address", "show", "to", "\(address)/128")
        }
        try scenario.lab.traffic.configure(guest.name, ["address del \(guest.address(6))/64 dev eth0"])
        try add(guest.address(6))
        try eventually("its own address is its own", last: { try state(guest.address(6)) }) {
          let shown = try state(guest.address(6))
          return !shown.contains("tentative") && !shown.contains("dadfailed")
        }
        try scenario.expect([.answered: [.ping(guest, near), .ping(guest, far)]])
        for other in [near, far] {
          try add(other.address(6))
          try eventually("\(other.name)'s address is found to be taken", last: { try state(other.address(6)) }) {
            try state(other.address(6)).contains("dadfailed")
          }
        }
      }
    }

    private func request(_ guest: Guest, _ address: String, _ mac: String) -> [Frame] {
      [
        Frame(
          "who has \(address)", from: guest,
          "Ether(src='\(guest.mac)', dst='ff:ff:ff:ff:ff:ff')"
            + "/ARP(op=1, hwsrc='\(guest.mac)', psrc='\(guest.address(4))', pdst='\(address)')",
          seenAs: "p[ARP].op == 1 and p[ARP].hwsrc == '\(guest.mac)' and p[ARP].pdst == '\(address)'"),
        Frame(
          sightOf: "\(address) is at \(mac)", causedBy: guest,
          "p.dst == '\(guest.mac)' and p[ARP].op == 2 and p[ARP].psrc == '\(address)' and p[ARP].hwsrc == '\(mac)'",
          at: [guest]),
      ]
    }

    private func solicitation(_ guest: Guest, _ address: String, _ mac: String) -> [Frame] {
      [
        Frame(
          "who is \(address)", from: guest,
          "Ether(src='\(guest.mac)', dst=multicast_mac(solicited_node('\(address)')))"
            + "/IPv6(src='\(guest.address(6))', dst=solicited_node('\(address)'))"
            + "/ICMPv6ND_NS(tgt='\(address)')/ICMPv6NDOptSrcLLAddr(lladdr='\(guest.mac)')",
          seenAs: "p.src == '\(guest.mac)' and p[ICMPv6ND_NS].tgt == '\(address)'"),
        Frame(
          sightOf: "\(address) is at \(mac)", causedBy: guest,
          "p.dst == '\(guest.mac)' and p[ICMPv6ND_NA].tgt == '\(address)' and p[ICMPv6NDOptDstLLAddr].lladdr == '\(mac)'",
          at: [guest]),
      ]
    }
  }
}
