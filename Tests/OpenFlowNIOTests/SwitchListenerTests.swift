import NIOCore
import NetworkTypes
import OpenFlow
import OpenFlowNIO
import SwitchTestSupport
import Testing

@Suite(
  "Switches that connect, and TLS", .enabled(if: OpenVSwitch.isAvailable), .serialized, .timeLimit(.minutes(3)))
struct SwitchListenerTests {
  private static let flow = Flow(
    table: TableID(5), priority: 7, cookie: 0xa110 << 48, match: Match([.inPort(OFPort(3))]), instructions: [])

  /// Programs the switch and reads it back: the connection is good for everything.
  private func use(_ connection: SwitchConnection) async throws {
    #expect(try await connection.commit([.add(Self.flow)]).isEmpty)
    #expect(try await connection.flows(cookie: 0xa110 << 48, mask: 0xffff << 48) == [Self.flow])
  }

  @Test("Open vSwitch connects to a socket where it is awaited, and again after its connection was cut")
  func awaited() async throws {
    let ovs = try OpenVSwitch()
    defer { ovs.stop() }
    let path = "\(ovs.directory)/controller"
    let listener = try await SwitchListener.listen(on: .unix(path))
    try ovs.vsctl("set-controller br-test unix:\(path) -- set controller br-test max_backoff=1000")
    let datapath = try #require(UInt64(try ovs.datapathID(), radix: 16))
    let first = try await listener.next(within: .seconds(20))
    #expect(first.features.datapathID == datapath)
    try await use(first)
    await first.close()
    let second = try await listener.next(within: .seconds(20))
    #expect(second.features.datapathID == datapath)
    #expect(try await second.flows(cookie: 0xa110 << 48, mask: 0xffff << 48) == [Self.flow])
    await second.close()
    await listener.close()
  }

  @Test("a switch is dialled with TLS, and awaited with TLS; who has another authority's certificate is refused")
  func tls() async throws {
    let ovs = try OpenVSwitch()
    defer { ovs.stop() }
    let ours = try TestAuthority("\(ovs.directory)/ours")
    let strangers = try TestAuthority("\(ovs.directory)/strangers")
    let agent = try ours.issue("agent")
    let bridge = try ours.issue("switch")
    try ovs.vsctl("set-ssl \(bridge.privateKey) \(bridge.certificate) \(bridge.authority)")

    // Awaited: through a relay, since the switch is in a network namespace of its own.
    let listener = try await SwitchListener.listen(on: .ssl(host: "127.0.0.1", port: 0), credentials: agent)
    guard case .ssl(_, let port) = listener.address else {
      Issue.record("not a TLS listener: \(listener.address)")
      return
    }
    let inbound = try NamespaceRelay(to: port, in: ovs.namespace)
    try ovs.vsctl("set-controller br-test ssl:127.0.0.1:\(port) -- set controller br-test max_backoff=1000")
    let awaited = try await listener.next(within: .seconds(20))
    try await use(awaited)
    await awaited.close()
    await listener.close()
    inbound.stop()
    try ovs.vsctl("set-controller br-test pssl:\(port):127.0.0.1")

    // Dialled.
    let outbound = try NamespaceRelay(from: ovs.namespace, port: port)
    defer { outbound.stop() }
    let address = SwitchAddress.ssl(host: "127.0.0.1", port: outbound.port)
    let dialled = try await SwitchConnection.connect(to: address, credentials: agent)
    try await use(dialled)
    await dialled.close()
    await #expect(throws: ConnectionFailure.self) {
      try await SwitchConnection.connect(to: address, credentials: try strangers.issue("agent"))
    }
    await #expect(throws: ConnectionFailure.credentials("none are given for \(address)")) {
      try await SwitchConnection.connect(to: address)
    }
    var broken = agent
    broken.privateKey = "\(ovs.directory)/no-such-key.pem"
    await #expect {
      try await SwitchConnection.connect(to: address, credentials: broken)
    } throws: { error in
      "\(error)".contains("no-such-key.pem")
    }
  }

  @Test("a connection for packets gets them with their userdata, one for programming gets nothing unasked")
  func purposes() async throws {
    let ovs = try OpenVSwitch()
    defer { ovs.stop() }
    let packets = try await SwitchConnection.connect(
      to: .unix(ovs.managementSocket),
      options: SwitchSessionOptions(purpose: .packets(controllerID: 9, format: .nicira2)))
    let programming = try await SwitchConnection.connect(
      to: .unix(ovs.managementSocket), options: SwitchSessionOptions(purpose: .programming))
    let punt = Flow(
      table: TableID(0), priority: 1, cookie: 1, match: .any,
      instructions: [.applyActions([.controller(ControllerAction(controllerID: 9, userdata: [7, 8]))])])
    #expect(try await programming.commit([.add(punt)]).isEmpty)
    try ovs.ofctl(
      "packet-out \(ovs.managementAddress) in_port=local,packet=\(String(repeating: "ab", count: 64)),actions=table")
    var userdata: [UInt8] = []
    for await case .packetIn2(let packet) in packets.events {
      userdata = packet.userdata ?? []
      break
    }
    #expect(userdata == [7, 8])
    try ovs.vsctl("add-port br-test ofx-p1 -- set interface ofx-p1 type=internal")
    try await programming.barrier()
    await programming.close()
    for await event in programming.events { Issue.record("told without being asked: \(event)") }
    await packets.close()
  }
}

