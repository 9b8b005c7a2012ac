import Foundation
import Testing

extension EndToEnd {
  @Suite("The command line", .serialized)
  struct CommandLineTests {
    @Test("host list names both nodes")
    func hosts() throws {
      try Scenario.run { scenario in
        let output = try scenario.lab.run("ctl", "alioth", "host", "list")
        for node in Lab.nodes { #expect(output.contains(node), "\(output)") }
      }
    }

    @Test("network, subnet and port are made, shown, waited for and deleted")
    func resources() throws {
      try Scenario.run { scenario in
        let lab = scenario.lab
        try lab.run("ctl", "alioth", "network", "create", "by-hand")
        try lab.run("ctl", "alioth", "subnet", "create", "by-hand", "--network", "by-hand", "--cidr", "10.60.0.0/24")
        let created = try lab.run(
          "ctl", "alioth", "port", "create", "by-hand", "--network", "by-hand", "--host", "node1", "-o", "json")
        let port = try JSONDecoder().decode(Port.self, from: Data(created.utf8))
        #expect(port.address.hasPrefix("10.60.0."))
        #expect(try lab.run("ctl", "alioth", "port", "list").contains(port.address))
        #expect(try lab.run("ctl", "alioth", "port", "show", "by-hand").contains(port.macAddress))
        for kind in ["port", "subnet", "network"] { try lab.run("ctl", "alioth", kind, "delete", "by-hand") }
        #expect(try !lab.succeeds("ctl", "alioth", "network", "show", "by-hand"))
      }
    }

    @Test("show says on the node which ports it has and that they are ACTIVE")
    func show() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("shown", cidr: "10.61.0.0/24")
        let guest = try scenario.boot(in: network, on: "node1")
        let page = try scenario.lab.run("node", "exec", "node1", "alioth", "show")
        #expect(page.contains(guest.address) && page.contains("ACTIVE"), "\(page)")
        let other = try scenario.lab.run("node", "exec", "node2", "alioth", "show")
        #expect(!other.contains(guest.address), "node2 has none of this network's ports: \(other)")
      }
    }

    @Test("capture prints a guest's packets, and writes them to a file that tcpdump reads")
    func capture() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("captured", cidr: "10.62.0.0/24")
        let first = try scenario.boot(in: network, on: "node1")
        let second = try scenario.boot(in: network, on: "node2")
        try first.awaitReach(second.address)
        let ping = try first.ping(second.address)
        let options = ["--filter", "icmp", "--count", "4", "--duration", "20s"]
        let capture = ["node", "exec", "node1", "alioth", "capture", first.port.id]
        let lines = try scenario.lab.run(capture + options)
        #expect(lines.contains(second.address) && lines.contains(first.address), "\(lines)")

        let file = "\(scenario.lab.directory)/capture.pcapng"
        try scenario.lab.run(capture + options + ["--write", file])
        _ = ping.finish()
        // tcpdump gives up root's rights when it opens a file, unless it is told to keep them.
        let dump = try scenario.lab.run("ctl", "tcpdump", "-Z", "root", "-n", "-r", file)
        #expect(dump.split(separator: "\n").filter { $0.contains("ICMP echo") }.count == 4, "\(dump)")
      }
    }
  }
}
