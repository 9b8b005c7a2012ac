import GRPCCore
import GRPCNIOTransportHTTP2
import GoalState
import GoalStateProtobuf
import Logging
import NetworkTypes
import SwiftProtobuf

/// Asks an Alcor controller with `RequestGoalStates`: once for everything after a start, and for neighbors on demand. The answer
/// says only whether there is something; that itself comes by a push.
public struct AlcorQuestioner: Sendable {
  private typealias Client = Alcor_Schema_GoalStateProvisioner.Client<HTTP2ClientTransport.Posix>
  private typealias Request = Alcor_Schema_HostRequest.ResourceStateRequest

  /// Questions that are under way at once.
  static let concurrentQuestions = 64
  /// How long a host need not ask again for what there is not.
  static let rememberSeconds: UInt32 = 10
  /// The longest wait until everything is asked for again.
  static let longestWait = Duration.seconds(30)

  private let address: SouthboundAddress
  private let security: ClientSecurity
  private let desk: AlcorDesk
  private let source: any AlcorQuestionSource
  private let patience: Duration
  private let logger: Logger

  /// Reads the credentials once, so that a mistake in them is found at the start.
  ///
  /// - Parameter patience: How long an answer about a neighbor may take.
  public init(
    address: SouthboundAddress, security: ClientSecurity, desk: AlcorDesk, source: any AlcorQuestionSource,
    patience: Duration = .seconds(3), logger: Logger
  ) throws(SouthboundError) {
    if case .mutualTLS(let files, _) = security { _ = try Credentials(files) }
    self.address = address
    self.security = security
    self.desk = desk
    self.source = source
    self.patience = patience
    self.logger = logger
  }

  /// Asks until the task is cancelled.
  ///
  /// - Parameter hostAddress: The host's own, by which the controller knows it.
  public func run(hostAddress: IPAddress) async throws {
    let transport = try SouthboundClient.transport(to: address, security: security)
    try await withGRPCClient(transport: transport) { connection in
      let client = Client(wrapping: connection)
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await askForEverything(client, hostAddress) }
        group.addTask { await desk.completeIfEmpty() }
        group.addTask {
          for await numbers in desk.foundQuestions {
            for number in numbers { await source.answered(NeighborAnswer(number: number, isFound: true)) }
          }
        }
        group.addTask { await askForNeighbors(client) }
        await group.waitForAll()
      }
    }
  }

  // MARK: Everything

  /// Tells the controller that the agent was started, until it has been told; then all that it has for this host has come.
  private func askForEverything(_ client: Client, _ hostAddress: IPAddress) async {
    var backoff = Backoff(minimum: .milliseconds(500), maximum: AlcorQuestioner.longestWait)
    while !Task.isCancelled {
      let request = Request.with {
        $0.requestType = .agentRestarted
        $0.requestID = "restarted"
        $0.sourceIp = hostAddress.description
      }
      do {
        let status = try await ask(client, request, within: .seconds(60))
        if status == .success {
          logger.info("the controller has been told of the start")
          await desk.inputIsComplete()
          return
        }
        logger.warning("the controller has nothing after the start", metadata: ["status": "\(status)"])
      } catch {
        logger.warning(
          "the controller was not told of the start",
          metadata: ["controller": "\(address)", "reason": "\(rootCause(of: error))"])
      }
      try? await Task.sleep(for: backoff.next(random: .random(in: 0...1)))
    }
  }

  // MARK: Neighbors

  private func askForNeighbors(_ client: Client) async {
    await withTaskGroup(of: Void.self) { group in
      var underWay = 0
      while let question = await source.nextQuestion() {
        switch question {
        case .idle(let neighbors): await desk.forget(neighbors)
        case .ask(let ask):
          if underWay >= AlcorQuestioner.concurrentQuestions {
            await group.next()
            underWay -= 1
          }
          underWay += 1
          group.addTask { await self.ask(client, for: ask) }
        }
      }
      await group.waitForAll()
    }
  }

  private func ask(_ client: Client, for ask: NeighborAsk) async {
    let isNone = NeighborAnswer(
      number: ask.number, isFound: false, rememberSeconds: AlcorQuestioner.rememberSeconds)
    guard let key = await desk.expect(ask), let asker = await source.asker(of: ask) else {
      await source.answered(isNone)
      return
    }
    let request = Request.with {
      $0.requestType = .onDemand
      $0.requestID = "\(ask.number)"
      $0.tunnelID = asker.vni.rawValue
      $0.sourceIp = asker.address.description
      $0.destinationIp = key.address.description
      $0.ethertype = key.address.version == .v4 ? .ipv4 : .ipv6
      $0.protocol = .arp
    }
    do {
      // Found, the neighbor comes, or has come; what never comes is given up by whoever asked.
      let status = try await self.ask(client, request, within: patience)
      guard status == .failure || status == .invalidArg else { return }
      if await desk.notFound(key, number: ask.number) { await source.answered(isNone) }
    } catch {
      logger.debug(
        "no answer about a neighbor", metadata: ["address": "\(key.address)", "reason": "\(rootCause(of: error))"])
    }
  }

  private func ask(
    _ client: Client, _ request: Request, within patience: Duration
  ) async throws -> Alcor_Schema_OperationStatus {
    var options = CallOptions.defaults
    options.timeout = patience
    options.waitForReady = true
    let reply = try await client.requestGoalStates(
      .with {
        $0.formatVersion = 1
        $0.stateRequests = [request]
      }, options: options)
    let answer = reply.operationStatuses.first { $0.requestID == request.requestID }
    guard let answer else {
      throw RPCError(code: .dataLoss, message: "the answer is about none of the questions")
    }
    return answer.operationStatus
  }
}
