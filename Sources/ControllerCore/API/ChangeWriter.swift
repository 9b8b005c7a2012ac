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
        case .agents: throw .badRequest("Agents register themselves.")
        }
      }
    }
  }

  func update(_ collection: ResourceCollection, _ id: String, _ body: JSONValue) async throws(APIError) {
    _ = try await change { (plan) throws(APIError) in
      switch collection {
      case .networks: try NetworkPlanning.update(NetworkID(id), body, &plan)
      case .subnets: try SubnetPlanning.update(SubnetID(id), body, &plan)
      case .ports: try PortPlanning.update(PortID(id), body, &plan)
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
      case .agents: try AgentPlanning.delete(id, &plan)
      }
    }
  }

  private func change(
    _ make: @escaping @Sendable (inout ChangePlan) throws(APIError) -> Void
  ) async throws(APIError) -> [String] {
    await acquire()
    defer { release() }
    for _ in 0..<ChangeWriter.attempts {
      if let ids = try await attempt(make) { return ids }
    }
    throw APIError(503, "RetryRequest", "The change was overtaken by other changes too often. Try again.")
  }

  /// One try; nil when the plan was outdated.
  private func attempt(
    _ make: @escaping @Sendable (inout ChangePlan) throws(APIError) -> Void
  ) async throws(APIError) -> [String]? {
    let settings = settings
    let (transaction, ids) = try await inventory.read { (state) throws(APIError) -> (StoreTransaction, [String]) in
      var plan = ChangePlan(state: state, settings: settings)
      try make(&plan)
      return (plan.transaction, plan.ids)
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
      return ids
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
