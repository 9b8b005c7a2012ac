import Glibc
import OVSDB
import OVSDBNIO
import Testing

/// The client against a server in the same process that does what a real one never does.
@Suite(.timeLimit(.minutes(2))) struct FakeServerTests {
  @Test("without a socket the error says that Open vSwitch does not seem to run")
  func noSocket() async {
    let path = "/tmp/dbx-there-is-none.sock"
    let error = await #expect(throws: ConnectError.noSocket(path: path)) { try await OVSDBClient.connect(path: path) }
    #expect(error?.description.contains("there is no socket \(path): Open vSwitch's ovsdb-server does not") == true)
    let long = "/tmp/" + String(repeating: "x", count: 200)
    await #expect(throws: ConnectError.pathTooLong(path: long)) { try await OVSDBClient.connect(path: long) }
  }

  @Test("a socket that nobody listens on any more is told from none")
  func stale() async throws {
    let path = "/tmp/dbx-stale-\(getpid()).sock"
    let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer {
      close(socket)
      unlink(path)
    }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0)
    await #expect(throws: ConnectError.refused(path: path)) { try await OVSDBClient.connect(path: path) }
  }

  @Test("a schema without a column in use is refused by version and name")
  func oldSchema() async throws {
    try await FakeServer.with(answeringSchema: false) { message in
      guard case .request(let id, "get_schema", _) = message else { return [] }
      return [FakeServer.response(id, FakeServer.schema(leavingOut: "datapath_types"))]
    } _: { server in
      let error = await #expect(throws: ConnectError.self) { try await OVSDBClient.connect(path: server.path) }
      #expect(error?.description.contains("version 8.3.1 has no column datapath_types in table Open_vSwitch") == true)
    }
  }

  @Test("a server without the database is told as it says itself")
  func noDatabase() async throws {
    try await FakeServer.with(answeringSchema: false) { _ in
      [#"{"id":1,"error":{"details":"get_schema request specifies unknown database","error":"unknown database"}}"#]
    } _: { server in
      let error = await #expect(throws: ConnectError.self) { try await OVSDBClient.connect(path: server.path) }
      #expect(error?.description.contains("refused 'get_schema': unknown database") == true)
    }
  }

  @Test("garbage ends the connection with a typed reason, which every waiter gets")
  func garbage() async throws {
    try await FakeServer.with { message in
      guard case .request(_, "transact", let parameters) = message, parameters.count == 3 else { return [] }
      return ["HTTP/1.1 400 Bad Request\r\n"]
    } _: { server in
      let client = try await OVSDBClient.connect(path: server.path)
      let expected = CloseReason.invalidJSON(
        JSONError(.unexpected(UInt8(ascii: "H"), expected: "'{', the start of a message"), at: 0))
      async let first: Void = expectFailure(.closed(expected)) { try await client.transact([.comment("waits")]) }
      async let closed = client.closed()
      // Two operations make the server answer, after the first transaction has reached it.
      while server.messages.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
      await expectFailure(.closed(expected)) { try await client.transact([.comment("a"), .comment("b")]) }
      await first
      #expect(await closed == expected)
      #expect(await client.closeReason == expected)
      await expectFailure(.closed(expected)) { try await client.echo() }
    }
  }

  private func expectFailure<T>(_ expected: RequestError, _ body: () async throws -> T) async {
    await #expect(throws: expected) { _ = try await body() }
  }

  @Test("a server that closes ends the connection, its waiters and its monitors")
  func serverCloses() async throws {
    try await FakeServer.with { message in
      switch message {
      case .request(let id, "monitor", _): [FakeServer.response(id, .object([:]))]
      case .request(_, "transact", _): nil
      default: []
      }
    } _: { server in
      let client = try await OVSDBClient.connect(path: server.path)
      let stream = try await client.monitor()
      await expectFailure(.closed(.peerClosed)) { try await client.transact([.comment("x")]) }
      #expect(await client.closed() == .peerClosed)
      // The state that was not taken yet, then the end.
      var states = 0
      for await _ in stream { states += 1 }
      #expect(states == 1)
    }
  }

  @Test("the server's echoes are answered, also ones that come byte by byte")
  func echo() async throws {
    try await FakeServer.with { message in
      guard case .request(let id, "echo", _) = message else { return [] }
      let echo = #"{"id":"echo","method":"echo","params":["still","there?"]}"#
      return echo.map(String.init) + [FakeServer.response(id, [])]
    } _: { server in
      let client = try await OVSDBClient.connect(path: server.path)
      try await client.echo()
      let answer = JSONRPCMessage.response(id: "echo", result: ["still", "there?"])
      while !server.messages.contains(answer) { try await Task.sleep(for: .milliseconds(5)) }
      await client.close()
      #expect(await client.closeReason == .requested)
    }
  }

  @Test("a server that has fallen silent is probed and then given up")
  func silent() async throws {
    try await FakeServer.with { _ in
      []
    } _: { server in
      let configuration = ClientStateMachine.Configuration(
        probeInterval: .milliseconds(200), deadInterval: .seconds(5))
      let client = try await OVSDBClient.connect(path: server.path, configuration: configuration)
      let reason = CloseReason.unresponsive(after: .seconds(5))
      await expectFailure(.closed(reason)) { try await client.transact([.comment("x")]) }
      #expect(server.messages.contains { if case .request(_, "echo", _) = $0 { true } else { false } })
    }
  }

  @Test("a request that takes too long fails alone, a cancelled one at once")
  func slow() async throws {
    try await FakeServer.with { message in
      guard case .request(let id, "echo", let parameters) = message else { return [] }
      return [FakeServer.response(id, .array(parameters))]
    } _: { server in
      let client = try await OVSDBClient.connect(path: server.path, requestTimeout: .milliseconds(1200))
      await expectFailure(.timedOut(method: "transact", after: .milliseconds(1200))) {
        try await client.transact([.comment("x")])
      }
      try await client.echo()
      let task = Task { try await client.transact([.comment("y")]) }
      task.cancel()
      await expectFailure(.cancelled) { try await task.value }
      try await client.echo()
      await client.close()
    }
  }

  @Test("a consumer that is slower than the changes gets the latest state, not all of them")
  func coalescing() async throws {
    let uuid = RowUUID(high: 0, low: 1)
    @Sendable func row(_ count: Int) -> String { #"{"next_cfg":\#(count)}"# }
    try await FakeServer.with { message in
      switch message {
      case .request(let id, "monitor", _):
        guard case .request(_, _, let parameters) = message, let monitor = parameters.dropFirst().first else {
          return []
        }
        let initial = #"{"id":\#(id),"result":{"T":{"\#(uuid)":{"new":\#(row(0))}}},"error":null}"#
        return [initial]
          + (1...5000).map {
            #"{"id":null,"method":"update","params":[\#(monitor),{"T":{"\#(uuid)":{"old":{},"new":\#(row($0))}}}]}"#
          }
      case .request(let id, "echo", _): return [FakeServer.response(id, [])]
      default: return []
      }
    } _: { server in
      let client = try await OVSDBClient.connect(path: server.path)
      let stream = try await client.monitor()
      // The answer to the echo comes after all updates, which nobody has taken so far.
      try await client.echo()
      await client.close()
      var states: [Replica] = []
      for await replica in stream { states.append(replica) }
      #expect(states.count == 1)
      #expect(states.last?["T"][uuid]?["next_cfg"] == .integer(5000))
    }
  }

  @Test("a monitor ends with its stream")
  func monitorEnds() async throws {
    try await FakeServer.with { message in
      guard case .request(let id, "monitor", _) = message else { return [] }
      return [FakeServer.response(id, .object([:]))]
    } _: { server in
      let client = try await OVSDBClient.connect(path: server.path)
      do {
        let stream = try await client.monitor()
        for await _ in stream { break }
      }
      while !server.messages.contains(where: { if case .request(_, "monitor_cancel", _) = $0 { true } else { false } })
      {
        try await Task.sleep(for: .milliseconds(5))
      }
      await client.close()
    }
  }
}
