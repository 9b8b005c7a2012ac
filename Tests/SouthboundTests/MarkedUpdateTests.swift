import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf
import Testing

@testable import Southbound

@Suite("Updates that are marked, and what is answered to them")
struct MarkedUpdateTests {
  @Test("marks arrive with snapshots and with deltas, in one part or in many")
  func marks() throws {
    for chunk in [50, 1_000_000] {
      for scope in [GoalStateUpdate.Scope.snapshot, .delta(from: 4)] {
        let update = GoalStateUpdate(
          scope: scope, version: version("e", 9), upserts: try neighbors(5), areRemovalsIntended: true,
          isAllOrNothing: true)
        var state = AgentStreamState.welcomed(held: version("e", 4))
        let messages = UpdateMessages(update, lastSent: version("e", 4), chunkBytes: chunk)
        var actions: [AgentStreamState.Action] = []
        for message in messages { actions += try state.handle(message, now: .zero) }
        // Nothing of it is begun with.
        #expect(actions == [.deliver(update)])
      }
    }
  }

  @Test("a dry run is not taken in: what is held stays, and so does what deltas build on")
  func dryRun() throws {
    let update = GoalStateUpdate(scope: .delta(from: 4), version: version("e", 9), upserts: try neighbors(5))
    var state = AgentStreamState.welcomed(held: version("e", 4))
    let messages = Array(UpdateMessages(update, lastSent: version("e", 4), chunkBytes: 50, dryRun: 3))
    #expect(messages.count > 1)
    var actions: [AgentStreamState.Action] = []
    for message in messages { actions += try state.handle(message, now: .zero) }
    #expect(actions == [.rehearse(update, number: 3)])
    #expect(state.held == version("e", 4))
    #expect(
      try state.handle([.delta("e", 4, 5)]) == [.deliver(.init(scope: .delta(from: 4), version: version("e", 5)))])
    // One without changes is no progress: that would be taken in.
    let empty = GoalStateUpdate(scope: .delta(from: 5), version: version("e", 6))
    #expect(Array(UpdateMessages(empty, lastSent: version("e", 5), chunkBytes: 50, dryRun: 3)).first?.delta.dryRun == 3)
  }

  @Test("parts of one delta are marked alike")
  func mixedMarks() throws {
    var state = AgentStreamState.welcomed(held: version("e", 4))
    _ = try state.handle([.delta("e", 4, 5, more: true)])
    var part = ToAgent.delta("e", 4, 5)
    part.delta.allOrNothing = true
    #expect(throws: ProtocolViolation.self) { try state.handle([part]) }
  }

  @Test("after an update that was refused as a whole, deltas build on what was held before")
  func refused() throws {
    var state = AgentStreamState.welcomed(held: version("e", 4))
    let update = GoalStateUpdate(scope: .delta(from: 4), version: version("e", 5), isAllOrNothing: true)
    for message in UpdateMessages(update, lastSent: version("x", 4), chunkBytes: 50) {
      #expect(try state.handle([message]) == [.deliver(update)])
    }
    state.refuse(update)
    #expect(state.held == version("e", 4))
    // Whoever believes that it was taken in is not followed.
    var mistaken = state
    #expect(throws: ProtocolViolation.notHeld(from: version("e", 5), held: version("e", 4))) {
      try mistaken.handle([.progress(6)])
    }
    mistaken = state
    #expect(throws: ProtocolViolation.self) { try mistaken.handle([.delta("e", 5, 6)]) }
    #expect(try !state.handle([.delta("e", 4, 6)]).isEmpty)
    #expect(try !state.handle([.progress(7)]).isEmpty)
  }

  @Test("what is held back, and what was refused as a whole, come with the report, whatever its size")
  func report() throws {
    var report = GoalStateReport(
      applied: version("e", 4),
      failures: (0..<50).map {
        ResourceFailure(key: .port(PortID("p\($0)")), revision: 5, code: .invalid, message: "mac_address: none")
      },
      heldRemovals: .init(
        version: version("e", 5), count: 1200, resources: [.port(PortID("p1"))], since: 1_700_000_000,
        until: 1_700_000_600, reason: "too much"),
      refusedUpdate: .init(version: version("e", 6), reason: "port p1 is refused"))
    for chunk in [100, 100_000] {
      var state = try ControllerStreamState.opened()
      var actions: [ControllerStreamState.Action] = []
      for message in reportMessages(report, chunkBytes: chunk) { actions += try state.handle(message, now: .zero) }
      #expect(actions == [.report(report)])
      #expect(report.inForce == version("e", report.heldRemovals == nil ? 4 : 5))
      report.heldRemovals = nil
    }
  }

  @Test("a dry run's result arrives as it was found")
  func result() throws {
    var result = DryRunResult(version: version("e", 9), refusal: "port p is refused")
    result.added = .init(count: 500, first: [.port(PortID("p1"))])
    result.changed = .init([.network(NetworkID("n"))])
    result.removed = .init([.subnet(SubnetID("s"))])
    result.heldBack = .init([.router(RouterID("r"))])
    result.refused = .init([
      ResourceFailure(key: .port(PortID("p2")), revision: 5, code: .outOfOrder, message: "older")
    ])
    result.pending = .init([.init(key: .neighbor(NeighborID("q")), revision: 6, reason: "no network yet")])
    result.flowChanges = [.init(table: "classify", added: 1, modified: 2, removed: 3)]
    result.flows = ["+ table=0 actions=drop"]
    var state = try ControllerStreamState.opened()
    let message = ToController.with { $0.dryRunResult = .init(result, number: 3) }
    #expect(try state.handle(message, now: .zero) == [.dryRun(result, number: 3)])
    var early = ControllerStreamState(limits: SouthboundLimits(), timing: SouthboundTiming(), now: .zero)
    #expect(throws: ProtocolViolation.self) { try early.handle(message, now: .zero) }
  }

  @Test("what is held back is released by a message, after the welcome")
  func release() throws {
    let message = ToAgent.with { $0.releaseRemovals = .init() }
    var state = AgentStreamState.welcomed()
    #expect(try state.handle([message]) == [.releaseRemovals])
    var early = AgentStreamState.fresh()
    #expect(throws: ProtocolViolation.self) { try early.handle([message]) }
  }
}

