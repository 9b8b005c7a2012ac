import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf
import Testing

@testable import Southbound

typealias ToAgent = Alioth_Southbound_V1_ControllerMessage
typealias ToController = Alioth_Southbound_V1_AgentMessage

extension ToAgent {
  static func welcome(epoch: String = "", milliseconds: UInt32 = 10_000) -> ToAgent {
    .with {
      $0.welcome = .with {
        $0.epoch = epoch
        $0.heartbeatIntervalMilliseconds = milliseconds
      }
    }
  }

  static func begin(_ epoch: String, _ revision: UInt64) -> ToAgent {
    .with {
      $0.snapshotBegin = .with {
        $0.epoch = epoch
        $0.revision = revision
      }
    }
  }

  static func resources(_ resources: [VersionedResource]) -> ToAgent {
    .with { $0.resources = .with { $0.upserts = resources.map { Alioth_Southbound_V1_Resource($0) } } }
  }

  static func end(_ epoch: String, _ revision: UInt64, count: Int) -> ToAgent {
    .with {
      $0.snapshotEnd = .with {
        $0.epoch = epoch
        $0.revision = revision
        $0.resourceCount = UInt64(count)
      }
    }
  }

  static func delta(
    _ epoch: String, _ from: UInt64, _ to: UInt64, upserts: [VersionedResource] = [], removals: [ResourceKey] = [],
    more: Bool = false
  ) -> ToAgent {
    .with {
      $0.delta = .with {
        $0.epoch = epoch
        $0.fromRevision = from
        $0.toRevision = to
        $0.upserts = upserts.map { Alioth_Southbound_V1_Resource($0) }
        $0.removals = removals.map { Alioth_Southbound_V1_ResourceKey($0) }
        $0.more = more
      }
    }
  }

  static func progress(_ revision: UInt64) -> ToAgent { .with { $0.progress = .with { $0.revision = revision } } }
  static let heartbeat = ToAgent.with { $0.heartbeat = .init() }
}

extension AgentStreamState {
  static func fresh(held: GoalStateVersion = version("", 0), limits: SouthboundLimits = SouthboundLimits()) -> Self {
    AgentStreamState(held: held, limits: limits, welcomeTimeout: .seconds(20), now: .zero)
  }

  static func welcomed(
    held: GoalStateVersion = version("", 0), limits: SouthboundLimits = SouthboundLimits()
  ) -> Self {
    var state = fresh(held: held, limits: limits)
    #expect(throws: Never.self) { try state.handle(.welcome(), now: .zero) }
    return state
  }

  /// Handles all, and returns what the last one led to.
  mutating func handle(_ messages: [ToAgent]) throws(ProtocolViolation) -> [Action] {
    var actions: [Action] = []
    for message in messages { actions = try handle(message, now: .zero) }
    return actions
  }
}

extension ControllerStreamState {
  static func opened(limits: SouthboundLimits = SouthboundLimits()) throws -> Self {
    var state = ControllerStreamState(limits: limits, timing: SouthboundTiming(), now: .zero)
    _ = try state.handle(.hello(host: "node1"), now: .zero)
    return state
  }
}

extension ToController {
  static func hello(host: String, tunnel: String = "192.0.2.11", epoch: String = "") -> ToController {
    .with {
      $0.hello = .with {
        $0.hostID = host
        $0.tunnelAddress = tunnel
        $0.epoch = epoch
      }
    }
  }
}

