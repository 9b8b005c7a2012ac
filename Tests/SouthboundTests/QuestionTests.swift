import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf
import Testing

@testable import Southbound

@Suite("Questions for neighbors")
struct QuestionTests {
  private typealias ToAgent = Alioth_Southbound_V1_ControllerMessage
  private typealias ToController = Alioth_Southbound_V1_AgentMessage

  private let asks = [
    NeighborAsk(number: 1, networkID: NetworkID("net"), target: .mac(MACAddress(2, 0, 0, 0, 0, 1))),
    NeighborAsk(number: 2, networkID: NetworkID("net"), target: .address(.v4(IPv4Address(10, 0, 0, 1)))),
    NeighborAsk(
      number: 3, networkID: NetworkID("net"), target: .address(.v6(IPv6Address(high: 0xfd00_0000_0000_0000, low: 1)))),
  ]

  @Test("a question is understood as it was meant, whenever it comes after the hello")
  func asked() throws {
    var state = try ControllerStreamState.opened()
    for ask in asks { #expect(try state.handle(ToController(.ask(ask)), now: .zero) == [.ask(ask)]) }
    let part = ToController.with { $0.report = .with { $0.more = true } }
    #expect(try state.handle(part, now: .zero) == [])
    #expect(try state.handle(ToController(.ask(asks[0])), now: .zero) == [.ask(asks[0])])
    let ids = [NeighborID("a"), NeighborID("b")]
    #expect(try state.handle(ToController(.idle(ids)), now: .zero) == [.idle(ids)])
  }

  @Test("a question or what is idle before the hello ends the session")
  func early() {
    for question in [AgentQuestion.ask(asks[0]), .idle([NeighborID("a")])] {
      var state = ControllerStreamState(limits: SouthboundLimits(), timing: SouthboundTiming(), now: .zero)
      #expect(throws: ProtocolViolation.self) { try state.handle(ToController(question), now: .zero) }
    }
  }

  @Test("a question for nothing, for two things at once, or for no address, ends the session")
  func malformed() throws {
    let bad: [(String, String, String)] = [
      ("net", "", ""), ("net", "10.0.0.1", "02:00:00:00:00:01"), ("net", "10.0.0", ""), ("net", "", "02:00"),
      ("net", "10.0.0.1", "x"), ("", "10.0.0.1", ""), ("n\u{1b}et", "10.0.0.1", ""),
    ]
    for (network, address, mac) in bad {
      var state = try ControllerStreamState.opened()
      let message = ToController.with {
        $0.ask = .with {
          $0.number = 1
          $0.networkID = network
          $0.ipAddress = address
          $0.macAddress = mac
        }
      }
      #expect(throws: ProtocolViolation.self, "\(network) \(address) \(mac)") { try state.handle(message, now: .zero) }
    }
  }

  @Test("what is idle and is no id is passed over")
  func idleIDs() throws {
    var state = try ControllerStreamState.opened()
    let message = ToController.with { $0.idle = .with { $0.neighborIds = ["a", "", "b\n"] } }
    #expect(try state.handle(message, now: .zero) == [.idle([NeighborID("a")])])
  }

  @Test(
    "an answer to a question that was asked is taken in the middle of a snapshot too, once; any other ends the session")
  func answered() throws {
    var state = AgentStreamState(
      held: GoalStateVersion(epoch: "", revision: 0), limits: SouthboundLimits(), welcomeTimeout: .seconds(20),
      now: .zero)
    let answer = { (number: UInt64, isFound: Bool) in
      ToAgent.with {
        $0.answer = Alioth_Southbound_V1_Answer(NeighborAnswer(number: number, isFound: isFound, rememberSeconds: 9))
      }
    }
    #expect(throws: ProtocolViolation.self) { try state.handle(answer(1, true), now: .zero) }
    _ = try state.handle(.with { $0.welcome = .with { $0.heartbeatIntervalMilliseconds = 1000 } }, now: .zero)
    #expect(throws: ProtocolViolation.self) { try state.handle(answer(1, true), now: .zero) }
    state.asked(1)
    state.asked(2)
    let begin = ToAgent.with {
      $0.snapshotBegin = .with {
        $0.epoch = "e"
        $0.revision = 1
      }
    }
    _ = try state.handle(begin, now: .zero)
    let taken = NeighborAnswer(number: 2, isFound: true, rememberSeconds: 9)
    #expect(try state.handle(answer(2, true), now: .zero) == [.answer(taken)])
    #expect(throws: ProtocolViolation.self) { try state.handle(answer(2, true), now: .zero) }
    let refused = NeighborAnswer(number: 1, isFound: false, rememberSeconds: 9)
    #expect(try state.handle(answer(1, false), now: .zero) == [.answer(refused)])
  }

  @Test("a hello tells whether the agent asks and what it has learned; one of an earlier version says no")
  func hello() throws {
    let learned = [NeighborID("a"), NeighborID("b")]
    let said = AgentHello(
      hostID: HostID("node1"), tunnelAddress: .v4(IPv4Address(192, 0, 2, 11)), agentVersion: "1",
      held: GoalStateVersion(epoch: "e", revision: 3), asks: true, learned: learned)
    #expect(try AgentHello(Alioth_Southbound_V1_Hello(said)) == said)
    let earlier = Alioth_Southbound_V1_Hello.with {
      $0.hostID = "node1"
      $0.tunnelAddress = "192.0.2.11"
    }
    #expect(try !AgentHello(earlier).asks)
  }
}

@Suite("Questions over the wire", .timeLimit(.minutes(5)))
struct QuestionSessionTests {
  @Test("what is asked is answered behind the neighbor that was found, and what is idle arrives")
  func answered() async throws {
    let controller = AnsweringController()
    try await withServer(controller) { address in
      let agent = AskingAgent()
      let client = try SouthboundClient(
        address: address, security: .plaintext, receiver: agent, logger: quiet, timing: brisk)
      let running = Task { try await client.run() }
      #expect(try await agent.seen.take() == .update(version(1)))
      let network = NetworkID("net")
      let known = NeighborAsk(number: 1, networkID: network, target: .mac(MACAddress(2, 0, 0, 0, 0, 1)))
      let unknown = NeighborAsk(number: 2, networkID: network, target: .address(.v4(IPv4Address(10, 0, 0, 1))))
      agent.questions.put(.ask(known))
      agent.questions.put(.ask(unknown))
      #expect(try await agent.seen.take() == .update(version(2)))
      #expect(try await agent.seen.take() == .answer(NeighborAnswer(number: 1, isFound: true)))
      #expect(
        try await agent.seen.take() == .answer(NeighborAnswer(number: 2, isFound: false, rememberSeconds: 10)))
      agent.questions.put(.idle([NeighborID("n")]))
      #expect(try await controller.idle.take() == [NeighborID("n")])
      running.cancel()
      try await running.value
    }
  }

