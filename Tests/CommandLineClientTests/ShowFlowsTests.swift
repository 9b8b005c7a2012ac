import Glibc
import Testing

@testable import CommandLineClient

@Suite("'show flows'")
struct ShowFlowsTests {
  @Test("reads page after page, and shows each flow with its resource and how it stands")
  func pages() async throws {
    let path = "/tmp/alioth-test-\(getpid())-flows.sock"
    let answer: @Sendable (FakeServer.Request) -> FakeServer.Answer = { request in
      request.uri.contains("cursor=0")
        ? .init(
          status: 200,
          text: """
            {"flows":[{"resource":"port p","state":"in force","table":"delivery","flow":"table=90 actions=output:5"}],
            "next":2000}
            """)
        : .init(
          status: 200,
          text: #"{"flows":[{"resource":"host","state":"waiting","table":"0","flow":"table=0 actions=drop"}]}"#)
    }
    try await FakeServer.with(unixSocket: path, answer: answer) { server in
      let output = await ran("show", "flows", "--resource", "port/a b", "--agent-socket", path).output
      let lines = output.split(separator: "\n").map(String.init)
      #expect(lines.first?.hasPrefix("RESOURCE   STATE      TABLE      FLOW") == true)
      #expect(lines.dropFirst().first == "host       waiting    0          table=0 actions=drop")
      #expect(lines.last == "port p     in force   delivery   table=90 actions=output:5")
      #expect(
        server.requests.map(\.uri) == [
          "/v1/flows?cursor=0&resource=port%2Fa%20b", "/v1/flows?cursor=2000&resource=port%2Fa%20b",
        ])
    }
  }

  @Test("a table that there is not is the agent's to name")
  func refused() async throws {
    let path = "/tmp/alioth-test-\(getpid())-flows-refused.sock"
    try await FakeServer.with(unixSocket: path, answer: { _ in .init(status: 400, text: "table x is none of 0\n") }) {
      _ in
      let failure = await ran("show", "flows", "--table", "x", "--agent-socket", path).failure
      #expect(failure?.contains("table x is none of 0") == true, "\(failure ?? "")")
    }
  }
}
