import OVSDB
import OVSDBNIO
import Synchronization
import Testing

/// Sessions against a server in the same process that does what a real one never does.
@Suite(.timeLimit(.minutes(2))) struct SessionTests {
  private static let backoff = SessionBackoff(shortest: .milliseconds(10), longest: .milliseconds(100))
  private static let request = MonitorRequest(
    database: OpenVSwitchSchema.database, tables: [OpenVSwitchSchema.rootTable: ["cur_cfg", "next_cfg"]])
  private static let uuid = RowUUID(high: 0, low: 1)

  private static func since(_ id: JSONValue, _ isFound: Bool, _ transaction: UInt64, _ rows: String) -> String {
    #"{"id":\#(id),"result":[\#(isFound),"\#(RowUUID(high: 1, low: transaction))",{"Open_vSwitch":{"\#(uuid)":\#(rows)}}],"#
      + #""error":null}"#
  }

  struct Ended: Error {}

  /// Runs a session while `body` does.
  static func with<T: Sendable>(
    _ address: OVSDBAddress, credentials: OVSDBCredentials? = nil,
    _ body: (OVSDBSession) async throws -> T
  ) async throws -> T {
    let session = OVSDBSession(
      to: address, credentials: credentials, backoff: backoff, requestTimeout: .seconds(60))
    let life = Task { await session.run() }
    do {
      let result = try await body(session)
      life.cancel()
      await life.value
      return result
    } catch {
      life.cancel()
      await life.value
      throw error
    }
  }

  /// The first element that meets the condition.
  static func first<Elements: AsyncSequence>(
    of elements: Elements, where condition: (Elements.Element) throws -> Bool
  ) async throws -> Elements.Element {
    for try await element in elements where try condition(element) { return element }
    throw Ended()
  }

  @Test("after a loss of the connection a transaction under way fails and is not repeated, and the monitor goes on")
  func lostTransaction() async throws {
    let starts = Mutex(0)
    try await FakeServer.with(isModern: true) { message in
      switch message {
      case .request(let id, "monitor_cond_since", _):
        starts.withLock { $0 += 1 }
        return starts.withLock { $0 } == 1
          ? [Self.since(id, false, 1, #"{"initial":{"next_cfg":7}}"#)]
          : [Self.since(id, true, 2, #"{"modify":{"cur_cfg":7}}"#)]
      case .request(_, "transact", _): return nil
      default: return []
      }
    } _: { server in
      try await Self.with(.unix(server.path)) { session in
        let watch = await session.monitor(Self.request)
        let before = try await Self.first(of: watch.snapshots) { _ in true }
        #expect(before.connection == 1)
        #expect(
          before.replica[OpenVSwitchSchema.rootTable][Self.uuid] == ["cur_cfg": .integer(0), "next_cfg": .integer(7)])
        await #expect(throws: RequestError.closed(.peerClosed)) { try await session.transact([.comment("x")]) }
      }
    }
  }

  @Test("a consumer sees one whole state after a loss, made from what the server says has changed since")
  func resync() async throws {
    let starts = Mutex(0)
    try await FakeServer.with(isModern: true) { message in
      switch message {
      case .request(let id, "monitor_cond_since", _):
        let start = starts.withLock { count in
          count += 1
          return count
        }
        return start == 1
          ? [Self.since(id, false, 1, #"{"initial":{"next_cfg":7}}"#)]
          : [Self.since(id, true, 2, #"{"modify":{"cur_cfg":7}}"#)]
      case .request(_, "transact", _): return nil
      default: return []
      }
    } _: { server in
      try await Self.with(.unix(server.path)) { session in
        let watch = await session.monitor(Self.request)
        var states: [SessionSnapshot] = []
        for try await snapshot in watch.snapshots {
          states.append(snapshot)
          if states.count == 1 {
            await #expect(throws: RequestError.closed(.peerClosed)) { try await session.transact([.comment("x")]) }
          } else {
            break
          }
        }
        #expect(states.map(\.connection) == [1, 2])
        #expect(
          states.last?.replica[OpenVSwitchSchema.rootTable][Self.uuid]
            == ["cur_cfg": .integer(7), "next_cfg": .integer(7)])
        let asked = server.messages.compactMap { message in
          if case .request(_, "monitor_cond_since", let parameters) = message { parameters.last } else { nil }
        }
        #expect(
          asked == [.string(RowUUID(high: 0, low: 0).description), .string(RowUUID(high: 1, low: 1).description)])
        let transactions = server.messages.filter { if case .request(_, "transact", _) = $0 { true } else { false } }
        #expect(transactions.count == 1)
      }
    }
  }

  @Test("an update that makes no sense costs the connection, not the session")
  func hostile() async throws {
    let starts = Mutex(0)
    try await FakeServer.with(isModern: true) { message in
      guard case .request(let id, "monitor_cond_since", let parameters) = message else { return [] }
      let start = starts.withLock { count in
        count += 1
        return count
      }
      let whole = Self.since(id, false, 1, #"{"initial":{"next_cfg":\#(start)}}"#)
      guard start == 1 else { return [whole] }
      return [whole, #"{"id":null,"method":"update3","params":[\#(parameters[1]),"x",{}]}"#]
    } _: { server in
      try await Self.with(.unix(server.path)) { session in
        let watch = await session.monitor(Self.request)
        let snapshot = try await Self.first(of: watch.snapshots) { $0.connection == 2 }
        #expect(snapshot.replica[OpenVSwitchSchema.rootTable][Self.uuid]?["next_cfg"] == .integer(2))
      }
    }
  }

  @Test("a server that knows only RFC 7047 is asked for all rows, and those that were selected are delivered")
  func oldServer() async throws {
    let other = RowUUID(high: 0, low: 2)
    try await FakeServer.with { message in
      guard case .request(let id, "monitor", _) = message else { return [] }
      return [
        #"{"id":\#(id),"result":{"Open_vSwitch":{"\#(Self.uuid)":{"new":{"cur_cfg":1,"next_cfg":7}},"#
          + #""\#(other)":{"new":{"cur_cfg":2,"next_cfg":7}}}},"error":null}"#
      ]
    } _: { server in
      try await Self.with(.unix(server.path)) { session in
        var request = Self.request
        request = MonitorRequest(
          database: request.database, tables: request.tables,
          selections: [OpenVSwitchSchema.rootTable: .any([Condition("cur_cfg", .less, .integer(2))])])
        let watch = await session.monitor(request)
        let one = try await Self.first(of: watch.snapshots) { _ in true }
        #expect(Set(one.replica[OpenVSwitchSchema.rootTable].keys) == [Self.uuid])
        await session.select([:], in: watch)
        let both = try await Self.first(of: watch.snapshots) { _ in true }
        #expect(Set(both.replica[OpenVSwitchSchema.rootTable].keys) == [Self.uuid, other])
        #expect(both.connection == 1)
        let methods = server.messages.compactMap { if case .request(_, let method, _) = $0 { method } else { nil } }
        #expect(methods == ["get_schema", "monitor_cond_since", "monitor_cond", "monitor"])
      }
    }
  }

  @Test("a monitor that the server refuses ends with the reason, and the session goes on")
  func refusedMonitor() async throws {
    try await FakeServer.with(isModern: true) { message in
      guard case .request(let id, let method, let parameters) = message else { return [] }
      return method == "echo"
        ? [FakeServer.response(id, .array(parameters))]
        : [JSONRPCMessage.failure(id: id, error: "unknown column").json.description]
    } _: { server in
      try await Self.with(.unix(server.path)) { session in
        let watch = await session.monitor(Self.request)
        await #expect(throws: RequestError.refused(method: "monitor_cond_since", error: "unknown column")) {
          _ = try await Self.first(of: watch.snapshots) { _ in true }
        }
        #expect(await session.state == .connected(connection: 1))
      }
    }
  }

  @Test("without a server the session says why it waits, and a transaction that nothing was sent of")
  func noServer() async throws {
    let path = "/tmp/dbx-there-is-no-server.sock"
    try await Self.with(.unix(path)) { session in
      let waiting = try await Self.first(of: session.states()) { if case .waiting = $0 { true } else { false } }
      guard case .waiting(let problem, _) = waiting else { throw Ended() }
      #expect(problem.contains("there is no socket \(path)"))
      do throws(RequestError) {
        _ = try await session.transact([.comment("x")])
        Issue.record("committed")
      } catch {
        guard case .notConnected = error else { throw error }
      }
      await #expect(throws: WaitError.self) { try await session.waitUntilInEffect(1, within: .milliseconds(50)) }
    }
  }

  @Test("a session that has ended ends its streams and takes nothing more")
  func ended() async throws {
    let session = OVSDBSession(to: .unix("/tmp/dbx-there-is-no-server.sock"), backoff: Self.backoff)
    let watch = await session.monitor()
    let lock = await session.lock("l")
    let life = Task { await session.run() }
    _ = try await Self.first(of: session.states()) { if case .waiting = $0 { true } else { false } }
    await session.close()
    await life.value
    for try await _ in watch.snapshots { Issue.record("a snapshot of nothing") }
    for await state in lock { #expect(state == .requested) }
    for try await _ in await session.monitor().snapshots { Issue.record("a snapshot of nothing") }
    for await state in await session.states() { #expect(state == .ended) }
    await #expect(throws: RequestError.notConnected(problem: "the session has ended")) {
      try await session.transact([])
    }
    await #expect(throws: WaitError.ended) { try await session.waitUntilInEffect(1, within: .seconds(60)) }
  }

  @Test("a wait that is cancelled says so")
  func cancelledWait() async throws {
    let session = OVSDBSession(to: .unix("/tmp/dbx-there-is-no-server.sock"), backoff: Self.backoff)
    let wait = Task { try await session.waitUntilInEffect(1, within: .seconds(60)) }
    wait.cancel()
    await #expect(throws: WaitError.cancelled) { try await wait.value }
  }
}
