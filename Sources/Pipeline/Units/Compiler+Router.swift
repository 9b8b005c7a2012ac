import GoalState
import NetworkTypes
import OpenFlow

extension Compiler {
  func compile(_ router: Router) -> CompiledUnit { CompiledUnit() }
}
