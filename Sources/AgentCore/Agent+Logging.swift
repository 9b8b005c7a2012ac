import Logging
import OpenFlow
import Pipeline
import Reconciler
import SwitchEngine

/// What the agent's log says of the switch.
extension Agent {
  func logChanges(since old: SwitchEngineState<Unit>) {
    if switchState.features != nil, switchState.history.connections != old.history.connections || old.features == nil {
      let found = switchState.history.lastReadBack ?? ReadBackSummary()
      logger.info(
        "switch connected",
        metadata: [
          "datapath": "\(switchState.features?.datapathIDText ?? "")", "flows_found": "\(found.found)",
          "flows_intact": "\(found.intact)", "flows_desired": "\(switchState.flowsDesired)",
          "flows_different": "\(switchState.flowsDifferent)",
        ])
    }
    if let problem = switchState.problem, problem != old.problem {
      logger.warning("no connection to the switch", metadata: ["reason": "\(problem)"])
    }
    if switchState.counters.flowsDrifted > old.counters.flowsDrifted {
      let count = switchState.counters.flowsDrifted - old.counters.flowsDrifted
      logger.warning("somebody changed flows of the agent's; they are being restored", metadata: ["flows": "\(count)"])
    }
    let quarantines = switchState.quarantined.mapValues(\.reason)
    guard quarantines != reportedQuarantines else { return }
    for (unit, reason) in quarantines where reportedQuarantines[unit] != reason {
      logger.error("flow refused", metadata: ["resource": "\(unit)", "reason": "\(reason)"])
    }
    reportedQuarantines = quarantines
  }
}
