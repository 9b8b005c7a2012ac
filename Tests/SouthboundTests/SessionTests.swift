import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2
import GoalState
import GoalStateProtobuf
import Logging
import NetworkTypes
import SwiftProtobuf
import Testing
import X509

@testable import Southbound

@Suite("Sessions over the loopback interface", .serialized, .timeLimit(.minutes(3)))
struct SessionTests {
  @Test("snapshot, delta, progress and report in plaintext, when plaintext was asked for")
  func plaintext() async throws {
    let controller = TestController()
    let agent = TestAgent()
    try await withServer(controller) { address in
      try await withClient(agent, to: address) {
        try await exchange(controller, agent)
      }
    }
  }

  @Test("the same over TLS, each end proving itself to the other")
  func mutualTLS() async throws {
    let authority = try TestCertificates()
    let controller = TestController()
    let agent = TestAgent()
    let node = ClientSecurity.mutualTLS(try authority.issueNode("node1"), serverName: nil)
    try await withServer(controller, security: .mutualTLS(try authority.issueController())) { address in
      try await withClient(agent, to: address, security: node) {
        try await exchange(controller, agent)
      }
    }
  }

  private func exchange(_ controller: TestController, _ agent: TestAgent) async throws {
    let session = try await controller.sessions.take()
    #expect(session.hello.hostID == HostID("node1"))
    #expect(session.hello.held == version("", 0))
    let snapshot = GoalStateUpdate(scope: .snapshot, version: version("e", 7), upserts: try sampleResources())
    session.updates.put(snapshot)
    #expect(try await agent.updates.take() == snapshot)
    let delta = GoalStateUpdate(
      scope: .delta(from: 7), version: version("e", 8), removals: [.port(PortID("port-1"))])
    session.updates.put(delta)
    #expect(try await agent.updates.take() == delta)
    let progress = GoalStateUpdate(scope: .delta(from: 8), version: version("e", 20))
    session.updates.put(progress)
    #expect(try await agent.updates.take() == progress)
    let report = GoalStateReport(
      applied: version("e", 8),
      failures: [
        ResourceFailure(key: .subnet(SubnetID("sub-1")), revision: 2, code: .unresolved, message: "no network")
      ])
    await agent.report(report)
    #expect(try await session.reports.take() == report)
  }

  @Test("a snapshot of 20,000 resources arrives in parts and whole")
  func largeSnapshot() async throws {
    let controller = TestController()
    let agent = TestAgent()
    let snapshot = GoalStateUpdate(scope: .snapshot, version: version("e", 1), upserts: try neighbors(20_000))
    try await withServer(controller) { address in
      try await withClient(agent, to: address) {
        try await controller.sessions.take().updates.put(snapshot)
        #expect(try await agent.updates.take() == snapshot)
      }
    }
  }

  @Test("when the controller goes and comes back, the agent dials again, resumes from what it holds, and reports anew")
  func resume() async throws {
    let agent = TestAgent()
    let first = TestController()
    let snapshot = GoalStateUpdate(scope: .snapshot, version: version("e", 7), upserts: try sampleResources())
    let report = GoalStateReport(applied: version("e", 7))
    let server = try SouthboundServer(
      address: SouthboundAddress(host: "127.0.0.1", port: 0), security: .plaintext, handler: first, logger: quiet,
      timing: brisk)
    let running = Task { try await server.run() }
    let address = try await server.listeningAddress
    try await withClient(agent, to: address) {
      let session = try await first.sessions.take()
      session.updates.put(snapshot)
      _ = try await agent.updates.take()
      await agent.report(report)
      #expect(try await session.reports.take() == report)
      running.cancel()
      try await running.value
      _ = try await session.ended.take()
      let reason = try await agent.disconnection()
      #expect(reason == "the controller is shutting down")
      _ = try await agent.disconnection()

      let second = TestController()
      try await withServer(second, port: address.port) { _ in
        let resumed = try await second.sessions.take()
        #expect(resumed.hello.held == version("e", 7))
        #expect(try await resumed.reports.take() == report)
      }
    }
  }

