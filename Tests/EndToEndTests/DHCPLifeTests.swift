import Foundation
import Testing

extension EndToEnd {
  /// What a client does from its first boot until it gives its address up, with leases so short that all of it happens.
  @Suite("DHCP clients' lives", .serialized)
  struct DHCPLifeTests {
    private static let node = "node1"

    /// A stock client and the protocol that it speaks, in a guest of its own.
    private struct Actor {
      let client: DHCPClient
      let version: Int
      let guest: Guest
      /// What tells its network's subnets from others'.
      let number: Int

      var name: String { "\(client) over IPv\(version)" }
      var isIPv6: Bool { version == 6 }

      func start() throws { try guest.dhcp(client, daemon: true, ipv6: isIPv6) }

      func fixedIP(_ port: Port) throws -> Port.FixedIP {
        try #require(port.fixedIPs.first { $0.address.contains(":") == isIPv6 })
      }

      /// What happened with its lease, as the node tells it.
      func lease(_ leases: [Lease]) -> Lease? {
        leases.first { $0.port == guest.port.id && $0.ipVersion == version }
      }
    }

    /// Debian's udhcpc knows IPv4 only. Over IPv6 leases are longer: clients renew again after some ten seconds, and networkd
    /// is up to seven late, so that a short lease would leave no time that is sure to be between renewing and rebinding.
    private func actors(_ scenario: Scenario) throws -> [Actor] {
      let quick = try network(scenario, "lives", 0x29, seconds: 20)
      let slow = try network(scenario, "slow-lives", 0x2d, seconds: 90)
      let parts = DHCPClient.allCases.map { ($0, 4) } + DHCPClient.allCases.filter { $0 != .udhcpc }.map { ($0, 6) }
      return try parts.map { client, version in
        let port = try scenario.port(in: version == 6 ? slow : quick, on: Self.node)
        return Actor(
          client: client, version: version, guest: try scenario.plug(port, ipv6: version == 6),
          number: version == 6 ? 0x2d : 0x29)
      }
    }

    private func network(_ scenario: Scenario, _ name: String, _ number: Int, seconds: Int) throws -> Network {
      let network = try scenario.network(name)
      try scenario.subnet(of: network, cidr: "10.\(number).0.0/24", fields: ["alioth:lease_seconds": seconds])
      try scenario.subnet(
        of: network, cidr: "2001:db8:\(number)::/64",
        fields: [
          "alioth:lease_seconds": seconds, "ipv6_ra_mode": "dhcpv6-stateful", "ipv6_address_mode": "dhcpv6-stateful",
          "dns_nameservers": ["2001:db8::53"],
        ])
      return network
    }

    private func awaitStates(
      _ states: [Int: String], of actors: [Actor], within seconds: Double = 120, _ scenario: Scenario,
      meanwhile: ([Lease]) throws -> Void = { _ in }
    ) throws {
      var missing = actors
      try eventually(
        "every client is \(states)", within: seconds,
        last: { "\(missing.map(\.name)) not: \(try scenario.leases(on: Self.node))" }
      ) {
        let leases = try scenario.leases(on: Self.node)
        try meanwhile(leases)
        missing.removeAll { actor in actor.lease(leases)?.state == states[actor.version] }
        return missing.isEmpty
      }
    }

    /// A flow of nobody's, which keeps what a guest asks its server from coming to it.
    private struct Silence {
      let scenario: Scenario
      let actor: Actor
      let match: String
      private var isInForce = false

      init(_ scenario: Scenario, _ actor: Actor) throws {
        self.scenario = scenario
        self.actor = actor
        match =
          "in_port=vm-\(actor.guest.name),"
          + (actor.isIPv6 ? "udp6,tp_dst=547" : "udp,tp_dst=67,nw_dst=10.\(actor.number).0.1")
        try begin()
      }

      /// Over IPv6 it ends between the renewal, after 45 seconds and again after 54 to 63, and the rebinding after 72, as both
      /// go to all servers. A client that is late, and renews its lease after all, is kept back once more.
      mutating func follow(_ leases: [Lease]) throws {
        guard actor.isIPv6, let lease = actor.lease(leases), lease.state != "REBIND", let time = lease.acknowledgedAt,
          let acknowledged = try? Date(time, strategy: .iso8601)
        else { return }
        if Date() >= acknowledged + 64 { try end() } else { try begin() }
      }

      mutating func begin() throws {
        guard !isInForce else { return }
        isInForce = true
        try ovs("add-flow", "cookie=0x51,priority=60000,\(match),actions=drop")
      }

      mutating func end() throws {
        guard isInForce else { return }
        isInForce = false
        try ovs("--strict", "del-flows", "priority=60000,\(match)")
      }

      @discardableResult
      private func ovs(_ arguments: String...) throws -> String {
        let options = arguments.prefix { $0.hasPrefix("--") }
        let rest = arguments.dropFirst(options.count)
        return try scenario.lab.run(
          ["node", "exec", DHCPLifeTests.node, "ovs-ofctl", "-O", "OpenFlow13", "--names"] + options
            + rest.prefix(1) + ["br-int"] + rest.dropFirst())
      }
    }

