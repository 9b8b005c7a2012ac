import GoalState

/// Stores what a host's report means for its ports: only what differs from what is shown already.
struct PortStatusWriter: Sendable {
  let store: any Store
  let inventory: Inventory

  private static let attempts = 50
  private static let portsPerTransaction = 512

  private struct Update: Sendable {
    var port: PortID
    /// As it was read: a port that changed since is looked at again.
    var portRevision: UInt64
    var status: PortStatusRecord
  }

  func write(_ host: HostID, _ report: GoalStateReport) async throws {
    for _ in 0..<PortStatusWriter.attempts {
      let updates = await updates(host, report)
      guard !updates.isEmpty else { return }
      try await commit(Array(updates.prefix(PortStatusWriter.portsPerTransaction)))
    }
  }

  private func updates(_ host: HostID, _ report: GoalStateReport) async -> [Update] {
    let epoch = store.epoch
    return await inventory.read { state in
      (state.portsByHost[host] ?? []).compactMap { id in
        guard let port = state.ports[id] else { return nil }
        let new = PortStatusRule.status(port, state: state, report: report, epoch: epoch)
        let shown = state.shownStatus(of: port)
        // A port that is not reported yet is shown as such without an entry.
        guard new != shown, new.status != .build || shown.status != .build else { return nil }
        return Update(port: id, portRevision: port.revision, status: new)
      }
    }
  }

  /// A port that was changed or deleted meanwhile refuses the transaction; the caller looks at it again then.
  private func commit(_ updates: [Update]) async throws {
    var transaction = StoreTransaction()
    for update in updates {
      transaction.compares.append(.modRevision(ModelKeys.port(update.port), update.portRevision))
      transaction.operations.append(
        .put(ModelKeys.portStatus(update.port), try RecordCoding.encode(update.status)))
    }
    switch try await store.commit(transaction) {
    case .committed(let revision), .refused(_, let revision):
      guard await inventory.reached(revision) else { throw StoreError.closed }
    }
  }
}
