import Synchronization
import Testing

@testable import CommandLineClient

@Suite("Waiting for a port")
struct PortWaitTests {
  /// Runs a wait against a controller that shows the port in each of `statuses` in turn, then nothing.
  private func wait(
    _ statuses: [String], host: String = "node1", pending: JSONValue = [],
    limit: TimeSpan = TimeSpan(milliseconds: 60_000)
  ) async throws -> (result: Result<JSONValue, any Error>, notes: String) {
    let left = Mutex(statuses)
    let console = RecordedConsole()
    let port: JSONValue = ["id": "p", "name": "web", "status": "DOWN", "binding:host_id": .string(host)]
    let result = try await FakeServer.with(answer: { request in
      if request.uri.hasPrefix("/v2.0/agents") {
        return try .init(
          200, ["agents": [["id": "a", "host": "node1", "configurations": ["pending": pending, "failures": []]]]])
      }
      guard let status = left.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else {
        return try .init(404, ["NeutronError": "gone"])
      }
      return try .init(200, ["port": ["id": "p", "name": "web", "status": .string(status)]])
    }) { server in
      try await HTTPExchange.with { exchange in
        let address = try ControllerAddress(parsing: server.url, origin: .option)
        let client = ControllerClient(address: address, exchange: exchange)
        let wait = PortWait(client: client, port: port, limit: limit, interval: .milliseconds(1))
        return await Console.$current.withValue(console) { () -> Result<JSONValue, any Error> in
          do { return .success(try await wait.run()) } catch { return .failure(error) }
        }
      }
    }
    // How long it took is the machine's affair.
    return (result, console.notes.replacing(/\([0-9]+ s\)/, with: "(0 s)"))
  }

  @Test("it ends when the port is ACTIVE, and says each change once")
  func active() async throws {
    let (result, notes) = try await wait(["DOWN", "BUILD", "BUILD", "ACTIVE"])
    #expect(try result.get()["status"] == "ACTIVE")
    #expect(
      notes == """
        Port 'web' is DOWN; waiting for host 'node1' (0 s)
        Port 'web' is BUILD; waiting for host 'node1' (0 s)
        Port 'web' is ACTIVE on host 'node1'.

        """)
  }

  @Test("it ends when the port fails, is deleted, or time is over")
  func failures() async throws {
    let failing = try await wait(["ERROR"]).result
    let deleted = try await wait([]).result
    let late = try await wait(Array(repeating: "DOWN", count: 10_000), limit: TimeSpan(milliseconds: 50)).result
    for (result, words) in [(failing, "its status is ERROR"), (deleted, "was deleted"), (late, "within 50ms")] {
      let failure = #expect(throws: CommandFailure.self) { try result.get() }
      #expect(failure?.description.contains(words) == true)
    }
  }

  @Test("a port on no host is not waited for; an unknown host is warned of")
  func hosts() async throws {
    let none = try await wait(["ACTIVE"], host: "").result
    let failure = #expect(throws: CommandFailure.self) { try none.get() }
    #expect(failure?.description.contains("is on no host") == true)
    #expect(try await wait(["ACTIVE"], host: "nodeX").notes.hasPrefix("Warning: the controller knows no host 'nodeX'"))
  }

  @Test("what the host's agent says about the port is the reason")
  func reason() async throws {
    let pending: JSONValue = [
      ["resource": "port x", "reason": "other"], ["resource": "port p", "reason": "no interface"],
    ]
    let failed = try await wait(["ERROR"], pending: pending).result
    let failure = #expect(throws: CommandFailure.self) { try failed.get() }
    #expect(failure?.description == "Port 'web' failed on host 'node1': no interface.")
  }
}