@Suite("The agent's end of a session")
struct AgentStreamTests {
  @Test("welcome, then a snapshot is begun with part by part and delivered whole, then a delta builds on it")
  func snapshotAndDelta() throws {
    let resources = try sampleResources()
    var state = AgentStreamState.fresh()
    #expect(try state.handle(.welcome(epoch: "e"), now: .zero) == [.connected(heartbeatInterval: .seconds(10))])
    #expect(try state.handle(.begin("e", 7), now: .zero) == [])
    let parts = [Array(resources.prefix(2)), Array(resources.dropFirst(2))]
    let begun = parts.map { GoalStatePart(version: version("e", 7), upserts: $0) }
    #expect(try state.handle(.resources(parts[0]), now: .zero) == [.begin(begun[0])])
    #expect(try state.handle(.heartbeat, now: .zero) == [])
    #expect(try state.handle(.resources(parts[1]), now: .zero) == [.begin(begun[1])])
    let snapshot = GoalStateUpdate(scope: .snapshot, version: version("e", 7), upserts: resources)
    #expect(state.held == version("", 0))
    #expect(try state.handle(.end("e", 7, count: resources.count), now: .zero) == [.deliver(snapshot)])
    #expect(state.held == version("e", 7))

    let removal = ResourceKey.port(PortID("port-9"))
    let beginning = GoalStatePart(version: version("e", 9), upserts: [resources[0]])
    let first = try state.handle(.delta("e", 7, 9, upserts: [resources[0]], more: true), now: .zero)
    #expect(first == [.begin(beginning)])
    let delta = GoalStateUpdate(
      scope: .delta(from: 7), version: version("e", 9), upserts: [resources[0]], removals: [removal])
    #expect(try state.handle(.delta("e", 7, 9, removals: [removal]), now: .zero) == [.deliver(delta)])
    #expect(state.held == version("e", 9))

    let progress = GoalStateUpdate(scope: .delta(from: 9), version: version("e", 12))
    #expect(try state.handle(.progress(12), now: .zero) == [.deliver(progress)])
    #expect(state.held == version("e", 12))
  }

  @Test("an agent that resumes takes a delta at once, and a snapshot of another epoch too")
  func resume() throws {
    var state = AgentStreamState.welcomed(held: version("e", 7))
    #expect(try state.handle(.delta("e", 7, 8), now: .zero).count == 1)
    var other = AgentStreamState.welcomed(held: version("e", 7))
    let actions = try other.handle([.begin("f", 1), .end("f", 1, count: 0)])
    #expect(actions == [.deliver(GoalStateUpdate(scope: .snapshot, version: version("f", 1)))])
  }

  @Test("one refused resource leaves the others in force, and counts")
  func refusal() throws {
    let resources = try sampleResources()
    var part = ToAgent.resources(resources)
    part.resources.upserts[0].vpc.tunnelID = 0
    var state = AgentStreamState.welcomed()
    let actions = try state.handle([.begin("e", 1), part, .end("e", 1, count: resources.count)])
    guard case .deliver(let update) = actions.first else {
      Issue.record("nothing delivered")
      return
    }
    #expect(update.upserts == Array(resources.dropFirst()))
    #expect(update.refused.map(\.key) == [.network(NetworkID("vpc-1"))])
    #expect(update.refused.map(\.code) == [.invalid])
  }

  @Test("an id that occurs twice keeps its first resource; one both changed and removed is left alone")
  func duplicates() throws {
    let resources = try sampleResources()
    var state = AgentStreamState.welcomed(held: version("e", 1))
    let twice = try state.handle([.delta("e", 1, 2, upserts: [resources[0], resources[0]])])
    guard case .deliver(let update) = twice.first else {
      Issue.record("nothing delivered")
      return
    }
    #expect(update.upserts == [resources[0]])
    #expect(update.refused.map(\.message) == ["id \"vpc-1\" occurs twice in one update"])
    let both = try state.handle([
      .delta("e", 2, 3, upserts: [resources[0], resources[1]], removals: [resources[0].key])
    ])
    guard case .deliver(let contradiction) = both.first else {
      Issue.record("nothing delivered")
      return
    }
    #expect(contradiction.upserts == [resources[1]])
    #expect(contradiction.removals == [])
    #expect(contradiction.refused.map(\.message) == ["id \"vpc-1\" is both changed and removed in one update"])
  }

