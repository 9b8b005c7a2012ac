import Testing

extension EndToEnd {
  @Suite("The spoof guard", .serialized)
  struct SpoofGuardTests {
    private static let everywhere = "ff:ff:ff:ff:ff:ff"

    @Test("a guest sends from its own addresses and from no other, and what it tried is counted")
    func ownAddresses() throws {
      try Scenario.run { scenario in
        let (network, subnets) = try self.network(scenario, "guarded", 75)
        let guest = try scenario.guest(in: network, on: "node1")
        // What they receive nobody filters, so that it was the sender's guard that dropped what does not arrive.
        let near = try scenario.guest(in: network, on: "node1", fields: Self.unguarded)
        let far = try scenario.guest(in: network, on: "node2", fields: Self.unguarded)
        try scenario.ready()
        let gateway = try #require(subnets.first)
        let gatewayMAC = try #require(gateway.gatewayMAC)
        var frames = [
          Frame("from another's MAC address", from: guest, guest.datagram(to: near, 4, by: far.mac)),
          Frame("from the gateway's MAC address", from: guest, guest.datagram(to: near, 4, by: gatewayMAC)),
          Frame("from a router's MAC address", from: guest, guest.datagram(to: near, 4, by: "0a:d2:c0:00:02:0c")),
          Frame("from a group address", from: guest, guest.datagram(to: near, 4, by: "01:00:5e:00:00:01")),
          Frame(
            "with a VLAN tag", from: guest, guest.datagram(to: near, 4).replacing("/IP(", with: "/Dot1Q(vlan=7)/IP(")),
          announcement(of: far.address(4), by: guest, "another's address"),
          announcement(of: gateway.gateway ?? "", by: guest, "the gateway's address"),
          announcement(of: guest.address(4), by: guest, "its own address by another's MAC address", claiming: far.mac),
          advertisement(of: far.address(6), by: guest, "another's address"),
          advertisement(of: subnets.last?.gateway ?? "", by: guest, "the gateway's address"),
          advertisement(of: guest.address(6), by: guest, "its own address at another's MAC address", claiming: far.mac),
        ]
        let before = try scenario.drops(.spoofedSource, on: "node1")
        for (receiver, version) in [(near, 4), (near, 6), (far, 4), (far, 6)] {
          let other = receiver.name == near.name ? far : near
          frames += [
            Frame(
              "from another's IPv\(version) address to \(receiver.name)", from: guest,
              guest.datagram(to: receiver, version, from: other.address(version))),
            Frame(
              "from a foreign IPv\(version) address to \(receiver.name)", from: guest,
              guest.datagram(to: receiver, version, from: version == 4 ? "198.51.100.7" : "2001:db8:ffff::7")),
            Frame(
              "from its own IPv\(version) address to \(receiver.name)", from: guest,
              guest.datagram(to: receiver, version),
              at: [receiver]),
          ]
        }
        frames.append(
          Frame(
            "from its link-local address", from: guest,
            "Ether(src='\(guest.mac)', dst='33:33:00:00:00:fb')"
              + "/IPv6(src=link_local('\(guest.mac)'), dst='ff02::fb')/UDP(sport=5353, dport=5353)", at: [near, far]))
        try scenario.expect(frames, watching: [near, far])
        try eventually("the drops are counted") {
          try scenario.drops(.spoofedSource, on: "node1") >= before + frames.count(where: \.arrives.isEmpty)
        }
      }
    }

