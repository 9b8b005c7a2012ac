import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf

extension Alcor_Schema_RouterConfiguration {
  /// The message that says `router`.
  package init(_ router: Router, revision: UInt64) {
    self.init()
    revisionNumber = UInt32(clamping: revision)
    self.revision = revision
    updateType = .full
    id = router.id.rawValue
    name = router.name
    adminStateDown = !router.adminStateUp
    routes = router.routes.map(RoutingRule.init)
    subnetRoutingTables = router.interfaces.map { interface in
      .with {
        $0.subnetID = interface.subnetID.rawValue
        $0.ipAddress = interface.address?.address.description ?? ""
        $0.macAddress = interface.address?.mac.description ?? ""
        $0.routingRules = interface.routes.map(RoutingRule.init)
      }
    }
  }
}

extension Alcor_Schema_RouterConfiguration.RoutingRule {
  fileprivate init(_ route: Router.Route) {
    self.init()
    operationType = .create
    destination = route.destination.description
    nextHopIp = route.nextHop.description
  }
}
