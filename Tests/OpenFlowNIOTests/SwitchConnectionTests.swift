import NIOCore
import OpenFlow
import OpenFlowNIO
import Testing

@Suite("A connection to a switch", .timeLimit(.minutes(5)))
struct SwitchConnectionTests {
  private func flows(_ count: Int) -> [FlowMod] {
    (0..<count).map { index in
      .add(
        Flow(
          table: TableID(1), priority: 5, cookie: 1, match: Match([.reg(0, UInt32(index))]),
          instructions: [.applyActions([.output(OFPort(1))])]))
    }
  }

  @Test("is there when the switch has said its features")
  func handshake() async throws {
    let peer = try await FakeSwitch(greeting: SwitchBytes.hello) { SwitchBytes.obliging($0) }
    let connection = try await SwitchConnection.connect(to: .unix(peer.path))
    #expect(connection.features.datapathID == 0x2a)
    #expect(connection.features.tableCount == 254)
    try await connection.barrier()
    await connection.close()
    #expect(await connection.closed == .closedLocally)
    await #expect(throws: ConnectionFailure.closedLocally) { try await connection.barrier() }
    await peer.stop()
  }

  @Test("fails for a switch that is not there, with the address")
  func unreachable() async {
    await #expect { try await SwitchConnection.connect(to: .unix("/nonexistent/br-int.mgmt")) } throws: { error in
      "\(error)".contains("unix:/nonexistent/br-int.mgmt")
    }
  }

  @Test("fails for a switch without OpenFlow 1.3, and says what to do")
  func versionMismatch() async throws {
    let peer = try await FakeSwitch(greeting: SwitchBytes.helloWithout13) { SwitchBytes.obliging($0) }
    await #expect(throws: ConnectionFailure.versionMismatch(offered: "1.0, 1.4, 1.5")) {
      try await SwitchConnection.connect(to: .unix(peer.path))
    }
    await peer.stop()
  }

  @Test("fails in time for a peer that says nothing, and at once for one that hangs up or is not a switch")
  func noHandshake() async throws {
    let silent = try await FakeSwitch(greeting: []) { _ in [] }
    let limit = Duration.seconds(1)
    await #expect(throws: ConnectionFailure.handshakeTimeout(limit)) {
      try await SwitchConnection.connect(to: .unix(silent.path), options: SwitchSessionOptions(handshakeLimit: limit))
    }
    await silent.stop()
    let rude = try await FakeSwitch(greeting: []) { _ in nil }
    await #expect(throws: ConnectionFailure.closedByPeer) { try await SwitchConnection.connect(to: .unix(rude.path)) }
    await rude.stop()
    let other = try await FakeSwitch(greeting: Array("SSH-2.0-OpenSSH".utf8)) { _ in [] }
    await #expect {
      try await SwitchConnection.connect(to: .unix(other.path))
    } throws: { error in
      if case .notOpenFlow? = error as? ConnectionFailure { true } else { false }
    }
    await other.stop()
  }

  @Test("does nothing for no changes")
  func emptyCommit() async throws {
    let peer = try await FakeSwitch(greeting: SwitchBytes.hello) { SwitchBytes.obliging($0) }
    let connection = try await SwitchConnection.connect(to: .unix(peer.path))
    #expect(try await connection.commit([]).isEmpty)
    try await connection.barrier()
    #expect(peer.messages.allSatisfy { $0[1] != 4 })
    await connection.close()
    await peer.stop()
  }

  @Test("answers an echo request in the middle of a large bundle, and the bundle is whole")
  func echoDuringCommit() async throws {
    // An echo request in answer to the first change; the reply must come before all of the changes have.
    let peer = try await FakeSwitch(greeting: SwitchBytes.hello) { message in
      if message[1] == 4, message.count > 24, Array(message[4..<8]) == [0x10, 0, 0, 1] {
        return SwitchBytes.message(2, xid: [9, 9, 9, 9], [0x61])
      }
      return SwitchBytes.obliging(message)
    }
    let connection = try await SwitchConnection.connect(to: .unix(peer.path))
    let count = 30000
    #expect(try await connection.commit(flows(count)).isEmpty)
    let messages = peer.messages
    let echo = try #require(messages.firstIndex { $0[1] == 3 })
    let last = try #require(messages.lastIndex { $0[1] == 4 && $0.count > 24 })
    #expect(echo < last)
    #expect(Array(messages[echo].suffix(5)) == [9, 9, 9, 9, 0x61])
    #expect(messages.count { $0[1] == 4 && $0.count > 24 } == count)
    await connection.close()
    await peer.stop()
  }

  @Test("names the change that is refused, and discards the bundle")
  func refusal() async throws {
    let peer = try await FakeSwitch(greeting: SwitchBytes.hello) { message in
      // BAD_MATCH, BAD_PREREQ for the third change.
      if message[1] == 4, message.count > 24, message[7] == 3 {
        return SwitchBytes.message(1, xid: message[4..<8], [0, 4, 0, 9] + message.prefix(64))
      }
      return SwitchBytes.obliging(message)
    }
    let connection = try await SwitchConnection.connect(to: .unix(peer.path))
    let refusals = try await connection.commit(flows(5))
    #expect(refusals.map(\.index) == [2])
    #expect(refusals.first?.error.codeName == "OFPBMC_BAD_PREREQ")
    let controls = peer.messages.filter { $0[1] == 4 && $0.count == 24 }.map { $0[21] }
    #expect(controls == [0, 2, 6])  // open, close, discard
    await connection.close()
    await peer.stop()
  }

  @Test("that is lost fails what is waited for")
  func loss() async throws {
    let peer = try await FakeSwitch(greeting: SwitchBytes.hello) { message in
      message[1] == 18 ? nil : SwitchBytes.obliging(message)
    }
    let connection = try await SwitchConnection.connect(to: .unix(peer.path))
    await #expect(throws: ConnectionFailure.closedByPeer) { try await connection.flows() }
    #expect(await connection.closed == .closedByPeer)
    await #expect(throws: ConnectionFailure.closedByPeer) { try await connection.commit(flows(1)) }
    for await _ in connection.events {}
    await peer.stop()
  }

  @Test("is given up when the switch falls silent")
  func silence() async throws {
    let peer = try await FakeSwitch(greeting: SwitchBytes.hello) { SwitchBytes.obliging($0) }
    let options = SwitchSessionOptions(probeInterval: .milliseconds(50), silenceLimit: .milliseconds(200))
    let connection = try await SwitchConnection.connect(to: .unix(peer.path), options: options)
    #expect(await connection.closed == .silent(.milliseconds(200)))
    #expect(peer.messages.contains { $0[1] == 2 })
    await peer.stop()
  }
}
