import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf
import Testing

@testable import Southbound

@Suite("What a host runs, on the wire")
struct HeldMessagesTests {
  private func answer(_ count: Int = 3, flows: Int = 2) throws -> HeldAnswer {
    let resources = try neighbors(count).enumerated().map { index, resource in
      HeldResource(
        key: resource.key, resource: resource,
        state: HeldResource.State.allCases[index % HeldResource.State.allCases.count], reason: index == 0 ? "why" : "",
        flows: (0..<flows).map { .init(text: "table=\($0), actions=drop", state: "in force", isCut: $0 == 1) },
        flowCount: flows + 5)
    }
    return HeldAnswer(number: 7, held: HeldResources(resources, isCut: true))
  }

  @Test("a question and its answer survive the way through their messages, in parts of a bounded size")
  func roundTrip() throws {
    let queries = [
      HeldQuery(.keys([.port(PortID("p")), .neighbor(NeighborID("n"))]), limit: 2, flowLimit: 5),
      HeldQuery(.all(nil, after: nil)), HeldQuery(.all(.subnet, after: .subnet(SubnetID("s")))),
    ]
    for query in queries {
      let question = HeldQuestion(number: 3, query: query)
      #expect(try HeldQuestion(Alioth_Southbound_V1_Read(question)) == question)
    }
    for answer in [try answer(), try answer(100), HeldAnswer(number: 1, held: HeldResources())] {
      var limits = SouthboundLimits()
      limits.chunkBytes = 1000
      let messages = heldMessages(answer, limits: limits)
      var state = try ControllerStreamState.opened()
      for message in messages.dropLast() {
        #expect(try message.serializedData().count < 1100)
        #expect(try state.handle(message, now: .zero) == [])
      }
      #expect(try state.handle(try #require(messages.last), now: .zero) == [.held(answer)])
    }
    #expect(heldMessages(try answer(100), limits: SouthboundLimits(chunkBytes: 65_536)).count == 1)
  }

  @Test("a report may come between the parts of an answer")
  func interleaved() throws {
    var limits = SouthboundLimits()
    limits.chunkBytes = 1
    let answer = try answer()
    let report = GoalStateReport(applied: version("e", 5))
    var state = try ControllerStreamState.opened()
    var actions: [ControllerStreamState.Action] = []
    for message in heldMessages(answer, limits: limits) + reportMessages(report, chunkBytes: 1000) {
      actions += try state.handle(message, now: .zero)
      actions += try state.handle(.with { $0.heartbeat = .init() }, now: .zero)
    }
    #expect(actions.filter { $0 != .heartbeat } == [.held(answer), .report(report)])
  }

  @Test("what is too long for a message is told without its contents")
  func tooLong() throws {
    var limits = SouthboundLimits()
    limits.maximumMessageBytes = 2000
    let message = try #require(heldMessages(try answer(1, flows: 100), limits: limits).first)
    #expect(try message.serializedData().count <= 2000)
    var state = try ControllerStreamState.opened()
    guard case .held(let read) = try state.handle(message, now: .zero).first else {
      Issue.record("no answer")
      return
    }
    #expect(read.held.resources.first?.resource == nil)
    #expect(read.held.resources.first?.reason == "it is too long to be told; why")
    #expect(read.held.resources.first?.flowCount == 105)
  }

  @Test("an answer that mixes two, has too much, or comes before the hello ends the session")
  func violations() throws {
    let part = ToController.with {
      $0.held.number = 1
      $0.held.more = true
    }
    var state = ControllerStreamState(limits: SouthboundLimits(), timing: SouthboundTiming(), now: .zero)
    #expect(throws: ProtocolViolation.unexpected(message: "an answer", whilst: "before the hello")) {
      try state.handle(part, now: .zero)
    }
    state = try ControllerStreamState.opened()
    _ = try state.handle(part, now: .zero)
    var other = part
    other.held.number = 2
    #expect(throws: ProtocolViolation.self) { try state.handle(other, now: .zero) }

