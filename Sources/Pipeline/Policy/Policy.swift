import GoalState
import OpenFlow

extension Compiler {
  /// What the port's security groups allow, and whose rules it is a member for.
  func policy(of attached: AttachedPort) -> [Flow] { [] }

  /// Whose rules the neighbor is a member for.
  func appendMemberships(of reachable: ReachableNeighbor, to flows: inout [Flow]) {}
}