  @Test("an agent whose certificate is for another host is refused with both names")
  func wrongIdentity() async throws {
    let authority = try TestCertificates()
    let controller = TestController()
    let agent = TestAgent(host: "node1")
    let node = ClientSecurity.mutualTLS(try authority.issueNode("node2"), serverName: nil)
    try await withServer(controller, security: .mutualTLS(try authority.issueController())) { address in
      try await withClient(agent, to: address, security: node) {
        let reason = try await agent.disconnection()
        #expect(
          reason == "the agent says that it is host \"node1\", but its certificate is for host \"node2\"")
      }
    }
  }

  @Test("a certificate of another authority is refused, on either side")
  func strangers() async throws {
    let ours = try TestCertificates()
    let theirs = try TestCertificates("another authority")
    let controller = TestController()
    var files = try theirs.issueNode("node1")
    files.trust = ours.path("ca.pem")
    let stranger = ClientSecurity.mutualTLS(files, serverName: nil)
    let node = ClientSecurity.mutualTLS(try theirs.issueNode("node1"), serverName: nil)
    try await withServer(controller, security: .mutualTLS(try ours.issueController())) { address in
      for (security, mark) in [(stranger, "(UNKNOWN_CA)"), (node, "(CERTIFICATE_VERIFY_FAILED)")] {
        let agent = TestAgent()
        try await withClient(agent, to: address, security: security) {
          let reason = try await agent.disconnection()
          #expect(reason.hasSuffix(mark))
        }
      }
    }
    controller.sessions.finish()
    #expect(await controller.sessions.next() == nil)
  }

  @Test("the controller's certificate must be for the name that is asked for, or the address that is dialled")
  func serverName() async throws {
    let authority = try TestCertificates()
    let controller = TestController()
    let files = try authority.issueNode("node1")
    // For a name only: neither another name nor the address will do.
    let named = try authority.issue("controller", names: [.dnsName("controller.test")])
    try await withServer(controller, security: .mutualTLS(named)) { address in
      for serverName in ["other.test", nil] {
        let wrong = TestAgent()
        try await withClient(wrong, to: address, security: .mutualTLS(files, serverName: serverName)) {
          let reason = try await wrong.disconnection()
          #expect(reason.hasSuffix("(failedToValidateHostname)"))
        }
      }
      let right = TestAgent()
      try await withClient(right, to: address, security: .mutualTLS(files, serverName: "controller.test")) {
        let session = try await controller.sessions.take()
        #expect(session.hello.hostID == HostID("node1"))
      }
    }
  }

  @Test("a handler's refusal reaches the agent as a sentence")
  func refusal() async throws {
    let controller = TestController(refusal: SessionRefusal(.notAllowed, "host \"node1\" is not registered"))
    let agent = TestAgent()
    try await withServer(controller) { address in
      try await withClient(agent, to: address) {
        let reason = try await agent.disconnection()
        #expect(reason == "host \"node1\" is not registered")
      }
    }
  }

  @Test("a controller that nobody answers for")
  func nobody() async throws {
    // tcpmux, which nobody serves; a port that was free a moment ago may be another test's by now.
    let address = SouthboundAddress(host: "127.0.0.1", port: 1)
    let agent = TestAgent()
    try await withClient(agent, to: address) {
      let reason = try await agent.disconnection()
      #expect(reason == "Connection refused")
    }
  }

  @Test("an agent with a gap asks for what it misses, and for a snapshot when that has a gap, too")
  func resync() async throws {
    let controller = TestController()
    let agent = TestAgent(held: version("e", 5))
    try await withServer(controller) { address in
      try await withClient(agent, to: address) {
        let session = try await controller.sessions.take()
        #expect(session.hello.held == version("e", 5))
        session.updates.put(GoalStateUpdate(scope: .delta(from: 3), version: version("e", 6)))
        let reason = try await agent.disconnection()
        #expect(reason == "a delta builds on version e/3, but e/5 is held")
        // What it holds is good: it goes on from there.
        let again = try await controller.sessions.take()
        #expect(again.hello.held == version("e", 5))
        again.updates.put(GoalStateUpdate(scope: .delta(from: 4), version: version("e", 6)))
        #expect(try await agent.disconnection() == "a delta builds on version e/4, but e/5 is held")
        let next = try await controller.sessions.take()
        #expect(next.hello.held == version("", 0))
        next.updates.put(GoalStateUpdate(scope: .snapshot, version: version("e", 6)))
        #expect(try await agent.updates.take().version == version("e", 6))
        next.updates.finish()
        #expect(try await controller.sessions.take().hello.held == version("e", 6))
      }
    }
  }

  @Test("a gap behind something good is a first one again")
  func resyncAgain() async throws {
    let controller = TestController()
    let agent = TestAgent(held: version("e", 5))
    try await withServer(controller) { address in
      try await withClient(agent, to: address) {
        for revision in 5...8 as ClosedRange<UInt64> {
          let session = try await controller.sessions.take()
          #expect(session.hello.held == version("e", revision))
          session.updates.put(GoalStateUpdate(scope: .delta(from: revision), version: version("e", revision + 1)))
          session.updates.put(GoalStateUpdate(scope: .delta(from: 99), version: version("e", 100)))
          #expect(try await agent.disconnection().hasPrefix("a delta builds on version e/99"))
        }
      }
    }
  }

  @Test("an agent tells what its host runs while updates go on, also while it takes long to look")
  func reads() async throws {
    let controller = TestController()
    let agent = TestAgent()
    let held = HeldResources([HeldResource(key: .port(PortID("p")), resource: nil, state: .absent)], isCut: true)
    try await withServer(controller) { address in
      try await withClient(agent, to: address) {
        let session = try await controller.sessions.take()
        let question = HeldQuestion(number: 1, query: HeldQuery(.keys([.port(PortID("p"))])))
        session.updates.put(question)
        #expect(try await agent.queries.take() == question.query)
        session.updates.put(GoalStateUpdate(scope: .snapshot, version: version("e", 1)))
        #expect(try await agent.updates.take().version == version("e", 1))
        agent.held.put(held)
        #expect(try await session.held.take() == HeldAnswer(number: 1, held: held))
      }
    }
  }

  @Test("a session that the handler ends is over, and the agent dials again")
  func superseded() async throws {
    let controller = TestController()
    let agent = TestAgent()
    try await withServer(controller) { address in
      try await withClient(agent, to: address) {
        let session = try await controller.sessions.take()
        session.updates.finish()
        #expect(try await agent.disconnection().hasPrefix("the controller ended the session"))
        _ = try await session.ended.take()
        _ = try await controller.sessions.take()
      }
    }
  }

  @Test("both ends send heartbeats, and a session without anything else lives on them")
  func heartbeats() async throws {
    let controller = TestController()
    let agent = TestAgent()
    var timing = brisk
    timing.heartbeatInterval = .seconds(3)
    try await withServer(controller, timing: timing) { address in
      try await withClient(agent, to: address) {
        let session = try await controller.sessions.take()
        // Longer than the three silent intervals that would end it.
        for _ in 0..<4 { _ = try await session.heartbeats.take() }
        session.updates.put(GoalStateUpdate(scope: .snapshot, version: version("e", 1)))
        #expect(try await agent.updates.take().version == version("e", 1))
      }
    }
  }

  @Test("an agent that falls silent loses its session")
  func silentAgent() async throws {
    let controller = TestController()
    var timing = brisk
    timing.heartbeatInterval = .milliseconds(100)
    try await withServer(controller, timing: timing) { address in
      let error = try await rawSession(address) { writer in
        try await writer.write(.hello(host: "node1"))
        try await Task.sleep(for: .seconds(60))
      }
      #expect(error?.code == .deadlineExceeded)
      #expect(error?.message == "nothing was heard for 0.3 seconds")
      _ = try await controller.sessions.take().ended.take()
    }
  }

  @Test("an agent that never says hello is not waited for")
  func noHello() async throws {
    var timing = brisk
    timing.helloTimeout = .milliseconds(200)
    try await withServer(TestController(), timing: timing) { address in
      let error = try await rawSession(address) { _ in try await Task.sleep(for: .seconds(60)) }
      #expect(error?.code == .deadlineExceeded)
      #expect(error?.message == "no hello came within 0.2 seconds")
    }
  }

  @Test("an agent that says hello twice is cut off with a sentence")
  func helloTwice() async throws {
    let controller = TestController()
    try await withServer(controller) { address in
      let error = try await rawSession(address) { writer in
        try await writer.write(.hello(host: "node1"))
        try await writer.write(.hello(host: "node1"))
        try await Task.sleep(for: .seconds(60))
      }
      #expect(error?.code == .failedPrecondition)
      #expect(error?.message == "a second hello came in a session that is open")
    }
  }

  @Test("a message larger than the limit ends the session, not the server")
  func oversized() async throws {
    let controller = TestController()
    var limits = SouthboundLimits()
    limits.maximumMessageBytes = 10_000
    try await withServer(controller, limits: limits) { address in
      let error = try await rawSession(address) { writer in
        var hello = ToController.hello(host: "node1")
        hello.hello.agentVersion = String(repeating: "x", count: 20_000)
        try await writer.write(hello)
        try await Task.sleep(for: .seconds(60))
      }
      #expect(error != nil)
      let agent = TestAgent()
      try await withClient(agent, to: address) { _ = try await controller.sessions.take() }
    }
  }

  @Test("more sessions than the limit are refused")
  func sessionLimit() async throws {
    let controller = TestController()
    var limits = SouthboundLimits()
    limits.maximumSessions = 1
    try await withServer(controller, limits: limits) { address in
      try await withClient(TestAgent(), to: address) {
        _ = try await controller.sessions.take()
        let second = TestAgent(host: "node2")
        try await withClient(second, to: address) {
          let reason = try await second.disconnection()
          #expect(reason == "the controller has its limit of 1 sessions")
        }
      }
    }
  }

  @Test("a controller that falls silent is left")
  func silentController() async throws {
    let agent = TestAgent()
    let transport = HTTP2ServerTransport.Posix(
      address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext)
    try await withGRPCServer(transport: transport, services: [SilentController()]) { server in
      let port = try #require(try await transport.listeningAddress.ipv4).port
      try await withClient(agent, to: SouthboundAddress(host: "127.0.0.1", port: port)) {
        let reason = try await agent.disconnection()
        #expect(reason == "nothing was heard for 0.3 seconds")
      }
      _ = server
    }
  }

  @Test("client and server end promptly when they are cancelled in the middle of a session")
  func cancellation() async throws {
    let controller = TestController()
    let agent = TestAgent()
    let clock = ContinuousClock()
    let server = try SouthboundServer(
      address: SouthboundAddress(host: "127.0.0.1", port: 0), security: .plaintext, handler: controller, logger: quiet)
    let serving = Task { try await server.run() }
    let client = try SouthboundClient(
      address: try await server.listeningAddress, security: .plaintext, receiver: agent, logger: quiet)
    let running = Task { try await client.run() }
    let session = try await controller.sessions.take()
    let clientEnd = try await clock.measure {
      running.cancel()
      try await running.value
    }
    _ = try await session.ended.take()
    let again = Task { try await client.run() }
    _ = try await controller.sessions.take()
    let serverEnd = try await clock.measure {
      serving.cancel()
      try await serving.value
    }
    again.cancel()
    try await again.value
    // Far below any timeout that could end them otherwise, far above what a busy machine needs.
    #expect(clientEnd < .seconds(8))
    #expect(serverEnd < .seconds(8))
  }

  @Test("a server that was told to end before it began returns at once")
  func endedBeforeBegun() async throws {
    let server = try SouthboundServer(
      address: SouthboundAddress(host: "127.0.0.1", port: 0), security: .plaintext, handler: TestController(),
      logger: quiet)
    server.beginShutdown()
    try await server.run()
  }

  @Test("an address that is taken, or that is no address, is an error that names it")
  func cannotListen() async throws {
    try await withServer(TestController()) { address in
      let server = try SouthboundServer(
        address: address, security: .plaintext, handler: TestController(), logger: quiet)
      await #expect {
        try await server.run()
      } throws: { error in
        "\(error)".hasPrefix("cannot listen on \(address): ") && "\(error)".contains("in use")
      }
    }
    #expect(throws: SouthboundError.address("here", problem: "is not an address to listen on, such as 0.0.0.0")) {
      _ = try SouthboundServer(
        address: SouthboundAddress(host: "here"), security: .plaintext, handler: TestController(), logger: quiet)
    }
  }

  /// One session in which the agent says what `say` writes.
  ///
  /// - Returns: the status that ended it.
  private func rawSession(
    _ address: SouthboundAddress,
    say: @escaping @Sendable (RPCWriter<ToController>) async throws -> Void
  ) async throws -> RPCError? {
    let transport = try HTTP2ClientTransport.Posix(
      target: .ipv4(address: address.host, port: address.port), transportSecurity: .plaintext)
    return try await withGRPCClient(transport: transport) { client in
      do {
        try await Alioth_Southbound_V1_Southbound.Client(wrapping: client).session(requestProducer: say) { response in
          for try await _ in response.messages {}
        }
        return nil
      } catch let error as RPCError {
        return error
      }
    }
  }
}

/// Welcomes an agent and says nothing more.
private struct SilentController: Alioth_Southbound_V1_Southbound.SimpleServiceProtocol {
  func session(
    request: RPCAsyncSequence<ToController, any Error>, response: RPCWriter<ToAgent>, context: ServerContext
  ) async throws {
    try await response.write(.welcome(milliseconds: 100))
    for try await _ in request {}
  }
}
