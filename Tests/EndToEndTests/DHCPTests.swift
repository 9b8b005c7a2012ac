import Foundation
import Testing

extension EndToEnd {
  @Suite("DHCP", .serialized)
  struct DHCPTests {
    @Test("a stock client is told address, mask, router, name servers, MTU and times", arguments: DHCPClient.allCases)
    func options(client: DHCPClient) throws {
      try Scenario.run { scenario in
        let network = try scenario.network("dhcp-\(client)")
        let subnet = try scenario.subnet(
          of: network, cidr: "10.20.4.0/22", fields: ["dns_nameservers": ["192.0.2.53", "192.0.2.54"]])
        let guest = try scenario.boot(in: network, on: "node1", client: client)
        #expect(try guest.lease("address") == guest.address)
        #expect(try guest.lease("mask") == "255.255.252.0")
        #expect(try guest.lease("router") == subnet.gateway)
        #expect(try guest.lease("dns") == "192.0.2.53 192.0.2.54")
        // The lab's underlay carries 1500; IPv4, UDP, VXLAN and the inner Ethernet header take 20 + 8 + 8 + 14.
        #expect(try guest.lease("mtu") == "1450")
        #expect(try guest.configuredAddress() == "\(guest.address)/22")
        let lease = try #require(Int(try guest.lease("lease")))
        let renewal = try #require(Int(try guest.lease("t1")))
        let rebinding = try #require(Int(try guest.lease("t2")))
        #expect(0 < renewal && renewal < rebinding && rebinding < lease)
      }
    }

