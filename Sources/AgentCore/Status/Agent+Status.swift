import DHCP
import GoalState
import NetworkTypes
import OpenFlow
import Pipeline
import Reconciler
import SwitchEngine

/// The part of the status that the agent itself knows; the sessions know the rest.
struct AgentSnapshot: Sendable {
  var version: GoalStateVersion
  var applied: GoalStateVersion
  var isStale: Bool
  var underlay: Underlay?
  var flowsDesired: Int
  var flowsInstalled: Int?
  var ports: [StatusDocument.Port]
  var report: GoalStateReport
  var isInForce: Bool
  var isSwitchConnected: Bool
  var switchProblem: String?
  var isInSync: Bool
  /// Of what is desired, and of what the switch confirmed or reported.
  var digests: FlowDigests
  var counters: [String: Int]
}

extension Agent {
  /// Everything that the status shows of the agent, at one moment.
  func snapshot() -> AgentSnapshot {
    let report = self.report
    let applied = applied
    let failed = Dictionary(report.failures.map { ($0.key, $0.message) }, uniquingKeysWith: { first, _ in first })
    let waiting = Dictionary(report.pending.map { ($0.key, $0.reason) }, uniquingKeysWith: { first, _ in first })
    let isInForce = isInForce
    let ports = goal.ports.values.sorted { $0.id < $1.id }.map { port in
      var entry = StatusDocument.Port(
        id: port.id.rawValue, name: port.name, networkId: port.networkID.rawValue, macAddress: port.mac.description,
        fixedIps: port.fixedIPs.map(\.address.description), status: "ACTIVE")
      // Whether a port that has it is answered is the responder's to say.
      if DHCPBinding(port: port, in: goal, mtu: nil) == nil { entry.dhcp = "off" }
      if let problem = dhcpPorts.problems[port.id] {
        entry.dhcpv6 = problem
      } else if IPv6Service(port: port, in: goal) == nil {
        entry.dhcpv6 = "off"
      }
      switch self.ports.guests[port.id] {
      case .attached(let ofport, let interface):
        entry.interface = interface
        entry.ofport = ofport.rawValue
      case .unusable(_, let interface):
        entry.interface = interface
      case nil:
        break
      }
      if let reason = failed[.port(port.id)] {
        (entry.status, entry.reason) = ("FAILED", reason)
      } else if let reason = waiting[.port(port.id)] {
        (entry.status, entry.reason) = ("PENDING", reason)
      } else if !port.adminStateUp {
        (entry.status, entry.reason) = ("DOWN", "administratively down")
      } else if !isInForce {
        (entry.status, entry.reason) = (
          "PENDING", isSwitchConnected ? "being programmed" : "the switch is not connected"
        )
      }
      return entry
    }
    return AgentSnapshot(
      version: goal.version, applied: applied, isStale: survival.isStale, underlay: underlay,
      flowsDesired: switchState.flowsDesired,
      flowsInstalled: switchState.flowsInstalled, ports: ports, report: report, isInForce: isInForce,
      isSwitchConnected: isSwitchConnected, switchProblem: switchState.problem, isInSync: switchState.isInSync,
      digests: digests, counters: counters)
  }

  private var counters: [String: Int] {
    let flows = switchState.counters
    let history = switchState.history
    return [
      "flows_added": flows.flowsAdded, "flows_deleted": flows.flowsDeleted, "flows_drifted": flows.flowsDrifted,
      "bundles_committed": flows.batchesCommitted, "bundles_refused": flows.batchesRefused,
      "units_compiled": unitsCompiled, "units_quarantined": switchState.quarantined.count,
      "switch_connections": history.connections, "switch_found_intact": history.foundIntact,
      "switch_found_changed": history.foundChanged, "switch_found_gone": history.foundGone,
      "audit_rounds": history.auditRounds, "audit_pieces": history.auditPieces, "zones_flushed": history.zonesFlushed,
    ]
  }
}
