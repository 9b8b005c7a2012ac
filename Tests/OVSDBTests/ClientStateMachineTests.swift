import OVSDB
import Testing

@Suite struct ClientStateMachineTests {
  private typealias Action = ClientStateMachine.Action

  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test("an answer goes to the request of its id, also when cut in two")
  func answers() throws {
    var machine = ClientStateMachine(now: .zero)
    let (first, sent) = try machine.request("list_dbs", parameters: [], timeout: .seconds(1), now: .zero)
    let (second, _) = try machine.request("x", parameters: [], timeout: .seconds(1), now: .zero)
    #expect(sent == [.write(bytes(#"{"id":1,"method":"list_dbs","params":[]}"#))])
    let text = bytes(#"{"id":2,"error":"unknown method"}{"id":1,"result":["a"],"error":null}"#)
    #expect(
      machine.handle(.received(Array(text.prefix(50))), now: .zero)
        == [.complete(second, .failure(.refused(method: "x", error: "unknown method")))])
    #expect(
      machine.handle(.received(Array(text.dropFirst(50))), now: .zero) == [.complete(first, .success(["a"]))])
  }

  @Test("echoes are answered, unknown requests refused, unknown notifications ignored")
  func serverRequests() {
    var machine = ClientStateMachine(now: .zero)
    let text = #"{"id":"echo","method":"echo","params":["a",1]}{"id":5,"method":"x","params":[]}"#
    #expect(
      machine.handle(.received(bytes(text)), now: .zero) == [
        .write(bytes(#"{"error":null,"id":"echo","result":["a",1]}"#)),
        .write(bytes(#"{"error":"unknown method","id":5,"result":null}"#)),
      ])
    #expect(machine.handle(.received(bytes(#"{"id":null,"method":"locked","params":["l"]}"#)), now: .zero) == [])
  }

  @Test("silence is probed after 5 s, once, and ends the connection after 15 s")
  func inactivity() throws {
    var machine = ClientStateMachine(now: .zero)
    let echo = Action.write(bytes(#"{"id":1,"method":"echo","params":["alioth"]}"#))
    #expect(machine.handle(.tick, now: .seconds(4.9)) == [])
    #expect(machine.handle(.tick, now: .seconds(5)) == [echo])
    #expect(machine.handle(.tick, now: .seconds(6)) == [])
    #expect(machine.handle(.received(bytes(#"{"id":1,"result":["alioth"],"error":null}"#)), now: .seconds(7)) == [])
    #expect(machine.handle(.tick, now: .seconds(11)) == [])
    #expect(machine.handle(.tick, now: .seconds(12)).count == 1)
    let (id, _) = try machine.request("x", parameters: [], timeout: .seconds(99), now: .seconds(13))
    let reason = CloseReason.unresponsive(after: .seconds(15))
    #expect(
      machine.handle(.tick, now: .seconds(22)) == [.complete(id, .failure(.closed(reason))), .close(reason)])
    #expect(machine.closeReason == reason)
    #expect(machine.handle(.tick, now: .seconds(99)) == [])
    #expect(throws: RequestError.closed(reason)) {
      try machine.request("x", parameters: [], timeout: .seconds(1), now: .seconds(99))
    }
  }

  @Test("a request without an answer times out, and its late answer is ignored")
  func timeout() throws {
    var machine = ClientStateMachine(now: .zero)
    let (id, _) = try machine.request("transact", parameters: [], timeout: .seconds(2), now: .zero)
    #expect(machine.handle(.tick, now: .seconds(1.9)) == [])
    #expect(
      machine.handle(.tick, now: .seconds(2))
        == [.complete(id, .failure(.timedOut(method: "transact", after: .seconds(2))))])
    #expect(machine.handle(.received(bytes(#"{"id":1,"result":[],"error":null}"#)), now: .seconds(3)) == [])
    #expect(machine.closeReason == nil)
  }

  @Test("no more than so many requests wait")
  func limit() throws {
    var machine = ClientStateMachine(configuration: .init(pendingLimit: 1), now: .zero)
    let (id, _) = try machine.request("x", parameters: [], timeout: .seconds(2), now: .zero)
    #expect(throws: RequestError.tooManyPending(limit: 1)) {
      try machine.request("x", parameters: [], timeout: .seconds(2), now: .zero)
    }
    #expect(machine.handle(.abandon(id), now: .zero) == [])
    #expect(throws: Never.self) { try machine.request("x", parameters: [], timeout: .seconds(2), now: .zero) }
  }

  @Test("a monitor's updates give its rows, those that come together once")
  func monitor() throws {
    var machine = ClientStateMachine(now: .zero)
    let (id, sent) = try machine.monitor(OpenVSwitchSchema.monitorRequest, timeout: .seconds(1), now: .zero)
    guard case .write(let request) = sent.first else {
      Issue.record("nothing was sent")
      return
    }
    #expect(
      String(decoding: request, as: UTF8.self).hasPrefix(#"{"id":1,"method":"monitor","params":["Open_vSwitch",1,"#))
    let actions = machine.handle(.received(bytes(Golden.initialReply + Golden.interfaceUpdate)), now: .zero)
    #expect(actions.first == .complete(id, .success(.null)))
    guard actions.count == 2, case .replica(id, let replica) = actions[1] else {
      Issue.record("\(actions)")
      return
    }
    #expect(try OpenVSwitchView(replica).interface(named: "x-vxlan")?.hasFailed == true)
    #expect(machine.handle(.received(bytes(Golden.interfaceDeletion)), now: .zero).count == 1)

    #expect(
      machine.handle(.stopMonitor(id), now: .zero) == [
        .write(bytes(#"{"id":2,"method":"monitor_cancel","params":[1]}"#))
      ])
    #expect(machine.handle(.received(bytes(Golden.interfaceUpdate)), now: .zero) == [])
  }

  @Test(
    "what breaks the protocol ends the connection with the reason",
    arguments: [
      ("hello", "ovsdb-server sent something that is not JSON: 'h' where '{', the start of a message is expected"),
      ("{]}", "ovsdb-server sent something that is not JSON: ']' where a key is expected"),
      (
        #"{"id":7,"result":1,"error":null}"#, "ovsdb-server sent something that breaks RFC 7047: expected the id of one"
      ),
      (
        #"{"id":"x","result":1,"error":null}"#,
        "ovsdb-server sent something that breaks RFC 7047: expected the id of one"
      ),
      (#"{"id":1}"#, "ovsdb-server sent something that breaks RFC 7047: expected a method, a result or an error"),
      (
        #"{"id":null,"method":"update","params":[9,{}]}"#,
        "ovsdb-server sent something that breaks RFC 7047: expected the"
      ),
      (
        #"{"id":1,"result":{"Port":{"x":{"new":{}}}},"error":null}"#,
        "ovsdb-server sent something that breaks RFC 7047: the answer to monitor, table Port: expected a row's UUID"
      ),
      (
        Golden.initialReply
          + Golden.initialReply.replacing(#""id":1,"#, with: #""id":null,"method":"update","#)
          .replacing(#""result":"#, with: #""params":[1,"#).replacing(#","error":null"#, with: "]"),
        "ovsdb-server sent an update that does not fit the ones before: an update inserts row"
      ),
    ])
  func violations(text: String, message: String) throws {
    var machine = ClientStateMachine(now: .zero)
    _ = try machine.monitor(OpenVSwitchSchema.monitorRequest, timeout: .seconds(1), now: .zero)
    guard case .close(let reason) = machine.handle(.received(bytes(text)), now: .zero).last else {
      Issue.record("still open")
      return
    }
    #expect(reason.description.hasPrefix(message), "\(reason)")
  }

  @Test("the end fails what waits, and comes once")
  func end() throws {
    for (event, reason) in [
      (ClientStateMachine.Event.close, CloseReason.requested), (.transportClosed(nil), .peerClosed),
      (.transportClosed("reset"), .transport("reset")),
    ] {
      var machine = ClientStateMachine(now: .zero)
      let (id, _) = try machine.request("x", parameters: [], timeout: .seconds(1), now: .zero)
      #expect(
        machine.handle(event, now: .zero) == [.complete(id, .failure(.closed(reason))), .close(reason)])
      #expect(machine.handle(.transportClosed(nil), now: .zero) == [])
      #expect(machine.closeReason == reason)
    }
  }
}
