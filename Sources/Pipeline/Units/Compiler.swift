import GoalState
import NetworkTypes
import OpenFlow

/// The pure function from a host's goal state and ports to flows, unit by unit.
///
/// The same function serves the first start, a change and a recompute; it looks at nothing but its arguments, and a unit
/// is always compiled whole. Where something is missing the result is a unit without flows, which drops: never a wider
/// rule. What a unit is made of stands with the function that it is for: the guard, the policy, routing, forwarding.
public struct Compiler: Sendable {
  let goal: HostGoalState
  let host: HostPorts

  /// A compiler of this goal state on a host with these ports.
  public init(goal: HostGoalState, host: HostPorts) {
    self.goal = goal
    self.host = host
  }

  /// The flows of one unit. A unit whose resource is gone has none.
  public func compile(_ unit: Unit) -> CompiledUnit {
    switch unit {
    case .host: return addingPunts(to: compileHost())
    case .network(let id): if let network = goal.networks[id] { return addingPunts(to: compile(network), of: network) }
    case .subnet(let id): if let subnet = goal.subnets[id] { return compile(subnet) }
    case .securityGroup(let id): return compile(id)
    case .router(let id): if let router = goal.routers[id] { return compile(router) }
    case .port(let id): if let port = goal.ports[id] { return addingRation(to: compile(port), of: port) }
    case .neighbor(let id): if let neighbor = goal.neighbors[id] { return compile(neighbor) }
    }
    return CompiledUnit()
  }

  /// Every unit of the goal state.
  public var units: [Unit] {
    [.host] + goal.networks.keys.map(Unit.network) + goal.subnets.keys.map(Unit.subnet)
      + goal.namedGroups.map(Unit.securityGroup) + goal.routers.keys.map(Unit.router)
      + goal.ports.keys.map(Unit.port) + goal.neighbors.keys.map(Unit.neighbor)
  }

  /// The end of each table: what no other flow wants is dropped and counted. Open vSwitch would drop it by itself, but
  /// would not tell how often.
  private func compileHost() -> CompiledUnit {
    let misses = PipelineTable.allCases.map { table in
      switch table.miss {
      case .drop(let reason):
        Flow(table: table, priority: Priority.miss, cookie: FlowCookie(.host, drop: reason))
      case .goto(let next):
        Flow(table: table, priority: Priority.miss, cookie: FlowCookie(.host), instructions: [.goto(next)])
      }
    }
    return CompiledUnit(
      flows: misses + SourceGuard.hostFlows + GuestServices.dropFlows + AddressResolution.hostFlows
        + ConnectionFlows.flows + Routes.hostFlows + UnderlayOutput.tooBigFlows)
  }

  func missing(_ network: NetworkID) -> String { "network \(network) is not known here yet" }
}
