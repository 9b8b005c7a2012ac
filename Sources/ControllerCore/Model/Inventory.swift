import GoalState
import Logging
import Southbound

/// The model in memory: built from the store, kept up to date by its watch, read by everyone.
///
/// The actor owns the state. Nobody writes here: changes go to the store and come back through the watch, in order.
public actor Inventory {
  private let store: any Store
  private let logger: Logger
  private var state: ModelState
  private var observer: Observer?
  private var waiters: [(revision: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []
  private var isFollowing = false
  private var stopped = false
  /// The last earlier state that was rebuilt: agents that come back after a restart mostly hold the same revision.
  private var rebuilt: ModelState?
  private var views = SharedViews()

  /// Reads everything that the store has.
  public init(store: any Store, vniRange: ClosedRange<UInt32>, logger: Logger) async throws {
    self.store = store
    self.logger = logger
    let listing = try await store.list(under: ModelKeys.everything, at: nil)
    self.state = try ModelState(vniRange: vniRange, listing: listing)
  }

  /// What has become of some of a host's goal state.
  struct Outcome: Sendable {
    var revision: UInt64
    /// The keys that were looked at, in order, and what there is of them.
    var resources: [(key: ResourceKey, resource: EncodedResource?)]
  }

  /// Is told of changes, and may ask what has become of a host's goal state by them, as long as it has not returned.
  typealias Observer =
    @Sendable (_ changes: GoalStateChanges, _ outcome: (HostChanges, HostID) -> Outcome) -> Void

  /// Tells `observer` of each change of goal states, on the actor, in order.
  func observe(_ observer: @escaping Observer) {
    self.observer = observer
  }

  /// Follows the store until it is closed or the task is cancelled.
  ///
  /// - Throws: when the store's changes cannot be read or understood: the controller cannot go on then.
  public func run() async throws {
    isFollowing = true
    defer { stop() }
    for try await batch in store.watch(under: ModelKeys.everything, from: state.revision + 1) {
      let changes = try state.apply(batch)
      views.forget(changes)
      wakeWaiters()
      if !changes.byHost.isEmpty { observer?(changes) { outcome(of: $0, for: $1, knowing: nil) } }
    }
  }

  /// Whether the state still follows the store.
  var isRunning: Bool { isFollowing && !stopped }

  private func wakeWaiters() {
    for waiter in waiters where waiter.revision <= state.revision { waiter.continuation.resume(returning: true) }
    waiters.removeAll { $0.revision <= state.revision }
  }

  private func stop() {
    stopped = true
    for waiter in waiters { waiter.continuation.resume(returning: false) }
    waiters = []
  }

  /// Waits until the state has taken in `revision`; false when it never will, because the store is closed.
  func reached(_ revision: UInt64) async -> Bool {
    guard state.revision < revision else { return true }
    guard !stopped else { return false }
    return await withCheckedContinuation { waiters.append((revision, $0)) }
  }

  /// Takes in what a host says of its guests' leases.
  func note(_ leases: [GoalStateReport.Lease], of host: HostID) { state.note(leases, of: host) }

  /// Reads the state as of one moment.
  func read<Value: Sendable, Failure: Error>(
    _ body: @Sendable (ModelState) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try body(state)
  }

  /// The goal state of a host as it is sent, in the order of its keys, and the revision that it is as of.
  ///
  /// - Parameter known: The hosts whose ports in networks with neighbors on demand the host has; nil when it has all.
  func encodedView(of host: HostID, knowing known: Set<HostID>?) -> (revision: UInt64, resources: [EncodedResource]) {
    (state.revision, views.view(of: host, knowing: known, in: state))
  }

  /// What has become of what may have changed of a host's goal state, which is not everything.
  func outcome(of changes: HostChanges, for host: HostID, knowing known: Set<HostID>?) -> Outcome {
    var keys = changes.allKeys
    for network in changes.networks { keys.formUnion(state.keys(of: network, for: host)) }
    let resources = keys.sorted().map { key in
      (key: key, resource: views.resource(key, of: host, knowing: known, in: state))
    }
    return Outcome(revision: state.revision, resources: resources)
  }

  /// The revisions of what an agent holds of its host's goal state as of an earlier revision; nil when that is kept no more, or is not of
  /// this history.
  ///
  /// - Parameter learned: The neighbors that it holds of networks with neighbors on demand; nil when it has all.
  func holdings(
    of host: HostID, at revision: UInt64, learned: Set<NeighborID>?
  ) async -> [ResourceKey: UInt64]? {
    guard revision == state.revision else {
      guard let whole = await hostView(host, at: revision) else { return nil }
      let view = learned.map { learned in state.selection(of: whole, learned.contains) } ?? whole
      return view.mapValues(\.revision)
    }
    // Agents that come back mostly hold all that there is.
    let view = views.view(of: host, knowing: nil, in: state)
    var revisions: [ResourceKey: UInt64] = [:]
    revisions.reserveCapacity(view.count)
    for encoded in view {
      if let learned, case .neighbor(let neighbor) = encoded.resource.resource, !learned.contains(neighbor.id),
        state.isOnDemand(neighbor.networkID)
      {
        continue
      }
      revisions[encoded.key] = encoded.resource.revision
    }
    return revisions
  }

  /// The goal state of a host as of an earlier revision; nil when that is kept no more, or is not of this history.
  func hostView(_ host: HostID, at revision: UInt64) async -> HostView? {
    guard revision <= state.revision else { return nil }
    if revision == state.revision { return state.hostView(host) }
    if let rebuilt, rebuilt.revision == revision { return rebuilt.hostView(host) }
    var earlier = state
    do {
      let batches = try await store.changes(under: ModelKeys.everything, after: revision, through: earlier.revision)
      try earlier.takeBack(batches, to: revision)
    } catch {
      logger.debug(
        "no goal state as of an earlier revision", metadata: ["revision": "\(revision)", "error": "\(error)"])
      return nil
    }
    rebuilt = earlier
    return earlier.hostView(host)
  }
}
