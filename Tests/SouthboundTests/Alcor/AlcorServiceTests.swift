import GRPCCore
import GRPCNIOTransportHTTP2
import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftASN1
import SwiftProtobuf
import Synchronization
import Testing
import X509

@testable import Southbound

@Suite("An Alcor controller's calls over the loopback interface", .timeLimit(.minutes(5)))
struct AlcorServiceTests {
  private typealias Provisioner = Alcor_Schema_GoalStateProvisioner.Client<HTTP2ClientTransport.Posix>

  @Test("with certificates on both sides: by a call, and by streams side by side, each in order")
  func pushed() async throws {
    let certificates = try TestCertificates()
    let files = try certificates.issue("node", names: [.ipAddress(.init(contentBytes: [127, 0, 0, 1]))])
    let host = FakeAlcorHost()
    try await withServer(host, .mutualTLS(files)) { address async throws in
      try await withClient(address, .mutualTLS(try certificates.issue("controller"), serverName: nil)) {
        client async throws in
        let goalState = Alcor_Schema_GoalState.with {
          $0.formatVersion = 101
          $0.subnetStates = [AlcorSample.subnet()]
          $0.portStates = [AlcorSample.port()]
        }
        let reply = try await client.pushNetworkResourceStates(goalState)
        #expect(reply.statuses == [.success, .success])
        #expect(reply.formatVersion == 101)
        try await withThrowingTaskGroup(of: [String].self) { group in
          for stream in 0..<3 {
            group.addTask { try await push(client, stream: stream, count: 2000) }
          }
          var streams = 0
          for try await ids in group {
            let stream = ids.first?.first.map(String.init) ?? ""
            #expect(ids == (0..<2000).map { "\(stream)-\($0)" })
            streams += 1
          }
          #expect(streams == 3)
        }
        #expect(await host.goal.neighbors.count == 6000)
        // Far fewer updates than messages: what waits for the switch becomes one.
        #expect(await host.updates.count < 3000)
      }
    }
  }

  private func push(_ client: Provisioner, stream: Int, count: Int) async throws -> [String] {
    try await client.pushGoalStatesStream(
      requestProducer: { writer in
        for number in 0..<count {
          let id = "\(stream)-\(number)"
          try await writer.write(
            .with {
              $0.formatVersion = 102
              $0.neighborStates = [
                id: AlcorSample.neighbor(id, address: "10.\(stream).\(number / 250).\(number % 250 + 1)")
              ]
            })
        }
      },
      onResponse: { response in
        var ids: [String] = []
        for try await reply in response.messages {
          ids += reply.operationStatuses.filter { $0.operationStatus == .success }.map(\.resourceID)
        }
        return ids
      })
  }

