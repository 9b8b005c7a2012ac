import Foundation
import Testing

extension EndToEnd {
  @Suite("Underlay", .serialized)
  struct UnderlayTests {
    private static var vlan: [String: Any] {
      ["provider:network_type": "vlan", "provider:physical_network": "physnet1", "provider:segmentation_id": 7]
    }

    /// The whole packet arrives, and is not split on its way: the don't-fragment bit is set.
    private func passes(_ octets: Int, from guest: Guest, to address: String) throws -> Bool {
      // The IPv4 and ICMP headers have 28 octets.
      let size = String(octets - 28)
      return try guest.lab.succeeds(
        "guest", "exec", guest.name, "ping", "-c", "2", "-i", "0.2", "-W", "1", "-M", "do", "-s", size, address)
    }

    /// Lets a guest send more than it was told, as one that does not listen would.
    private func raiseMTU(of guest: Guest, to mtu: Int) throws {
      let link = String("vm-\(guest.name)".prefix(15))
      try guest.lab.run("guest", "exec", guest.name, "ip", "link", "set", "dev", "eth0", "mtu", "\(mtu)")
      try guest.lab.run("node", "exec", guest.port.host, "ip", "link", "set", "dev", link, "mtu", "\(mtu)")
    }

    /// How many packets the drop flow of a table's end has counted.
    private func packets(table: Int, on node: String, in lab: Lab) throws -> Int {
      let page = try lab.run(
        "node", "exec", node, "ovs-ofctl", "-O", "OpenFlow13", "dump-flows", "br-int", "table=\(table)")
      return page.split(separator: "\n").compactMap { line in
        line.firstRange(of: "n_packets=").map { Int(line[$0.upperBound...].prefix { $0.isNumber }) ?? 0 }
      }.reduce(0, +)
    }

    @Test(
      "each kind of tunnel carries packets of the MTU that guests are told, and larger ones go nowhere",
      arguments: [("vxlan", 1450), ("geneve", 1450), ("gre", 1458)])
    func tunnels(kind: String, mtu: Int) throws {
      try Scenario.run { scenario in
        let network = try scenario.network(kind, cidr: "10.60.0.0/24", fields: ["provider:network_type": kind])
        let first = try scenario.boot(in: network, on: "node1")
        let second = try scenario.boot(in: network, on: "node2")
        #expect(try first.lease("mtu") == "\(mtu)")
        try first.awaitReach(second.address)
        try raiseMTU(of: first, to: 2000)
        #expect(try passes(mtu, from: first, to: second.address))
        let before = try packets(table: 84, on: "node1", in: scenario.lab)
        #expect(try !passes(mtu + 1, from: first, to: second.address))
        try eventually("what is too big is counted") {
          try packets(table: 84, on: "node1", in: scenario.lab) > before
        }
        #expect(try passes(mtu, from: first, to: second.address))
      }
    }

    @Test("a network's own MTU holds where it is lower than what fits")
    func ownMTU() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("small", cidr: "10.61.0.0/24", fields: ["mtu": 1400])
        let first = try scenario.boot(in: network, on: "node1")
        let second = try scenario.boot(in: network, on: "node2")
        #expect(try first.lease("mtu") == "1400")
        try first.awaitReach(second.address)
        #expect(try passes(1400, from: first, to: second.address))
        #expect(try !passes(1401, from: first, to: second.address))
      }
    }

    @Test("broadcasts come once to each guest of the network, whatever carries it")
    func broadcasts() throws {
      try Scenario.run { scenario in
        for (name, fields) in [("geneve", ["provider:network_type": "geneve"]), ("vlan", Self.vlan)]
          as [(
            String, [String: Any]
          )]
        {
          let network = try scenario.network(name, cidr: "10.62.0.0/24", fields: fields, subnet: ["enable_dhcp": false])
          var guests: [Guest] = []
          for node in ["node1", "node1", "node2"] {
            let guest = try scenario.plug(try scenario.port(in: network, on: node))
            try scenario.awaitStatus("ACTIVE", of: guest.port)
            try scenario.lab.run(
              "guest", "exec", guest.name, "ip", "address", "add", "\(guest.address)/24", "brd", "+", "dev", "eth0")
            try scenario.lab.run(
              "guest", "exec", guest.name, "sysctl", "-qw", "net.ipv4.icmp_echo_ignore_broadcasts=0")
            guests.append(guest)
          }
          try guests[0].awaitReach(guests[1].address)
          try guests[0].awaitReach(guests[2].address)
          let page = try scenario.lab.attempt([
            "guest", "exec", guests[0].name, "ping", "-b", "-c", "1", "-W", "1", "10.62.0.255",
          ]).output
          // Ping shows the answers after the first as duplicates; a copy too many would be one more of them.
          for guest in guests.dropFirst() {
            #expect(page.components(separatedBy: "from \(guest.address): icmp_seq=1").count == 2, "\(name): \(page)")
          }
        }
      }
    }

    @Test("guests of a VLAN network reach each other and its stations, tagged, and nobody in other VLANs")
    func vlan() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("vlan", cidr: "10.63.0.0/24", fields: Self.vlan)
        let first = try scenario.boot(in: network, on: "node1", address: "10.63.0.11")
        let second = try scenario.boot(in: network, on: "node2", address: "10.63.0.12")
        #expect(try first.lease("mtu") == "1500")
        try first.awaitReach(second.address)
        #expect(try passes(1500, from: first, to: second.address))
        let station = try scenario.station(address: "10.63.0.99/24", vlan: 7)
        let stranger = try scenario.station(address: "10.63.0.98/24", vlan: 8)
        try first.awaitReach("10.63.0.99")
        try second.awaitReach("10.63.0.99")
        #expect(try station.reaches(second.address))
        #expect(try !stranger.reaches(second.address))
        #expect(try !first.reachesEver("10.63.0.98"))
      }
    }

    @Test("a flat network's frames are untagged")
    func flat() throws {
      try Scenario.run { scenario in
        let network = try scenario.network(
          "flat", cidr: "10.64.0.0/24",
          fields: ["provider:network_type": "flat", "provider:physical_network": "physnet1"])
        let guest = try scenario.boot(in: network, on: "node1", address: "10.64.0.11")
        let station = try scenario.station(address: "10.64.0.99/24")
        try guest.awaitReach("10.64.0.99")
        #expect(try station.reaches(guest.address))
      }
    }

    @Test("the real gateway of a physical network answers for itself")
    func realGateway() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("gateway", cidr: "10.65.0.0/24", fields: Self.vlan)
        let station = try scenario.station(address: "10.65.0.1/24", vlan: 7)
        let guest = try scenario.boot(in: network, on: "node1", address: "10.65.0.11")
        #expect(try guest.lease("router") == "10.65.0.1")
        try guest.awaitReach("10.65.0.1")
        let neighbors = try scenario.lab.run("guest", "exec", guest.name, "ip", "neighbor", "show", "10.65.0.1")
        #expect(neighbors.contains(try station.macAddress()))
      }
    }

    @Test("a network on a physical network that no bridge leads to waits, and says so")
    func unmapped() throws {
      try Scenario.run { scenario in
        let network = try scenario.network(
          "unmapped", cidr: "10.66.0.0/24",
          fields: ["provider:network_type": "flat", "provider:physical_network": "elsewhere"])
        let guest = try scenario.plug(try scenario.port(in: network, on: "node1"))
        try eventually("the port says why it waits") {
          try scenario.api.port(guest.port.id).reason?.contains("physical network elsewhere") == true
        }
      }
    }
  }
}