    @Test(
      "each client boots, renews, rebinds, comes back, is given another address, and gives it up, over both versions")
    func lives() throws {
      try Scenario.run { scenario in
        let actors = try actors(scenario)
        for actor in actors { try scenario.awaitStatus("ACTIVE", of: actor.guest.port) }

        for actor in actors {
          try actor.start()
          let address = try actor.fixedIP(actor.guest.port).address
          #expect(try actor.guest.configuredAddresses(actor.version) == [address], "\(actor.name)")
        }
        try awaitStates([4: "RENEWING"], of: actors.filter { !$0.isIPv6 }, scenario)
        try rebind(actors, scenario)
        try comeBack(actors, scenario)
        try change(actors, scenario)
        try release(actors, scenario)
      }
    }

    /// Renewals go to the server and find nobody; what then goes to any server is answered. Over IPv6 both go to all
    /// servers, so only the renewal is kept back.
    private func rebind(_ actors: [Actor], _ scenario: Scenario) throws {
      var silences: [Silence] = []
      defer { for index in silences.indices { try? silences[index].end() } }
      for actor in actors { silences.append(try Silence(scenario, actor)) }
      try awaitStates([4: "REBINDING", 6: "REBIND"], of: actors, within: 400, scenario) { leases in
        for index in silences.indices { try silences[index].follow(leases) }
      }
    }

    /// Killed and started again: some remember their lease and ask for it, others ask anew and get the same.
    private func comeBack(_ actors: [Actor], _ scenario: Scenario) throws {
      let remembered = ["dhcp_replies_ACK_INIT-REBOOT", "dhcpv6_replies_REPLY_CONFIRM"]
      let before = try remembered.map { try scenario.counter($0, on: Self.node) }
      for actor in actors {
        if !actor.isIPv6 { try awaitFreshLease(actor, scenario) }
        try actor.start()
      }
      let after = try remembered.map { try scenario.counter($0, on: Self.node) }
      for (name, (before, after)) in zip(remembered, zip(before, after)) {
        // dhclient and dhcpcd do, in both protocols.
        #expect(after - before >= 2, "\(name)")
      }
      for actor in actors {
        let address = try actor.fixedIP(actor.guest.port).address
        #expect(try actor.guest.configuredAddresses(actor.version) == [address], "\(actor.name)")
      }
    }

    /// What a client remembers is of use only while it holds: the short leases must not end while it is started.
    private func awaitFreshLease(_ actor: Actor, _ scenario: Scenario) throws {
      try eventually(
        "\(actor.name) has a lease of the last 5 seconds", within: 60,
        last: { "\(try scenario.leases(on: Self.node))" }
      ) {
        guard let time = actor.lease(try scenario.leases(on: Self.node))?.acknowledgedAt,
          let acknowledged = try? Date(time, strategy: .iso8601)
        else { return false }
        return Date() < acknowledged + 5
      }
    }

    /// The controller gives each guest another address: over IPv4 its renewal is refused and it starts afresh, over IPv6
    /// it is told the new one and that the old one is over.
    private func change(_ actors: [Actor], _ scenario: Scenario) throws {
      let refusals = try scenario.counter("dhcp_replies_NAK", on: Self.node)
      var wanted: [String] = []
      for (index, actor) in actors.enumerated() {
        let port = try scenario.api.port(actor.guest.port.id)
        let moved =
          actor.isIPv6 ? "2001:db8:\(actor.number)::1:\(index)" : "10.\(actor.number).0.\(100 + index)"
        wanted.append(moved)
        let fixedIPs = port.fixedIPs.map { fixedIP in
          let isOther = fixedIP.address.contains(":") != actor.isIPv6
          return ["subnet_id": fixedIP.subnet, "ip_address": isOther ? fixedIP.address : moved]
        }
        try scenario.api.update("port", port.id, ["fixed_ips": fixedIPs])
      }
      for (actor, address) in zip(actors, wanted) {
        try eventually(
          "\(actor.name) has \(address) alone", within: 120,
          last: { "\(try actor.guest.configuredAddresses(actor.version))" }
        ) { try actor.guest.configuredAddresses(actor.version) == [address] }
      }
      try awaitStates([6: "RENEW"], of: actors.filter(\.isIPv6), scenario)
      #expect(try scenario.counter("dhcp_replies_NAK", on: Self.node) - refusals >= actors.filter { !$0.isIPv6 }.count)
    }

    /// The networkd of Debian 12 gives no lease of DHCPv6 up.
    private func release(_ actors: [Actor], _ scenario: Scenario) throws {
      let leaving = actors.filter { !($0.client == .networkd && $0.isIPv6) }
      for actor in leaving { try scenario.lab.run("guest", "dhcp", actor.guest.name, "release") }
      try eventually("the node has seen every release", last: { "\(try scenario.leases(on: Self.node))" }) {
        let leases = try scenario.leases(on: Self.node)
        return leaving.allSatisfy { $0.lease(leases)?.lastMessage == "RELEASE" }
      }
    }