  @Test("a controller without a certificate of the authority is not served")
  func strangers() async throws {
    let certificates = try TestCertificates()
    let files = try certificates.issue("node", names: [.ipAddress(.init(contentBytes: [127, 0, 0, 1]))])
    let others = try TestCertificates("others")
    let foreign = try others.issue("controller")
    let stranger = CredentialFiles(certificate: foreign.certificate, key: foreign.key, trust: files.trust)
    let host = FakeAlcorHost()
    try await withServer(host, .mutualTLS(files)) { address async throws in
      await #expect(throws: (any Error).self) {
        try await withClient(address, .mutualTLS(stranger, serverName: nil)) { client async throws in
          _ = try await client.pushNetworkResourceStates(
            .with { $0.subnetStates = [AlcorSample.subnet()] }, options: .brief)
        }
      }
      #expect(await host.goal.subnets.isEmpty)
    }
  }

  @Test("messages are bounded in bytes and in resources, and what is not served says so")
  func refused() async throws {
    let host = FakeAlcorHost()
    let limits = AlcorLimits(maximumMessageBytes: 100_000, maximumOperations: 10)
    try await withServer(host, .plaintext, limits) { address async throws in
      try await withClient(address, .plaintext) { client async throws in
        await #expect(throws: RPCError.self) {
          try await client.pushNetworkResourceStates(
            .with { $0.subnetStates = [AlcorSample.subnet(String(repeating: "x", count: 200_000))] })
        }
        let many = await #expect(throws: RPCError.self) {
          try await client.pushNetworkResourceStates(
            .with { $0.neighborStates = Array(repeating: AlcorSample.neighbor(), count: 11) })
        }
        #expect(many?.code == .resourceExhausted)
        let rules = await #expect(throws: RPCError.self) { try await client.pushGoalstates(.init()) }
        #expect(rules?.code == .unimplemented)
        let request = await #expect(throws: RPCError.self) { try await client.requestGoalStates(.init()) }
        #expect(request?.code == .unimplemented)
        #expect(try await client.pushNetworkResourceStates(.init()).operationStatuses.isEmpty)
      }
    }
  }

  @Test("a start is told of once, and neighbors are asked for by the address of who asks")
  func asked() async throws {
    let manager = FakeManager()
    let server = GRPCServer(
      transport: .http2NIOPosix(address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext),
      services: [manager])
    let serving = Task { try await server.serve() }
    let bound = try #require(try await server.listeningAddress?.ipv4)
    let host = FakeAlcorHost(isSwitchEmpty: false)
    let source = FakeAsker()
    try await withDesk(host, asks: true) { desk async throws in
      manager.desk.withLock { $0 = desk }
      let questioner = try AlcorQuestioner(
        address: SouthboundAddress(host: bound.host, port: bound.port), security: .plaintext, desk: desk,
        source: source, patience: .seconds(120), logger: quiet)
      let asking = Task { try await questioner.run(hostAddress: .v4(IPv4Address(192, 0, 2, 11))) }
      while await !host.goal.isComplete { await Task.yield() }
      #expect(try await desk.statuses(AlcorSample.subnet()) == [.success])
      let network = NetworkID("vpc-1/20")
      source.questions.put(.ask(NeighborAsk(number: 1, networkID: network, target: .address(try ip("10.0.0.11")))))
      #expect(try await source.answers.take() == NeighborAnswer(number: 1, isFound: true))
      #expect(await host.goal.neighbors.count == 1)
      source.questions.put(.ask(NeighborAsk(number: 2, networkID: network, target: .address(try ip("10.0.0.99")))))
      #expect(try await source.answers.take() == NeighborAnswer(number: 2, isFound: false, rememberSeconds: 10))
      let mac = try mac("fa:16:3e:00:00:0b")
      source.questions.put(.ask(NeighborAsk(number: 3, networkID: network, target: .mac(mac))))
      #expect(try await source.answers.take().isFound == false)
      // What has been forgotten is known by its MAC address.
      source.questions.put(.idle([NeighborID("neighbor-1")]))
      source.questions.put(.ask(NeighborAsk(number: 4, networkID: network, target: .mac(mac))))
      #expect(try await source.answers.take() == NeighborAnswer(number: 4, isFound: true))
      asking.cancel()
      _ = await asking.result
    }
    let requests = manager.requests.withLock { $0 }
    #expect(requests.filter { $0.requestType == .agentRestarted }.map(\.sourceIp) == ["192.0.2.11"])
    let asked = requests.filter { $0.requestType == .onDemand }
    #expect(asked.map(\.destinationIp) == ["10.0.0.11", "10.0.0.99", "10.0.0.11"])
    #expect(asked.allSatisfy { $0.sourceIp == "10.0.0.10" && $0.tunnelID == 20 })
    server.beginGracefulShutdown()
    serving.cancel()
    _ = await serving.result
  }

  private func withServer(
    _ host: FakeAlcorHost, _ security: ServerSecurity, _ limits: AlcorLimits = AlcorLimits(),
    _ body: @Sendable (SouthboundAddress) async throws -> Void
  ) async throws {
    try await withDesk(host, limits: limits) { desk async throws in
      let server = try AlcorServer(
        address: SouthboundAddress(host: "127.0.0.1", port: 0), security: security, desk: desk, limits: limits,
        logger: quiet)
      let running = Task { try await server.run() }
      let result: Result<Void, any Error>
      do {
        result = .success(try await body(try await server.listeningAddress))
      } catch {
        result = .failure(error)
      }
      running.cancel()
      try await running.value
      try result.get()
    }
  }

  private func withClient(
    _ address: SouthboundAddress, _ security: ClientSecurity, _ body: @Sendable (Provisioner) async throws -> Void
  ) async throws {
    try await withGRPCClient(transport: try SouthboundClient.transport(to: address, security: security)) {
      try await body(Provisioner(wrapping: $0))
    }
  }
}

extension CallOptions {
  fileprivate static var brief: CallOptions {
    var options = CallOptions.defaults
    options.timeout = .seconds(5)
    return options
  }
}

/// Alcor's NetworkConfigManager: it knows one neighbor, which it pushes before it answers.
private final class FakeManager: Alcor_Schema_GoalStateProvisioner.SimpleServiceProtocol {
  let desk = Mutex<AlcorDesk?>(nil)
  let requests = Mutex<[Alcor_Schema_HostRequest.ResourceStateRequest]>([])

  func requestGoalStates(
    request: Alcor_Schema_HostRequest, context: ServerContext
  ) async throws -> Alcor_Schema_HostRequestReply {
    requests.withLock { $0 += request.stateRequests }
    var reply = Alcor_Schema_HostRequestReply()
    for asked in request.stateRequests {
      let isKnown = asked.requestType == .agentRestarted || asked.destinationIp == "10.0.0.11"
      if isKnown, asked.requestType == .onDemand {
        _ = try await desk.withLock { $0 }?.submit(AlcorSample.neighbor())
      }
      reply.operationStatuses.append(
        .with {
          $0.requestID = asked.requestID
          $0.operationStatus = isKnown ? .success : .failure
        })
    }
    return reply
  }

  func pushNetworkResourceStates(
    request: Alcor_Schema_GoalState, context: ServerContext
  ) async throws -> Alcor_Schema_GoalStateOperationReply { .init() }

  func pushGoalStatesStream(
    request: RPCAsyncSequence<Alcor_Schema_GoalStateV2, any Error>,
    response: RPCWriter<Alcor_Schema_GoalStateOperationReply>, context: ServerContext
  ) async throws {}

  func pushGoalstates(
    request: Alcor_Schema_NeighborRulesRequest, context: ServerContext
  ) async throws -> Alcor_Schema_GoalStateOperationReply { .init() }
}

/// Whoever asks for neighbors, in the name of one guest.
private final class FakeAsker: AlcorQuestionSource {
  let questions = Mailbox<AgentQuestion>()
  let answers = Mailbox<NeighborAnswer>()

  func nextQuestion() async -> AgentQuestion? { await questions.next() }
  func answered(_ answer: NeighborAnswer) async { answers.put(answer) }
  func asker(of ask: NeighborAsk) async -> AlcorAsker? {
    VNI(20).map { AlcorAsker(vni: $0, address: .v4(IPv4Address(10, 0, 0, 10))) }
  }
}
