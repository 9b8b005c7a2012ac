import EventLoopTasks
import Foundation
import GoalState
import Logging
import NIOPosix
import NetworkTypes
import Synchronization
import Testing

@testable import Southbound

/// Values from one task to another, in order.
final class Mailbox<Element: Sendable>: Sendable {
  private let stream: AsyncStream<Element>
  private let continuation: AsyncStream<Element>.Continuation

  init() {
    (stream, continuation) = AsyncStream.makeStream(of: Element.self)
  }

  func put(_ element: Element) { continuation.yield(element) }
  func finish() { continuation.finish() }

  /// The next value; nil when there will be none, or when the task is cancelled, which ends the mailbox.
  func next() async -> Element? {
    var iterator = stream.makeAsyncIterator()
    return await iterator.next()
  }

  /// The next value, which must come.
  func take(_ location: SourceLocation = #_sourceLocation) async throws -> Element {
    let value = await withTaskGroup(of: Element?.self) { group in
      group.addTask { await self.next() }
      group.addTask {
        try? await Task.sleep(for: .seconds(120))
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
    return try #require(value, "nothing came within two minutes", sourceLocation: location)
  }
}

/// What a session is to send, in order.
struct Outputs: Sendable {
  let outputs = Mailbox<AgentOutput>()

  func put(_ update: GoalStateUpdate) { outputs.put(.update(update)) }
  func put(_ question: HeldQuestion) { outputs.put(.questions([question])) }
  func finish() { outputs.finish() }
}

/// A session that sends what the test puts into it.
final class TestSession: AgentSession {
  let hello: AgentHello
  let epoch: String
  let updates = Outputs()
  let held = Mailbox<HeldAnswer>()
  let reports = Mailbox<GoalStateReport>()
  let heartbeats = Mailbox<Void>()
  let ended = Mailbox<Void>()

  init(_ hello: AgentHello, epoch: String) {
    self.hello = hello
    self.epoch = epoch
  }

  func nextUpdate() async -> GoalStateUpdate? { nil }
  func nextOutput() async -> AgentOutput? { await updates.outputs.next() }
  func received(_ answer: HeldAnswer) async { held.put(answer) }
  func received(_ report: GoalStateReport) async { reports.put(report) }
  func heartbeat() async { heartbeats.put(()) }
  func closed() async {
    updates.finish()
    ended.put(())
  }
}

/// A controller whose sessions the test gets hold of.
final class TestController: AgentSessionHandler {
  let sessions = Mailbox<TestSession>()
  private let refusal: SessionRefusal?
  private let epoch: String

  init(refusal: SessionRefusal? = nil, epoch: String = "e") {
    self.refusal = refusal
    self.epoch = epoch
  }

  func open(_ hello: AgentHello, peer: String) async throws(SessionRefusal) -> any AgentSession {
    if let refusal { throw refusal }
    let session = TestSession(hello, epoch: epoch)
    sessions.put(session)
    return session
  }
}

/// An agent that holds what it was last given, and shows everything to the test.
actor TestAgent: GoalStateReceiver {
  nonisolated let updates = Mailbox<GoalStateUpdate>()
  nonisolated let states = Mailbox<ControllerConnectionState>()
  /// What the controller asked, and what to answer.
  nonisolated let queries = Mailbox<HeldQuery>()
  nonisolated let held = Mailbox<HeldResources>()
  private let host: String
  private var version = GoalStateVersion(epoch: "", revision: 0)
  private var reports = Mailbox<GoalStateReport>()
  private var last: GoalStateReport?

  init(host: String = "node1", held: GoalStateVersion = GoalStateVersion(epoch: "", revision: 0)) {
    self.host = host
    self.version = held
  }

  func hello() async -> AgentHello {
    AgentHello(
      hostID: HostID(host), tunnelAddress: .v4(IPv4Address(192, 0, 2, 11)), agentVersion: "test", held: version,
      answersReads: true)
  }

  func received(_ update: GoalStateUpdate) async {
    version = update.version
    updates.put(update)
  }

  nonisolated func held(_ query: HeldQuery) async -> HeldResources {
    queries.put(query)
    return await held.next() ?? HeldResources()
  }

  func connectionChanged(_ state: ControllerConnectionState) async { states.put(state) }

  func nextReport() async -> GoalStateReport? { await reports.next() }

  func resetReports() async {
    reports = Mailbox()
    if let last { reports.put(last) }
  }

  func report(_ report: GoalStateReport) {
    last = report
    reports.put(report)
  }

  /// The reason of the next disconnection.
  nonisolated func disconnection(_ location: SourceLocation = #_sourceLocation) async throws -> String {
    while true {
      if case .disconnected(let reason, _) = try await states.take(location) { return reason }
    }
  }
}

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Production's timing, only with waits that a test can afford.
let brisk = SouthboundTiming(
  heartbeatInterval: .seconds(5), minimumBackoff: .milliseconds(20), maximumBackoff: .milliseconds(100))

/// A server on a free port of the loopback interface while `body` runs.
func withServer<Result: Sendable>(
  _ handler: any AgentSessionHandler, security: ServerSecurity = .plaintext, port: Int = 0,
  timing: SouthboundTiming = brisk, limits: SouthboundLimits = SouthboundLimits(),
  _ body: (SouthboundAddress) async throws -> Result
) async throws -> Result {
  let server = try SouthboundServer(
    address: SouthboundAddress(host: "127.0.0.1", port: port), security: security, handler: handler, logger: quiet,
    limits: limits, timing: timing)
  let running = Task { try await server.run() }
  let result: Swift.Result<Result, any Error>
  do {
    result = .success(try await body(try await server.listeningAddress))
  } catch {
    result = .failure(error)
  }
  running.cancel()
  try await running.value
  return try result.get()
}

/// Where clients' tasks run, as an agent's do.
private let clientTasks = EventLoopTaskExecutor.forever(on: MultiThreadedEventLoopGroup.singleton.next())

/// A client that runs while `body` does.
func withClient<Result: Sendable>(
  _ agent: any GoalStateReceiver, to address: SouthboundAddress, security: ClientSecurity = .plaintext,
  timing: SouthboundTiming = brisk, _ body: () async throws -> Result
) async throws -> Result {
  let client = try SouthboundClient(
    address: address, security: security, receiver: agent, logger: quiet, timing: timing,
    executor: clientTasks)
  let running = Task { try await client.run() }
  let result: Swift.Result<Result, any Error>
  do {
    result = .success(try await body())
  } catch {
    result = .failure(error)
  }
  running.cancel()
  try await running.value
  return try result.get()
}
