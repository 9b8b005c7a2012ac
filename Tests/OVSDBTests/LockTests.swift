import OVSDB
import Testing

@Suite struct LockTests {
  private var machine = ClientStateMachine(now: .zero)

  private mutating func receive(_ text: String) -> [ClientStateMachine.Action] {
    machine.handle(.received(Array(text.utf8)), now: .zero)
  }

  // The messages here are ovsdb-server 3.1.0's.
  @Test("a lock is waited for, had, stolen, had again, and given back")
  mutating func life() throws {
    let (id, sent) = try machine.lock("l", stealing: false, timeout: .seconds(1), now: .zero)
    #expect(TableChangesTests.text(sent) == [#"{"id":1,"method":"lock","params":["l"]}"#])
    #expect(
      receive(#"{"id":1,"result":{"locked":false},"error":null}"#) == [
        .lock("l", .waiting), .complete(id, .success(.null)),
      ])
    #expect(receive(#"{"id":null,"method":"locked","params":["l"]}"#) == [.lock("l", .held(term: 1))])
    #expect(receive(#"{"id":null,"method":"stolen","params":["l"]}"#) == [.lock("l", .stolen)])
    #expect(receive(#"{"id":null,"method":"locked","params":["l"]}"#) == [.lock("l", .held(term: 2))])
    let (_, unlock) = try machine.unlock("l", timeout: .seconds(1), now: .zero)
    #expect(TableChangesTests.text(unlock) == [#"{"id":2,"method":"unlock","params":["l"]}"#])
    #expect(receive(#"{"id":null,"method":"stolen","params":["l"]}"#) == [])
  }

  @Test("a lock that is stolen is ours at once, and can be asked for only once at a time")
  mutating func steal() throws {
    let (id, sent) = try machine.lock("l", stealing: true, timeout: .seconds(1), now: .zero)
    #expect(TableChangesTests.text(sent) == [#"{"id":1,"method":"steal","params":["l"]}"#])
    #expect(throws: RequestError.lockMisuse(lock: "l", isRequested: true)) {
      try machine.lock("l", stealing: false, timeout: .seconds(1), now: .zero)
    }
    #expect(throws: RequestError.lockMisuse(lock: "m", isRequested: false)) {
      try machine.unlock("m", timeout: .seconds(1), now: .zero)
    }
    #expect(
      receive(#"{"id":1,"result":{"locked":true},"error":null}"#) == [
        .lock("l", .held(term: 1)), .complete(id, .success(.null)),
      ])
    #expect(machine.closeReason == nil)
  }

  @Test("a refused lock can be asked for again, and answers that are none end the connection")
  mutating func refused() throws {
    let (id, _) = try machine.lock("l", stealing: false, timeout: .seconds(1), now: .zero)
    #expect(
      receive(#"{"id":1,"error":"syntax error"}"#)
        == [.complete(id, .failure(.refused(method: "lock", error: "syntax error")))])
    _ = try machine.lock("l", stealing: false, timeout: .seconds(1), now: .zero)
    guard case .close(.protocolViolation(let error)) = receive(#"{"id":2,"result":{},"error":null}"#).last else {
      Issue.record("still open")
      return
    }
    #expect(error.description == "the answer to lock: expected whether the lock is ours, found {}")
  }

  @Test("a lock's notification without a name ends the connection")
  mutating func nameless() {
    guard case .close(.protocolViolation) = receive(#"{"id":null,"method":"stolen","params":[1]}"#).last else {
      Issue.record("still open")
      return
    }
  }

  @Test("a transaction that must run under a lock says so when the lock is lost")
  func assertion() throws {
    let outcome = try TransactionOutcome(
      json: JSONValue(parsing: #"[{"details":"Asserted lock l not held.","error":"not owner"}]"#),
      of: [.assert(lock: "l")])
    guard case .refused(let failure) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(failure.isLockLost)
    #expect(!failure.isRaceLost)
  }
}