  @Test("kinds that this version does not know are passed over with a warning, and count")
  func unknownKinds() throws {
    var part = ToAgent.resources([])
    part.resources.upserts = [.init()]
    var state = AgentStreamState.welcomed()
    let actions = try state.handle([.begin("e", 1), part, .end("e", 1, count: 1)])
    #expect(actions.count == 2)
    #expect(actions.last == .deliver(GoalStateUpdate(scope: .snapshot, version: version("e", 1))))
    var delta = ToAgent.delta("e", 1, 2)
    delta.delta.removals = [
      .with { $0.kind = .UNRECOGNIZED(77) },
      .with {
        $0.kind = .port
        $0.id = ""
      },
    ]
    guard case .deliver(let update) = try state.handle([delta]).last else {
      Issue.record("nothing delivered")
      return
    }
    #expect(update.refused.map(\.message) == ["the id \"\" of a removal is not an id"])
  }

  @Test("what a controller must not send")
  func violations() throws {
    let resources = try sampleResources()
    let held = version("e", 5)
    let other = version("e", 4)
    let cases: [(messages: [ToAgent], violation: ProtocolViolation)] = [
      ([.init()], .unknownMessage),
      ([.welcome()], .unexpected(message: "a second welcome", whilst: "outside of a snapshot")),
      ([.resources([])], .unexpected(message: "a snapshot's resources", whilst: "outside of a snapshot")),
      ([.end("e", 5, count: 0)], .unexpected(message: "the end of a snapshot", whilst: "outside of a snapshot")),
      (
        [.begin("e", 6), .begin("e", 6)],
        .unexpected(message: "the beginning of a snapshot", whilst: "inside of a snapshot")
      ),
      ([.begin("e", 6), .delta("e", 5, 6)], .unexpected(message: "a delta", whilst: "inside of a snapshot")),
      ([.begin("e", 6), .progress(6)], .unexpected(message: "progress", whilst: "inside of a snapshot")),
      (
        [.delta("e", 5, 6, more: true), .begin("e", 6)],
        .unexpected(message: "the beginning of a snapshot", whilst: "between the parts of a delta")
      ),
      (
        [.begin("e", 6), .resources([resources[0]]), .end("e", 6, count: 2)],
        .countMismatch(announced: 2, received: 1)
      ),
      (
        [.begin("e", 6), .end("e", 7, count: 0)],
        .versionChanged(message: "the snapshot's end", from: "e/6", to: "e/7")
      ),
      (
        [.delta("e", 5, 6, more: true), .delta("e", 5, 7)],
        .versionChanged(message: "a part of a delta", from: "e/6", to: "e/7 from 5")
      ),
      ([.delta("e", 4, 6)], .notHeld(from: other, held: held)),
      ([.delta("f", 5, 6)], .notHeld(from: version("f", 5), held: held)),
      ([.delta("e", 5, 4)], .backwards(message: "a delta", revision: 4, held: 5)),
      ([.progress(4)], .backwards(message: "progress", revision: 4, held: 5)),
      ([.begin("", 6)], .invalid("the epoch \"\" is not an id")),
      (
        [.begin("e", 6), .end("e", 6, count: 0), .begin("f", 1)],
        .versionChanged(message: "a message", from: "epoch e", to: "epoch f")
      ),
    ]
    for (messages, violation) in cases {
      var state = AgentStreamState.welcomed(held: held)
      #expect(throws: violation) { try state.handle(messages) }
    }
  }

