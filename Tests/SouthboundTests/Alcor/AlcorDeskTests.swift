import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf
import Testing

@testable import Southbound

@Suite("The line of an Alcor controller's messages", .timeLimit(.minutes(5)))
struct AlcorDeskTests {
  @Test("nothing is answered before the switch has confirmed, and what comes meanwhile is one update")
  func coalesced() async throws {
    let host = FakeAlcorHost()
    try await withDesk(host) { desk async throws in
      #expect(try await desk.statuses(AlcorSample.subnet()) == [.success])
      let before = await host.updates.count
      await host.fallSilent()
      let first = try await desk.submit(AlcorSample.neighbor("0"))
      while await host.updates.count == before { await Task.yield() }
      var tickets = [first]
      for number in 1..<500 {
        tickets.append(try await desk.submit(AlcorSample.neighbor("\(number)", address: "10.0.0.\(number % 200 + 20)")))
      }
      #expect(await host.updates.count == before + 1)
      await host.speak()
      for (number, ticket) in tickets.enumerated() {
        let reply = await ticket.reply()
        #expect(reply.formatVersion == 102)
        #expect(reply.operationStatuses.map(\.resourceID) == ["\(number)"])
        #expect(reply.statuses == [.success])
        #expect(reply.messageTotalOperationTime > 0)
      }
      #expect(await host.updates.count == before + 2)
      #expect(await host.goal.neighbors.count == 500)
    }
  }

  @Test("each of several operations on one resource has an update and a result of its own")
  func sameResource() async throws {
    let host = FakeAlcorHost()
    try await withDesk(host) { desk async throws in
      #expect(try await desk.statuses(AlcorSample.subnet()) == [.success])
      let before = await host.updates.count
      let statuses = try await desk.statuses(
        AlcorSample.neighbor(), AlcorSample.neighbor(operation: .delete), AlcorSample.neighbor(revision: 2),
        AlcorSample.neighbor(operation: .get))
      #expect(statuses == [.success, .success, .success, .success])
      #expect(await host.updates.count == before + 3)
      #expect(await host.goal.neighbors.count == 1)
    }
  }

  @Test("a failure and what waits are told of the resource that they are of")
  func verdicts() async throws {
    let host = FakeAlcorHost()
    await host.report(
      failures: [
        ResourceFailure(key: .neighbor(NeighborID("bad")), revision: 1, code: .switchRefused, message: "no such table")
      ],
      pending: [
        GoalStateReport.Pending(key: .port(PortID("port-1")), revision: 1, reason: "no interface"),
        GoalStateReport.Pending(key: .securityGroup(SecurityGroupID("group-9")), revision: 0, reason: "not known"),
      ])
    try await withDesk(host) { desk async throws in
      let held = AlcorSample.port("port-2") { $0.securityGroupIds = [.with { $0.id = "group-9" }] }
      let statuses = try await desk.statuses(
        AlcorSample.subnet(), AlcorSample.neighbor(), AlcorSample.neighbor("bad"), AlcorSample.port(), held,
        AlcorSample.port("port-3"), AlcorSample.router(operation: .delete, tables: [:]))
      #expect(statuses == [.success, .success, .failure, .pending, .pending, .success, .failure])
    }
  }

  @Test("what the switch does not confirm in time is PENDING, and the next messages go on")
  func impatient() async throws {
    let host = FakeAlcorHost()
    try await withDesk(host, limits: AlcorLimits(patience: .milliseconds(5))) { desk async throws in
      await host.fallSilent()
      #expect(try await desk.statuses(AlcorSample.subnet()) == [.pending])
      #expect(try await desk.statuses(AlcorSample.port(address: "nonsense")) == [.invalidArg])
      await host.speak()
      #expect(try await eventuallySucceeds(desk, AlcorSample.subnet()))
    }
  }

  @Test("a deletion that the host holds back is pending, and others are done; what nobody sends to is meant to go")
  func heldBack() async throws {
    let host = FakeAlcorHost()
    try await withDesk(host) { desk async throws in
      _ = try await desk.statuses(AlcorSample.subnet(), AlcorSample.neighbor("n1"))
      _ = try await desk.statuses(AlcorSample.neighbor("n2"), AlcorSample.neighbor("n3"))
      await host.holdBack([.neighbor(NeighborID("n1"))])
      let statuses = try await desk.statuses(
        AlcorSample.neighbor("n1", operation: .delete), AlcorSample.neighbor("n2", operation: .delete))
      #expect(statuses == [.pending, .success])
      let count = await host.updates.count
      await desk.forget([NeighborID("n3")])
      while await host.updates.count == count { await Task.yield() }
      #expect(await host.updates.last?.removals == [.neighbor(NeighborID("n3"))])
      #expect(await host.updates.map(\.areRemovalsIntended).filter(\.self).count == 1)
      #expect(await host.updates.last?.areRemovalsIntended == true)
    }
  }

