import GoalState
import NetworkTypes
import OpenFlow

extension Compiler {
  func compile(_ group: SecurityGroupID) -> CompiledUnit { CompiledUnit() }
}