    @Test("a bound client renews with its server by unicast")
    func renew() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("renew", cidr: "10.21.0.0/24")
        let guest = try scenario.boot(in: network, on: "node2")
        try guest.dhcp(.udhcpc, daemon: true)
        let server = try guest.lease("server")
        let dump = try scenario.lab.start(
          "guest", "exec", guest.name, "tcpdump", "-i", "eth0", "-n", "-l", "udp port 67 or udp port 68")
        try eventually("tcpdump listens", last: { dump.output }) { dump.output.contains("listening on") }
        try scenario.lab.run("guest", "dhcp", guest.name, "renew")
        try eventually("the client was renewed") { try guest.lease("event") == "renew" }
        try eventually("both packets were seen", last: { dump.output }) { dump.output.contains("Reply") }
        let packets = dump.finish(signal: SIGTERM)
        #expect(packets.contains("\(guest.address).68 > \(server).67"), "\(packets)")
        #expect(packets.contains("\(server).67 > \(guest.address).68"), "\(packets)")
        #expect(try guest.lease("address") == guest.address)
      }
    }

    @Test("a client that comes back after a restart keeps its address")
    func reboot() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("reboot", cidr: "10.22.0.0/24")
        // dhclient remembers its lease and asks for it again, INIT-REBOOT in the standard's words.
        let guest = try scenario.boot(in: network, on: "node1", client: .dhclient)
        try guest.dhcp(.dhclient)
        #expect(try guest.lease("event") == "reboot")
        #expect(try guest.lease("address") == guest.address)
      }
    }

    @Test("the node shows what each guest was told and what it says of itself, and a probe says what it would get")
    func leasesAndProbe() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("leases", cidr: "10.24.0.0/24")
        let guest = try scenario.boot(in: network, on: "node1")
        let page = try scenario.lab.run("node", "exec", "node1", "alioth", "dhcp", "leases")
        let line = try #require(page.split(separator: "\n").first { $0.hasPrefix(guest.port.id) }, "\(page)")
        for word in [guest.port.macAddress, guest.address, "ACK", "udhcp"] { #expect(line.contains(word), "\(line)") }

        try eventually("the controller shows the lease") {
          let shown = try scenario.api.call("GET", "/v2.0/ports/\(guest.port.id)")
          let text = String(decoding: shown.body, as: UTF8.self)
          return text.contains("\"last_message\":\"ACK\"") || text.contains("\"last_message\": \"ACK\"")
        }

        let probe = try scenario.lab.attempt(["node", "exec", "node1", "alioth", "dhcp", "probe", guest.port.id])
        #expect(probe.status == 0, "\(probe.output)\(probe.errors)")
        #expect(probe.output.contains("would get \(guest.address)") && probe.output.contains("OFFER"))
        // Asking is not the guest's doing.
        let after = try scenario.lab.run("node", "exec", "node1", "alioth", "dhcp", "leases")
        #expect(after.split(separator: "\n").contains { $0.hasPrefix(guest.port.id) && $0.contains("ACK") }, "\(after)")
        #expect(try guest.configuredAddress() == "\(guest.address)/24")

        let silent = try scenario.network("no-dhcp")
        try scenario.subnet(of: silent, cidr: "10.25.0.0/24", fields: ["enable_dhcp": false])
        let mute = try scenario.plug(try scenario.port(in: silent, on: "node1"))
        try scenario.awaitStatus("ACTIVE", of: mute.port)
        let refused = try scenario.lab.attempt(["node", "exec", "node1", "alioth", "dhcp", "probe", mute.port.id])
        #expect(
          refused.status == 1 && refused.errors.contains("a subnet whose guests are told theirs"), "\(refused.errors)")
        #expect(try !scenario.lab.succeeds("guest", "dhcp", mute.name, "udhcpc", "--timeout", "3"))
      }
    }

    @Test("a guest whose address the controller changes is told so when it asks for the old one, and gets the new one")
    func addressChanged() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("moved", cidr: "10.26.0.0/24")
        // dhclient asks for the lease that it remembers.
        let guest = try scenario.boot(in: network, on: "node1", address: "10.26.0.50", client: .dhclient)
        #expect(try guest.configuredAddress() == "10.26.0.50/24")
        try scenario.api.update("port", guest.port.id, ["fixed_ips": [["ip_address": "10.26.0.60"]]])
        try eventually("the node has the new address") {
          try scenario.lab.run("node", "exec", "node1", "alioth", "dhcp", "leases").contains("10.26.0.60")
        }
        try guest.dhcp(.dhclient)
        #expect(try guest.configuredAddress() == "10.26.0.60/24")
        let status = try scenario.lab.run("node", "exec", "node1", "alioth", "show", "-v")
        #expect(status.contains("dhcp_replies_NAK"), "\(status)")
      }
    }

    @Test("a port's extra options come before its subnet's, and what no guest can be told is refused")
    func extraOptions() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("options")
        try scenario.subnet(
          of: network, cidr: "10.27.0.0/24",
          fields: ["extra_dhcp_opts": [["opt_name": "ntp-server", "opt_value": "192.0.2.1"]]])
        let guest = try scenario.boot(in: network, on: "node1", client: .dhclient)
        #expect(try guest.lease("ntp") == "192.0.2.1")
        try scenario.api.update(
          "port", guest.port.id, ["extra_dhcp_opts": [["opt_name": "42", "opt_value": "192.0.2.2,192.0.2.3"]]])
        try eventually("the guest is told the port's") {
          try guest.dhcp(.dhclient)
          return try guest.lease("ntp") == "192.0.2.2 192.0.2.3"
        }
        for (name, value) in [("ntp-servr", "192.0.2.1"), ("ntp-server", "here"), ("lease-time", "5")] {
          let answer = try scenario.api.call(
            "PUT", "/v2.0/ports/\(guest.port.id)",
            body: ["port": ["extra_dhcp_opts": [["opt_name": name, "opt_value": value]]]])
          #expect(answer.status == 400 && String(decoding: answer.body, as: UTF8.self).contains(name))
        }
      }
    }

    @Test("a guest that gives its lease up is seen to, and gets the same address again")
    func release() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("released", cidr: "10.28.0.0/24")
        let guest = try scenario.boot(in: network, on: "node1")
        try guest.dhcp(.udhcpc, daemon: true)
        try scenario.lab.run("guest", "dhcp", guest.name, "release")
        try eventually("the node has seen the release") {
          try scenario.lab.run("node", "exec", "node1", "alioth", "dhcp", "leases")
            .split(separator: "\n").contains { $0.hasPrefix(guest.port.id) && $0.contains("RELEASE") }
        }
        try guest.dhcp(.udhcpc)
        #expect(try guest.configuredAddress() == "\(guest.address)/24")
      }
    }

    @Test("an interface without a port is not answered")
    func stranger() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("silent", cidr: "10.23.0.0/24")
        let guest = try scenario.boot(in: network, on: "node1")
        try scenario.lab.run(
          "guest", "plug", "node1", "nobody", "--port", UUID().uuidString.lowercased(), "--mac", "fa:16:3e:ff:ff:01")
        #expect(try !scenario.lab.succeeds("guest", "dhcp", "nobody", "udhcpc", "--timeout", "4"))
        try scenario.lab.run("guest", "remove", "nobody")
        try guest.dhcp(.udhcpc)
      }
    }
  }
}
