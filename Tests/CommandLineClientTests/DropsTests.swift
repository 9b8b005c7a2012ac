import Glibc
import Testing

@testable import CommandLineClient

@Suite("'drops'")
struct DropsTests {
  private static let answer = #"""
    {"drops":[
      {"port":"p1","name":"web","resource":"port p1","reason":"spoofed source","packets":12,"bytes":1176},
      {"resource":"host","reason":"no route","packets":2,"bytes":196}]}
    """#

  private func drops(_ text: String, _ arguments: String...) async throws -> (output: String, failure: String?) {
    let path = "/tmp/alioth-test-\(getpid())-drops-\(UInt32.random(in: 0...(.max))).sock"
    return try await FakeServer.with(unixSocket: path, answer: { _ in .init(status: 200, text: text) }) { server in
      let result = await ran(["drops"] + arguments + ["--agent-socket", path])
      #expect(server.requests.map(\.uri) == ["/v1/drops"])
      return (result.output, result.failure)
    }
  }

  @Test("shows whose packets were dropped and why; what is nobody's own is shown with what it was counted for")
  func table() async throws {
    let lines = try await drops(Self.answer).output.split(separator: "\n").map(String.init)
    #expect(
      lines == [
        "PORT   NAME   COUNTED FOR   REASON           PACKETS   BYTES",
        "p1     web    -             spoofed source   12        1176",
        "-      -      host          no route         2         196",
      ])
  }

  @Test("shows one port's by its id or its name, and one reason's; as JSON what a program reads")
  func selected() async throws {
    for port in ["p1", "web"] {
      let output = try await drops(Self.answer, "--port", port).output
      #expect(output.contains("spoofed source") && !output.contains("no route"))
    }
    let json = try await drops(Self.answer, "--reason", "no route", "-o", "json").output
    #expect(json.contains(#""packets" : 2"#) && !json.contains("spoofed"))
    #expect(try await drops(Self.answer, "--port", "other").output == "Nothing was dropped.\n")
  }

  @Test("says why when the switch did not say")
  func failed() async throws {
    let failure = try await drops(#"{"drops":[],"error":"no switch is connected"}"#).failure
    #expect(failure?.contains("no switch is connected") == true, "\(failure ?? "")")
  }
}