    let resource = Alioth_Southbound_V1_HeldResource.with { $0.flows = Array(repeating: .init(), count: 1001) }
    state = try ControllerStreamState.opened()
    #expect(throws: ProtocolViolation.tooMany(message: "the flows of an answer", limit: 5000)) {
      for _ in 0..<10 {
        var more = part
        more.held.resources = [resource]
        _ = try state.handle(more, now: .zero)
      }
    }
    state = try ControllerStreamState.opened()
    #expect(throws: ProtocolViolation.tooMany(message: "an answer", limit: 500)) {
      for _ in 0..<10 {
        var more = part
        more.held.resources = Array(repeating: .init(), count: 100)
        _ = try state.handle(more, now: .zero)
      }
    }
  }

  @Test("a resource that is not what the answer says, or cannot be read, is told of with the reason")
  func unreadable() throws {
    let neighbor = try #require(try neighbors(1).first)
    var entry = Alioth_Southbound_V1_HeldResource(
      HeldResource(key: .port(PortID("p")), resource: neighbor, state: .inForce))
    var read = try #require(HeldResource(entry))
    #expect(read.resource == nil && read.reason.contains("another resource"))
    entry.key = Alioth_Southbound_V1_ResourceKey(neighbor.key)
    entry.resource.neighbor.macAddress = "no"
    read = try #require(HeldResource(entry))
    #expect(read.resource == nil && read.reason.hasPrefix("it cannot be shown: "))
    entry.key.kind = .UNRECOGNIZED(99)
    #expect(HeldResource(entry) == nil)
  }

  @Test("an agent is asked after the welcome, and no more than it can have open")
  func asked() throws {
    let read = { (number: UInt64) in ToAgent.with { $0.read.number = number } }
    var fresh = AgentStreamState.fresh()
    #expect(throws: ProtocolViolation.self) { try fresh.handle(read(1), now: .zero) }
    var state = AgentStreamState.welcomed()
    for number in 1...UInt64(HeldQuestion.mostAtOnce) {
      let query = HeldQuery(.all(nil, after: nil), limit: 0, flowLimit: 0)
      #expect(try state.handle(read(number), now: .zero) == [.read(HeldQuestion(number: number, query: query))])
    }
    var full = state
    #expect(throws: ProtocolViolation.self) { try full.handle(read(100), now: .zero) }
    state.answered(1)
    #expect(throws: Never.self) { try state.handle(read(100), now: .zero) }
    #expect(throws: ProtocolViolation.self) { try state.handle(read(100), now: .zero) }
    var unknown = AgentStreamState.welcomed()
    #expect(throws: ProtocolViolation.self) {
      try unknown.handle(.with { $0.read.kind = .UNRECOGNIZED(99) }, now: .zero)
    }
  }
}

@Suite("Digests and ages in a report")
struct ReportLagTests {
  @Test("a report tells the digests, and how old the oldest change is")
  func roundTrip() throws {
    let now = ContinuousClock.now
    let report = GoalStateReport(
      applied: version("e", 5), digests: FlowDigests(desired: 1 << 63, observed: 2), oldestUnapplied: now - .seconds(3))
    var state = ControllerStreamState(
      limits: SouthboundLimits(), timing: SouthboundTiming(), now: .zero, origin: now + .seconds(100))
    _ = try state.handle(.hello(host: "node1"), now: .zero)
    let messages = reportMessages(report, chunkBytes: 1000, now: now + .seconds(1))
    #expect(messages.count == 1)
    guard case .report(let read) = try state.handle(try #require(messages.first), now: .seconds(2)).first else {
      Issue.record("no report")
      return
    }
    #expect(read.digests == report.digests)
    // 4 s old when it was said, at 102 s of the controller's clock.
    #expect(read.oldestUnapplied == now + .seconds(98))
  }

  @Test("what is not known is not said, and nothing is as old as an agent may say")
  func extremes() throws {
    var state = try ControllerStreamState.opened()
    let bare = ToController.with { $0.report = .with { $0.epoch = "e" } }
    guard case .report(let nothing) = try state.handle(bare, now: .zero).first else { return }
    #expect(nothing.digests == nil && nothing.oldestUnapplied == nil)
    let old = ToController.with { $0.report.oldestUnappliedMilliseconds = .max }
    guard case .report(let ancient) = try state.handle(old, now: .zero).first else { return }
    let age = try #require(ancient.oldestUnapplied.map { ContinuousClock.now - $0 })
    #expect(age > .seconds(3_000_000_000) && age < .seconds(4_000_000_000))
    let unread = FlowDigests(desired: 3, observed: nil)
    #expect(FlowDigests(Alioth_Southbound_V1_FlowDigests(unread)) == unread)
    #expect(unread.agree == nil)
    #expect(FlowDigests(desired: 3, observed: 3).agree == true)
    // A moment that is still to come has no age.
    let message = try #require(
      reportMessages(
        GoalStateReport(applied: version("e", 1), oldestUnapplied: .now + .seconds(9)), chunkBytes: 100
      ).first)
    #expect(message.report.oldestUnappliedMilliseconds == 0)
  }
}

@Suite("Who an agent is")
struct AgentIdentityTests {
  @Test("another machine or another state directory is another agent; another boot, or what is not known, is not")
  func another() {
    let known = AgentIdentity(machine: "m", instance: "i", boot: "b")
    #expect(!known.isAnother(than: known))
    #expect(!known.isAnother(than: AgentIdentity(machine: "m", instance: "i", boot: "c")))
    #expect(known.isAnother(than: AgentIdentity(machine: "n", instance: "i", boot: "b")))
    #expect(known.isAnother(than: AgentIdentity(machine: "m", instance: "j", boot: "b")))
    #expect(!known.isAnother(than: AgentIdentity(machine: "m")))
    #expect(!known.isAnother(than: AgentIdentity()))
    #expect(AgentIdentity().description == "of unknown instance")
    #expect(known.description == "instance i, machine m, boot b")
  }
}