    @Test("a guest is no DHCP server and no router for the others, and what it tried is counted")
    func rogueServers() throws {
      try Scenario.run { scenario in
        let (network, _) = try self.network(scenario, "rogue", 76)
        let guest = try scenario.guest(in: network, on: "node1")
        let near = try scenario.guest(in: network, on: "node1", fields: Self.unguarded)
        let far = try scenario.guest(in: network, on: "node2", fields: Self.unguarded)
        try scenario.ready()
        let ether = "Ether(src='\(guest.mac)', dst='\(Self.everywhere)')"
        let ether6 =
          "Ether(src='\(guest.mac)', dst='33:33:00:00:00:01')/IPv6(src=link_local('\(guest.mac)'), dst='ff02::1')"
        let offer = "UDP(sport=67, dport=68)/BOOTP(op=2)/DHCP(options=[('message-type', 'offer'), 'end'])"
        let frames = [
          Frame("a DHCP offer", from: guest, "\(ether)/IP(src='\(guest.address)', dst='255.255.255.255')/\(offer)"),
          Frame(
            "a DHCP offer to one guest", from: guest,
            "Ether(src='\(guest.mac)', dst='\(far.mac)')/IP(src='\(guest.address)', dst='\(far.address)')/\(offer)"),
          Frame(
            "a router advertisement", from: guest,
            "\(ether6)/ICMPv6ND_RA()/ICMPv6NDOptPrefixInfo(prefix='2001:db8:bad::', prefixlen=64)"),
          Frame("a redirect", from: guest, "\(ether6)/ICMPv6ND_Redirect(tgt='2001:db8::1', dst='2001:db8::2')"),
          Frame("a DHCPv6 advertisement", from: guest, "\(ether6)/UDP(sport=547, dport=546)/DHCP6_Advertise(trid=7)"),
          Frame("a datagram", from: guest, guest.datagram(to: "10.76.0.255", at: Self.everywhere), at: [near, far]),
          Frame(
            "an IPv6 datagram", from: guest, guest.datagram(to: "ff02::1", at: "33:33:00:00:00:01"), at: [near, far]),
        ]
        let before = try scenario.drops(.guestAsServer, on: "node1")
        try scenario.expect(frames, watching: [near, far])
        try eventually("the drops are counted") {
          try scenario.drops(.guestAsServer, on: "node1") >= before + frames.count(where: \.arrives.isEmpty)
        }
      }
    }

    @Test("allowed address pairs let a guest send from more: prefixes, and another MAC address with its address")
    func addressPairs() throws {
      try Scenario.run { scenario in
        let (network, _) = try self.network(scenario, "pairs", 77)
        let pairMAC = "fa:16:3e:77:00:01"
        let pairs = [
          ["ip_address": "10.77.50.0/24"], ["ip_address": "2001:db8:77:50::/64"],
          ["ip_address": "10.77.0.200", "mac_address": pairMAC],
        ]
        let guest = try scenario.guest(in: network, on: "node1", fields: ["allowed_address_pairs": pairs])
        // As two virtual routers do, another has the same: that keeps neither of them from being ACTIVE.
        _ = try scenario.guest(in: network, on: "node1", fields: ["allowed_address_pairs": Array(pairs.dropLast())])
        let near = try scenario.guest(in: network, on: "node1", fields: Self.unguarded)
        let far = try scenario.guest(in: network, on: "node2", fields: Self.unguarded)
        try scenario.ready()
        let allowed = [near, far].flatMap { to in
          [
            Frame("from the prefix", from: guest, guest.datagram(to: to, 4, from: "10.77.50.7"), at: [to]),
            Frame("from the IPv6 prefix", from: guest, guest.datagram(to: to, 6, from: "2001:db8:77:50::7"), at: [to]),
            Frame("from its own address", from: guest, guest.datagram(to: to, 4), at: [to]),
          ].map { frame in frame.named("\(frame.name) to \(to.name)") }
        }
        let pair = Frame(
          "from the pair's MAC address", from: guest, guest.datagram(to: far, 4, from: "10.77.0.200", by: pairMAC),
          at: [far])
        let forbidden = [
          Frame("from outside of the prefix", from: guest, guest.datagram(to: near, 4, from: "10.77.51.7")),
          Frame("from outside of the IPv6 prefix", from: guest, guest.datagram(to: far, 6, from: "2001:db8:77:51::7")),
          Frame("its own address by the pair's MAC address", from: guest, guest.datagram(to: far, 4, by: pairMAC)),
        ]
        let announced = announcement(of: "10.77.50.7", by: guest, "an address of the prefix", at: [near, far])
        try scenario.expect(allowed + [pair, announced] + forbidden, watching: [near, far])

        try scenario.api.update("port", guest.port.id, ["allowed_address_pairs": [Any]()])
        let own = Frame("from its own address", from: guest, guest.datagram(to: far, 4), at: [far])
        let gone = (allowed.filter { !$0.name.contains("own") } + [pair]).map { $0.arriving(at: []) }
        try scenario.expect(gone + [own], watching: [near, far], settling: true)
      }
    }

