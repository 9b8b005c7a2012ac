import Foundation
import Testing

extension EndToEnd {
  @Suite("Connectivity", .serialized)
  struct ConnectivityTests {
    @Test("guests on the same node reach each other")
    func sameNode() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("same-node", cidr: "10.1.0.0/24")
        let first = try scenario.boot(in: network, on: "node1")
        let second = try scenario.boot(in: network, on: "node1")
        try first.awaitReach(second.address)
        try second.awaitReach(first.address)
      }
    }

    @Test("guests on two nodes reach each other, by packets of the full MTU too")
    func acrossNodes() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("across", cidr: "10.2.0.0/24")
        let first = try scenario.boot(in: network, on: "node1")
        let second = try scenario.boot(in: network, on: "node2", client: .dhclient)
        try first.awaitReach(second.address)
        try second.awaitReach(first.address)
        // 1450 octets of IP, with the don't-fragment bit: what is left of 1500 under VXLAN.
        let ping = ["ping", "-c", "3", "-W", "2", "-M", "do", "-s", "1422", second.address]
        try scenario.lab.run(["guest", "exec", first.name] + ping)
      }
    }

    @Test("a megabyte passes between nodes over TCP, unchanged")
    func stream() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("stream", cidr: "10.3.0.0/24")
        let server = try scenario.boot(in: network, on: "node1")
        let client = try scenario.boot(in: network, on: "node2")
        try client.awaitReach(server.address)
        let listen = "head -c 1000000 /dev/zero | timeout 60 busybox nc -l -p 5001"
        let service = try scenario.lab.start("guest", "exec", server.name, "sh", "-c", listen)
        try eventually("the server listens on port 5001, hexadecimal 1389") {
          try scenario.lab.run("guest", "exec", server.name, "cat", "/proc/net/tcp", "/proc/net/tcp6").contains(
            ":1389 ")
        }
        let receive = "timeout 30 cat </dev/tcp/\(server.address)/5001 | md5sum"
        let sum = try scenario.lab.run("guest", "exec", client.name, "bash", "-c", receive)
        #expect(sum.hasPrefix("879f4bba57ed37c9ec5e5aedf9864698"), "the MD5 sum of a million zeros")
        _ = service.finish(signal: SIGTERM)
      }
    }

    @Test("a guest whose interface only has the conventional name is recognised")
    func fallbackName() throws {
      try Scenario.run { scenario in
        let network = try scenario.network("fallback", cidr: "10.4.0.0/24")
        let named = try scenario.plug(try scenario.port(in: network, on: "node1"), fallbackName: true)
        try scenario.awaitStatus("ACTIVE", of: named.port)
        try named.dhcp(.udhcpc)
        let other = try scenario.boot(in: network, on: "node2")
        try other.awaitReach(named.address)
      }
    }
  }
}
