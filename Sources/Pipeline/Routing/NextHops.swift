import GoalState
import OpenFlow

extension Compiler {
  /// Where routers find the port's addresses.
  func nextHops(of attached: AttachedPort) -> [Flow] { [] }

  /// Where routers find the neighbor's addresses.
  func appendNextHops(of reachable: ReachableNeighbor, to flows: inout [Flow]) {}
}