  @Test("an empty message is answered though the switch is silent")
  func empty() async throws {
    let host = FakeAlcorHost(isSilent: true)
    try await withDesk(host) { desk async throws in
      let ticket = try await desk.submit([], formatVersion: 102)
      let reply = await ticket.reply()
      #expect(reply.operationStatuses.isEmpty)
      #expect(reply.formatVersion == 102)
    }
  }

  @Test("while what the host is to have is not known, nothing is taken from the switch, and nothing is a success")
  func incomplete() async throws {
    let host = FakeAlcorHost(isSwitchEmpty: false)
    try await withDesk(host, asks: true) { desk async throws in
      #expect(try await desk.statuses(AlcorSample.subnet(), AlcorSample.port()) == [.pending, .pending])
      #expect(await !host.goal.isComplete)
      await desk.completeIfEmpty()
      #expect(await !host.goal.isComplete)
      await desk.inputIsComplete()
      #expect(try await eventuallySucceeds(desk, AlcorSample.port()))
      #expect(await host.goal.isComplete)
      #expect(await host.goal.ports.count == 1)
    }
  }

  @Test("a switch with nothing of before has nothing to lose")
  func emptySwitch() async throws {
    let host = FakeAlcorHost(isSwitchEmpty: true)
    try await withDesk(host, asks: true) { desk async throws in
      await desk.completeIfEmpty()
      #expect(try await eventuallySucceeds(desk, AlcorSample.subnet()))
    }
  }

  @Test("a host that holds its goal state goes on with it")
  func restored() async throws {
    var intake = AlcorIntake()
    _ = intake.take(AlcorOperation(AlcorSample.subnet()))
    _ = intake.take(AlcorOperation(AlcorSample.port(revision: 5)))
    var goal = HostGoalState()
    _ = goal.apply(intake.takeSnapshot())
    let host = FakeAlcorHost(goal: goal, isSwitchEmpty: false)
    await host.speak()
    try await withDesk(host, asks: true) { desk async throws in
      #expect(try await desk.statuses(AlcorSample.port(revision: 4)) == [.outOfOrder])
      #expect(try await desk.statuses(AlcorSample.port(revision: 5)) == [.success])
      #expect(await host.updates.isEmpty)
      #expect(try await desk.statuses(AlcorSample.neighbor()) == [.success])
      #expect(await host.goal.ports.count == 1)
    }
  }

  @Test("whoever waits is answered when the desk closes")
  func closed() async throws {
    let host = FakeAlcorHost(isSilent: true)
    let ticket = try await withDesk(host) { desk async throws in
      let ticket = try await desk.submit(AlcorSample.subnet(), AlcorSample.neighbor())
      try await host.came.take()
      return ticket
    }
    #expect(await ticket.reply().operationStatuses.count == 2)
  }

  @Test("a line that is too long takes no more")
  func full() async throws {
    let host = FakeAlcorHost()
    try await withDesk(host, limits: AlcorLimits(maximumOperations: 2, patience: .seconds(30))) { desk async throws in
      #expect(try await desk.statuses(AlcorSample.subnet()) == [.success])
      await host.fallSilent()
      let tickets = [
        try await desk.submit(AlcorSample.neighbor("1"), AlcorSample.neighbor("2"), AlcorSample.neighbor("3"))
      ]
      await #expect(throws: (any Error).self) { try await desk.submit(AlcorSample.neighbor("4")) }
      await host.speak()
      for ticket in tickets { _ = await ticket.reply() }
      #expect(try await desk.statuses(AlcorSample.neighbor("4")) == [.success])
    }
  }

  /// Whether a state is a success, once what is under way has been confirmed.
  private func eventuallySucceeds(_ desk: AlcorDesk, _ state: some AlcorState) async throws -> Bool {
    while try await desk.statuses(state) != [.success] { await Task.yield() }
    return true
  }
}
