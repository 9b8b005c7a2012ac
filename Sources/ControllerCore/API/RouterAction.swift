import GoalState

/// What a request may do with a router besides changing its attributes: the last part of the path.
enum RouterAction: String, Sendable {
  case addInterface = "add_router_interface"
  case removeInterface = "remove_router_interface"
  case addRoutes = "add_extraroutes"
  case removeRoutes = "remove_extraroutes"

  /// Plans it. What it answers besides the router is the plan's answer.
  func plan(_ id: RouterID, _ body: JSONValue, _ plan: inout ChangePlan) throws(APIError) {
    switch self {
    case .addInterface: try RouterInterfaces.add(id, body, &plan)
    case .removeInterface: try RouterInterfaces.remove(id, body, &plan)
    case .addRoutes: try RouterRoutes.change(id, body, adding: true, &plan)
    case .removeRoutes: try RouterRoutes.change(id, body, adding: false, &plan)
    }
  }
}
