import Foundation
import Testing

extension EndToEnd {
  @Suite("What the controller knows of its hosts", .serialized)
  struct HostReportTests {
    @Test("a host says what it runs of a resource, with its flows, and the list that it is up to date")
    func inspect() throws {
      try Scenario.run { scenario in
        let lab = scenario.lab
        let network = try scenario.network("inspected", cidr: "10.48.0.0/24")
        let guest = try scenario.boot(in: network, on: "node1")
        let page = try lab.run("ctl", "alioth", "host", "inspect", "node1", "--resource", "port/\(guest.port.id)")
        #expect(page.contains("in-force") && page.contains(guest.port.macAddress), "\(page)")
        let flows = page.split(separator: "\n").filter { $0.hasPrefix("in force ") }
        #expect(flows.count > 5, "\(page)")
        #expect(!page.contains("waiting"), "\(page)")
        let all = try lab.run("ctl", "alioth", "host", "inspect", "node1")
        #expect(all.contains("port/\(guest.port.id)") && all.contains("network/\(network.id)"), "\(all)")

        // Not plugged: the host says for what it waits.
        let absent = try scenario.port(in: network, on: "node1")
        try eventually("the host waits for the interface") {
          try lab.run("ctl", "alioth", "host", "inspect", "node1", "--resource", "port/\(absent.id)")
            .contains("iface-id=\(absent.id)")
        }
        let unknown = try lab.attempt(["ctl", "alioth", "host", "inspect", "node1", "--resource", "port/unknown"])
        #expect(unknown.status != 0 && unknown.errors.contains("does not have port unknown"), "\(unknown)")
        try eventually("node1 is up to date", last: { try row("node1", lab) }) {
          try row("node1", lab).contains("0 s ") && row("node1", lab).contains("in sync")
        }
      }
    }

    @Test("a host that hangs gets behind and does not answer, which is said; the others go on, and it catches up")
    func hanging() throws {
      try Scenario.run { scenario in
        let lab = scenario.lab
        let network = try scenario.network("hanging", cidr: "10.49.0.0/24")
        let first = try scenario.boot(in: network, on: "node2")
        try lab.run("agent", "pause", "node2")
        var isPaused = true
        defer { if isPaused { _ = try? lab.run("agent", "resume", "node2") } }
        let waiting = try scenario.port(in: network, on: "node2")
        let asked = try lab.start("ctl", "alioth", "host", "inspect", "node2")
        // Meanwhile the other host gets what it needs, and answers.
        _ = try scenario.boot(in: network, on: "node1")
        #expect(try lab.run("ctl", "alioth", "host", "inspect", "node1").contains("in-force"))
        try eventually("node2 is shown to be behind", last: { try row("node2", lab) }) {
          try lab.attempt(["ctl", "alioth", "host", "list"]).errors.contains("host node2 is ")
        }
        #expect(asked.finish().contains("has not answered"), "\(asked.output)")
        try lab.run("agent", "resume", "node2")
        isPaused = false
        try eventually("node2 has caught up", last: { try row("node2", lab) }) {
          try row("node2", lab).contains(" 0 s ")
        }
        let page = try lab.run("ctl", "alioth", "host", "inspect", "node2", "--resource", "port/\(waiting.id)")
        #expect(page.contains("iface-id=\(waiting.id)"), "\(page)")
        #expect(first.port.host == "node2")
      }
    }

    @Test("a second agent that says it is a host is refused with both named, everywhere; the first is not disturbed")
    func duplicate() throws {
      try Scenario.run { scenario in
        let lab = scenario.lab
        let network = try scenario.network("twice", cidr: "10.50.0.0/24")
        let guest = try scenario.boot(in: network, on: "node1")
        try lab.run("node", "add", "double")
        try lab.run("agent", "start", "double", "--wait", "live", "--as", "node1")
        var isStopped = false
        defer { if !isStopped { _ = try? lab.run("agent", "kill", "double") } }
        let sentence = "two agents say that they are host node1"
        try eventually("the second says why it is refused") {
          try lab.run("node", "exec", "double", "alioth", "show").contains(sentence)
        }
        let shown = try lab.run("node", "exec", "double", "alioth", "show")
        let list = try lab.attempt(["ctl", "alioth", "host", "list"])
        #expect(list.errors.contains("host node1: another agent, at "), "\(list)")
        for log in ["controller/alioth-controller.log", "double/aliothd.log"] {
          let text = try String(contentsOfFile: "\(lab.directory)/\(log)", encoding: .utf8)
          #expect(text.contains(sentence), "\(log)")
        }
        let tunnel = try #require(row("node1", lab).split(separator: " ").dropFirst(2).first)
        #expect(shown.contains("the one at \(tunnel) "), "\(shown)")
        // The first goes on: a new guest boots there, and reaches the one before.
        let another = try scenario.boot(in: network, on: "node1")
        try another.awaitReach(guest.address)
        #expect(try row("node1", lab).split(separator: " ").dropFirst(2).first == tunnel)
        try lab.run("agent", "stop", "double")
        isStopped = true
        // And comes back at once when it is killed and started again.
        try lab.run("agent", "kill", "node1")
        try lab.run("agent", "start", "node1")
        _ = try scenario.boot(in: network, on: "node1")
      }
    }

    /// A host's line in `alioth host list`.
    private func row(_ host: String, _ lab: Lab) throws -> String {
      let list = try lab.run("ctl", "alioth", "host", "list")
      return list.split(separator: "\n").first { $0.hasPrefix("\(host) ") }.map(String.init) ?? ""
    }
  }
}
