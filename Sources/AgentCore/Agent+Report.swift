import DHCPServer
import GoalState
import NetworkTypes
import OpenFlow
import Pipeline
import Reconciler
import SwitchEngine

/// What the controller is told, derived from what the agent knows.
extension Agent {
  /// What the controller is told.
  var report: GoalStateReport {
    GoalStateReport(
      applied: wholly, failures: failures, pending: pending, leases: leases, digests: digests,
      oldestUnapplied: unapplied.oldest, heldRemovals: heldRemovals, refusedUpdate: refused?.update)
  }

  /// Of the flows that are desired, and of those that the switch has, if that is known.
  var digests: FlowDigests {
    let isKnown = switchState.features != nil && switchState.flowsInstalled != nil
    return FlowDigests(
      desired: switchState.desiredDigest, observed: isKnown ? switchState.observedDigest : nil)
  }

  /// What guests were told by DHCP last.
  private var leases: [GoalStateReport.Lease] {
    dhcpTable.current.all.flatMap { port in
      IPVersion.allCases.compactMap { version in
        guard let lease = port.history.lease(version) else { return nil }
        return GoalStateReport.Lease(
          port: PortID(port.name), version: version, lastMessage: lease.lastMessage, state: lease.state ?? "",
          time: Int64(clamping: lease.time), address: lease.address, hostName: lease.hostName,
          vendorClass: lease.vendorClass, declines: UInt32(clamping: lease.declines))
      }
    }.sorted { ($0.port, $0.version) < ($1.port, $1.version) }
  }

  /// What was refused, by the model, by the compiler and by the switch.
  var failures: [ResourceFailure] {
    var failures = goal.failures
    let add = { (unit: Unit, code: ResourceFailure.Code, message: String) in
      guard let key = unit.resource else { return }
      failures.append(
        ResourceFailure(key: key, revision: self.goal.revision(of: key) ?? 0, code: code, message: message))
    }
    for (unit, status) in unsettled.sorted(by: { $0.key < $1.key }) {
      if case .invalid(let reason) = status { add(unit, .invalid, reason) }
    }
    for conflict in switchState.conflicts {
      add(conflict.owner, .invalid, Agent.reason(of: conflict))
    }
    for (unit, quarantine) in switchState.quarantined.sorted(by: { $0.key < $1.key }) {
      add(unit, .switchRefused, quarantine.reason)
    }
    return failures + (refused?.failures ?? [])
  }

  static func reason(of conflict: (owner: Unit, holder: Unit, flow: Flow)) -> String {
    "\(conflict.holder) of the same network already has its address: \(conflict.flow.key)"
  }

  /// What waits for something that is not there yet.
  var pending: [GoalStateReport.Pending] {
    var reasons = settling.mapValues { _ in "its flows are on their way to the switch" }
    for (unit, status) in unsettled {
      if case .waiting(let reason) = status { reasons[unit] = reason }
    }
    return reasons.sorted { $0.key < $1.key }.compactMap { unit, reason in
      guard let key = unit.resource else { return nil }
      return GoalStateReport.Pending(key: key, revision: goal.revision(of: key) ?? 0, reason: reason)
    }
  }
}
