import GoalState
import OpenFlow
import Pipeline
import Reconciler
import SwitchEngine

/// What the host runs, by resource, for the controller that asks.
extension Agent {
  /// Answers a question. The agent is held up for no longer than it takes to look the resources up.
  nonisolated func held(_ query: HeldQuery) async -> HeldResources {
    let (keys, isCut) = await goal.keys(query)
    var resources = await standing(of: keys)
    let excerpts = await engine.excerpts(of: keys.map { Unit($0) }, limit: query.flowLimit)
    var left = HeldQuery.maximumFlowsAltogether
    for index in resources.indices where index < excerpts.count {
      resources[index].add(excerpts[index], atMost: &left)
    }
    return HeldResources(resources, isCut: isCut)
  }

  /// How it stands with resources, but for their flows.
  private func standing(of keys: [ResourceKey]) -> [HeldResource] {
    keys.map { key in
      let (state, reason) = standing(of: key)
      return HeldResource(key: key, resource: goal.resource(key), state: state, reason: reason)
    }
  }

  private func standing(of key: ResourceKey) -> (HeldResource.State, String) {
    let unit = Unit(key)
    if let refusal = goal.refusal(of: key) { return (.refused, refusal.message) }
    guard goal.revision(of: key) != nil else { return (.absent, "") }
    if let quarantine = switchState.quarantined[unit] { return (.quarantined, quarantine.reason) }
    switch unsettled[unit] {
    case .waiting(let reason): return (.waiting, reason)
    case .invalid(let reason): return (.refused, reason)
    case .complete, nil: break
    }
    if let conflict = switchState.conflicts.first(where: { $0.owner == unit }) {
      return (.refused, Agent.reason(of: conflict))
    }
    if !isSwitchConnected {
      return (.programming, "the switch is not connected: \(switchState.problem ?? "being read")")
    }
    if !isHostConfigured { return (.programming, "the bridge is not in effect as it was asked for") }
    if !goal.isComplete { return (.programming, "the goal state is not known in full") }
    return dirty.contains(unit) ? (.programming, "") : (.inForce, "")
  }
}

extension HeldResource {
  /// The longest text of all flows of a resource, in bytes: the answer has to fit into a message.
  private static let maximumFlowBytes = 1 << 20

  fileprivate mutating func add(_ excerpt: FlowExcerpt<Pipeline.Unit>, atMost left: inout Int) {
    flowCount = excerpt.count
    if state == .inForce, !excerpt.isInForce { state = .programming }
    var bytes = 0
    for listing in excerpt.flows.prefix(left) {
      let flow = Flow(text: "\(listing.flow)", state: listing.state.rawValue)
      bytes += flow.text.utf8.count
      guard bytes <= HeldResource.maximumFlowBytes else { break }
      flows.append(flow)
    }
    left -= flows.count
  }
}
