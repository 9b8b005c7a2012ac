import FoundationEssentials
import Glibc
import Testing

@testable import CommandLineClient

/// An agent's answer as its API documents it, with a field that this program does not know.
private let golden = #"""
  {"host":"node1","version":"0.1.0","started_at":"2026-01-01T00:00:00Z",
   "controller":{"address":"10.0.0.1:7700","state":"connected","since":"2026-01-02T02:59:00.250Z","error":null},
   "switch":{"state":"connected","bridge":"br-int","datapath_type":"netdev","datapath_id":"00008a1b","error":null,
             "flows_desired":30,"flows_installed":28,"tables":[1,2]},
   "tunnel":{"type":"vxlan","address":"192.0.2.11","mtu":1450},
   "goal_state":{"epoch":"e1","received_revision":12,"applied_revision":11},
   "ports":[
    {"id":"p-2","name":"web-2","network_id":"n","mac_address":"fa:16:3e:00:00:02","fixed_ips":["10.0.0.4","fd00::4"],
     "interface":null,"ofport":null,"status":"DOWN","reason":"no interface yet"},
    {"id":"p-1","name":"web-1","network_id":"n","mac_address":"fa:16:3e:00:00:01","fixed_ips":["10.0.0.3"],
     "interface":"tapabc","ofport":3,"status":"ACTIVE","reason":null,"dhcp":"ready","dhcpv6":"off"}],
   "pending":[{"resource":"port p-2","revision":12,"reason":"no interface yet"}],
   "failures":[{"resource":"subnet s","revision":9,"code":"invalid","message":"bad\u001b prefix"}],
   "counters":{"dhcp_requests":12,"dhcp_naks":0,"flow_mods":100000}}
  """#

@Suite("This node's status")
struct StatusPageTests {
  private let now = Date(timeIntervalSince1970: 1_767_322_800)  // 2026-01-02T03:00:00Z

  @Test("the page tells connections, ports, and what is pending or failed")
  func page() throws {
    let status = try AgentStatus(parsing: Array(golden.utf8))
    #expect(
      StatusPage(status: status, now: now).rendered() == """
        Host:       node1, aliothd 0.1.0, started 2026-01-01T00:00:00Z (1d 3h ago)
        Controller: connected, 10.0.0.1:7700, since 2026-01-02T02:59:00.250Z (59s ago)
        Switch:     connected, bridge br-int, netdev datapath, id 00008a1b, 28 of 30 flows installed
        Tunnel:     vxlan, from 192.0.2.11, guests' MTU 1450
        Goal state: revision 11 in force, 12 received, epoch e1

        PORT    ID    MAC                 FIXED-IPS          INTERFACE   OFPORT   STATUS   DHCP    DHCPV6   REASON
        web-1   p-1   fa:16:3e:00:00:01   10.0.0.3           tapabc      3        ACTIVE   ready   off      -
        web-2   p-2   fa:16:3e:00:00:02   10.0.0.4,fd00::4   -           -        DOWN     -       -        no interface yet

        Pending:
        RESOURCE   REVISION   REASON
        port p-2   12         no interface yet

        Failures:
        RESOURCE   REVISION   CODE      MESSAGE
        subnet s   9          invalid   bad\\u{1b} prefix

        """)
  }

  @Test("a node that is behind, or whose switch has something else, says so")
  func behind() throws {
    let status = try AgentStatus(
      parsing: Array(
        #"""
        {"host":"node1","switch":{"state":"connected","desired_digest":"0a","observed_digest":"0b"},
         "goal_state":{"received_revision":12,"applied_revision":11,"behind_seconds":3.27}}
        """#.utf8))
    let page = StatusPage(status: status, now: now).rendered()
    #expect(page.contains("Goal state: revision 11 in force, 12 received, 3.2 s behind\n"))
    #expect(page.contains("Switch:     connected, observed differs from desired (digests 0b and 0a)\n"))
  }

  @Test("the counters that are not zero come with -v")
  func counters() throws {
    let status = try AgentStatus(parsing: Array(golden.utf8))
    let page = StatusPage(status: status, now: now, verbose: true).rendered()
    #expect(page.hasSuffix("\nCOUNTER         VALUE\ndhcp_requests   12\nflow_mods       100000\n"))
  }

  @Test("an agent that says nothing makes a page all the same")
  func empty() throws {
    let page = StatusPage(status: try AgentStatus(parsing: Array("{}".utf8)), now: now, verbose: true).rendered()
    #expect(
      page == """
        Host:       -
        Controller: unknown
        Switch:     unknown
        Tunnel:     unknown
        Goal state: none received

        All counters are zero.

        """)
  }

  @Test("an answer of another shape is refused with the place where it differs")
  func misshapen() {
    let failure = #expect(throws: OptionError.self) {
      try AgentStatus(parsing: Array(#"{"ports":[{"id":"a"},{"id":7}]}"#.utf8))
    }
    #expect(failure?.description.hasPrefix("ports[1].id: ") == true)
    #expect(throws: OptionError.self) { try AgentStatus(parsing: Array("[".utf8)) }
  }

  @Test("'show' reads the agent's socket; JSON is the agent's own")
  func show() async throws {
    let path = "/tmp/alioth-test-\(getpid())-show.sock"
    try await FakeServer.with(unixSocket: path, answer: { _ in .init(status: 200, text: golden) }) { server in
      #expect(await ran("show", "--agent-socket", path).output.hasPrefix("Host:       node1, aliothd 0.1.0"))
      #expect(await ran("show", "--agent-socket", path, "-o", "json").output == golden + "\n")
      #expect(server.requests.map(\.uri) == ["/v1/status", "/v1/status"])
    }
  }

  @Test("an agent that does not run is said so, with what to do")
  func notRunning() async {
    let path = "/tmp/alioth-test-\(getpid())-none.sock"
    #expect(
      await ran("show", "--agent-socket", path).failure
        == "The agent is not running on this node: there is no socket \(path). Start it with 'systemctl start aliothd'. "
        + "That path is from --agent-socket; choose another with --agent-socket PATH or ALIOTH_AGENT_SOCKET.")
  }
}

@Suite("A status page of a node that holds something back")
struct HeldBackPageTests {
  @Test("says how much, until when, the first of it, why, and how to let it go")
  func heldBack() throws {
    let text = #"""
      {"goal_state": {"epoch": "e", "received_revision": 9, "applied_revision": 7, "in_force_revision": 9,
        "refused_update": "revision 10: port p is refused",
        "held_removals": {"count": 1200, "resources": ["port a", "port b"], "since": "2026-01-31T12:00:00Z",
          "until": "2026-01-31T12:10:00Z", "reason": "it would take most away"}}}
      """#
    let status = try AgentStatus(parsing: Array(text.utf8))
    let page = StatusPage(status: status, now: Date()).rendered()
    #expect(page.contains("revision 9 in force but for what is held back, 9 received"))
    #expect(
      page.contains(
        "Held back:  1200 removals until 2026-01-31T12:10:00Z, the first: port a, port b, it would take most away"))
    #expect(page.contains("Refused:    revision 10: port p is refused"))
  }
}