    @Test("a guest forms its address of what its router says, asks for the rest, and is delegated a prefix")
    func formed() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("formed")
        try scenario.subnet(
          of: network, cidr: "2001:db8:2a::/64",
          fields: [
            "ipv6_ra_mode": "dhcpv6-stateless", "ipv6_address_mode": "dhcpv6-stateless",
            "dns_nameservers": ["2001:db8::53"],
          ])
        let port = try scenario.port(in: network, on: Self.node)
        let guest = try scenario.plug(port, ipv6: true)
        try scenario.awaitStatus("ACTIVE", of: port)
        try eventually("the guest's kernel has formed the port's address") {
          try guest.configuredAddresses(6).contains(port.address)
        }
        let routes = try scenario.lab.run("guest", "exec", guest.name, "ip", "-6", "route", "show", "default")
        #expect(routes.contains("proto ra") && routes.contains("mtu 1450"), "\(routes)")
        let probe = try scenario.lab.run("node", "exec", Self.node, "alioth", "dhcp", "probe", port.id)
        #expect(probe.contains("forms its IPv6 address of") && probe.contains("2001:db8::53"), "\(probe)")

        // A subnet that comes later is heard of at once, and so is that it has gone.
        let later = try scenario.subnet(
          of: network, cidr: "2001:db8:2e::/64", fields: ["ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"])
        let formed = try #require(
          try scenario.api.port(port.id).fixedIPs.first { $0.address.hasPrefix("2001:db8:2e:") }?.address)
        try eventually("the guest has an address of the new subnet") {
          try guest.configuredAddresses(6).contains(formed)
        }
        try scenario.api.delete("subnet", later.id)
        try eventually("the guest uses the address no more") { try guest.configuredAddresses(6) == [port.address] }

        try scenario.api.update("port", port.id, ["alioth:delegated_prefixes": ["2001:db8:2b00::/56"]])
        try eventually("the node has the prefix") {
          try scenario.leases(on: Self.node).contains { $0.delegatedPrefixes == ["2001:db8:2b00::/56"] }
        }
        try eventually("the guest may use its link-local address") {
          try scenario.lab.run(
            "guest", "exec", guest.name, "ip", "-6", "address", "show", "dev", "eth0", "scope", "link", "-tentative"
          ).contains("fe80")
        }
        let client = try scenario.lab.start(
          "guest", "exec", guest.name, "dhclient", "-6", "-P", "-d", "--no-pid", "-cf", "/dev/null", "-lf", "/dev/null",
          "-sf", "/bin/true", "eth0")
        try eventually("the guest has taken the prefix", last: { client.output }) {
          try scenario.leases(on: Self.node).contains {
            $0.port == port.id && $0.lastMessage == "REPLY" && $0.state == "REQUEST"
          }
        }
        _ = client.finish(signal: SIGTERM)
        try eventually("the controller shows the lease") {
          let shown = try scenario.api.call("GET", "/v2.0/ports/\(port.id)")
          let document = try JSONSerialization.jsonObject(with: shown.body) as? [String: [String: Any]]
          return (document?["port"]?["alioth:dhcpv6"] as? [String: Any])?["state"] as? String == "REQUEST"
        }
      }
    }

    @Test("what guests ask of DHCPv6 and of routers comes to no other guest and through no tunnel")
    func leaks() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("leaks")
        try scenario.subnet(
          of: network, cidr: "2001:db8:2c::/64",
          fields: ["ipv6_ra_mode": "dhcpv6-stateful", "ipv6_address_mode": "dhcpv6-stateful"])
        let guests = try ["node1", "node1", "node2"].map { node in
          try scenario.plug(try scenario.port(in: network, on: node), ipv6: true)
        }
        for guest in guests { try scenario.awaitStatus("ACTIVE", of: guest.port) }
        let (asker, others) = (guests[0], guests.dropFirst())
        let dumps = try others.map { guest in
          try scenario.lab.start(
            "guest", "exec", guest.name, "tcpdump", "-i", "eth0", "-n", "-e", "-l",
            "udp port 546 or udp port 547 or icmp6")
        }
        for dump in dumps {
          try eventually("tcpdump listens", last: { dump.output }) { dump.output.contains("listening on") }
        }
        try asker.dhcp(.networkd, ipv6: true)
        #expect(try asker.configuredAddresses(6) == [asker.port.address])
        // What the others do hear of it: that it checks for duplicates.
        for dump in dumps {
          try eventually("the other guest hears the asker", last: { dump.output }) {
            dump.output.contains(asker.port.macAddress)
          }
          let heard = dump.finish(signal: SIGTERM).split(separator: "\n").filter {
            $0.contains("\(asker.port.macAddress) >")
          }
          #expect(heard.allSatisfy { !$0.contains("router solicitation") && !$0.contains("dhcp6") }, "\(heard)")
          #expect(!heard.isEmpty)
        }
      }
    }
  }
}