  private func version(_ revision: UInt64) -> GoalStateVersion { GoalStateVersion(epoch: "e", revision: revision) }

  /// A controller that knows whoever is asked for by a MAC address.
  private final class AnsweringController: AgentSessionHandler {
    let idle = Mailbox<[NeighborID]>()

    func open(_ hello: AgentHello, peer: String) async throws(SessionRefusal) -> any AgentSession {
      Session(idle)
    }

    private final class Session: AgentSession {
      let epoch = "e"
      private let outputs = Mailbox<AgentOutput>()
      private let idle: Mailbox<[NeighborID]>

      init(_ idle: Mailbox<[NeighborID]>) {
        self.idle = idle
        outputs.put(
          .update(GoalStateUpdate(scope: .snapshot, version: GoalStateVersion(epoch: "e", revision: 1))))
      }

      func nextUpdate() async -> GoalStateUpdate? { nil }
      func nextOutput() async -> AgentOutput? { await outputs.next() }
      func received(_ report: GoalStateReport) async {}
      func heartbeat() async {}
      func closed() async { outputs.finish() }
      func idle(_ neighbors: [NeighborID]) async { idle.put(neighbors) }

      func asked(_ ask: NeighborAsk) async {
        guard case .mac(let mac) = ask.target else {
          outputs.put(.answers([NeighborAnswer(number: ask.number, isFound: false, rememberSeconds: 10)]))
          return
        }
        let neighbor = Neighbor(
          id: NeighborID("n"), networkID: ask.networkID, mac: mac, hostAddress: .v4(IPv4Address(192, 0, 2, 12)),
          fixedIPs: [])
        outputs.put(
          .update(
            GoalStateUpdate(
              scope: .delta(from: 1), version: GoalStateVersion(epoch: "e", revision: 2),
              upserts: [VersionedResource(.neighbor(neighbor), revision: 2)])))
        outputs.put(.answers([NeighborAnswer(number: ask.number, isFound: true)]))
      }
    }
  }

  /// An agent that asks what the test wants, and shows what comes.
  private final class AskingAgent: GoalStateReceiver {
    enum Event: Hashable, Sendable {
      case update(GoalStateVersion)
      case answer(NeighborAnswer)
    }

    let seen = Mailbox<Event>()
    let questions = Mailbox<AgentQuestion>()

    func hello() async -> AgentHello {
      AgentHello(
        hostID: HostID("node1"), tunnelAddress: .v4(IPv4Address(192, 0, 2, 11)), agentVersion: "test",
        held: GoalStateVersion(epoch: "", revision: 0), asks: true)
    }

    func received(_ update: GoalStateUpdate) async { seen.put(.update(update.version)) }
    func answered(_ answer: NeighborAnswer) async { seen.put(.answer(answer)) }
    func nextQuestion() async -> AgentQuestion? { await questions.next() }
    func connectionChanged(_ state: ControllerConnectionState) async {}
    func nextReport() async -> GoalStateReport? { nil }
    func resetReports() async {}
  }
}
