import Foundation
import Testing

@testable import CommandLineClient

@Suite("'goal-state'")
struct GoalStateCommandTests {
  private static let answer = #"""
    {"held_revision":3,"epoch":"e","added":{"count":12,"first":["port a","port b"]},"changed":{"count":0,"first":[]},
     "removed":{"count":1,"first":["port c"]},"held_back":{"count":0,"first":[]},"refused_count":REFUSED,"refused":[],
     "pending_count":1,"pending":[{"resource":"port a","revision":4,"reason":"network n is not known here yet"}],
     "flow_changes":[{"table":"classify","added":3,"modified":0,"removed":1}],"flows":["+ table=0 actions=drop"]}
    """#

  private func run(
    _ answer: String, status: Int = 200, _ arguments: [String]
  ) async throws -> (ran: Ran, requests: [String]) {
    let path = "/tmp/alioth-test-\(getpid())-goal-\(UInt32.random(in: 0...(.max))).sock"
    return try await FakeServer.with(unixSocket: path, answer: { _ in .init(status: status, text: answer) }) { server in
      let result = await ran(["goal-state"] + arguments + ["--agent-socket", path])
      return (result, server.requests.map(\.uri))
    }
  }

  private func withFile<Result>(_ text: String, _ body: (String) async throws -> Result) async throws -> Result {
    let path = "/tmp/alioth-test-\(getpid())-update-\(UInt32.random(in: 0...(.max))).json"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
  }

  @Test("check shows what would change, what would wait, and which flows by table")
  func check() async throws {
    try await withFile("{}") { file in
      let good = Self.answer.replacingOccurrences(of: "REFUSED", with: "0")
      let (ran, requests) = try await run(good, ["check", file])
      #expect(requests == ["/v1/goal-state/check"])
      #expect(ran.failure == nil)
      #expect(ran.output.contains("Added: 12: port a, port b and 10 more"))
      #expect(ran.output.contains("Removed: port c"))
      #expect(ran.output.contains("network n is not known here yet"))
      #expect(ran.output.contains("classify   3       0          1"))
      #expect(!ran.output.contains("actions=drop"))
      #expect(try await run(good, ["check", file, "--flows"]).ran.output.contains("+ table=0 actions=drop"))
      #expect(try await run(good, ["check", file, "-o", "json"]).ran.output == good)
      let bad = try await run(Self.answer.replacingOccurrences(of: "REFUSED", with: "2"), ["check", file]).ran
      #expect(bad.failure?.contains("2 resources would be refused.") == true)
    }
  }

  @Test("check says why a file cannot be read, and what the agent says of one that is no update")
  func malformed() async throws {
    let missing = try await run("", ["check", "/tmp/alioth-test-none"])
    #expect(missing.requests.isEmpty)
    #expect(missing.ran.failure?.contains("/tmp/alioth-test-none cannot be read: No such file or directory.") == true)
    try await withFile("") { file in
      let ran = try await run("", ["check", file]).ran
      #expect(ran.failure?.contains("is empty") == true)
    }
    try await withFile("nonsense") { file in
      let ran = try await run(
        "It is neither an update as JSON nor as a binary message.\n", status: 400, ["check", file]
      ).ran
      #expect(ran.failure?.contains("neither an update as JSON nor as a binary message") == true)
    }
  }

  @Test("release says how much is carried out, or that nothing is held back")
  func release() async throws {
    let (ran, requests) = try await run(#"{"released": 7}"#, ["release"])
    #expect(ran.output == "7 removals are carried out.\n" && requests == ["/v1/goal-state/removals/release"])
    #expect(try await run(#"{"released": 0}"#, ["release"]).ran.output == "Nothing is held back.\n")
  }
}
