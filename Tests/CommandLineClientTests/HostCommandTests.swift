import Testing

@testable import CommandLineClient

/// A controller with two hosts: one is fine, one is behind, differs, and has a double.
@Sendable private func controller(_ request: FakeServer.Request) throws -> FakeServer.Answer {
  let fine: JSONValue = [
    "id": "a-1", "host": "node1", "alive": true, "heartbeat_timestamp": "2026-01-02 03:00:00",
    "configurations": [
      "tunnel_address": "192.0.2.11", "applied_revision": 21, "sent_revision": 21, "behind_seconds": 0,
      "flows_in_sync": true, "failures": [], "duplicate": nil,
    ],
  ]
  let troubled: JSONValue = [
    "id": "a-2", "host": "node2", "alive": true, "heartbeat_timestamp": "2026-01-02 03:00:00",
    "configurations": [
      "tunnel_address": "192.0.2.12", "applied_revision": 20, "sent_revision": 21, "behind_seconds": .number(3.24),
      "flows_in_sync": false, "failures": [],
      "duplicate": ["address": "192.0.2.99", "last_seen": "2026-01-02 02:59:50"],
    ],
  ]
  let refusal: (String) -> JSONValue = { ["NeutronError": ["type": "X", "message": .string($0), "detail": ""]] }
  switch request.uri {
  case "/v2.0/agents": return try .init(200, ["agents": [troubled, fine]])
  case "/v2.0/agents/node1": return try .init(200, ["agent": fine])
  case "/v2.0/agents/node2": return try .init(200, ["agent": troubled])
  case "/v2.0/agents/a-1/resources?kind=port&id=p-1&flows=100":
    return try .init(200, ["resources": [port("in-force", revision: 7)]])
  case "/v2.0/agents/a-1/resources?kind=port&flows=0":
    return try .init(
      200,
      [
        "resources": [port("quarantined", revision: 6)],
        "resources_links": [
          ["rel": "next", "href": "http://x/v2.0/agents/a-1/resources?kind=port&flows=0&marker=port%2Fp-1"]
        ],
      ])
  case "/v2.0/agents/a-1/resources?kind=port&flows=0&marker=port%2Fp-1": return try .init(200, ["resources": []])
  case "/v2.0/agents/a-2/resources?flows=0":
    return try .init(504, refusal("The agent of host node2 is connected, but has not answered."))
  default: return try .init(404, refusal("\(request.uri) is not there"))
  }
}

private func port(_ status: String, revision: Int64) -> JSONValue {
  [
    "kind": "port", "id": "p-1", "status": .string(status),
    "reason": status == "in-force" ? nil : "the switch refused it",
    "revision": .integer(revision), "wanted_revision": 7, "resource": ["name": "web"], "flow_count": 2,
    "flows": status == "in-force" ? [["flow": "table=0,actions=drop", "state": "in force", "truncated": false]] : [],
    "flows_truncated": true,
  ]
}

@Suite("Commands about hosts")
struct HostCommandTests {
  @Test("a list shows who is behind and whose switch has something else, and says so in sentences")
  func list() async throws {
    try await FakeServer.with(answer: controller) { server in
      let result = await ran("host", "list", "--controller", server.url)
      #expect(
        result.output == """
          HOST    ALIVE   TUNNEL       APPLIED   SENT   BEHIND   FLOWS     FAILED   HEARTBEAT             ID
          node1   yes     192.0.2.11   21        21     0 s      in sync   0        2026-01-02 03:00:00   a-1
          node2   yes     192.0.2.12   20        21     3.2 s    differ    0        2026-01-02 03:00:00   a-2

          """)
      #expect(
        result.notes == """
          host node2 is 3.2 s behind
          host node2: the flows that its switch has (observed) differ from those desired
          host node2: another agent, at 192.0.2.99, says that it is this host, too, and is refused: last at 2026-01-02 02:59:50

          """)
      #expect(result.failure == nil)
    }
  }

  @Test("a resource is shown as the host holds it, with its flows and what is left out")
  func inspectOne() async throws {
    try await FakeServer.with(answer: controller) { server in
      let result = await ran("host", "inspect", "node1", "--resource", "port/p-1", "--controller", server.url)
      #expect(result.failure == nil)
      #expect(
        result.output == """
          RESOURCE   REVISION   WANTED   STATUS     FLOWS   REASON
          port/p-1   7          7        in-force   2       -

          port/p-1:
          {
            "name": "web"
          }

          STATE      FLOW
          in force   table=0,actions=drop
          These are 1 of 2 flows: see --flows.

          """)
    }
  }

  @Test("all of a kind, through all pages")
  func inspectAll() async throws {
    try await FakeServer.with(answer: controller) { server in
      let result = await ran("host", "inspect", "node1", "--kind", "port", "--controller", server.url)
      #expect(result.failure == nil)
      #expect(
        result.output == """
          RESOURCE   REVISION   WANTED   STATUS        FLOWS   REASON
          port/p-1   6          7        quarantined   2       the switch refused it

          """)
      #expect(server.requests.last?.uri.hasSuffix("marker=port%2Fp-1") == true)
    }
  }

  @Test("what the controller says of a host that does not answer is what is shown")
  func noAnswer() async throws {
    try await FakeServer.with(answer: controller) { server in
      let result = await ran("host", "inspect", "node2", "--controller", server.url)
      #expect(
        result.failure
          == "Cannot read what host 'node2' runs: The agent of host node2 is connected, but has not answered.")
    }
  }

  @Test(
    "what cannot be meant is refused before anybody is asked",
    arguments: [
      ["--resource", "p-1"], ["--resource", "pot/p-1"], ["--flows", "1001"],
      ["--resource", "port/a", "--resource", "network/b"], ["--resource", "port/a", "--kind", "port"],
    ])
  func malformed(options: [String]) async {
    #expect(await ran(["host", "inspect", "node1", "--controller", "http://127.0.0.1:1"] + options).failure != nil)
  }
}
