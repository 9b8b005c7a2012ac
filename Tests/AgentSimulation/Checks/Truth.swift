import DHCP
import DHCPServer
import GoalState
import OpenFlow
import Pipeline

@testable import AgentCore

/// What a host is to be, computed from nothing but what it is to hold and what is plugged in.
struct Truth {
  let goal: HostGoalState
  var flows: [FlowKey: Flow] = [:]
  var meters: [MeterID: Meter] = [:]
  var failures: [Statement] = []
  var pending: [Statement] = []
  /// The ports whose guests are answered by DHCP.
  var served: Set<String> = []

  /// What is said of a resource.
  struct Statement: Hashable, Comparable, CustomStringConvertible {
    var key: ResourceKey
    var revision: UInt64
    var text: String

    static func < (left: Statement, right: Statement) -> Bool { (left.key, left.text) < (right.key, right.text) }
    var description: String { "\(key) of \(revision): \(text)" }
  }

  init(_ resources: [VersionedResource], _ version: GoalStateVersion, on host: HostPorts) {
    var goal = HostGoalState()
    _ = goal.apply(GoalStateUpdate(scope: .snapshot, version: version, upserts: resources))
    self.goal = goal
    let compiler = Compiler(goal: goal, host: host)
    var holders: [FlowKey: Unit] = [:]
    var losers: Set<Unit> = []
    for failure in goal.failures {
      failures.append(Statement(key: failure.key, revision: failure.revision, text: "\(failure.code)"))
    }
    for unit in compiler.units.sorted() {
      let compiled = compiler.compile(unit)
      for flow in compiled.flows {
        if let holder = holders[flow.key], holder != unit {
          if flows[flow.key] != flow { losers.insert(unit) }
          continue
        }
        holders[flow.key] = unit
        flows[flow.key] = flow
      }
      for meter in compiled.meters { meters[meter.id] = meter }
      guard let key = unit.resource else { continue }
      let revision = goal.revision(of: key) ?? 0
      switch compiled.status {
      case .complete: break
      case .waiting(let reason): pending.append(Statement(key: key, revision: revision, text: reason))
      case .invalid: failures.append(Statement(key: key, revision: revision, text: "\(ResourceFailure.Code.invalid)"))
      }
    }
    for unit in losers {
      guard let key = unit.resource else { continue }
      failures.append(
        Statement(key: key, revision: goal.revision(of: key) ?? 0, text: "\(ResourceFailure.Code.invalid)"))
    }
    failures.sort()
    pending.sort()
    for port in goal.ports.values where host.guests[port.id]?.port != nil {
      if DHCPBinding(port: port, in: goal, mtu: nil) != nil || IPv6Service(port: port, in: goal) != nil {
        served.insert("\(port.id)")
      }
    }
  }
}

extension GoalStateReport {
  var failureStatements: [Truth.Statement] {
    failures.map { Truth.Statement(key: $0.key, revision: $0.revision, text: "\($0.code)") }.sorted()
  }

  var pendingStatements: [Truth.Statement] {
    pending.map { Truth.Statement(key: $0.key, revision: $0.revision, text: $0.reason) }.sorted()
  }
}