@Suite("Listening", .timeLimit(.minutes(5)))
struct ListeningTests {
  @Test("an address that is taken, and TLS without certificates, are errors that name the address")
  func unusable() async throws {
    let listener = try await SwitchListener.listen(on: .tcp(host: "127.0.0.1", port: 0))
    guard case .tcp(_, let port) = listener.address, port > 0 else {
      Issue.record("no port was taken: \(listener.address)")
      return
    }
    await #expect {
      try await SwitchListener.listen(on: .tcp(host: "127.0.0.1", port: port))
    } throws: { error in
      "\(error)".contains("ptcp:\(port):127.0.0.1")
    }
    await #expect(throws: ConnectionFailure.credentials("none are given for pssl:0:127.0.0.1")) {
      try await SwitchListener.listen(on: .ssl(host: "127.0.0.1", port: 0))
    }
    await listener.close()
  }

  @Test("more connections than the limit are closed at once and counted, and silent peers lose their places")
  func limit() async throws {
    let limit = Duration.seconds(3)
    let listener = try await SwitchListener.listen(
      on: .tcp(host: "127.0.0.1", port: 0), connectionLimit: 2,
      options: SwitchSessionOptions(handshakeLimit: limit))
    guard case .tcp(let host, let port) = listener.address else { return }
    let silent = try await SilentPeers(count: 3, host: host, port: port)
    await silent.waitForEnds()
    await #expect {
      try await listener.next(within: .milliseconds(10))
    } throws: { error in
      "\(error)".contains("no switch has connected")
    }
    #expect(listener.refusedConnections == 1)
    await listener.close()
  }

  @Test("addresses are read and written in Open vSwitch's notation")
  func addresses() {
    for text in ["unix:/run/br.mgmt", "tcp:192.0.2.1:6653", "ssl:[2001:db8::1]:6640", "tcp:host:1"] {
      #expect(SwitchAddress(text)?.description == text)
    }
    #expect(SwitchAddress("ssl:192.0.2.1") == .ssl(host: "192.0.2.1", port: 6653))
    for text in ["", "unix:", "tcp:", "tcp:host:0", "tcp:host:65536", "tcp:[::1", "udp:host:1", "tcp:h:+1", "ptcp:1"] {
      #expect(SwitchAddress(text) == nil, "\(text)")
    }
    for text in ["punix:/run/x", "ptcp:6653:127.0.0.1", "pssl:0:[::1]"] {
      #expect(SwitchListenAddress(text)?.description == text)
    }
    #expect(SwitchListenAddress("ptcp:6653") == .tcp(host: "::", port: 6653))
    for text in ["ptcp:", "ptcp:x", "punix:", "tcp:h:1", "ptcp:70000"] { #expect(SwitchListenAddress(text) == nil) }
  }
}
