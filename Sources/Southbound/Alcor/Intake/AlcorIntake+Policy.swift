import GoalState
import GoalStateProtobuf

/// Security groups and routers.
extension AlcorIntake {
  mutating func take(
    _ configuration: Alcor_Schema_SecurityGroupConfiguration, _ operation: AlcorOperation
  ) throws(AlcorRefusal) -> AlcorStanding {
    let id = SecurityGroupID(configuration.id)
    let held = groups[id]
    switch try plan(configuration, operation, held: held?.revision) {
    case .look: return .held
    case .removed: return .gone
    case .remove:
      mark(.securityGroup(id), floor: held?.revision ?? 0)
      groups[id] = nil
      return .gone
    case .put:
      try AlcorDelta.check(configuration.securityGroupRules, "security_group_rules")
      var whole = configuration
      if let held, operation.changesPart(configuration.isDelta) {
        whole = try AlcorDelta.merged(configuration, over: held.configuration)
      }
      whole.securityGroupRules.removeAll { $0.operationType == .delete }
      guard case .securityGroup(let group) = try DecodedResource(whole).value() else {
        throw AlcorRefusal(.failure, "it is no security group")
      }
      deletions.remove(operation.subject)
      groups[id] = AlcorHeld(
        revision: max(configuration.effectiveRevision, held?.revision ?? 0), value: group, configuration: whole)
      if group != held?.value { mark(.securityGroup(id)) }
      return .held
    }
  }

  mutating func take(
    _ configuration: Alcor_Schema_RouterConfiguration, _ operation: AlcorOperation
  ) throws(AlcorRefusal) -> AlcorStanding {
    let id = RouterID(configuration.id)
    let held = routers[id]
    switch try plan(configuration, operation, held: held?.revision) {
    case .look: return .held
    case .removed: return .gone
    case .remove:
      mark(.router(id), floor: held?.revision ?? 0)
      routers[id] = nil
      return .gone
    case .put:
      for table in configuration.subnetRoutingTables {
        try AlcorDelta.check(table.routingRules, "subnet_routing_tables.routing_rules")
      }
      try AlcorDelta.check(configuration.routes, "routes")
      var whole = configuration
      if let held, operation.changesPart(configuration.isDelta) {
        whole = try AlcorDelta.merged(configuration, over: held.configuration)
      }
      whole.routes.removeAll { $0.operationType == .delete }
      for index in whole.subnetRoutingTables.indices {
        whole.subnetRoutingTables[index].routingRules.removeAll { $0.operationType == .delete }
      }
      guard case .router(let router) = try DecodedResource(whole).value() else {
        throw AlcorRefusal(.failure, "it is no router")
      }
      deletions.remove(operation.subject)
      routers[id] = AlcorHeld(
        revision: max(configuration.effectiveRevision, held?.revision ?? 0), value: router, configuration: whole)
      if router != held?.value { mark(.router(id)) }
      return .held
    }
  }
}
