import GoalState
import GoalStateProtobuf
import Southbound
import SwiftProtobuf

extension FuzzCheck {
  /// What a controller sends an agent, or an agent a controller: each block is a message. Whatever it is, it is taken or ends
  /// the session; what was taken can be kept and read again, and an update that is begun with part by part comes to what it
  /// comes to as a whole.
  public static let southbound = FuzzCheck("southbound") { (bytes) throws(FuzzFinding) in
    var input = FuzzInput(bytes)
    let flags = input.byte()
    if flags & 1 == 0 {
      var run = AgentRun(isWelcomed: flags & 2 == 0)
      while !input.isAtEnd, try run.take(input.block()) {}
    } else {
      var run = ControllerRun(isOpen: flags & 2 == 0)
      while !input.isAtEnd, try run.take(input.block()) {}
    }
  }
}

private let limits = SouthboundLimits(maximumResources: 500)

/// An agent that takes in what comes.
private struct AgentRun {
  private var state = AgentStreamState(
    held: GoalStateVersion(epoch: "e", revision: 1), limits: limits, welcomeTimeout: .seconds(20), now: .zero)
  /// What is begun with as it arrives, and what waits for the whole.
  private var goal = HostGoalState()
  private var whole = HostGoalState()

  init(isWelcomed: Bool) {
    for held in [GoalStateUpdate(scope: .snapshot, version: state.held)] {
      _ = goal.apply(held)
      _ = whole.apply(held)
    }
    guard isWelcomed else { return }
    _ = try? state.handle(.with { $0.welcome.heartbeatIntervalMilliseconds = 10_000 }, now: .zero)
  }

  /// Returns whether the session goes on.
  mutating func take(_ bytes: [UInt8]) throws(FuzzFinding) -> Bool {
    guard let message = try? Alioth_Southbound_V1_ControllerMessage(serializedBytes: bytes) else { return false }
    let actions: [AgentStreamState.Action]
    do throws(ProtocolViolation) {
      actions = try state.handle(message, now: .zero)
    } catch {
      return false
    }
    for action in actions {
      switch action {
      case .begin(let part): _ = goal.anticipate(part)
      case .deliver(let update): try deliver(update)
      case .connected, .rehearse, .releaseRemovals, .answer, .read, .warn: break
      }
    }
    return true
  }

  private mutating func deliver(_ update: GoalStateUpdate) throws(FuzzFinding) {
    try require(state.held == update.version, "\(state.held) is held after \(update.version)")
    for resource in update.upserts {
      let kept = try? StoredResourceCoding.decode(StoredResourceCoding.encode(resource)[...], key: resource.key)
      try require(kept == resource, "\(resource) is read again as \(kept.map { "\($0)" } ?? "nothing")")
    }
    _ = goal.apply(update)
    _ = whole.apply(update)
    try require(goal.version == update.version, "\(goal.version) after \(update.version)")
    try require(goal.resources == whole.resources, "what was begun with comes to something else")
    try require(goal.failures == whole.failures, "what was begun with is refused otherwise")
    let page = goal.keys(HeldQuery(.all(nil, after: nil), limit: HeldQuery.maximumResources)).keys
    try require(Set(page).count == page.count, "a key is listed twice")
  }
}

/// A controller that hears an agent.
private struct ControllerRun {
  private var state = ControllerStreamState(limits: limits, timing: SouthboundTiming(), now: .zero)

  init(isOpen: Bool) {
    guard isOpen else { return }
    let hello = Alioth_Southbound_V1_AgentMessage.with {
      $0.hello = .with {
        $0.hostID = "h"
        $0.tunnelAddress = "192.0.2.1"
      }
    }
    _ = try? state.handle(hello, now: .zero)
  }

  /// Returns whether the session goes on.
  mutating func take(_ bytes: [UInt8]) throws(FuzzFinding) -> Bool {
    guard let message = try? Alioth_Southbound_V1_AgentMessage(serializedBytes: bytes) else { return false }
    let actions: [ControllerStreamState.Action]
    do throws(ProtocolViolation) {
      actions = try state.handle(message, now: .zero)
    } catch {
      return false
    }
    for action in actions {
      switch action {
      case .report(let report):
        let entries = report.failures.count + report.pending.count + report.leases.count
        try require(entries <= limits.maximumResources, "a report has \(entries) entries")
        let texts = report.failures.map(\.message) + report.pending.map(\.reason)
        try require(texts.allSatisfy { $0.utf8.count <= 1024 }, "a text of a report is not bounded")
      case .held(let answer):
        let resources = answer.held.resources
        try require(resources.count <= HeldQuery.maximumResources, "an answer has \(resources.count) resources")
        try require(resources.allSatisfy { $0.reason.utf8.count <= 1024 }, "a reason of an answer is not bounded")
        try require(
          resources.allSatisfy { held in held.resource.map { $0.key == held.key } ?? true },
          "an answer has another resource than it says")
      case .open, .heartbeat, .ask, .idle, .dryRun, .warn: break
      }
    }
    return true
  }
}