  @Test("before the welcome nothing else may come, and the welcome must name a sane interval")
  func welcome() {
    for message in [ToAgent.begin("e", 1), .delta("e", 1, 2), .progress(1), .heartbeat, .resources([])] {
      var state = AgentStreamState.fresh(held: version("e", 1))
      #expect { try state.handle(message, now: .zero) } throws: { error in
        if case .unexpected(_, whilst: "before the welcome") = error as? ProtocolViolation { true } else { false }
      }
    }
    for milliseconds: UInt32 in [0, 9, 600_001] {
      var state = AgentStreamState.fresh()
      #expect(throws: ProtocolViolation.self) { try state.handle(.welcome(milliseconds: milliseconds), now: .zero) }
    }
  }

  @Test("without a snapshot there is nothing that a delta or progress could build on")
  func nothingHeld() {
    var state = AgentStreamState.welcomed()
    #expect(throws: ProtocolViolation.notHeld(from: version("", 0), held: version("", 0))) {
      try state.handle([.delta("", 0, 1)])
    }
    var progress = AgentStreamState.welcomed()
    #expect(throws: ProtocolViolation.self) { try progress.handle([.progress(1)]) }
  }

  @Test("a snapshot with more resources than the limit is refused as it arrives")
  func limit() throws {
    let resources = try sampleResources()
    var limits = SouthboundLimits()
    limits.maximumResources = 4
    var state = AgentStreamState.welcomed(limits: limits)
    _ = try state.handle([.begin("e", 1), .resources(Array(resources.prefix(4)))])
    #expect(throws: ProtocolViolation.tooMany(message: "a snapshot", limit: 4)) {
      try state.handle([.resources([resources[4]])])
    }
  }
}

@Suite("The controller's end of a session")
struct ControllerStreamTests {
  @Test("a report in parts is one report, and heartbeats may come between")
  func reports() throws {
    let failures = (1...100).map { number in
      ResourceFailure(
        key: .port(PortID("port-\(number)")), revision: UInt64(number), code: .switchRefused,
        message: String(repeating: "x", count: 100))
    }
    let pending = (1...100).map { number in
      GoalStateReport.Pending(key: .network(NetworkID("vpc-\(number)")), revision: 3, reason: "no interface")
    }
    let report = GoalStateReport(applied: version("e", 5), failures: failures, pending: pending)
    let messages = reportMessages(report, chunkBytes: 1000)
    #expect(messages.count > 10)
    var state = try ControllerStreamState.opened()
    for message in messages.dropLast() {
      #expect(try message.serializedData().count < 1100)
      #expect(try state.handle(message, now: .zero) == [])
      #expect(try state.handle(.with { $0.heartbeat = .init() }, now: .zero) == [.heartbeat])
    }
    #expect(try state.handle(try #require(messages.last), now: .zero) == [.report(report)])
  }

  @Test("every failure code survives the way through its message")
  func codes() {
    for code in ResourceFailure.Code.allCases {
      #expect(ResourceFailure.Code(Alioth_Southbound_V1_FailureCode(code)) == code)
    }
    #expect(ResourceFailure.Code(.UNRECOGNIZED(99)) == .host)
  }

  @Test("an entry's text is bounded and has no control characters once it is read")
  func hostileText() throws {
    let long = String(repeating: "é", count: 2000)
    let report = GoalStateReport(
      applied: version("e", 5),
      failures: [
        ResourceFailure(key: .port(PortID("p\u{7}")), revision: 1, code: .host, message: "a\u{1b}[0m\n" + long)
      ])
    let message = try #require(reportMessages(report, chunkBytes: 1000).first)
    var state = try ControllerStreamState.opened()
    guard case .report(let read) = try state.handle(message, now: .zero).first else {
      Issue.record("no report")
      return
    }
    #expect(read.failures[0].key.id == "p?")
    #expect(read.failures[0].message.hasPrefix("a [0m é"))
    #expect(read.failures[0].message.utf8.count <= 1024)
  }

  @Test(
    "a hello with a value that cannot be used is refused with the field",
    arguments: [
      (ToController.hello(host: ""), "the hello's host_id is missing"),
      (.hello(host: "a b"), "the hello's host_id \"a b\" has characters other than printable ASCII without spaces"),
      (.hello(host: "h", tunnel: "h"), "the hello's tunnel_address \"h\" is not an IPv4 or IPv6 address"),
      (
        .hello(host: "h", epoch: "\n"),
        "the hello's epoch \"\\u{a}\" has characters other than printable ASCII without spaces"
      ),
    ])
  func invalidHello(message: ToController, problem: String) {
    var state = ControllerStreamState(limits: SouthboundLimits(), timing: SouthboundTiming(), now: .zero)
    #expect(throws: ProtocolViolation.invalid(problem)) { try state.handle(message, now: .zero) }
  }