@Suite("Dry runs and updates as a whole over the loopback interface", .serialized, .timeLimit(.minutes(3)))
struct MarkedSessionTests {
  @Test("a dry run is answered, a refused update is not built upon, and removals are released")
  func session() async throws {
    let (controller, agent) = (AskingController(), PickyAgent())
    try await withServer(controller) { address in
      try await withClient(agent, to: address) {
        let session = try await controller.sessions.take()
        let update = GoalStateUpdate(scope: .snapshot, version: version("e", 7), upserts: try sampleResources())
        session.outputs.put(.dryRun(update, number: 5))
        let answer = try await session.results.take()
        #expect(answer.number == 5 && answer.result.added.count == update.upserts.count)
        session.outputs.put(.update(update))
        session.outputs.put(.releaseRemovals)
        try await agent.released.take()
        var whole = GoalStateUpdate(scope: .delta(from: 7), version: version("e", 8), isAllOrNothing: true)
        whole.removals = [.port(PortID("gone"))]
        session.outputs.put(.update(whole))
        var again = whole
        again.isAllOrNothing = false
        again.version.revision = 9
        session.outputs.put(.update(again))
        #expect(try await agent.taken.take() == update)
        #expect(try await agent.taken.take() == again)
      }
    }
  }
}

/// A controller that sends what the test puts in.
private final class AskingController: AgentSessionHandler {
  final class Session: AgentSession {
    let outputs = Mailbox<AgentOutput>()
    let results = Mailbox<(number: UInt64, result: DryRunResult)>()

    func nextUpdate() async -> GoalStateUpdate? { nil }
    func nextOutput() async -> AgentOutput? { await outputs.next() }
    func dryRun(_ number: UInt64, is result: DryRunResult) async { results.put((number, result)) }
    func received(_ report: GoalStateReport) async {}
    func heartbeat() async {}
    func closed() async { outputs.finish() }
  }

  let sessions = Mailbox<Session>()

  func open(_ hello: AgentHello, peer: String) async throws(SessionRefusal) -> any AgentSession {
    let session = Session()
    sessions.put(session)
    return session
  }
}

/// An agent that refuses everything that is to be taken whole.
private struct PickyAgent: GoalStateReceiver {
  let taken = Mailbox<GoalStateUpdate>()
  let released = Mailbox<Void>()

  func hello() async -> AgentHello {
    AgentHello(
      hostID: HostID("node1"), tunnelAddress: .v4(IPv4Address(192, 0, 2, 11)), agentVersion: "test",
      held: version("", 0))
  }
  func received(_ update: GoalStateUpdate) async { taken.put(update) }
  func receivedWhole(_ update: GoalStateUpdate) async -> Bool { false }
  func rehearsal(of update: GoalStateUpdate) async -> Rehearsal {
    var result = DryRunResult(version: update.version)
    result.added = .init(update.upserts.map(\.key))
    return { [result] in result }
  }
  func releaseRemovals() async { released.put(()) }
  func connectionChanged(_ state: ControllerConnectionState) async {}
  func nextReport() async -> GoalStateReport? { nil }
  func resetReports() async {}
}
