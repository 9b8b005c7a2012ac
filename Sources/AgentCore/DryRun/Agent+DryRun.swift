import GoalState
import Logging
import NIOPosix
import Southbound

extension Agent {
  /// Finds out what an update would change, of what is held at this moment. The agent itself only lends a copy.
  func rehearsal(of update: GoalStateUpdate) -> Rehearsal {
    let run = DryRun(
      goal: goal, host: hostPorts(of: goal.ports.keys + update.ports), removals: removals.check, applied: applied,
      now: removals.clock.now())
    return {
      let result = try? await NIOThreadPool.singleton.runIfActive { run.result(of: update) }
      return result ?? DryRunResult(version: update.version, refusal: "the agent is being stopped")
    }
  }

  /// What would change by an update that comes as a file.
  nonisolated func check(_ file: [UInt8]) async throws -> DryRunResult {
    let held = await goal
    let update = try await NIOThreadPool.singleton.runIfActive { try UpdateFile.read(file, held: held) }
    return await rehearsal(of: update)()
  }

  /// An update that is to be taken in whole or not at all. Returns whether it was.
  func receivedWhole(_ update: GoalStateUpdate) -> Bool {
    var (check, trial) = (removals.check, goal)
    let kept = check.review(update, of: goal, applied: applied, now: removals.clock.now())
    _ = trial.apply(update, keeping: kept)
    let failures = trial.refusals(in: update)
    guard let reason = AllOrNothing.refusal(of: update, failures: failures, kept: kept) else {
      received(update)
      return true
    }
    isReceiving = false
    refused = (GoalStateReport.RefusedUpdate(version: update.version, reason: reason), failures)
    logger.warning("update refused as a whole", metadata: ["version": "\(update.version)", "reason": "\(reason)"])
    wake()
    return false
  }
}

extension GoalStateUpdate {
  /// The ports that it adds or changes.
  fileprivate var ports: [PortID] {
    upserts.compactMap { if case .port(let port) = $0.resource { port.id } else { nil } }
  }
}
