import OVSDB
import Testing

@Suite("What fuzzing has found in OVSDB")
struct FuzzFindingTests {
  @Test(
    "an answer to a monitor that ends the connection fails the monitor too",
    arguments: [
      #"{"id":1,"result":[],"error":null}"#,
      #"{"id":1,"result":{"Port":{"2ca93c9e-564b-4315-b3b8-20a172c174cf":{"old":{}}}},"error":null}"#,
    ])
  func monitorWithoutRows(text: String) throws {
    var machine = ClientStateMachine(now: .zero)
    let (id, _) = try machine.monitor(OpenVSwitchSchema.monitorRequest, timeout: .seconds(1), now: .zero)
    let actions = machine.handle(.received(Array(text.utf8)), now: .zero)
    let reason = try #require(machine.closeReason)
    #expect(actions == [.complete(id, .failure(.closed(reason))), .close(reason)])
  }
}