    @Test("without port security any source passes, but not a gateway's or a router's MAC address")
    func portSecurityOff() throws {
      try Scenario.run { scenario in
        let (network, subnets) = try self.network(scenario, "unguarded", 78)
        let open = try scenario.group("open")
        let guest = try scenario.guest(in: network, on: "node1", fields: Self.unguarded)
        let near = try scenario.guest(in: network, on: "node1", fields: Self.unguarded)
        let far = try scenario.guest(in: network, on: "node2", fields: Self.unguarded)
        try scenario.ready()
        let gatewayMAC = try #require(subnets.first?.gatewayMAC)
        let foreign = [near, far].flatMap { to in
          [
            Frame(
              "IPv4 to \(to.name)", from: guest,
              guest.datagram(to: to, 4, from: "198.51.100.7", by: "fa:16:3e:78:00:01"),
              at: [to]),
            Frame("IPv6 to \(to.name)", from: guest, guest.datagram(to: to, 6, from: "2001:db8:ffff::7"), at: [to]),
          ]
        }
        let stolen = [
          Frame("the gateway's MAC address", from: guest, guest.datagram(to: near, 4, by: gatewayMAC)),
          Frame("a router's MAC address", from: guest, guest.datagram(to: far, 4, by: "0a:d2:c0:00:02:0c")),
        ]
        try scenario.expect(foreign + stolen, watching: [near, far])

        try scenario.api.update(
          "port", guest.port.id, ["port_security_enabled": true, "security_groups": [open.id]])
        let own = Frame("from its own address", from: guest, guest.datagram(to: far, 6), at: [far])
        try scenario.expect(foreign.map { $0.arriving(at: []) } + [own], watching: [near, far], settling: true)
      }
    }

    private static var unguarded: [String: Any] { ["port_security_enabled": false, "security_groups": [Any]()] }

    private func network(_ scenario: Scenario, _ name: String, _ number: Int) throws -> (Network, [Subnet]) {
      let network = try scenario.network(name)
      return (
        network,
        try ["10.\(number).0.0/24", "2001:db8:\(number)::/64"].map { try scenario.subnet(of: network, cidr: $0) }
      )
    }

    /// An ARP announcement to everybody.
    private func announcement(
      of address: String, by guest: Guest, _ name: String, claiming mac: String? = nil, at guests: [Guest] = []
    ) -> Frame {
      let mac = mac ?? guest.mac
      let arp = "ARP(op=2, hwsrc='\(mac)', psrc='\(address)', hwdst='\(Self.everywhere)', pdst='\(address)')"
      return Frame(
        "an ARP announcement of \(name)", from: guest, "Ether(src='\(guest.mac)', dst='\(Self.everywhere)')/\(arp)",
        seenAs:
          "p.src == '\(guest.mac)' and p[ARP].op == 2 and p[ARP].psrc == '\(address)' and p[ARP].hwsrc == '\(mac)'",
        at: guests)
    }

    /// A neighbor advertisement to everybody.
    private func advertisement(of address: String, by guest: Guest, _ name: String, claiming mac: String? = nil)
      -> Frame
    {
      let mac = mac ?? guest.mac
      return Frame(
        "a neighbor advertisement of \(name)", from: guest,
        "Ether(src='\(guest.mac)', dst='33:33:00:00:00:01')/IPv6(src='\(guest.address(6))', dst='ff02::1')"
          + "/ICMPv6ND_NA(tgt='\(address)', R=0, S=0, O=1)/ICMPv6NDOptDstLLAddr(lladdr='\(mac)')",
        seenAs: "p.src == '\(guest.mac)' and p[ICMPv6ND_NA].tgt == '\(address)'"
          + " and p[ICMPv6NDOptDstLLAddr].lladdr == '\(mac)'")
    }
  }
}