  @Test("what an agent must not send")
  func violations() throws {
    let report = ToController.with { $0.report = .with { $0.epoch = "e" } }
    let heartbeat = ToController.with { $0.heartbeat = .init() }
    for message in [report, heartbeat, .init()] {
      var state = ControllerStreamState(limits: SouthboundLimits(), timing: SouthboundTiming(), now: .zero)
      #expect(throws: ProtocolViolation.self) { try state.handle(message, now: .zero) }
    }
    var state = try ControllerStreamState.opened()
    let second = ProtocolViolation.unexpected(message: "a second hello", whilst: "in a session that is open")
    #expect(throws: second) { try state.handle(.hello(host: "node1"), now: .zero) }

    state = try ControllerStreamState.opened()
    var part = report
    part.report.more = true
    part.report.revision = 1
    _ = try state.handle(part, now: .zero)
    part.report.revision = 2
    #expect(throws: ProtocolViolation.versionChanged(message: "a part of a report", from: "e/1", to: "e/2")) {
      try state.handle(part, now: .zero)
    }
  }

  @Test("a report with more entries than the limit is refused")
  func limit() throws {
    var limits = SouthboundLimits()
    limits.maximumResources = 1
    var state = try ControllerStreamState.opened(limits: limits)
    let message = ToController.with { $0.report.pending = [.init(), .init()] }
    #expect(throws: ProtocolViolation.tooMany(message: "a report", limit: 1)) { try state.handle(message, now: .zero) }
  }
}

@Suite("Time in a session")
struct LivenessTests {
  @Test("a greeting that does not come in time, however much else is said")
  func greeting() throws {
    var state = ControllerStreamState(limits: SouthboundLimits(), timing: SouthboundTiming(), now: .seconds(5))
    try state.liveness.check(now: .seconds(14))
    state.liveness.heard(now: .seconds(14))
    #expect(throws: ProtocolViolation.noGreeting(expected: "hello", after: .seconds(10))) {
      try state.liveness.check(now: .seconds(15))
    }
    let agent = AgentStreamState.fresh()
    #expect(throws: ProtocolViolation.noGreeting(expected: "welcome", after: .seconds(20))) {
      try agent.liveness.check(now: .seconds(20))
    }
  }

  @Test("silence for three intervals ends a session, any message prevents it, and work is no silence")
  func silence() throws {
    var state = AgentStreamState.welcomed()
    try state.liveness.check(now: .seconds(29))
    _ = try state.handle(.heartbeat, now: .seconds(29))
    try state.liveness.check(now: .seconds(58))
    state.liveness.beginWork()
    try state.liveness.check(now: .seconds(500))
    state.liveness.endWork(now: .seconds(500))
    try state.liveness.check(now: .seconds(529))
    #expect(throws: ProtocolViolation.silent(.seconds(30))) { try state.liveness.check(now: .seconds(530)) }
  }

  @Test("waits grow up to the maximum, never leave their bounds, and begin anew after a reset")
  func backoff() {
    var backoff = Backoff(minimum: .milliseconds(500), maximum: .seconds(30))
    #expect(backoff.next(random: 0) == .milliseconds(500))
    #expect(backoff.next(random: 1) == .milliseconds(1500))
    #expect(backoff.next(random: 1) == .milliseconds(4500))
    for _ in 0..<10 { _ = backoff.next(random: 1) }
    #expect(backoff.next(random: 1) == .seconds(30))
    #expect(backoff.next(random: 7) == .seconds(30))
    #expect(backoff.next(random: -7) == .milliseconds(500))
    _ = backoff.next(random: 1)
    backoff.reset()
    #expect(backoff.next(random: 1) == .milliseconds(1500))
  }
}
