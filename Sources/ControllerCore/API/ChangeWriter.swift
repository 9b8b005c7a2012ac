import GoalState

/// Carries changes out: plans them on the model, commits them to the store, and plans anew when the store refuses because
/// somebody was faster.
///
/// Changes of this process are made one after the other, so that they do not get into each other's way; what keeps them
/// right is the store's compares alone, with any number of controllers on one store.
actor ChangeWriter {
  nonisolated let store: any Store
  private let inventory: Inventory
  private let settings: AllocationSettings
  private var isBusy = false
  private var queue: [CheckedContinuation<Void, Never>] = []

  private static let attempts = 100

  /// What a change that was carried out leads to.
  private struct Outcome: Sendable {
    var ids: [String]
    var answer: JSONValue?
  }

  init(store: any Store, inventory: Inventory, settings: AllocationSettings) {
    self.store = store
    self.inventory = inventory
    self.settings = settings
  }

  /// Makes resources, all or none, and returns their ids in order.
  func create(_ collection: ResourceCollection, _ bodies: [JSONValue]) async throws(APIError) -> [String] {
    try await change { (plan) throws(APIError) in
      var earlierSubnets: [SubnetRecord] = []
      for body in bodies {
        switch collection {
        case .networks: try NetworkPlanning.create(body, &plan)
        case .subnets: try SubnetPlanning.create(body, &plan, earlier: &earlierSubnets)
        case .ports: try PortPlanning.create(body, &plan)
        case .securityGroups: try SecurityGroupPlanning.create(body, &plan)
        case .securityGroupRules: try SecurityGroupRulePlanning.create(body, &plan)
        case .routers: try RouterPlanning.create(body, &plan)
        case .agents: throw .badRequest("Agents register themselves.")
        }
      }
    }.ids
  }

  func update(_ collection: ResourceCollection, _ id: String, _ body: JSONValue) async throws(APIError) {
    _ = try await change { (plan) throws(APIError) in
      switch collection {
      case .networks: try NetworkPlanning.update(NetworkID(id), body, &plan)
      case .subnets: try SubnetPlanning.update(SubnetID(id), body, &plan)
      case .ports: try PortPlanning.update(PortID(id), body, &plan)
      case .securityGroups: try SecurityGroupPlanning.update(SecurityGroupID(id), body, &plan)
      case .securityGroupRules: try SecurityGroupRulePlanning.update(id, body, &plan)
      case .routers: try RouterPlanning.update(RouterID(id), body, &plan)
      case .agents: throw .badRequest("Agents cannot be changed.")
      }
    }
  }

  func delete(_ collection: ResourceCollection, _ id: String) async throws(APIError) -> [String] {
    try await change { (plan) throws(APIError) in
      switch collection {
      case .networks: try NetworkPlanning.delete(NetworkID(id), &plan)
      case .subnets: try SubnetPlanning.delete(SubnetID(id), &plan)
      case .ports: try PortPlanning.delete(PortID(id), &plan)
      case .securityGroups: try SecurityGroupPlanning.delete(SecurityGroupID(id), &plan)
      case .securityGroupRules: try SecurityGroupRulePlanning.delete(id, &plan)
      case .routers: try RouterPlanning.delete(RouterID(id), &plan)
      case .agents: try AgentPlanning.delete(id, &plan)
      }
    }.ids
  }

  /// Carries out a router's action, and returns its answer when that is not the router.
  func perform(_ action: RouterAction, _ id: RouterID, _ body: JSONValue) async throws(APIError) -> JSONValue? {
    try await change { (plan) throws(APIError) in try action.plan(id, body, &plan) }.answer
  }

  private func change(
    _ make: @escaping @Sendable (inout ChangePlan) throws(APIError) -> Void
  ) async throws(APIError) -> Outcome {
    await acquire()
    defer { release() }
    for _ in 0..<ChangeWriter.attempts {
      if let outcome = try await attempt(make) { return outcome }
    }
    throw APIError(503, "RetryRequest", "The change was overtaken by other changes too often. Try again.")
  }

  /// One try; nil when the plan was outdated.
  private func attempt(
    _ make: @escaping @Sendable (inout ChangePlan) throws(APIError) -> Void
  ) async throws(APIError) -> Outcome? {
    let settings = settings
    let (transaction, planned) = try await inventory.read { (state) throws(APIError) -> (StoreTransaction, Outcome) in
      var plan = ChangePlan(state: state, settings: settings)
      try make(&plan)
      return (plan.transaction, Outcome(ids: plan.ids, answer: plan.answer))
    }
    let outcome: StoreOutcome
    do throws(StoreError) {
      outcome = try await store.commit(transaction)
    } catch {
      throw .store(error)
    }
    switch outcome {
    case .committed(let revision):
      guard await inventory.reached(revision) else { throw .store(.closed) }
      return planned
    case .refused(_, let revision):
      guard await inventory.reached(revision) else { throw .store(.closed) }
      return nil
    }
  }

  private func acquire() async {
    guard isBusy else {
      isBusy = true
      return
    }
    await withCheckedContinuation { queue.append($0) }
  }

  private func release() {
    if queue.isEmpty {
      isBusy = false
    } else {
      queue.removeFirst().resume()
    }
  }
}
